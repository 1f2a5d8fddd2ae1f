import Exchange
import GRDB
import GRDBSQLite
import Storage

/// Entries on their way into the ledger within one transaction, and what they add to balances and rollups.
struct LedgerBatch {
    private let database: Database
    private var row: RowBinder
    private var places: LedgerPlaceWriter
    private var state: LedgerState
    private var oldState: LedgerState
    private var minutes: [RollupPlace: MinuteSums] = [:]
    private var charges: [Int64: Charges] = [:]
    /// Entries that were new.
    private(set) var count = 0

    /// The charges of all entries that count in the same periods.
    private struct Charges {
        var periods: [BudgetPeriodKey]
        var nanoUSD: Int64 = 0

        mutating func add(_ charge: Int64) { self.nanoUSD = self.nanoUSD.addingSaturating(charge) }
    }

    init(_ database: Database) throws {
        self.database = database
        self.row = RowBinder(try database.cachedStatement(sql: LedgerRow.insert).sqliteStatement)
        self.places = try LedgerPlaceWriter(database)
        self.state = try LedgerState(database)
        self.oldState = self.state
    }

    /// Adds an entry unless one of its identity is there.
    mutating func insert(_ entry: LedgerEntry, _ names: inout LedgerNames) throws {
        let numbers = try names.numbers(of: entry.subject, self.database)
        let set = try names.number(of: entry.budgets, self.database)
        LedgerRow.bind(entry, numbers, set: set, to: &self.row)
        try self.row.run()
        guard sqlite3_changes(self.database.sqliteConnection) > 0 else { return }
        self.count += 1
        try self.places.note(entry.attempt, request: entry.requestID, key: numbers.key)
        self.state.widen(by: entry)
        if let set, entry.chargeNanoUSD != 0 {
            self.charges[set, default: Charges(periods: entry.budgets)].add(entry.chargeNanoUSD)
        }
        let place = RollupPlace(
            slice: entry.startedAt.dividedDown(by: RollupTable.minutes.milliseconds),
            subject: numbers.subject,
            outcome: entry.outcome.ledgerCode
        )
        self.minutes[place, default: MinuteSums()].add(entry)
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
        guard !self.minutes.isEmpty else { return }
        let minutes = self.minutes.mapValues { $0.whole }
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
