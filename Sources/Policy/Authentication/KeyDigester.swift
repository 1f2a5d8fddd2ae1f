import Crypto
import FoundationEssentials

/// Digests tokens under the pepper, a random secret of its own, so that a stolen store does not let keys be guessed
/// or recognised.
public struct KeyDigester: Sendable {
    private let primed: HMAC<SHA256>

    /// Holds a pepper.
    /// - Parameter pepper: 32 random bytes; see `Pepper`.
    public init(pepper: [UInt8]) {
        self.primed = HMAC<SHA256>(key: SymmetricKey(data: pepper))
    }

    /// The digest of one token.
    /// - Complexity: About a microsecond; connections remember the answer.
    public func digest(_ token: UnsafeRawBufferPointer) -> KeyDigest {
        var code = self.primed
        token.withMemoryRebound(to: UInt8.self) { code.update(data: $0) }
        return code.finalize().withUnsafeBytes { KeyDigest(unchecked: $0) }
    }

    /// The digest of one key.
    public func digest(_ key: VirtualKey) -> KeyDigest {
        Array(key.text.utf8).withUnsafeBytes { self.digest($0) }
    }
}
