import Exchange
import Policy
import Storage

/// How long sign-ins last.
public struct SessionRules: Sendable, Equatable {
    /// Ends a session that is not used.
    public var idle: Duration
    /// Ends a session, however much it is used.
    public var absolute: Duration

    /// Sets both.
    public init(idle: Duration = .seconds(3_600), absolute: Duration = .seconds(43_200)) {
        self.idle = idle
        self.absolute = absolute
    }

    var idleMilliseconds: Int64 { self.idle.components.seconds * 1_000 }
    var absoluteMilliseconds: Int64 { self.absolute.components.seconds * 1_000 }
}

/// A sign-in that succeeded, with the only showing of the session's secret.
struct CreatedSession: Sendable {
    var record: SessionRecord
    var user: UserRecord
    var secret: Secret
}

extension AccessDesk {
    /// Of one user; the oldest goes when another begins.
    private static let maximumSessions = 20

    /// Sessions of a user, by creation.
    nonisolated func sessions(of id: String) -> [SessionRecord] {
        self.book.access.sessions.filter { $0.userID == id }
    }

    /// Signs a user in by password. What went wrong is not told apart: neither names nor passwords are to be guessed one by one.
    func signIn(
        name: String,
        password: [UInt8],
        origin: String,
        instead old: String?
    ) async throws(AdminProblem) -> CreatedSession {
        // Before anything is computed.
        guard password.count <= PasswordHash.maximumBytes else {
            throw .field("password", "must be at most \(PasswordHash.maximumBytes) bytes")
        }
        try self.limit(name, origin)
        let found = self.users.first { $0.name.utf8.elementsEqual(name.utf8) }
        let isRight = try await self.hasher.verify(password, against: found?.passwordHash)
        // Another write may have come meanwhile.
        let user = self.users.first { $0.id == found?.id && $0.passwordHash == found?.passwordHash }
        guard isRight, let user, user.isEnabled else {
            throw AdminProblem(.unauthorized, "the name or the password is wrong")
        }
        self.signIns.succeeded(user: name)
        return try self.begin(user, origin: origin, instead: old, detail: "by password")
    }

    /// Counts a try of a password.
    nonisolated func limit(_ name: String, _ origin: String) throws(AdminProblem) {
        guard let seconds = self.signIns.refusal(user: name, address: origin, now: self.now) else { return }
        var problem = AdminProblem(.tooManyRequests, "too many passwords were tried; try again in \(seconds) s")
        problem.retryAfterSeconds = seconds
        throw problem
    }

    /// Begins a session with a new secret; the one that the browser had before ends.
    func begin(
        _ user: UserRecord,
        origin: String,
        instead old: String?,
        detail: String
    ) throws(AdminProblem) -> CreatedSession {
        let now = self.now
        let secret = Secret(self.identifiers.base62(SessionSecret.length))
        let session = SessionRecord(
            id: self.identifiers.session(),
            digest: self.book.digest(ofSession: secret.bytes).bytes,
            userID: user.id,
            origin: origin,
            createdAt: now,
            lastSeenAt: now,
            expiresAt: now + self.sessionRules.absoluteMilliseconds
        )
        var signed = user
        signed.lastSignInAt = now
        let (signedUser, before) = (signed, self.sessions(of: user.id))
        var ended = before.prefix(max(0, before.count - Self.maximumSessions + 1)).map(\.id)
        ended += self.overdue(at: now)
        if let old, let known = self.book.session(Array(old.utf8), rules: self.sessionRules, now: now) {
            ended.append(known.session.id)
        }
        let gone = ended
        var entry = AccessEntry("signed_in", nil, signedUser, detail: detail)
        entry.after = nil
        entry.actor = user.id
        try self.commit([entry]) { writer in
            try writer.updateUser(signedUser)
            try writer.deleteSessions(ids: gone)
            try writer.insertSession(session)
        }
        return CreatedSession(record: session, user: signedUser, secret: secret)
    }

    /// Ends a session.
    func endSession(id: String) throws(AdminProblem) {
        guard let session = self.book.access.sessions.first(where: { $0.id == id }) else { return }
        var entry = AccessEntry("signed_out", try self.user(id: session.userID), nil)
        entry.before = nil
        try self.commit([entry]) { try $0.deleteSessions(ids: [id]) }
    }

    /// Ends all sessions of a user.
    func endSessions(ofUser id: String, by granter: AdminPrincipal) throws(AdminProblem) {
        let user = try self.user(id: id)
        if !granter.isUser(id) { try GrantRules.check(granter, gives: user.grant.role) }
        let ids = self.sessions(of: id).map(\.id)
        var entry = AccessEntry("signed_out", user, nil, detail: "all sessions")
        entry.before = nil
        try self.commit([entry]) { try $0.deleteSessions(ids: ids) }
    }

    /// Notes that a session is used, unless that was noted lately.
    func noteUse(ofSession id: String) {
        let now = self.now
        guard let session = self.book.access.sessions.first(where: { $0.id == id }), session.isUseNews(at: now) else {
            return
        }
        try? self.commit([]) { try $0.touchSession(id: id, at: now) }
    }

    /// Sessions that time has ended.
    private func overdue(at now: UnixMilliseconds) -> [String] {
        self.book.access.sessions.filter { !$0.isInForce(at: now, self.sessionRules) }.map(\.id)
    }
}

/// The secret of a session: 43 base62 characters, 256 bits.
enum SessionSecret {
    static let length = 43

    static func isWellFormed(_ text: [UInt8]) -> Bool {
        text.count == self.length && text.allSatisfy(Base62.contains)
    }
}

extension SessionRecord {
    func isInForce(at now: UnixMilliseconds, _ rules: SessionRules) -> Bool {
        now < self.expiresAt && now - self.lastSeenAt < rules.idleMilliseconds
    }

    /// Whether a use now is to be written down: idle time is counted from it, so it must not be far off.
    func isUseNews(at now: UnixMilliseconds) -> Bool { now - self.lastSeenAt >= 60_000 }
}
