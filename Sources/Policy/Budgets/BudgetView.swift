/// How a budget stands, for people, refusals and metrics. Money is nano-US-dollars, instants are milliseconds since 1970.
public struct BudgetView: Sendable, Equatable {
    /// The budget's id.
    public let id: String
    /// What it belongs to.
    public let scopeLabel: String
    /// `daily`, `weekly`, `monthly` or `total`.
    public let periodName: String
    /// What may be spent in the period.
    public let amount: Int64
    /// What was spent in it, corrections included.
    public let spent: Int64
    /// What requests in flight hold of it.
    public let reserved: Int64
    /// What the next request may still hold; at least 0.
    public let available: Int64
    /// When the period began; 0 for a total budget that was never reset.
    public let periodStartsAt: Int64
    /// When the next begins; `nil` for never.
    public let resetsAt: Int64?
    /// Whether it refuses.
    public let isHard: Bool
    /// Whether it holds upper bounds.
    public let isUpperBound: Bool
    /// What requests of this period cost beyond what they held, as far as that went over a hard budget's amount.
    public let overshoot: Int64
}

/// A budget crossed a threshold. Told once per budget, period and threshold.
public struct BudgetAlert: Sendable, Equatable {
    /// 50, 80 or 100 percent of the amount.
    public let thresholdPercent: Int
    /// How the budget stood then.
    public let budget: BudgetView
}

/// One budget in one of its periods, as an admission counts in it.
public struct BudgetPeriodReference: Sendable, Hashable {
    /// The budget's id.
    public let budgetID: String
    /// When the period began.
    public let startsAt: Int64

    /// Names a period.
    public init(budgetID: String, startsAt: Int64) {
        self.budgetID = budgetID
        self.startsAt = startsAt
    }
}
