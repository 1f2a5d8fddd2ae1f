import Crypto
public import Exchange
public import Policy

/// The token that opens the admin API: `mt-admin-` and 43 base62 characters.
public enum AdminToken {
    /// What every admin token begins with, so that it is told from a virtual key at a glance.
    public static let prefix = "mt-admin-"
    static let secretLength = 43

    /// Makes a token of 256 random bits.
    public static func generate(_ randomness: Randomness = .system) -> Secret {
        Secret(self.prefix + Identifiers(randomness: randomness).base62(self.secretLength))
    }

    /// Whether a text has an admin token's form; the data plane answers such a token with 403 instead of 401.
    public static func isWellFormed(_ token: UnsafeRawBufferPointer) -> Bool {
        let prefix = Array(self.prefix.utf8)
        guard token.count == prefix.count + self.secretLength, token.starts(with: prefix) else { return false }
        return token.dropFirst(prefix.count).allSatisfy { Base62.contains($0) }
    }
}

/// Compares presented tokens with the one there is. Digests are compared, so that time tells nothing of the token.
public struct AdminTokenCheck: Sendable {
    private static let maximumBytes = 256
    private let digest: [UInt8]

    /// Remembers a token's digest.
    public init(_ token: Secret) {
        self.digest = token.withBytes { Array(SHA256.hash(data: $0)) }
    }

    /// The token in the one `authorization` header given.
    static func bearer(_ authorization: [String]) -> [UInt8]? {
        guard authorization.count == 1, let value = authorization.first else { return nil }
        let bytes = Array(value.utf8)
        let scheme = Array("bearer ".utf8)
        guard bytes.count <= Self.maximumBytes, bytes.count > scheme.count else { return nil }
        let given = bytes.prefix(scheme.count).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return given == scheme ? Array(bytes.dropFirst(scheme.count)) : nil
    }

    /// Whether the one `authorization` header given holds the token.
    func accepts(_ authorization: [String]) -> Bool {
        guard let token = Self.bearer(authorization) else { return false }
        let presented = SHA256.hash(data: token)
        var difference: UInt8 = 0
        for (a, b) in zip(presented, self.digest) {
            difference |= a ^ b
        }
        return difference == 0
    }
}
