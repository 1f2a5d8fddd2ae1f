import Exchange
import MartletTesting
import Policy
import Storage

// What an administrator does meanwhile.
extension Simulation {
    mutating func configure() throws {
        self.tally.changes += 1
        let change = self.random.choose([
            (5, "amount"), (2, "kind"), (1, "bound"), (2, "limits"), (1, "key"), (1, "budget"),
        ])
        let live = self.scenario.budgets.indices.filter { !self.scenario.budgets[$0].isDeleted }
        let index = live.isEmpty ? nil : live[self.random.int(0...live.count - 1)]
        switch change {
        case "amount": if let index { self.changeAmount(index) }
        case "kind", "bound": if let index { self.changeKind(index, isBound: change == "bound") }
        case "limits": self.changeLimits()
        case "key": self.deleteKey()
        case "budget": if let index { self.replaceBudget(index) }
        default: break
        }
        try self.reload()
        self.tell("changed: \(change ?? "")")
        for index in live { self.book.ceilings[self.period(of: self.scenario.budgets[index])] = nil }
    }

    /// Often to less than is spent.
    private mutating func changeAmount(_ index: Int) {
        let amount = self.scenario.budgets[index].record.amountNanoUSD
        self.scenario.budgets[index].record.amountNanoUSD = amount * Int64(self.random.int(0...300)) / 100
        self.tell("\(self.scenario.budgets[index].record.id) has \(self.scenario.budgets[index].record.amountNanoUSD)")
    }

    private mutating func changeKind(_ index: Int, isBound: Bool) {
        if isBound {
            self.scenario.budgets[index].record.isUpperBound.toggle()
        } else {
            self.scenario.budgets[index].record.isHard.toggle()
        }
        self.book.mixed.insert(self.period(of: self.scenario.budgets[index]))
    }

    private mutating func changeLimits() {
        self.limitsHaveChanged = true
        let index = self.random.int(0...self.scenario.keys.count - 1)
        var limits = self.scenario.keys[index].limits
        limits.concurrentRequests = self.random.chance(1, in: 3) ? nil : self.random.int(1...5)
        limits.requestsPerMinute = self.random.chance(1, in: 3) ? nil : self.random.int(1...100)
        self.scenario.keys[index].limits = limits
    }

    private mutating func deleteKey() {
        let index = self.random.int(0...self.scenario.keys.count - 1)
        self.scenario.keys[index].isDeleted = true
    }

    private mutating func replaceBudget(_ index: Int) {
        let scope = self.scenario.budgets[index].record.scope
        self.scenario.budgets[index].isDeleted = true
        self.scenario.addBudget(scope, &self.random, now: self.clock.trusted)
    }

    /// The table of keys that follows.
    mutating func reload() throws {
        let standing = self.book.standing
        let (keys, projects) = self.scenario.facts(at: self.clock.trusted) { standing[$0]?.spent ?? 0 }
        self.node.keys = self.node.keys.successor(
            keys: keys,
            projects: projects,
            limits: self.node.table,
            now: self.clock.monotonic
        )
    }

    /// A correction of one settled attempt, as the admin API makes it.
    mutating func correct() throws {
        let settled = self.book.closed.values.filter { $0.row != nil }.sorted {
            $0.opening.attempt < $1.opening.attempt
        }
        guard !settled.isEmpty else { return }
        let attempt = settled[self.random.int(0...settled.count - 1)]
        let charge = attempt.row?.chargeNanoUSD ?? 0
        let delta = self.random.chance(1, in: 2) ? -charge / 2 : Int64(self.random.int(1...1_000_000))
        var entry = attempt.opening
        entry.kind = .correction
        entry.number = self.book.corrections.count + 1
        entry.usage = .init()
        entry.chargeNanoUSD = delta
        entry.settledAt = self.clock.wall
        entry.note = "an invoice says otherwise"
        self.tell("corrects \(attempt.opening.attempt.low) by \(delta) in \(entry.budgets)")
        try self.world.memory.append([entry], watermark: nil)
        self.book.corrections.append((entry.budgets, delta))
        for period in entry.budgets {
            self.node.table.correct(period.budgetID, periodStartsAt: period.startsAt, by: delta)
            self.book.standing[period, default: .init()].spent += delta
            self.book.ceilings[period]? += max(0, delta)
            self.book.highest[period]? += max(0, delta)
        }
    }
}
