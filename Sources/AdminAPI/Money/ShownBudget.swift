import Exchange
import Storage
import Wire

/// A budget as it is shown: its settings and how it stands.
struct ShownBudget: Sendable {
    var record: BudgetRecord
    /// The name of its key or project, for people.
    var scopeName: String?
    var standing: BudgetStanding

    func write(to writer: inout JSONWriter) {
        writer.member("id", self.record.id)
        writer.member(
            "scope",
            object: { writer in
                switch self.record.scope {
                case .key(let id): writer.member("key", id)
                case .project(let id): writer.member("project", id)
                }
                writer.member("name", self.scopeName)
            }
        )
        writer.member("amount_usd", nanoUSD: self.record.amountNanoUSD)
        writer.member("period", self.record.period.rawValue)
        writer.member("time_zone", self.record.timeZone)
        writer.member("kind", BudgetKind(self.record).rawValue)
        writer.member("bound", BudgetBound(self.record).rawValue)
        writer.member("spent_usd", nanoUSD: self.standing.spentNanoUSD)
        writer.member("reserved_usd", nanoUSD: self.standing.reservedNanoUSD)
        writer.member("available_usd", nanoUSD: self.standing.availableNanoUSD)
        writer.member("overshoot_usd", nanoUSD: self.standing.overshootNanoUSD)
        let isTotal = self.standing.periodStartsAt == 0
        writer.member("period_starts_at", time: isTotal ? self.record.createdAt : self.standing.periodStartsAt)
        writer.member("resets_at", time: self.standing.resetsAt)
        writer.member("reset_at", time: self.record.resetAt)
        writer.member("origin", self.record.origin.rawValue)
        writer.member("created_at", time: self.record.createdAt)
        writer.member("updated_at", time: self.record.updatedAt)
    }
}

/// Whether a budget refuses.
enum BudgetKind: String, CaseIterable {
    case hard
    case soft

    init(_ record: BudgetRecord) { self = record.isHard ? .hard : .soft }
}

/// What a budget's reservations are.
enum BudgetBound: String, CaseIterable {
    case expected
    case upper

    init(_ record: BudgetRecord) { self = record.isUpperBound ? .upper : .expected }
}

extension JSONWriter {
    /// Writes nano-dollars as dollars in decimal text, or `null`.
    mutating func member(_ key: StaticString, nanoUSD: Int64?) {
        self.member(key, nanoUSD.map(NanoUSD.text))
    }

    /// Writes budgets as an array.
    mutating func member(_ key: StaticString, budgets: [ShownBudget]) {
        self.member(
            key,
            array: { writer in
                for budget in budgets { writer.object { budget.write(to: &$0) } }
            }
        )
    }
}

extension AdminServices {
    /// How budgets stand, in their order: by the live balances, else by what is stored.
    func show(_ budgets: [BudgetRecord]) async throws(AdminProblem) -> [ShownBudget] {
        guard !budgets.isEmpty else { return [] }
        let now = self.process.now()
        let periods = self.administration.periods
        let live = budgets.map { self.budgetStanding($0.id) }
        let quiet = zip(budgets, live).filter { $0.1 == nil }.map { periods.current(of: $0.0, at: now) }
        let spent = try await self.ledger.spent(quiet)
        let names = await Self.scopeNames(self.administration.configuration)
        return zip(budgets, live).map { budget, standing in
            let starts = periods.boundaries(of: budget, at: now)
            let key = BudgetPeriodKey(budgetID: budget.id, startsAt: starts.first ?? 0)
            let stored = BudgetStanding(budget, spent: spent[key] ?? 0, starts: starts)
            return ShownBudget(record: budget, scopeName: names[budget.scope], standing: standing ?? stored)
        }
    }

    /// How all budgets of some keys or projects stand, by scope.
    func budgets(of scopes: [BudgetScope]) async throws(AdminProblem) -> [BudgetScope: [ShownBudget]] {
        let wanted = Set(scopes)
        let budgets = await self.administration.configuration.budgets.filter { wanted.contains($0.scope) }
        return Dictionary(grouping: try await self.show(budgets), by: \.record.scope)
    }

    private static func scopeNames(_ configuration: StoredConfiguration) -> [BudgetScope: String] {
        let keys = configuration.keys.map { (BudgetScope.key($0.id), $0.name) }
        let projects = configuration.projects.map { (BudgetScope.project($0.id), $0.name) }
        return Dictionary(keys + projects, uniquingKeysWith: { first, _ in first })
    }
}
