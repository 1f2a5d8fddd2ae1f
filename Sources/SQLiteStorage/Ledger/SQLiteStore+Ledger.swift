import GRDB
public import Storage
import Synchronization

extension SQLiteStore: LedgerStore {
    /// Adds entries in one transaction; see `LedgerStore`. Sums that do not fit stay at the largest number.
    @discardableResult
    public func append(_ entries: [LedgerEntry], watermark: JournalPosition?, audit: AuditBatch?) throws -> Int {
        guard !entries.isEmpty || watermark != nil else { return 0 }
        // The writer takes one at a time anyway. Between its commit and the names' return none may be deleted.
        return try self.ledgerAppends.withLock { _ in try self.appendAlone(entries, watermark, audit) }
    }

    private func appendAlone(
        _ entries: [LedgerEntry],
        _ watermark: JournalPosition?,
        _ audit: AuditBatch?
    ) throws -> Int {
        // As a rule all are new. Where one is not, a crash came between the store and the journal: then each is looked at.
        try self.append(entries, areNew: true, watermark, audit)
            ?? self.append(entries, areNew: false, watermark, audit) ?? 0
    }

    /// - Returns: How many were added; `nil`, and nothing was, when they were to be new and were not.
    private func append(
        _ entries: [LedgerEntry],
        areNew: Bool,
        _ watermark: JournalPosition?,
        _ audit: AuditBatch?
    ) throws -> Int? {
        var names = LedgerNames()
        var taken = LedgerNames()
        var isSpoilt = false
        let result = Result { () throws(StorageError) in
            try self.write(work: 1 + entries.count / 16) { database in
                // Whatever fails from here on leaves nothing behind that was not committed.
                taken = self.ledgerNames.withLock { kept in
                    defer { kept = LedgerNames() }
                    return kept
                }
                names = taken
                var batch = try LedgerBatch(database)
                // Entries are long: none is copied on its way.
                try entries.withUnsafeBufferPointer { entries in
                    guard !areNew else { return try batch.insertNew(entries, &names) }
                    for index in entries.indices { try batch.insert(entries[index], &names) }
                }
                isSpoilt = batch.isSpoilt
                guard !isSpoilt else { throw StorageError(.failed, "an entry is in the ledger already") }
                try batch.finish(watermark)
                if let audit { try Self.append(audit, to: database) }
                return batch.count
            }
        }
        guard !isSpoilt else {
            // What was known before is in the store.
            self.ledgerNames.withLock { $0 = taken }
            return nil
        }
        let count = try result.get()
        self.ledgerNames.withLock { $0 = names }
        return count
    }

    /// The journal's position last noted; `nil` before the first.
    public func watermark() throws -> JournalPosition? {
        try self.read { database in try LedgerState(database).watermark }
    }

    /// The balances of these periods; those in which nothing was ever charged are left out.
    public func balances(_ periods: [BudgetPeriodKey]) throws -> [BudgetBalance] {
        try self.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT spent_nano_usd FROM budget_balances WHERE budget_id = ? AND starts_at = ?"
            )
            return try periods.compactMap { period in
                try Int64.fetchOne(statement, arguments: [period.budgetID.withoutZeroBytes, period.startsAt])
                    .map { BudgetBalance(period: period, spentNanoUSD: $0) }
            }
        }
    }
}
