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
        var names = LedgerNames()
        let count = try self.write(work: 1 + entries.count / 16) { database in
            // Whatever fails from here on leaves nothing behind that was not committed.
            names = self.ledgerNames.withLock { kept in
                defer { kept = LedgerNames() }
                return kept
            }
            var batch = try LedgerBatch(database)
            // Entries are long: none is copied on its way.
            try entries.withUnsafeBufferPointer { entries in
                for index in entries.indices { try batch.insert(entries[index], &names) }
            }
            try batch.finish(watermark)
            if let audit { try Self.append(audit, to: database) }
            return batch.count
        }
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

    /// Lists entries by attempt, newest first; an attempt's own entries are in the order settlement, corrections, reratings,
    /// each by number. A page never ends inside an attempt: when the limit falls there, the attempt is left to the next
    /// page, unless it is alone on this one and so exceeds the limit. The limit is brought into 1 to 1,000.
    public func entries(_ query: LedgerQuery) throws -> [LedgerEntry] {
        let limit = min(max(query.limit, 1), 1000)
        return try self.query { database in
            guard let filter = try Self.filter(query, database) else { return [] }
            var rows = try Self.entries(database, filter, limit: limit + 1)
            if rows.count > limit {
                let last = rows[limit - 1].attempt
                if rows.removeLast().attempt == last { rows.removeAll { $0.attempt == last } }
                if rows.isEmpty {
                    var alone = ListFilter()
                    alone.require("(attempt_high, attempt_low) = (?, ?)", all: [last.stored.high, last.stored.low])
                    rows = try Self.entries(database, alone, limit: -1)
                }
            }
            return Self.ordered(rows)
        }
    }

    /// Rows that pass a filter, in the falling order of their identity.
    private static func entries(_ database: Database, _ filter: ListFilter, limit: Int) throws -> [LedgerEntry] {
        let sql = """
            \(LedgerRow.select) \(filter.clause)
            ORDER BY attempt_high DESC, attempt_low DESC, kind DESC, number DESC LIMIT ?
            """
        let arguments = StatementArguments(filter.arguments + [limit.databaseValue])
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map(LedgerRow.entry)
    }

    /// Turns the entries of each attempt round.
    private static func ordered(_ rows: [LedgerEntry]) -> [LedgerEntry] {
        var rest = rows[...]
        var ordered: [LedgerEntry] = []
        while let attempt = rest.first?.attempt {
            let own = rest.prefix { $0.attempt == attempt }
            ordered += own.reversed()
            rest = rest.dropFirst(own.count)
        }
        return ordered
    }

    /// The query's conditions; `nil` when nothing can match.
    private static func filter(_ query: LedgerQuery, _ database: Database) throws -> ListFilter? {
        var filter = ListFilter()
        if let before = query.before?.stored {
            filter.require("(attempt_high, attempt_low) < (?, ?)", all: [before.high, before.low])
        }
        if let attempt = query.attempt?.stored {
            filter.require("(attempt_high, attempt_low) = (?, ?)", all: [attempt.high, attempt.low])
        }
        filter.require("request_id = ?", query.requestID?.withoutZeroBytes)
        if let key = query.keyID?.withoutZeroBytes {
            let sql = "SELECT key_number FROM ledger_subjects WHERE key_id = ? LIMIT 1"
            guard let number = try Int64.fetchOne(database, sql: sql, arguments: [key]) else { return nil }
            filter.require("ledger.key_number = ?", number)
        }
        filter.require("+project_id = ?", query.projectID?.withoutZeroBytes)
        filter.require("+project_id", oneOf: query.projects)
        let state = try LedgerState(database)
        filter.require("attempt_high >= ?", query.from.map(state.lowestHigh))
        filter.require("attempt_high <= ?", query.to.map(state.highestHigh))
        filter.require("started_at >= ?", query.from)
        filter.require("started_at < ?", query.to)
        return filter
    }
}
