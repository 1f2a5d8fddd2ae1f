/// One consistent read of who may use the admin API.
public struct StoredAccess: Sendable, Equatable {
    /// All tokens, by creation.
    public var tokens: [AdminTokenRecord]
    /// All users, by name.
    public var users: [UserRecord]
    /// All sessions, by creation.
    public var sessions: [SessionRecord]

    /// Bundles the rows.
    public init(tokens: [AdminTokenRecord] = [], users: [UserRecord] = [], sessions: [SessionRecord] = []) {
        self.tokens = tokens
        self.users = users
        self.sessions = sessions
    }
}

/// What changes access, inside one transaction. Calls block.
public protocol AccessWriter {
    /// Inserts a token. Throws `.conflict` when its id or digest is taken.
    func insertToken(_ token: AdminTokenRecord) throws
    /// Replaces a token; its digest, role and scope stay, and so does the instant of its revocation once there is one.
    func updateToken(_ token: AdminTokenRecord) throws
    /// Deletes a token for good.
    func deleteToken(id: String) throws

    /// Inserts a user. Throws `.conflict` when the id, the name or the identity is taken.
    func insertUser(_ user: UserRecord) throws
    /// Replaces a user. Throws `.notFound`, or `.conflict` when the name or the identity is taken.
    func updateUser(_ user: UserRecord) throws
    /// Deletes a user and all sessions of that user.
    func deleteUser(id: String) throws

    /// Inserts a session. Throws `.notFound` when its user does not exist.
    func insertSession(_ session: SessionRecord) throws
    /// Notes when a session was last used.
    func touchSession(id: String, at instant: UnixMilliseconds) throws
    /// Deletes sessions; those that do not exist are passed over.
    func deleteSessions(ids: [String]) throws
}

/// Who may use the admin API. Calls block: they run on a thread of their own, never on an event loop.
public protocol AccessStore: Sendable {
    /// All rows in one consistent read.
    func loadAccess() throws -> StoredAccess

    /// Writes in one transaction, together with what the audit trail is to know of it: all of it or nothing.
    ///
    /// - Parameters:
    ///   - write: Makes the changes; what it throws undoes them.
    ///   - audit: What enters the audit trail; `nil` for nothing.
    /// - Returns: All rows as they are afterwards.
    /// - Throws: What `write` throws; `.failed` when the engine does.
    @discardableResult
    func changeAccess(_ write: (any AccessWriter) throws -> Void, audit: AuditBatch?) throws -> StoredAccess
}
