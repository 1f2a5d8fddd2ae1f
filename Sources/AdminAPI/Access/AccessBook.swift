import Policy
import Storage
import Synchronization

/// Who may use the admin API, in memory: found by digest, without the store. A write puts a new state in place before its
/// answer, so that what was revoked is refused at once.
final class AccessBook: Sendable {
    private struct State {
        var access = StoredAccess()
        var tokens: [KeyDigest: AdminTokenRecord] = [:]
        var sessions: [KeyDigest: (session: SessionRecord, user: UserRecord)] = [:]
    }

    private let digester: KeyDigester
    private let state = Mutex(State())

    init(_ digester: KeyDigester) {
        self.digester = digester
    }

    /// All rows.
    var access: StoredAccess { self.state.withLock { $0.access } }

    /// Puts rows in force.
    func publish(_ access: StoredAccess) {
        var state = State(access: access)
        for token in access.tokens {
            if let digest = KeyDigest(bytes: token.digest) { state.tokens[digest] = token }
        }
        let users = Dictionary(access.users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for session in access.sessions {
            guard let user = users[session.userID], let digest = KeyDigest(bytes: session.digest) else { continue }
            state.sessions[digest] = (session, user)
        }
        let published = state
        self.state.withLock { $0 = published }
    }

    /// The digest of a token's text, as it is stored.
    func digest(ofToken text: [UInt8]) -> KeyDigest { text.withUnsafeBytes { self.digester.digest($0) } }

    /// The token with this text, when it is in force.
    func token(_ text: [UInt8], now: UnixMilliseconds) -> AdminTokenRecord? {
        guard text.withUnsafeBytes({ AdminToken.isWellFormed($0) }) else { return nil }
        let digest = self.digest(ofToken: text)
        guard let token = self.state.withLock({ $0.tokens[digest] }) else { return nil }
        return token.isInForce(at: now) ? token : nil
    }

    /// The digest of a session's secret, as it is stored: never that of a token of the same letters.
    func digest(ofSession secret: [UInt8]) -> KeyDigest {
        (Array("martlet session 1\n".utf8) + secret).withUnsafeBytes { self.digester.digest($0) }
    }

    /// The session with this secret and whose it is, when both are in force.
    func session(
        _ secret: [UInt8],
        rules: SessionRules,
        now: UnixMilliseconds
    ) -> (session: SessionRecord, user: UserRecord)? {
        guard SessionSecret.isWellFormed(secret) else { return nil }
        let digest = self.digest(ofSession: secret)
        guard let found = self.state.withLock({ $0.sessions[digest] }) else { return nil }
        return found.user.isEnabled && found.session.isInForce(at: now, rules) ? found : nil
    }
}

extension AdminTokenRecord {
    /// Whether it opens anything at an instant.
    func isInForce(at now: UnixMilliseconds) -> Bool {
        self.revokedAt == nil && (self.expiresAt.map { now < $0 } ?? true)
    }

    /// In a word.
    func state(at now: UnixMilliseconds) -> String {
        if self.revokedAt != nil { return "revoked" }
        return self.isInForce(at: now) ? "active" : "expired"
    }

    /// Who shows this token.
    var principal: AdminPrincipal {
        AdminPrincipal(
            identity: .token(id: self.id),
            actor: self.id,
            name: self.name,
            grant: self.grant,
            expiresAt: self.expiresAt
        )
    }
}
