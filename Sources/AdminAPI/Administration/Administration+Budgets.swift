import Exchange
public import Storage

/// A budget to be made.
public struct BudgetDraft: Sendable, Equatable {
    /// What it belongs to: a key by id, a project by name or id.
    public var scope: BudgetScope
    /// Nano-dollars a period; 0 lets nothing be spent.
    public var amountNanoUSD: Int64
    /// When it starts anew.
    public var period: BudgetPeriodKind
    /// The IANA time zone of its periods.
    public var timeZone = "UTC"
    /// Whether it refuses what does not fit.
    public var isHard = true
    /// Whether it is never overshot, and refuses what has no known bound.
    public var isUpperBound = false

    /// Describes a hard budget of estimates in UTC.
    public init(scope: BudgetScope, amountNanoUSD: Int64, period: BudgetPeriodKind) {
        self.scope = scope
        self.amountNanoUSD = amountNanoUSD
        self.period = period
    }
}

/// Changes to a budget. Its scope, period and time zone stay: they say which spending counts.
public struct BudgetChange: Sendable, Equatable {
    /// Replaces the amount.
    public var amountNanoUSD = Change<Int64>.keep
    /// Makes it hard or soft.
    public var isHard = Change<Bool>.keep
    /// Makes its reservations upper bounds or estimates.
    public var isUpperBound = Change<Bool>.keep

    /// Changes nothing.
    public init() {}
}

extension Administration {
    /// Makes a budget. A key or project has at most one of each period.
    public func createBudget(_ draft: BudgetDraft) throws(AdminProblem) -> BudgetRecord {
        let now = self.now
        let budget = BudgetRecord(
            id: self.identifiers.budget(),
            scope: try self.resolved(draft.scope),
            amountNanoUSD: try BudgetRules.amount(draft.amountNanoUSD),
            period: draft.period,
            timeZone: try self.checked(timeZone: draft.timeZone, now),
            isHard: draft.isHard,
            isUpperBound: draft.isUpperBound,
            origin: self.writesAs,
            createdAt: now,
            updatedAt: now
        )
        let twin = self.configuration.budgets.first { $0.scope == budget.scope && $0.period == budget.period }
        if let twin {
            let what = "there is already a \(budget.period.rawValue) budget, \(twin.id); change that one"
            throw AdminProblem(.conflict, what, field: "period")
        }
        try self.commit { try $0.insertBudget(budget) }
        return budget
    }

    /// One budget by id.
    public func budget(id: String) throws(AdminProblem) -> BudgetRecord {
        guard let budget = self.configuration.budgets.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no budget \(id)")
        }
        return budget
    }

    /// Changes a budget. An amount below what is spent refuses the next request; nothing is taken back.
    public func changeBudget(id: String, _ change: BudgetChange) throws(AdminProblem) -> BudgetRecord {
        var budget = try self.budget(id: id)
        try self.checkOwn(budget.origin, "budget \(id)")
        budget.amountNanoUSD = try BudgetRules.amount(change.amountNanoUSD.applied(to: budget.amountNanoUSD))
        budget.isHard = change.isHard.applied(to: budget.isHard)
        budget.isUpperBound = change.isUpperBound.applied(to: budget.isUpperBound)
        budget.origin = self.ownerAfterChange(of: budget.origin)
        return try self.write(budget)
    }

    /// Begins a budget's present period anew: what was spent so far does not count any more.
    public func resetBudget(id: String) throws(AdminProblem) -> BudgetRecord {
        var budget = try self.budget(id: id)
        let now = self.now
        guard (budget.resetAt ?? 0) < now else {
            throw AdminProblem(.conflict, "budget \(id) was reset at \(Timestamp.text(budget.resetAt ?? 0))")
        }
        budget.resetAt = now
        return try self.write(budget)
    }

    /// Deletes a budget; its ledger rows stay.
    public func deleteBudget(id: String) throws(AdminProblem) {
        try self.checkOwn(try self.budget(id: id).origin, "budget \(id)")
        try self.commit { try $0.deleteBudget(id: id) }
    }

    private func write(_ budget: BudgetRecord) throws(AdminProblem) -> BudgetRecord {
        var budget = budget
        budget.updatedAt = self.now
        let changed = budget
        try self.commit { try $0.updateBudget(changed) }
        return changed
    }

    private func resolved(_ scope: BudgetScope) throws(AdminProblem) -> BudgetScope {
        switch scope {
        case .key(let id):
            guard let key = self.configuration.keys.first(where: { $0.id == id }) else {
                throw .field("scope.key", "must be the id of a key")
            }
            guard key.revokedAt == nil else { throw .field("scope.key", "must not be revoked") }
            return scope
        case .project(let reference):
            let project = self.configuration.projects.first { $0.name == reference || $0.id == reference }
            guard let project else { throw .field("scope.project", "must be the name or id of a project") }
            return .project(project.id)
        }
    }

    private func checked(timeZone: String, _ now: UnixMilliseconds) throws(AdminProblem) -> String {
        guard (1...64).contains(timeZone.utf8.count), timeZone.utf8.allSatisfy(BudgetRules.isOfZoneName),
            self.periods.knows(timeZone: timeZone, at: now)
        else {
            throw .field("time_zone", "must be the IANA name of a time zone such as UTC or Europe/Berlin")
        }
        return timeZone
    }
}

/// What budgets may be.
enum BudgetRules {
    /// A billion dollars.
    static let amounts: ClosedRange<Int64> = 0...1_000_000_000 * NanoUSD.dollar

    static func amount(_ nanoUSD: Int64) throws(AdminProblem) -> Int64 {
        guard self.amounts.contains(nanoUSD) else {
            throw .field("amount_usd", "must be 0 to 1000000000; 0 lets nothing be spent")
        }
        return nanoUSD
    }

    /// Names are looked up as files: no dots, so that none leads out of their folder.
    static func isOfZoneName(_ byte: UInt8) -> Bool {
        Base62.contains(byte) || "/_+-".utf8.contains(byte)
    }
}
