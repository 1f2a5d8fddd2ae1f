public import Policy
public import Storage

/// Where tokens, users and sessions are checked and written, for HTTP and for the command line alike.
///
/// Writes follow one another on the actor's own thread; each one's entries of the audit trail are in its transaction, and it is
/// in force when the call returns.
public actor AccessDesk {
    /// A use is written down when the one before it is this old: often enough for people, seldom enough for the disk.
    static let touchInterval: UnixMilliseconds = 300_000

    private let executor = StoreExecutor(label: "martlet.access")
    private let store: any AccessStore
    private let chain: AuditChain
    private let clock: @Sendable () -> UnixMilliseconds
    let randomness: Randomness
    let identifiers: Identifiers
    nonisolated let book: AccessBook
    nonisolated let hasher: PasswordHasher
    nonisolated let signIns = SignInLimit()
    nonisolated let sessionRules: SessionRules

    /// Loads nothing yet; see `load`.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it.
    ///   - digester: Digests tokens and the secrets of sessions, and chains the audit trail.
    ///   - sessionRules: How long sign-ins last.
    ///   - randomness: Where ids and secrets come from.
    ///   - clock: Unix time in milliseconds.
    public init(
        store: any AccessStore,
        digester: KeyDigester,
        sessionRules: SessionRules = SessionRules(),
        randomness: Randomness = .system,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.init(
            store: store,
            digester: digester,
            sessionRules: sessionRules,
            hasher: PasswordHasher(randomness: randomness),
            randomness: randomness,
            clock: clock
        )
    }

    /// As above, with what hashes passwords.
    init(
        store: any AccessStore,
        digester: KeyDigester,
        sessionRules: SessionRules = SessionRules(),
        hasher: PasswordHasher,
        randomness: Randomness = .system,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.store = store
        self.hasher = hasher
        self.sessionRules = sessionRules
        self.chain = AuditChain(digester)
        self.clock = clock
        self.randomness = randomness
        self.identifiers = Identifiers(randomness: randomness)
        self.book = AccessBook(digester)
    }

    /// The desk's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Reads the store and puts it in force.
    ///
    /// - Throws: `.storeFailed`.
    public func load() throws(AdminProblem) {
        do {
            self.book.publish(try self.store.loadAccess())
        } catch {
            throw Self.problem(from: error)
        }
    }

    /// The time now.
    nonisolated var now: UnixMilliseconds { self.clock() }

    /// Writes, with entries of the audit trail in the same transaction.
    func commit(
        _ entries: [AccessEntry],
        _ write: (any AccessWriter) throws -> Void
    ) throws(AdminProblem) {
        let (context, now) = (AuditContext.current, self.now)
        let drafts = entries.map { $0.draft(for: context, at: now) }
        do {
            let batch = drafts.isEmpty ? nil : AuditBatch(drafts, seal: self.chain.seal)
            self.book.publish(try self.store.changeAccess(write, audit: batch))
        } catch {
            throw Self.problem(from: error)
        }
    }

    private static func problem(from error: any Error) -> AdminProblem {
        if let problem = error as? AdminProblem { return problem }
        guard let error = error as? StorageError else { return AdminProblem(.storeFailed, "the store failed") }
        switch error.code {
        case .notFound: return AdminProblem(.notFound, error.message)
        case .conflict: return AdminProblem(.conflict, error.message)
        case .unusable, .failed: return AdminProblem(.storeFailed, error.message)
        }
    }
}

/// One entry of the audit trail about access.
struct AccessEntry {
    var action: String
    var id: String
    var name: String
    var before: AuditFields?
    var after: AuditFields?
    var detail: String?
    /// Who did it, when that is not who asked: nobody is anybody before they have signed in.
    var actor: String?

    /// One row, as it was and as it is: only what differs, when it was there before and after.
    init<Row: AuditedRow>(_ action: String, _ before: Row?, _ after: Row?, detail: String? = nil) {
        self.action = "\(Row.auditedKind).\(action)"
        let row = after ?? before
        self.id = row?.id ?? ""
        self.name = row?.auditedName ?? ""
        self.before = before?.auditFields
        self.after = after?.auditFields
        self.detail = detail
    }

    func draft(for context: AuditContext, at now: UnixMilliseconds) -> AuditDraft {
        var names: Set<String>?
        if let before, let after { names = after.differing(from: before).union(before.differing(from: after)) }
        let passes = { (name: String) in names?.contains(name) ?? true }
        return AuditDraft(
            at: now,
            actor: self.actor ?? context.actor,
            origin: context.origin,
            requestID: context.requestID,
            action: self.action,
            objectID: self.id,
            objectName: self.name,
            before: self.before?.text(where: passes),
            after: self.after?.text(where: passes),
            detail: self.detail
        )
    }
}

extension AdminTokenRecord: AuditedRow {
    static let auditedKind = "token"
    var auditedName: String { self.name }
    var auditFields: AuditFields {
        var fields = AuditFields()
        fields.add("name", self.name)
        fields.add("role", self.grant.role.rawValue)
        fields.add("projects", self.grant.projects)
        fields.add("expires_at", time: self.expiresAt)
        fields.add("revoked_at", time: self.revokedAt)
        return fields
    }
}
