import GRDB
import Storage
import Synchronization

/// Subjects and sets of budgets that no row named when it was looked, on their way out. Labels are chosen by callers and
/// periods come and go, so without this their tables would grow for ever.
///
/// What is used again meanwhile is known by the kept names, which are emptied when a sweep begins: whatever they do not know
/// was not used since, and is deleted by number.
struct NameSweep {
    /// Its number, from 1.
    fileprivate var number = 0
    /// When it began; the next one follows a day later.
    fileprivate var beganAt: UnixMilliseconds?
    fileprivate var subjects: [Int64] = []
    fileprivate var sets: [Int64] = []

    fileprivate static let interval: Int64 = 86_400_000
    /// More of each kind wait for the next sweep.
    fileprivate static let capacity = 100_000

    fileprivate var isEmpty: Bool { self.subjects.isEmpty && self.sets.isEmpty }

    fileprivate func isDue(_ now: UnixMilliseconds) -> Bool {
        guard let beganAt = self.beganAt else { return true }
        return now < beganAt || now.subtractingSaturating(beganAt) >= Self.interval
    }

    /// Takes numbers off both lists, together at most `limit`.
    fileprivate mutating func take(_ limit: Int) -> (subjects: [Int64], sets: [Int64]) {
        let subjects = Array(self.subjects.suffix(limit))
        self.subjects.removeLast(subjects.count)
        let sets = Array(self.sets.suffix(limit - subjects.count))
        self.sets.removeLast(sets.count)
        return (subjects, sets)
    }
}

extension SQLiteStore {
    /// Deletes names that nothing names, at most `limit` in one short transaction. The look for them is a read of the whole
    /// ledger that holds up no writer.
    ///
    /// - Returns: How many went; 0 when none are left, or when so many were used meanwhile that it is not certain any more.
    func sweepNames(now: UnixMilliseconds, limit: Int) throws -> Int {
        if self.sweep.withLock({ $0.isEmpty }) {
            guard self.sweep.withLock({ $0.isDue(now) }) else { return 0 }
            try self.beginSweep(now)
        }
        while true {
            let (number, names) = self.sweep.withLock { sweep in (sweep.number, sweep.take(limit)) }
            guard !names.subjects.isEmpty || !names.sets.isEmpty else { return 0 }
            let count = try self.ledgerAppends.withLock { _ -> Int? in
                let known = self.ledgerNames.withLock { $0 }
                guard known.sweep == number else { return nil }
                return try self.delete(
                    subjects: names.subjects.filter { [used = known.knownSubjects] in !used.contains($0) },
                    sets: names.sets.filter { [used = known.knownSets] in !used.contains($0) }
                )
            }
            guard let count else {
                self.sweep.withLock { sweep in (sweep.subjects, sweep.sets) = ([], []) }
                return 0
            }
            if count > 0 { return count }
        }
    }

    private func beginSweep(_ now: UnixMilliseconds) throws {
        let number = self.sweep.withLock { sweep in
            sweep.number += 1
            sweep.beganAt = now
            return sweep.number
        }
        // No entry is on its way: what was used before is committed, and seen below; what is used from now on is known.
        self.ledgerAppends.withLock { _ in self.ledgerNames.withLock { $0 = LedgerNames(sweep: number) } }
        let (subjects, sets) = try self.read { database in
            let rollups = RollupTable.allCases.map { "UNION SELECT subject FROM \($0.name)" }.joined(separator: " ")
            let subjects = try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM ledger_subjects
                    WHERE id NOT IN (SELECT subject FROM ledger \(rollups)) LIMIT \(NameSweep.capacity)
                    """
            )
            let sets = try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM ledger_budget_sets WHERE id NOT IN (
                        SELECT budget_set FROM ledger WHERE budget_set IS NOT NULL
                    ) LIMIT \(NameSweep.capacity)
                    """
            )
            return (subjects, sets)
        }
        self.sweep.withLock { sweep in (sweep.subjects, sweep.sets) = (subjects, sets) }
    }

    private func delete(subjects: [Int64], sets: [Int64]) throws(StorageError) -> Int {
        guard !subjects.isEmpty || !sets.isEmpty else { return 0 }
        return try self.write(work: 1 + (subjects.count + sets.count) / 16) { database in
            let lists = [("ledger_subjects", subjects), ("ledger_budget_sets", sets)]
            for (table, numbers) in lists {
                let statement = try database.cachedStatement(sql: "DELETE FROM \(table) WHERE id = ?")
                for number in numbers { try statement.execute(arguments: [number]) }
            }
            return subjects.count + sets.count
        }
    }
}
