import GRDB
public import Storage

/// What came of comparing the ledger with the sums that are kept of it.
public struct Reconciliation: Sendable, Equatable {
    /// Rows of the ledger.
    public var rows = 0
    /// The sum of their charges.
    public var chargeNanoUSD: Int64 = 0
    /// Balances of budget periods that were compared.
    public var balances = 0
    /// Days of usage that were compared.
    public var days = 0
    /// What does not agree, one a line; empty when everything does.
    public var faults: [String] = []
    /// Whether rows are missing that retention has deleted, so that older sums could not be compared.
    public var isPruned = false
}

extension SQLiteStore {
    private static let mostFaults = 20

    /// Has the engine read every page and index.
    ///
    /// - Returns: What is damaged; empty when nothing is.
    /// - Throws: `.failed`, `.unusable`.
    public func damage() throws(StorageError) -> [String] {
        try self.read { database in
            var found = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(Self.mostFaults))")
            found.removeAll { $0 == "ok" }
            let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").count
            return orphans == 0 ? found : found + ["\(orphans) rows refer to rows that are missing"]
        }
    }

    /// Compares the ledger, row by row, with balances of budgets and usage by day. Reads the whole ledger.
    ///
    /// - Returns: What was compared, and what does not agree.
    /// - Throws: `.failed`.
    public func reconcile() throws(StorageError) -> Reconciliation {
        try self.read { database in
            var result = Reconciliation()
            let byDay = try Self.sums(
                database,
                "SELECT started_at / 86400000, count(*), sum(charge_nano_usd) FROM ledger GROUP BY 1"
            )
            for (_, sum) in byDay {
                result.rows += Int(clamping: sum.count)
                result.chargeNanoUSD = result.chargeNanoUSD.addingSaturating(sum.charge)
            }
            let kept = try Self.sums(
                database,
                "SELECT slice, count(*), sum(charge_nano_usd) FROM usage_days GROUP BY 1"
            )
            let oldest = byDay.keys.min()
            // Days before the first row may have been deleted from the ledger, and of that row's day a part.
            result.isPruned = kept.contains { day, sum in
                sum.charge != 0 && (oldest.map { day < $0 } ?? true)
            }
            let first = result.isPruned ? oldest.map { $0 + 1 } ?? .max : .min
            for (day, sum) in byDay.sorted(by: { $0.key < $1.key }) where day >= first {
                // Days whose usage was deleted have none to compare with.
                guard let usage = kept[day]?.charge else { continue }
                result.days += 1
                guard usage != sum.charge else { continue }
                result.note("day \(day) of 1970: the ledger says \(sum.charge) nano-dollars, usage says \(usage)")
            }
            try Self.compareBalances(database, &result, from: first)
            return result
        }
    }

    private typealias DaySum = (count: Int64, charge: Int64)

    private static func sums(_ database: Database, _ sql: String) throws -> [Int64: DaySum] {
        var sums: [Int64: DaySum] = [:]
        for row in try Row.fetchAll(database, sql: sql) {
            var reader = RowReader(row, of: "ledger")
            sums[try reader.value()] = (try reader.value(), try reader.value())
        }
        return sums
    }

    private static func compareBalances(
        _ database: Database,
        _ result: inout Reconciliation,
        from firstDay: Int64
    ) throws {
        var spent: [BudgetPeriodKey: Int64] = [:]
        let sums = try Row.fetchAll(
            database,
            sql: """
                SELECT b.periods, sum(l.charge_nano_usd) FROM ledger l JOIN ledger_budget_sets b ON b.id = l.budget_set
                GROUP BY l.budget_set
                """
        )
        for row in sums {
            var reader = RowReader(row, of: "ledger_budget_sets")
            let periods = try BudgetSetText.periods(&reader)
            let charge = try reader.value(Int64.self)
            for period in Set(periods) { spent[period] = (spent[period] ?? 0).addingSaturating(charge) }
        }
        for row in try Row.fetchAll(database, sql: "SELECT budget_id, starts_at, spent_nano_usd FROM budget_balances") {
            var reader = RowReader(row, of: "budget_balances")
            let period = BudgetPeriodKey(budgetID: try reader.value(), startsAt: try reader.value())
            let balance = try reader.value(Int64.self)
            let charged = spent.removeValue(forKey: period) ?? 0
            guard period.startsAt / 86_400_000 >= firstDay else { continue }
            result.balances += 1
            guard charged != balance else { continue }
            result.note(
                "budget \(period.budgetID) from \(period.startsAt): the ledger says \(charged) nano-dollars, the balance \(balance)"
            )
        }
        for (period, charge) in spent where charge != 0 {
            result.note("budget \(period.budgetID) from \(period.startsAt): \(charge) nano-dollars without a balance")
        }
    }
}

extension Reconciliation {
    fileprivate mutating func note(_ fault: String) {
        if self.faults.count < 20 { self.faults.append(fault) }
    }
}
