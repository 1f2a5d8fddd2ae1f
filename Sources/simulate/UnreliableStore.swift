import Storage
import Synchronization

/// A store that fails when told: before it commits, or after, when its answer is lost.
final class UnreliableStore: LedgerStore {
    enum Fault: Sendable {
        case beforeCommit, afterCommit
    }

    struct Lost: Error {}

    private let store: any LedgerStore
    private let state = Mutex<(faults: [Fault], isDead: Bool)>(([], false))

    init(_ store: any LedgerStore) {
        self.store = store
    }

    func enqueue(_ fault: Fault) {
        self.state.withLock { $0.faults.append(fault) }
    }

    /// The process that used it has died: nothing it still does arrives.
    func die() {
        self.state.withLock { $0.isDead = true }
    }

    func revive() {
        self.state.withLock { $0 = ([], false) }
    }

    func append(_ entries: [LedgerEntry], watermark: JournalPosition?, audit: AuditBatch?) throws -> Int {
        let fault = try self.state.withLock { state in
            if state.isDead { throw Lost() }
            return state.faults.isEmpty ? nil : state.faults.removeFirst()
        }
        if fault == .beforeCommit { throw Lost() }
        let inserted = try self.store.append(entries, watermark: watermark, audit: audit)
        if fault == .afterCommit { throw Lost() }
        return inserted
    }

    func watermark() throws -> JournalPosition? { try self.store.watermark() }
    func balances(_ periods: [BudgetPeriodKey]) throws -> [BudgetBalance] { try self.store.balances(periods) }
    func entries(_ query: LedgerQuery) throws -> [LedgerEntry] { try self.store.entries(query) }
    func usage(_ query: UsageQuery) throws -> [UsageRow] { try self.store.usage(query) }

    func prune(_ retention: Retention, now: UnixMilliseconds, limit: Int) throws -> Int {
        try self.store.prune(retention, now: now, limit: limit)
    }
}
