import Crypto
public import Exchange
import FoundationEssentials

/// Seals secrets for one place in the store, under a master key, and opens them there again.
///
/// Each value has a random data key of its own, wrapped by the master key: AES-256-GCM both times (NIST SP 800-38D).
/// Table, row, column and key version are associated data, so that bytes moved elsewhere do not open.
public struct SecretBox: Sendable {
    /// Most bytes of a secret: 1 MiB.
    public static let maximumSecretBytes = SealedEnvelope.maximumSecretBytes

    /// The master keys; shared by all copies of this box.
    public let ring: MasterKeyRing
    private let random: @Sendable (_ count: Int) -> [UInt8]

    /// Works under a master key.
    ///
    /// - Parameters:
    ///   - masterKey: The key that wraps.
    ///   - random: A source of exactly as many bytes as asked for; its bytes must never repeat.
    public init(masterKey: MasterKey, random: @escaping @Sendable (_ count: Int) -> [UInt8]) {
        self.ring = MasterKeyRing(masterKey)
        self.random = random
    }

    /// Works under a master key, with the operating system's random bytes.
    public init(masterKey: MasterKey) {
        self.init(masterKey: masterKey, random: RandomBytes.system)
    }

    /// The version of the master key that wraps.
    public var keyVersion: Int { Int(self.ring.sealing.version) }

    /// Seals a secret for one place.
    ///
    /// - Returns: The secret's length plus 113 bytes, different at every call.
    /// - Throws: `SecretsError` with `.tooLarge`.
    public func seal(_ secret: Secret, context: SecretContext) throws(SecretsError) -> [UInt8] {
        guard secret.count <= Self.maximumSecretBytes else {
            throw SecretsError(.tooLarge, "a secret may have at most \(Self.maximumSecretBytes) bytes")
        }
        let dataKey = Secret(self.random(SealedEnvelope.dataKeyBytes))
        let body = try self.encrypt(secret, key: Self.key(dataKey), authenticating: Self.bodyData(context))
        return try self.wrapped(dataKey, body, context)
    }

    /// Seals bytes for one place. The array stays the caller's to forget.
    public func seal(_ bytes: [UInt8], context: SecretContext) throws(SecretsError) -> [UInt8] {
        try self.seal(Secret(bytes), context: context)
    }

    /// Opens a sealed value at its place.
    ///
    /// - Throws: `SecretsError`: `.notSealed`, `.unknownFormat`, `.truncated`, `.tooLarge`, `.damaged`,
    ///   `.wrongKeyVersion`, `.wrongKey`, or `.wrongContext` for another place and for bytes changed on purpose.
    public func open(_ sealed: [UInt8], context: SecretContext) throws(SecretsError) -> Secret {
        let envelope = try SealedEnvelope(parsing: sealed)
        let dataKey = try self.unwrap(envelope, context: context)
        return try Self.decrypt(envelope.body, key: Self.key(dataKey), authenticating: Self.bodyData(context))
    }

    /// Brings a sealed value under the master key that seals now. Only the wrap changes: the secret is not decrypted.
    ///
    /// - Parameters:
    ///   - sealed: A value sealed under any key of the ring.
    ///   - context: Its place.
    /// - Returns: The value under the sealing key, as long as before; `nil` when it is under that key already.
    /// - Throws: As ``open(_:context:)``.
    public func rewrap(_ sealed: [UInt8], context: SecretContext) throws(SecretsError) -> [UInt8]? {
        let envelope = try SealedEnvelope(parsing: sealed)
        guard !self.ring.sealing.sealed(envelope) else { return nil }
        return try self.wrapped(try self.unwrap(envelope, context: context), envelope.body, context)
    }

    /// Whether bytes have the form of a sealed value, whatever the key.
    public static func isSealed(_ bytes: [UInt8]) -> Bool { (try? SealedEnvelope(parsing: bytes)) != nil }

    /// The version of the master key under which a value is sealed, for telling what a rotation has still to do.
    ///
    /// - Throws: `SecretsError`: `.notSealed`, `.unknownFormat`, `.truncated`, `.tooLarge` or `.damaged`.
    public static func keyVersion(of sealed: [UInt8]) throws(SecretsError) -> Int {
        Int(try SealedEnvelope(parsing: sealed).keyVersion)
    }
}

extension SecretBox {
    private static func key(_ bytes: Secret) -> SymmetricKey { bytes.withBytes { SymmetricKey(data: $0) } }

    /// An envelope of a body, its data key wrapped by the key that seals at this moment.
    private func wrapped(
        _ dataKey: Secret,
        _ body: [UInt8],
        _ context: SecretContext
    ) throws(SecretsError) -> [UInt8] {
        let keys = self.ring.sealing
        var envelope = keys.emptyEnvelope
        envelope.body = body
        let associated = Self.wrapData(envelope, context)
        envelope.wrap = try self.encrypt(dataKey, key: keys.wrapping, authenticating: associated)
        return envelope.bytes
    }

    private func unwrap(_ envelope: SealedEnvelope, context: SecretContext) throws(SecretsError) -> Secret {
        let keys = try self.ring.opening(envelope)
        let associated = Self.wrapData(envelope, context)
        return try Self.decrypt(envelope.wrap, key: keys.wrapping, authenticating: associated)
    }

    /// The wrap is bound to format, key version, key and place.
    private static func wrapData(_ envelope: SealedEnvelope, _ context: SecretContext) -> [UInt8] {
        var bytes = Array("wrap".utf8) + envelope.header
        context.encode(into: &bytes)
        return bytes
    }

    /// The body is bound to format and place; not to the key version, which only the data key's wrap depends on.
    private static func bodyData(_ context: SecretContext) -> [UInt8] {
        var bytes = Array("body".utf8) + [SealedEnvelope.formatVersion]
        context.encode(into: &bytes)
        return bytes
    }

    private func encrypt(
        _ secret: Secret,
        key: SymmetricKey,
        authenticating associated: [UInt8]
    ) throws(SecretsError) -> [UInt8] {
        do {
            let nonce = try AES.GCM.Nonce(data: self.random(SealedEnvelope.nonceBytes))
            let box = try secret.withBytes {
                try AES.GCM.seal($0, using: key, nonce: nonce, authenticating: associated)
            }
            return Array(nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw SecretsError(.noResources, "the secret could not be encrypted")
        }
    }

    private static func decrypt(
        _ sealed: [UInt8],
        key: SymmetricKey,
        authenticating associated: [UInt8]
    ) throws(SecretsError) -> Secret {
        do {
            var plain = try AES.GCM.open(
                AES.GCM.SealedBox(combined: sealed),
                using: key,
                authenticating: associated
            )
            defer { plain.resetBytes(in: 0..<plain.count) }
            return plain.withUnsafeBytes { Secret($0) }
        } catch {
            throw SecretsError(.wrongContext, "the stored secret belongs to another place or was tampered with")
        }
    }
}
