import Catalogue
import Exchange
import Policy
import Storage

/// The keys, projects, budgets and prices of one seed, as an administrator has them at the moment.
struct Scenario {
    struct Budget {
        var record: BudgetRecord
        var boundaries: [Int64]
        var isDeleted = false
    }

    struct Key {
        var id: String
        var digest: [UInt8]
        var project: String
        var limits: KeyLimits
        var isDeleted = false
    }

    struct Model {
        var name: String
        var price: ModelPrice
    }

    static let providers = ["oracle", "second"]

    var keys: [Key] = []
    var projects: [String: KeyLimits] = [:]
    var budgets: [Budget] = []
    var models: [Model] = []
    private var made = 0

    init(_ random: inout SeededRandom, now: Int64) {
        for index in 0..<random.int(1...2) { self.projects["project\(index)"] = Self.limits(&random) }
        for index in 0..<random.int(1...4) {
            let project = "project\(random.int(0...self.projects.count - 1))"
            let digest = [UInt8](repeating: UInt8(index + 1), count: 32)
            self.keys.append(Key(id: "key\(index)", digest: digest, project: project, limits: Self.limits(&random)))
        }
        for index in 0..<3 { self.models.append(Self.model(index, &random)) }
        for key in self.keys where random.chance(2, in: 3) { self.addBudget(.key(key.id), &random, now: now) }
        for project in self.projects.keys.sorted() where random.chance(3, in: 4) {
            self.addBudget(.project(project), &random, now: now)
        }
    }

    private static func limits(_ random: inout SeededRandom) -> KeyLimits {
        var limits = KeyLimits()
        if random.chance(1, in: 4) { limits.requestsPerMinute = random.int(1...60) }
        if random.chance(1, in: 4) { limits.tokensPerMinute = random.int(1_000...200_000) }
        if random.chance(1, in: 4) { limits.concurrentRequests = random.int(1...6) }
        return limits
    }

    /// Prices of every make; some names are long, so that segments fill.
    private static func model(_ index: Int, _ random: inout SeededRandom) -> Model {
        var rates = TokenRates(
            input: Int64(random.int(0...5_000)) * 1_234_567,
            output: Int64(random.int(1...30_000)) * 1_000_003
        )
        if random.chance(1, in: 2) { rates.cacheRead = rates.input / 10 }
        if random.chance(1, in: 3) { rates.cacheWrite5m = rates.input + rates.input / 4 }
        if random.chance(1, in: 4) { rates.cacheWrite1h = rates.input * 2 }
        if random.chance(1, in: 4) { rates.reasoning = rates.output + 7 }
        var steps = [ModelPrice.Step(rates: rates)]
        if random.chance(1, in: 3) {
            var dear = rates
            dear.input *= 2
            steps.append(ModelPrice.Step(aboveInputTokens: 20_000, rates: dear))
        }
        let name = "model\(index)" + String(repeating: "x", count: random.chance(1, in: 5) ? random.int(1...1_500) : 0)
        return Model(name: name, price: ModelPrice(tiers: [.standard: steps]) ?? ModelPrice(rates))
    }

    /// Adds a budget that has room for a few requests, or for many.
    mutating func addBudget(_ scope: BudgetScope, _ random: inout SeededRandom, now: Int64) {
        self.made += 1
        let period = BudgetPeriodKind.allCases[random.int(0...BudgetPeriodKind.allCases.count - 1)]
        let record = BudgetRecord(
            id: "budget\(self.made)",
            scope: scope,
            amountNanoUSD: Int64(random.int(1...1_000)) * 3_000_000,
            period: period,
            isHard: random.chance(4, in: 5),
            isUpperBound: random.chance(1, in: 2),
            createdAt: now,
            updatedAt: now
        )
        self.budgets.append(Budget(record: record, boundaries: Self.boundaries(period, from: now)))
    }

    /// Periods are short, so that they roll over while things are in flight.
    static func boundaries(_ period: BudgetPeriodKind, from now: Int64) -> [Int64] {
        let length: Int64
        switch period {
        case .daily: length = 60_000
        case .weekly: length = 7 * 60_000
        case .monthly: length = 30 * 60_000
        case .total: return [0]
        }
        let first = now / length * length
        return (0..<40).map { first + Int64($0) * length }
    }

    func budgets(of key: Key) -> [Budget] {
        self.budgets.filter { budget in
            guard !budget.isDeleted else { return false }
            switch budget.record.scope {
            case .key(let id): return id == key.id
            case .project(let id): return id == key.project
            }
        }
    }

    /// Whether anybody can spend of a budget.
    func hasKeys(_ budget: Budget) -> Bool {
        self.keys.contains { key in
            guard !key.isDeleted else { return false }
            switch budget.record.scope {
            case .key(let id): return id == key.id
            case .project(let id): return id == key.project
            }
        }
    }

    // MARK: For the table of keys

    /// `spent` is what is known of a budget's period.
    func facts(at now: Int64, spent: (BudgetPeriodKey) -> Int64) -> (keys: [KeyFacts], projects: [KeyProject]) {
        let keys = self.keys.filter { !$0.isDeleted }.map { key in
            var facts = KeyFacts(id: key.id, name: key.id, projectID: key.project, digest: key.digest, verifier: "")
            facts.limits = key.limits
            facts.budgets = self.facts(of: .key(key.id), at: now, spent: spent)
            return facts
        }
        let projects = self.projects.sorted { $0.key < $1.key }.map { id, limits in
            KeyProject(
                id: id,
                name: id,
                isEnabled: true,
                limits: limits,
                budgets: self.facts(of: .project(id), at: now, spent: spent)
            )
        }
        return (keys, projects)
    }

    private func facts(of scope: BudgetScope, at now: Int64, spent: (BudgetPeriodKey) -> Int64) -> [BudgetFacts] {
        self.budgets.filter { $0.record.scope == scope && !$0.isDeleted }.map { budget in
            let first = budget.boundaries.lastIndex { $0 <= now } ?? 0
            let startsAt = budget.boundaries[first]
            var facts = BudgetFacts(
                id: budget.record.id,
                scopeLabel: budget.record.id,
                amountNanoUSD: budget.record.amountNanoUSD,
                periodName: budget.record.period.rawValue,
                isHard: budget.record.isHard,
                isUpperBound: budget.record.isUpperBound,
                schedule: BudgetSchedule(boundaries: Array(budget.boundaries[first...])),
                spentNanoUSD: spent(BudgetPeriodKey(budgetID: budget.record.id, startsAt: startsAt))
            )
            for later in budget.boundaries[first...].dropFirst() {
                let known = spent(BudgetPeriodKey(budgetID: budget.record.id, startsAt: later))
                if known != 0 { facts.laterSpending[later] = known }
            }
            return facts
        }
    }
}
