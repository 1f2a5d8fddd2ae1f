import Crypto
import FoundationEssentials

/// The bytes of a sealed value, taken apart.
///
/// Layout: magic `MTSB` · format version (1) · master key version (4, big-endian) · master key fingerprint (8) · wrapped
/// data key (nonce 12, key 32, tag 16) · body (nonce 12, secret, tag 16) · checksum (8). The checksum is the start of a
/// SHA-256 over all before it and guards nothing: it tells damage from a wrong key or place. The tags guard.
struct SealedEnvelope: Equatable {
    static let formatVersion: UInt8 = 1
    static let fingerprintBytes = 8
    static let nonceBytes = 12
    static let tagBytes = 16
    static let dataKeyBytes = 32
    /// Most bytes of a secret.
    static let maximumSecretBytes = 1 << 20

    private static let magic = Array("MTSB".utf8)
    private static let headerBytes = magic.count + 1 + 4 + fingerprintBytes
    private static let wrapBytes = nonceBytes + dataKeyBytes + tagBytes
    private static let checksumBytes = 8
    private static let fewestBytes = headerBytes + wrapBytes + nonceBytes + tagBytes + checksumBytes

    var keyVersion: UInt32
    var fingerprint: [UInt8]
    /// The data key under the master key: nonce, ciphertext, tag.
    var wrap: [UInt8]
    /// The secret under the data key: nonce, ciphertext, tag.
    var body: [UInt8]
}

extension SealedEnvelope {
    /// What comes before the wrap; part of the wrap's associated data.
    var header: [UInt8] {
        var bytes = Self.magic + [Self.formatVersion]
        bytes.append(bigEndian: self.keyVersion)
        return bytes + self.fingerprint
    }

    /// The whole, with its checksum.
    var bytes: [UInt8] {
        let content = self.header + self.wrap + self.body
        return content + Self.checksum(content[...])
    }

    /// Takes an envelope apart.
    ///
    /// - Throws: `SecretsError`: `.notSealed`, `.unknownFormat`, `.truncated`, `.tooLarge` or `.damaged`.
    init(parsing sealed: [UInt8]) throws(SecretsError) {
        guard sealed.starts(with: Self.magic) else {
            let isCut = sealed.count < Self.magic.count && Self.magic.starts(with: sealed)
            throw isCut ? Self.truncated : SecretsError(.notSealed, "the stored value is not a sealed secret")
        }
        guard sealed.count > Self.magic.count else { throw Self.truncated }
        guard sealed[Self.magic.count] == Self.formatVersion else {
            throw SecretsError(.unknownFormat, "the stored secret has a format of a newer release, or is damaged")
        }
        guard sealed.count >= Self.fewestBytes else { throw Self.truncated }
        guard sealed.count <= Self.fewestBytes + Self.maximumSecretBytes else {
            throw SecretsError(.tooLarge, "the stored secret is larger than any this release writes")
        }
        let content = sealed.dropLast(Self.checksumBytes)
        guard sealed.suffix(Self.checksumBytes).elementsEqual(Self.checksum(content)) else {
            throw SecretsError(.damaged, "the stored secret was damaged or cut; restore it or enter it again")
        }
        let version = content[(Self.magic.count + 1)...].prefix(4)
        self.keyVersion = version.reduce(0) { $0 << 8 | UInt32($1) }
        self.fingerprint = Array(content[..<Self.headerBytes].suffix(Self.fingerprintBytes))
        self.wrap = Array(content[Self.headerBytes...].prefix(Self.wrapBytes))
        self.body = Array(content[(Self.headerBytes + Self.wrapBytes)...])
    }

    private static var truncated: SecretsError {
        SecretsError(.truncated, "the stored secret ends early; restore it or enter it again")
    }

    private static func checksum(_ content: ArraySlice<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: content).prefix(self.checksumBytes))
    }
}
