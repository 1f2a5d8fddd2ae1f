import Exchange
public import Storage

/// Reads the ledger and its sums, and writes what administrators add to it: on a thread of its own, so that a long report
/// holds up neither an event loop nor a change of configuration.
public actor LedgerDesk {
    /// Entries are read in steps of so many.
    static let step = 1_000

    private let executor = StoreExecutor.quiet()
    private let store: any LedgerStore
    private let moveBalances: @Sendable ([BudgetPeriodKey], Int64) -> Void
    private let audit: AuditChain?
    private let clock: @Sendable () -> UnixMilliseconds
    private var isRerating = false

    /// Works on a ledger.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it here.
    ///   - moveBalances: Told of every charge that was added to budgets' periods, after it is stored: balances that are
    ///     kept in memory follow.
    ///   - audit: Chains what the audit trail is to know of additions; `nil` for none.
    ///   - clock: Unix time in milliseconds.
    public init(
        _ store: any LedgerStore,
        moveBalances: @escaping @Sendable (_ periods: [BudgetPeriodKey], _ nanoUSD: Int64) -> Void = { _, _ in },
        audit: AuditChain? = nil,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.store = store
        self.moveBalances = moveBalances
        self.audit = audit
        self.clock = clock
    }

    /// The desk's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Sums.
    func usage(_ query: UsageQuery) throws(AdminProblem) -> [UsageRow] {
        do { return try self.store.usage(query) } catch { throw Self.failed }
    }

    /// Sums, and their sum.
    func usageAndTotal(_ query: UsageQuery) throws(AdminProblem) -> UsageSums {
        do { return try self.store.usageAndTotal(query) } catch { throw Self.failed }
    }

    /// Works on what was read, on the desk's thread: the text of a long report is as long to make as some are to read.
    func work<R: Sendable>(_ body: @Sendable () -> R) -> R { body() }

    /// What was spent in periods; those without spending are left out.
    func spent(_ periods: [BudgetPeriodKey]) throws(AdminProblem) -> [BudgetPeriodKey: Int64] {
        guard !periods.isEmpty else { return [:] }
        do {
            let balances = try self.store.balances(periods)
            return Dictionary(balances.map { ($0.period, $0.spentNanoUSD) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw Self.failed
        }
    }

    /// A page of entries. An attempt's entries are never parted: the page may be shorter than its limit, and only for an
    /// attempt with more entries than the limit is it longer.
    ///
    /// - Parameter query: Which.
    /// - Returns: The entries, and where the next page begins; `nil` on the last.
    /// - Throws: `.storeFailed`.
    func page(_ query: LedgerQuery) throws(AdminProblem) -> (entries: [LedgerEntry], next: AttemptID?) {
        let entries = try self.read(query)
        guard query.attempt == nil, entries.count >= query.limit, let last = entries.last?.attempt else {
            return (entries, nil)
        }
        let whole = entries.filter { $0.attempt != last }
        if let next = whole.last?.attempt { return (whole, next) }
        return (try self.entries(of: last), last)
    }

    /// All entries of one attempt: its settlement first.
    func entries(of attempt: AttemptID) throws(AdminProblem) -> [LedgerEntry] {
        var query = LedgerQuery()
        query.attempt = attempt
        query.limit = Self.step
        return try self.read(query).sorted { a, b in
            (Self.rank(a.kind), a.number) < (Self.rank(b.kind), b.number)
        }
    }

    /// Adds a correction to a settled attempt.
    ///
    /// - Parameters:
    ///   - attempt: Which.
    ///   - nanoUSD: What is added to its charge; the whole may not fall below 0.
    ///   - note: Who made it and why.
    /// - Returns: All entries of the attempt, the new one included.
    /// - Throws: `.notFound` for an attempt that is not settled, `.invalidField` for an amount that is too low or too high.
    func correct(_ attempt: AttemptID, by nanoUSD: Int64, note: String) throws(AdminProblem) -> [LedgerEntry] {
        let entries = try self.entries(of: attempt)
        guard let settlement = entries.first(where: { $0.kind == .settlement }) else {
            throw AdminProblem(.notFound, "there is no settled attempt \(AttemptText.text(attempt))")
        }
        let total = Self.sum(entries)
        guard (0...Int128(Int64.max)).contains(total + Int128(nanoUSD)) else {
            let charged = NanoUSD.text(Int64(clamping: total))
            throw .field("amount_usd", "must not take the attempt's charge of \(charged) below 0 or beyond all bounds")
        }
        var correction = settlement.administrative(.correction, after: entries, at: self.clock())
        correction.chargeNanoUSD = nanoUSD
        correction.note = note
        try self.add([correction])
        return entries + [correction]
    }

    /// Prices a time anew, adding the differences.
    ///
    /// - Parameters:
    ///   - request: Which attempts.
    ///   - version: The version of the price list that the prices are of.
    ///   - price: What an attempt costs; `nil` when its model has no price, which leaves it.
    /// - Returns: What was done, or with `isDryRun` would be.
    /// - Throws: `.conflict` while this is under way already, `.storeFailed`.
    func rerate(
        _ request: RerateRequest,
        version: Int64,
        price: @Sendable (LedgerEntry) -> Repriced?
    ) async throws(AdminProblem) -> RerateResult {
        guard !self.isRerating else { throw AdminProblem(.conflict, "the ledger is being rerated already") }
        self.isRerating = true
        defer { self.isRerating = false }
        var query = LedgerQuery()
        query.limit = Self.step
        query.from = request.from
        query.to = request.to
        var result = RerateResult()
        repeat {
            let (entries, next) = try self.page(query)
            let new = result.rerate(entries, request, version: version, now: self.clock(), price: price)
            if !request.isDryRun { try self.add(new) }
            query.before = next
            // Others may read between two steps.
            await Task.yield()
        } while query.before != nil
        return result
    }

    private func read(_ query: LedgerQuery) throws(AdminProblem) -> [LedgerEntry] {
        do { return try self.store.entries(query) } catch { throw Self.failed }
    }

    private func add(_ entries: [LedgerEntry]) throws(AdminProblem) {
        guard !entries.isEmpty else { return }
        let count: Int
        do {
            count = try self.store.append(entries, watermark: nil, audit: self.audit.map { self.batch(entries, $0) })
        } catch {
            throw AdminProblem(.storeFailed, "the ledger could not be written")
        }
        guard count == entries.count else {
            throw AdminProblem(.conflict, "the ledger changed meanwhile; look again and repeat")
        }
        for entry in entries { self.moveBalances(entry.budgets, entry.chargeNanoUSD) }
    }

    /// One entry for each attempt that is added to.
    private func batch(_ entries: [LedgerEntry], _ chain: AuditChain) -> AuditBatch {
        let (context, now) = (AuditContext.current, self.clock())
        let drafts = entries.map { entry in
            var fields = AuditFields()
            fields.add("charge_usd", NanoUSD.text(entry.chargeNanoUSD))
            fields.add("number", entry.number)
            return AuditDraft(
                at: now,
                actor: context.actor,
                origin: context.origin,
                requestID: context.requestID,
                action: entry.kind == .rerating ? "ledger.rerated" : "ledger.corrected",
                objectID: AttemptText.text(entry.attempt),
                objectName: entry.subject.model,
                after: fields.text(),
                detail: entry.note
            )
        }
        return AuditBatch(drafts, seal: chain.seal)
    }

    /// The sum of charges; as many as an attempt has fit easily.
    static func sum(_ entries: [LedgerEntry]) -> Int128 {
        entries.reduce(into: Int128(0)) { $0 += Int128($1.chargeNanoUSD) }
    }

    private static func rank(_ kind: LedgerEntryKind) -> Int {
        switch kind {
        case .settlement: 0
        case .correction: 1
        case .rerating: 2
        }
    }

    private static let failed = AdminProblem(.storeFailed, "the ledger could not be read")
}

extension LedgerEntry {
    /// An entry beside a settlement: it counts where the settlement does, with no usage and no charge of its own yet.
    func administrative(
        _ kind: LedgerEntryKind,
        after entries: [LedgerEntry],
        at now: UnixMilliseconds
    ) -> LedgerEntry {
        var entry = LedgerEntry(
            attempt: self.attempt,
            kind: kind,
            requestID: self.requestID,
            subject: self.subject,
            startedAt: self.startedAt,
            settledAt: now
        )
        entry.number = 1 + (entries.filter { $0.kind == kind }.map(\.number).max() ?? 0)
        entry.status = self.status
        entry.outcome = self.outcome
        entry.priceVersion = self.priceVersion
        entry.budgets = self.budgets
        return entry
    }
}
