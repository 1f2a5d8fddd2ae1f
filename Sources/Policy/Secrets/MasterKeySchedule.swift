import Crypto
import Exchange
import FoundationEssentials

/// What is derived from a master key: the key that wraps, and a fingerprint that tells keys apart without telling them.
///
/// HKDF-SHA-256 (RFC 5869) with one label a purpose, so that a master key of any length serves.
struct MasterKeySchedule: Sendable {
    let version: UInt32
    let wrapping: SymmetricKey
    let fingerprint: [UInt8]

    init(_ masterKey: MasterKey) {
        // A master key's version is checked to be from 1 to 65,535.
        self.version = UInt32(clamping: masterKey.version)
        let input = masterKey.secret.withBytes { SymmetricKey(data: $0) }
        self.wrapping = Self.derive(input, "martlet wrapping key", byteCount: SealedEnvelope.dataKeyBytes)
        let fingerprint = Self.derive(input, "martlet fingerprint", byteCount: SealedEnvelope.fingerprintBytes)
        self.fingerprint = fingerprint.withUnsafeBytes { Array($0) }
    }

    /// An envelope of this key, to be filled.
    var emptyEnvelope: SealedEnvelope {
        SealedEnvelope(keyVersion: self.version, fingerprint: self.fingerprint, wrap: [], body: [])
    }

    private static func derive(_ input: SymmetricKey, _ label: String, byteCount: Int) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: input, info: Array(label.utf8), outputByteCount: byteCount)
    }
}
