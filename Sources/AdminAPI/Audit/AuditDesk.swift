public import Storage
public import Telemetry

/// Reads the audit trail, proves it, and adds what was refused: on a thread of its own.
public actor AuditDesk {
    /// Entries are followed in steps of so many.
    private static let step = 1_000
    /// Refusals that are written at once; then one for each second that has passed. The rest is only counted: whoever guesses
    /// tokens must not fill the disk.
    private static let burst: Int64 = 60

    private let executor = StoreExecutor(label: "martlet.audit")
    private let store: any AuditStore
    private let chain: AuditChain
    private let unwritten: Counter
    private let clock: @Sendable () -> UnixMilliseconds
    private var credit = AuditDesk.burst * 1_000
    private var lastRefusal: UnixMilliseconds = 0

    /// Works on a trail.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it here.
    ///   - chain: Computes hashes.
    ///   - metrics: Counts refusals that were not written.
    ///   - clock: Unix time in milliseconds.
    public init(
        _ store: any AuditStore,
        chain: AuditChain,
        metrics: MetricRegistry,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.store = store
        self.chain = chain
        self.clock = clock
        self.unwritten = metrics.counter(
            "martlet_audit_unwritten_total",
            help: "Refused admin requests that the audit trail does not name: too many at once, or the store failed."
        )
    }

    /// The desk's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Lists entries.
    func list(_ query: AuditQuery) throws(AdminProblem) -> [AuditEntry] {
        do { return try self.store.auditEntries(query) } catch { throw Self.failed }
    }

    /// Follows the whole chain from its first entry.
    ///
    /// - Returns: How far it holds.
    /// - Throws: `.storeFailed`.
    func verify() async throws(AdminProblem) -> AuditCheck {
        var check = AuditCheck()
        var query = AuditQuery()
        query.limit = Self.step
        query.after = 0
        while check.fault == nil {
            let entries = try self.list(query)
            guard let last = entries.last else { break }
            for entry in entries {
                guard check.follow(entry, by: self.chain) else { break }
            }
            query.after = last.number
            // Others may write between two steps.
            await Task.yield()
        }
        return check
    }

    /// Notes a refused request, unless there are too many of them.
    func note(refused what: String, _ problem: AdminProblem, for context: AuditContext) {
        let now = self.clock()
        self.credit = min(Self.burst * 1_000, self.credit + max(0, min(now - self.lastRefusal, 3_600_000)))
        self.lastRefusal = now
        guard self.credit >= 1_000 else { return self.unwritten.add() }
        self.credit -= 1_000
        let draft = AuditDraft(
            at: now,
            actor: problem.code == .unauthorized ? "nobody" : context.actor,
            origin: context.origin,
            requestID: context.requestID,
            action: "refused",
            objectID: String(what.prefix(200)),
            detail: String("\(problem.code): \(problem.detail)".prefix(1_000))
        )
        do {
            try self.store.appendAudit(AuditBatch([draft], seal: self.chain.seal))
        } catch {
            self.unwritten.add()
        }
    }

    /// Notes what was done that changes no row, for whom the work of this task is.
    func note(_ action: String, object: String, detail: String) {
        try? self.require(action, object: object, detail: detail)
    }

    /// As `note`, before it is done: what cannot be audited is not to be done.
    ///
    /// - Throws: `.storeFailed` when the trail could not be written, which is counted.
    func require(_ action: String, object: String, detail: String) throws(AdminProblem) {
        let context = AuditContext.current
        let draft = AuditDraft(
            at: self.clock(),
            actor: context.actor,
            origin: context.origin,
            requestID: context.requestID,
            action: action,
            objectID: object,
            detail: detail
        )
        do {
            try self.store.appendAudit(AuditBatch([draft], seal: self.chain.seal))
        } catch {
            self.unwritten.add()
            throw AdminProblem(.storeFailed, "the audit trail could not be written, so nothing was done")
        }
    }

    private static let failed = AdminProblem(.storeFailed, "the audit trail could not be read")
}
