import Exchange
import GRDB
import GRDBSQLite
import Storage

/// Entries on their way into the ledger within one transaction, and what they add to balances and rollups.
struct LedgerBatch {
    /// Entries that one statement takes.
    private static let group = 8
    private static let insertGroup = LedgerRow.insert(rows: LedgerBatch.group)

    private let database: Database
    private var row: RowBinder
    private var rows: RowBinder
    private var numbers: [Numbers] = []
    private var places: LedgerPlaceWriter
    private var state: LedgerState
    private var oldState: LedgerState
    private var minutes = Gathered<RollupPlace, MinuteSums>()
    private var charges = Gathered<Int64, Charges>()
    /// Entries that were new.
    private(set) var count = 0
    /// Of a group, not all were new, and which is not known: nothing may be committed.
    private(set) var isSpoilt = false

    /// What an entry's row holds in place of names.
    private struct Numbers {
        var subject: LedgerNames.SubjectNumbers
        var set: Int64?
    }

    /// The charges of all entries that count in the same periods.
    private struct Charges {
        var periods: [BudgetPeriodKey]
        var nanoUSD: Int64 = 0

        mutating func add(_ charge: Int64) { self.nanoUSD = self.nanoUSD.addingSaturating(charge) }
    }

    init(_ database: Database) throws {
        self.database = database
        self.row = RowBinder(try database.cachedStatement(sql: LedgerRow.insert).sqliteStatement)
        self.rows = RowBinder(try database.cachedStatement(sql: Self.insertGroup).sqliteStatement)
        self.places = try LedgerPlaceWriter(database)
        self.state = try LedgerState(database)
        self.oldState = self.state
    }

    /// Adds entries, many in a statement. Where one is there already, the batch `isSpoilt`.
    mutating func insertNew(_ entries: UnsafeBufferPointer<LedgerEntry>, _ names: inout LedgerNames) throws {
        var start = 0
        while entries.count - start >= Self.group, !self.isSpoilt {
            try self.insertGroup(UnsafeBufferPointer(rebasing: entries[start..<(start + Self.group)]), &names)
            start += Self.group
        }
        guard !self.isSpoilt else { return }
        for index in start..<entries.count { try self.insert(entries[index], &names) }
    }

    private mutating func insertGroup(
        _ entries: UnsafeBufferPointer<LedgerEntry>,
        _ names: inout LedgerNames
    ) throws {
        // First all names: what is new among them is written by statements of its own.
        self.numbers.removeAll(keepingCapacity: true)
        for index in entries.indices { self.numbers.append(try self.numbers(of: entries[index], &names)) }
        for index in entries.indices {
            let numbers = self.numbers[index]
            LedgerRow.bind(entries[index], numbers.subject, set: numbers.set, to: &self.rows)
        }
        try self.rows.run()
        self.isSpoilt = sqlite3_changes(self.database.sqliteConnection) != Self.group
        guard !self.isSpoilt else { return }
        for index in entries.indices { try self.note(entries[index], self.numbers[index]) }
    }

    /// Adds an entry unless one of its identity is there.
    mutating func insert(_ entry: LedgerEntry, _ names: inout LedgerNames) throws {
        let numbers = try self.numbers(of: entry, &names)
        LedgerRow.bind(entry, numbers.subject, set: numbers.set, to: &self.row)
        try self.row.run()
        guard sqlite3_changes(self.database.sqliteConnection) > 0 else { return }
        try self.note(entry, numbers)
    }

    private func numbers(of entry: LedgerEntry, _ names: inout LedgerNames) throws -> Numbers {
        let subject = try names.numbers(of: entry.subject, self.database)
        return Numbers(subject: subject, set: try names.number(of: entry.budgets, self.database))
    }

    /// Counts an entry that is in the ledger now, and was not before.
    private mutating func note(_ entry: LedgerEntry, _ numbers: Numbers) throws {
        self.count += 1
        try self.places.note(entry.attempt, request: entry.requestID, key: numbers.subject.key)
        self.state.widen(by: entry)
        if let set = numbers.set, entry.chargeNanoUSD != 0 {
            let index = self.charges.index(of: set) { Charges(periods: entry.budgets) }
            self.charges.values[index].add(entry.chargeNanoUSD)
        }
        let place = RollupPlace(
            slice: entry.startedAt.dividedDown(by: RollupTable.minutes.milliseconds),
            subject: numbers.subject.subject,
            outcome: entry.outcome.ledgerCode
        )
        let index = self.minutes.index(of: place) { MinuteSums() }
        self.minutes.values[index].add(entry)
    }

    /// Writes balances, rollups and, when there is one, the journal's position.
    mutating func finish(_ watermark: JournalPosition?) throws {
        try self.moveBalances()
        try self.moveRollups()
        if let watermark { self.state.watermark = watermark }
        if self.state != self.oldState { try self.state.write(self.database) }
    }

    private func moveBalances() throws {
        var sums: [BudgetPeriodKey: Int64] = [:]
        for charges in self.charges.values {
            for period in Set(charges.periods) {
                sums[period] = (sums[period] ?? 0).addingSaturating(charges.nanoUSD)
            }
        }
        guard !sums.isEmpty else { return }
        let find = try self.database.cachedStatement(
            sql: "SELECT spent_nano_usd FROM budget_balances WHERE budget_id = ? AND starts_at = ?"
        )
        let store = try self.database.cachedStatement(
            sql: "INSERT OR REPLACE INTO budget_balances (budget_id, starts_at, spent_nano_usd) VALUES (?, ?, ?)"
        )
        for (period, sum) in sums {
            let spent = try Int64.fetchOne(find, arguments: [period.budgetID.withoutZeroBytes, period.startsAt]) ?? 0
            try store.execute(arguments: [
                period.budgetID.withoutZeroBytes, period.startsAt, spent.addingSaturating(sum),
            ])
        }
    }

    private func moveRollups() throws {
        guard !self.minutes.values.isEmpty else { return }
        let minutes = zip(self.minutes.keys, self.minutes.values.map(\.whole))
        for table in RollupTable.allCases {
            var writer = try RollupWriter(self.database, table)
            var slices: [RollupPlace: RollupSums] = [:]
            for (place, sums) in minutes {
                var place = place
                place.slice = place.slice.dividedDown(by: table.minutes)
                // Slices before the horizon are deleted and stay so: part of one would be taken for the whole.
                guard place.slice >= self.state.horizon(table) else { continue }
                slices[place, default: RollupSums()].add(sums)
            }
            for (place, sums) in slices { try writer.add(sums, at: place) }
        }
    }
}

/// Sums by what they are of. Neighbours often are of the same, which is then found without a hash.
private struct Gathered<Key: Hashable, Sums> {
    private(set) var keys: [Key] = []
    var values: [Sums] = []
    private var places: [Key: Int] = [:]
    private var latest = 0

    /// Where the sums of a key are; made when there are none.
    mutating func index(of key: Key, _ make: () -> Sums) -> Int {
        if self.latest < self.keys.count, self.keys[self.latest] == key { return self.latest }
        if let place = self.places[key] {
            self.latest = place
            return place
        }
        self.latest = self.keys.count
        self.places[key] = self.latest
        self.keys.append(key)
        self.values.append(make())
        return self.latest
    }
}

/// Sums of one minute, subject and outcome.
private struct MinuteSums {
    private var sums = RollupSums()
    private var samples: [UInt16] = []

    mutating func add(_ entry: LedgerEntry) {
        self.sums.add(entry)
        guard entry.kind == .settlement else { return }
        if let total = entry.totalMicroseconds { self.samples.append(Durations.place(.total, total)) }
        if let first = entry.firstContentMicroseconds { self.samples.append(Durations.place(.firstContent, first)) }
        if let overhead = entry.overheadMicroseconds { self.samples.append(Durations.place(.overhead, overhead)) }
    }

    var whole: RollupSums {
        var whole = self.sums
        whole.add(self.samples)
        return whole
    }
}
