import GRDB
public import Storage
import Synchronization

extension SQLiteStore {
    /// Deletes request records, ledger rows and rollups that are older than their retention, at most `limit` in one short
    /// transaction. Ledger rows go by the time of their attempt, rollups by whole slices. When nothing of these is left to
    /// delete, once a day, subjects and sets of budgets go that no row names any more.
    ///
    /// - Parameters:
    ///   - retention: What to keep. A kind without days is kept for ever; negative days count as none.
    ///   - now: The time.
    ///   - limit: At most this many rows; nothing happens below 1.
    /// - Returns: How many rows went; 0 when nothing is left to delete. Call again after writers had their turn.
    /// - Throws: `.failed` when the engine does.
    public func prune(_ retention: Retention, now: UnixMilliseconds, limit: Int) throws -> Int {
        guard limit > 0 else { return 0 }
        let count = try self.requestTail.withLock { tail in
            // The last block may be among those that lose records.
            tail = nil
            return try self.write(work: 1 + limit / 16) { database in
                var pruning = Pruning(database: database, now: now, left: limit)
                try pruning.requests(retention.requestDays)
                try pruning.ledger(retention.ledgerDays)
                try pruning.rollups(retention)
                return limit - pruning.left
            }
        }
        // While ledger rows are kept for ever, so is what they name.
        guard count == 0, retention.ledgerDays != nil else { return count }
        return try self.sweepNames(now: now, limit: limit)
    }
}

/// One step of pruning.
private struct Pruning {
    let database: Database
    let now: UnixMilliseconds
    /// Rows that may still go.
    var left: Int

    /// The instant before which things are old.
    private func end(_ days: Int) -> UnixMilliseconds {
        let (length, isOver) = Int64(max(days, 0)).multipliedReportingOverflow(by: RollupTable.days.milliseconds)
        return isOver ? .min : self.now.subtractingSaturating(length)
    }

    private mutating func delete(_ sql: String, _ arguments: [Int64]) throws {
        try self.database.cachedStatement(sql: sql).execute(
            arguments: StatementArguments(arguments + [Int64(self.left)])
        )
        self.left -= self.database.changesCount
    }

    /// Records, and when keys were last used that are gone themselves.
    mutating func requests(_ days: Int?) throws {
        guard let days, self.left > 0 else { return }
        self.left -= try RequestWriter(self.database).delete(before: self.end(days), limit: self.left)
        guard self.left > 0 else { return }
        try self.delete(
            """
            DELETE FROM key_uses WHERE key_id IN (
                SELECT key_id FROM key_uses WHERE at < ? AND key_id NOT IN (SELECT id FROM keys) LIMIT ?
            )
            """,
            [self.end(days)]
        )
    }

    /// What began later than its id says stays until that is old, too.
    mutating func ledger(_ days: Int?) throws {
        guard let days, self.left > 0 else { return }
        let end = self.end(days)
        guard end > 0 else { return }
        let old = """
            FROM ledger WHERE attempt_high < ? AND started_at < ?
            ORDER BY attempt_high, attempt_low, kind, number LIMIT ?
            """
        let (high, limit) = (AttemptID.storedHigh(at: end), self.left)
        // An attempt that is left with some of its rows goes in the next step.
        try self.database.cachedStatement(
            sql: """
                DELETE FROM ledger_late_attempts
                WHERE (request, high, low) IN (SELECT request_id, attempt_high, attempt_low \(old))
                """
        ).execute(arguments: [high, end, limit])
        try self.delete(
            """
            DELETE FROM ledger WHERE (attempt_high, attempt_low, kind, number) IN (
                SELECT attempt_high, attempt_low, kind, number \(old)
            )
            """,
            [high, end]
        )
        if self.left < limit { try self.keyTimes(before: high, limit: limit) }
    }

    /// Slices of time before the ledger's first row, of every key.
    private func keyTimes(before high: Int64, limit: Int) throws {
        let first = "SELECT attempt_high FROM ledger ORDER BY attempt_high LIMIT 1"
        let least = try Int64.fetchOne(self.database.cachedStatement(sql: first)) ?? high
        // From key to key by the table's order: most of its rows are not looked at.
        try self.database.cachedStatement(
            sql: """
                WITH RECURSIVE keys (number) AS (
                    SELECT min(key_number) FROM ledger_key_times
                    UNION ALL
                    SELECT (SELECT min(key_number) FROM ledger_key_times WHERE key_number > keys.number)
                    FROM keys WHERE keys.number IS NOT NULL
                )
                DELETE FROM ledger_key_times WHERE (key_number, slice) IN (
                    SELECT times.key_number, times.slice
                    FROM keys CROSS JOIN ledger_key_times AS times ON times.key_number = keys.number
                    WHERE times.slice < ? LIMIT ?
                )
                """
        ).execute(arguments: [LedgerPlaces.slice(ofHigh: least), limit])
    }

    /// Finer slices go by whole coarser ones, so that no hour is left with some of its minutes.
    mutating func rollups(_ retention: Retention) throws {
        let old = try LedgerState(self.database)
        var state = old
        for (table, days) in [
            (.minutes, retention.minuteDays), (.hours, retention.hourDays), (.days, retention.dayDays),
        ] as [(RollupTable, Int?)] {
            guard let days, self.left > 0 else { continue }
            let coarser = table == .minutes ? RollupTable.hours : .days
            let end = self.end(days).dividedDown(by: coarser.milliseconds) * (coarser.minutes / table.minutes)
            state.raiseHorizon(table, to: end)
            try self.delete(
                """
                DELETE FROM \(table.name) WHERE (slice, subject, outcome) IN (
                    SELECT slice, subject, outcome FROM \(table.name) WHERE slice < ?
                    ORDER BY slice, subject, outcome LIMIT ?
                )
                """,
                [state.horizon(table)]
            )
        }
        if state != old { try state.write(self.database) }
    }
}
