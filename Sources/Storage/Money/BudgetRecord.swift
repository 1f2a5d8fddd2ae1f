/// How often a budget starts anew.
public enum BudgetPeriodKind: String, Sendable, CaseIterable {
    /// From midnight to midnight.
    case daily
    /// From Monday to Monday.
    case weekly
    /// From the first of a month to the next.
    case monthly
    /// Never.
    case total
}

/// What a budget belongs to.
public enum BudgetScope: Sendable, Hashable {
    /// One key, by id.
    case key(String)
    /// One project, by id: all its keys together.
    case project(String)
}

/// An amount of money that may be spent in a period.
public struct BudgetRecord: Sendable, Equatable {
    /// `bud_` and 16 base62 characters.
    public var id: String
    /// What it belongs to. A scope has at most one budget of each period.
    public var scope: BudgetScope
    /// Nano-US-dollars a period, at least 0.
    public var amountNanoUSD: Int64
    /// When it starts anew.
    public var period: BudgetPeriodKind
    /// The IANA time zone that the period's boundaries follow (`Europe/Berlin`); `UTC` unless said otherwise.
    public var timeZone: String
    /// A hard budget refuses what does not fit; a soft one lets it pass and alerts.
    public var isHard: Bool
    /// Reservations are true upper bounds, and nothing is admitted whose bound is not known: it is never overshot.
    /// Otherwise they are good estimates, and the overshoot is bounded and reported.
    public var isUpperBound: Bool
    /// When it was last reset by an administrator: spending before does not count.
    public var resetAt: UnixMilliseconds?
    /// Who owns the row.
    public var origin: RecordOrigin
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// Makes a record.
    public init(
        id: String,
        scope: BudgetScope,
        amountNanoUSD: Int64,
        period: BudgetPeriodKind,
        timeZone: String = "UTC",
        isHard: Bool = true,
        isUpperBound: Bool = false,
        resetAt: UnixMilliseconds? = nil,
        origin: RecordOrigin = .stored,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.scope = scope
        self.amountNanoUSD = amountNanoUSD
        self.period = period
        self.timeZone = timeZone
        self.isHard = isHard
        self.isUpperBound = isUpperBound
        self.resetAt = resetAt
        self.origin = origin
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// One budget in one of its periods.
public struct BudgetPeriodKey: Sendable, Hashable {
    /// The budget's id.
    public var budgetID: String
    /// When the period began; 0 for `total`.
    public var startsAt: UnixMilliseconds

    /// Names a period.
    public init(budgetID: String, startsAt: UnixMilliseconds) {
        self.budgetID = budgetID
        self.startsAt = startsAt
    }
}
