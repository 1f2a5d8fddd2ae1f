import Ledger
import MartletTesting
import Policy
import Storage

// What must hold after every step.
extension Simulation {
    /// (b) Every budget shows what was spent and is held, and what may never be overshot is not.
    mutating func checkStandings() throws(Violation) {
        for budget in self.scenario.budgets where !budget.isDeleted {
            let period = self.period(of: budget)
            let standing = self.book.standing[period] ?? Book.Standing()
            guard let view = self.node.table.view(budget.record.id, wall: self.clock.trusted) else {
                // A project without keys has no account.
                if !self.scenario.hasKeys(budget) { continue }
                throw Violation(invariant: "b", message: "\(budget.record.id) is not in the table")
            }
            try hold(
                "b",
                view.periodStartsAt == period.startsAt && view.spent == standing.spent
                    && view.reserved == standing.held,
                "\(budget.record.id) shows \(view), it should \(standing) since \(period.startsAt)"
            )
            let taken = standing.spent + standing.held
            let amount = budget.record.amountNanoUSD
            guard budget.record.isHard, budget.record.isUpperBound, !self.book.mixed.contains(period) else {
                self.book.ceilings[period] = nil
                self.book.highest[period] = nil
                continue
            }
            let ceiling = max(amount, self.book.ceilings[period] ?? .max)
            try hold("b", taken <= ceiling || ceiling == .max, "\(budget.record.id) came to \(taken) of \(ceiling)")
            let lowered = max(amount, min(ceiling, taken))
            self.book.ceilings[period] = lowered
            self.book.highest[period] = max(lowered, self.book.highest[period] ?? 0)
        }
    }

    /// Balances and rollups are the sums of the rows.
    func checkStore() throws {
        let sums = self.book.balances()
        let balances = try self.world.memory.balances(Array(sums.keys))
        var found: [BudgetPeriodKey: Int64] = [:]
        for balance in balances { found[balance.period] = balance.spentNanoUSD }
        for (period, sum) in sums {
            let balance = found[period] ?? 0
            try hold("b", balance == sum, "\(period) has a balance of \(balance), its rows are \(sum)")
        }
        let usage = try self.world.memory.usage(UsageQuery(from: 0, to: 4_000_000_000_000))
        let total = usage.reduce(0) { $0 + $1.chargeNanoUSD }
        try hold("b", total == self.book.total, "usage says \(total), the rows \(self.book.total)")
    }

    /// (e) Nothing is left of what has ended.
    func checkRest() throws(Violation) {
        try hold("e", self.node.table.abandonedCount == 0, "\(self.node.table.abandonedCount) admissions were dropped")
        try hold("e", self.node.journal.openAttempts == 0, "\(self.node.journal.openAttempts) attempts are open")
        try hold("e", self.node.journal.backlog == 0, "\(self.node.journal.backlog) entries wait")
        try hold("e", self.node.journal.segmentCount <= 3, "\(self.node.journal.segmentCount) segments are left")
        for view in self.node.table.views(wall: self.clock.trusted) {
            try hold("e", view.reserved == 0, "\(view.id) still holds \(view.reserved)")
        }
        for key in self.scenario.keys where !key.isDeleted {
            guard let entry = self.node.keys.entry(id: key.id) else { continue }
            let refusal = self.node.table.peek(
                entry.limits(for: ""),
                at: MonotonicInstant(microseconds: self.clock.microseconds + 3_600_000_000),
                wall: self.clock.trusted,
                includesBudgets: false
            )
            try hold("e", refusal == nil, "\(key.id) is still refused: \(refusal as Any)")
        }
    }
}
