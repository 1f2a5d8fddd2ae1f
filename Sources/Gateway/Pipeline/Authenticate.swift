import Exchange
import Glibc
import NIOCore
import Policy
import Wire

/// Who asks: a key that was found, is in force, and is not already over its request limit.
struct Caller {
    /// The key in memory.
    let key: KeyEntry
    /// The digest it was found by, to find it again after a write.
    let digest: KeyDigest
    /// The snapshot's generation it was found in.
    let generation: UInt64

    fileprivate init(key: KeyEntry, digest: KeyDigest, generation: UInt64) {
        self.key = key
        self.digest = digest
        self.generation = generation
    }
}

/// Finds callers for one connection. The last credential's bytes and their key are remembered until a write changes
/// anything, so that a kept-alive client is not hashed again for every request.
struct Authenticator {
    private var lastToken: [UInt8] = []
    private var lastCaller: Caller?

    /// Finds the caller.
    ///
    /// - Throws: `.invalidRequest` when credentials contradict each other; `.invalidKey` otherwise, with the same text for
    ///   every cause a stranger could learn from.
    mutating func authenticate(
        _ scan: HeaderScan,
        in bytes: UnsafeRawBufferPointer,
        loop: LoopState
    ) throws(GatewayFailure) -> Caller {
        let token = try Self.token(scan, in: bytes)
        let (snapshot, generation) = loop.current
        if let caller = self.lastCaller, caller.generation == generation, Self.isSame(self.lastToken, token) {
            return try Self.check(caller, loop)
        }
        guard VirtualKey.isWellFormed(token) else {
            throw token.starts(with: Self.adminPrefix) ? Self.ofAdmin : Self.unknown
        }
        let digest = loop.shared.digester.digest(token)
        guard let key = snapshot.keys.lookup(digest) else { throw Self.unknown }
        let caller = Caller(key: key, digest: digest, generation: generation)
        let checked = try Self.check(caller, loop)
        self.lastToken = Array(token)
        self.lastCaller = caller
        // The verifier is of the secret in force.
        if !key.isRetired(digest) { loop.shared.firstUse(key, self.lastToken) }
        return checked
    }

    /// Whether a caller admitted earlier is still to be served, after writes and the passing of time.
    static func isInForce(_ caller: Caller, _ loop: LoopState) -> Bool {
        guard let key = loop.snapshot.keys.lookup(caller.digest) else { return false }
        return key.refusal(now: loop.unixMilliseconds) == nil
    }

    /// The caller as it is now: a body may take long to arrive, and a write is in force at once.
    ///
    /// - Throws: `.invalidKey` when the key has been revoked, disabled or deleted since its head was read.
    static func renew(_ caller: Caller, _ loop: LoopState) throws(GatewayFailure) -> Caller {
        let (snapshot, generation) = loop.current
        guard generation != caller.generation else { return try Self.check(caller, loop) }
        guard let key = snapshot.keys.lookup(caller.digest) else { throw Self.unknown }
        return try Self.check(Caller(key: key, digest: caller.digest, generation: generation), loop)
    }

    /// Said by its form alone: whether there is such an admin token is not looked up here.
    private static let adminPrefix = Array("mt-admin-".utf8)
    private static let ofAdmin = GatewayFailure(
        .forbidden,
        "An admin token opens the admin API alone. Send a virtual key (sk-mt-…)."
    )

    private static let unknown = GatewayFailure(
        .invalidKey,
        "No valid virtual key. Send one as 'Authorization: Bearer sk-mt-…' or 'x-api-key'; ask your Martlet operator for one."
    )

    private static func check(_ caller: Caller, _ loop: LoopState) throws(GatewayFailure) -> Caller {
        let now = loop.unixMilliseconds
        guard let refusal = caller.key.refusal(of: caller.digest, now: now) else { return caller }
        let label = caller.key.label
        switch refusal {
        case .unknown: throw Self.unknown
        case .disabled: throw GatewayFailure(.invalidKey, "The key \(label)… is disabled.")
        case .revoked: throw GatewayFailure(.invalidKey, "The key \(label)… is revoked.")
        case .expired: throw GatewayFailure(.invalidKey, "The key \(label)… has expired.")
        case .projectDisabled: throw GatewayFailure(.invalidKey, "The project of key \(label)… is disabled.")
        }
    }

    /// The one token that the credential fields agree on.
    private static func token(
        _ scan: HeaderScan,
        in bytes: UnsafeRawBufferPointer
    ) throws(GatewayFailure) -> UnsafeRawBufferPointer {
        guard !scan.hasRepeatedCredential else {
            throw GatewayFailure(.invalidRequest, "A credential header was sent twice; send it once.")
        }
        var token: UnsafeRawBufferPointer?
        if let range = scan.authorization {
            guard let bearer = Self.bearer(UnsafeRawBufferPointer(rebasing: bytes[range])) else { throw Self.unknown }
            token = bearer
        }
        try Self.agree(&token, scan.apiKey, bytes)
        try Self.agree(&token, scan.xAPIKey, bytes)
        try Self.agree(&token, scan.googleAPIKey, bytes)
        guard let token, (1...256).contains(token.count) else { throw Self.unknown }
        return token
    }

    /// Takes a field's token, which must be the one of the fields before.
    private static func agree(
        _ token: inout UnsafeRawBufferPointer?,
        _ field: Range<Int>?,
        _ bytes: UnsafeRawBufferPointer
    ) throws(GatewayFailure) {
        guard let field else { return }
        let value = UnsafeRawBufferPointer(rebasing: bytes[field])
        if let token, !token.elementsEqual(value) {
            throw GatewayFailure(.invalidRequest, "The request carries two different credentials; send one.")
        }
        token = value
    }

    private static func isSame(_ known: [UInt8], _ token: UnsafeRawBufferPointer) -> Bool {
        guard known.count == token.count, let start = token.baseAddress else { return false }
        return known.withUnsafeBytes { known in known.baseAddress.map { memcmp($0, start, token.count) == 0 } ?? false }
    }

    private static func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard value.count > 7, value[6] == UInt8(ascii: " "),
            ASCII.caseInsensitiveEquals(UnsafeRawBufferPointer(rebasing: value[..<6]), "bearer")
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: value[7...])
    }
}
