import Exchange
import Storage
import Synchronization

@testable import AdminAPI

/// A ledger and its price versions in memory: entries in their order, balances summed when asked.
final class MemoryLedger: LedgerStore, PriceStore {
    private struct State {
        var entries: [LedgerEntry] = []
        var versions: [PriceVersionRecord] = []
        var standings: [String: BudgetStanding] = [:]
        var moves: [Int64] = []
        var queries: [UsageQuery] = []
        var rows: [UsageRow] = []
        var audit: [AuditDraft] = []
        var isBroken = false
    }

    private let state = Mutex(State())

    /// What was told to move balances that are kept in memory.
    var moves: [Int64] { self.state.withLock { $0.moves } }
    /// What sums were asked for.
    var queries: [UsageQuery] { self.state.withLock { $0.queries } }
    /// What the audit trail was told.
    var audit: [AuditDraft] { self.state.withLock { $0.audit } }
    var all: [LedgerEntry] { self.state.withLock { $0.entries } }

    func moved(_ periods: [BudgetPeriodKey], _ nanoUSD: Int64) {
        self.state.withLock { $0.moves += periods.map { _ in nanoUSD } }
    }
    func standing(_ id: String) -> BudgetStanding? { self.state.withLock { $0.standings[id] } }
    func setStanding(_ id: String, _ standing: BudgetStanding) { self.state.withLock { $0.standings[id] = standing } }
    func setRows(_ rows: [UsageRow]) { self.state.withLock { $0.rows = rows } }
    func setBroken() { self.state.withLock { $0.isBroken = true } }

    private func with<R>(_ body: (inout State) throws -> R) throws -> R {
        try self.state.withLock { state in
            guard !state.isBroken else { throw StorageError(.failed, "the disk is full") }
            return try body(&state)
        }
    }

    func append(_ entries: [LedgerEntry], watermark: JournalPosition?, audit: AuditBatch?) throws -> Int {
        try self.with { state in
            state.audit += audit?.drafts ?? []
            let new = entries.filter { entry in
                !state.entries.contains {
                    $0.attempt == entry.attempt && $0.kind == entry.kind && $0.number == entry.number
                }
            }
            state.entries += new
            return new.count
        }
    }

    func watermark() throws -> JournalPosition? { nil }

    func balances(_ periods: [BudgetPeriodKey]) throws -> [BudgetBalance] {
        try self.with { state in
            periods.compactMap { period in
                let charges = state.entries.filter { $0.budgets.contains(period) }.map(\.chargeNanoUSD)
                return charges.isEmpty ? nil : BudgetBalance(period: period, spentNanoUSD: charges.reduce(0, +))
            }
        }
    }

    func entries(_ query: LedgerQuery) throws -> [LedgerEntry] {
        try self.with { state in
            let matching = state.entries.filter { entry in
                (query.attempt ?? entry.attempt) == entry.attempt
                    && (query.before.map { entry.attempt < $0 } ?? true)
                    && (query.keyID ?? entry.subject.keyID) == entry.subject.keyID
                    && (query.projectID ?? entry.subject.projectID) == entry.subject.projectID
                    && (query.projects?.contains(entry.subject.projectID) ?? true)
                    && (query.requestID ?? entry.requestID) == entry.requestID
                    && entry.startedAt >= (query.from ?? .min) && entry.startedAt < (query.to ?? .max)
            }
            return Array(matching.sorted { $0.attempt > $1.attempt }.prefix(query.limit))
        }
    }

    func usage(_ query: UsageQuery) throws -> [UsageRow] {
        try self.with { state in
            state.queries.append(query)
            return Array(state.rows.prefix(query.limit))
        }
    }

    func prune(_ retention: Retention, now: UnixMilliseconds, limit: Int) throws -> Int { 0 }

    func priceVersions(limit: Int) throws -> [PriceVersionRecord] {
        try self.with { Array($0.versions.reversed().prefix(limit)) }
    }
    func priceVersion(_ version: Int64) throws -> PriceVersionRecord? {
        try self.with { state in state.versions.first { $0.version == version } }
    }
    func insertPriceVersion(_ record: PriceVersionRecord, audit: AuditBatch?) throws {
        try self.with { state in
            state.audit += audit?.drafts ?? []
            guard record.version == (state.versions.last?.version ?? 0) + 1 else {
                throw StorageError(.conflict, "not the next version")
            }
            state.versions.append(record)
        }
    }
}
