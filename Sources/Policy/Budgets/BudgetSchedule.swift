/// When the periods of a budget begin: instants worked out beforehand, so that rolling over compares two numbers.
public struct BudgetSchedule: Sendable, Equatable {
    /// Milliseconds since 1970, ascending and not empty. Period `i` lasts from one to the next, the last for ever. The
    /// first is the beginning of the period in force when the schedule was made.
    public let boundaries: [Int64]

    /// One period without end, as of a total budget: from the beginning of time, or from its last reset.
    public static let total = BudgetSchedule(boundaries: [0])

    /// Makes a schedule.
    /// - Parameter boundaries: Put in order where they are not; none at all is one period without end.
    public init(boundaries: [Int64]) {
        var ordered: [Int64] = []
        for boundary in boundaries.sorted() where boundary != ordered.last { ordered.append(boundary) }
        self.boundaries = ordered.isEmpty ? [0] : ordered
    }

    var first: Int64 { self.boundaries.first ?? 0 }

    /// The boundary after an instant; `nil` when there is none.
    func next(after instant: Int64) -> Int64? {
        let index = self.count(upTo: instant)
        return index < self.boundaries.count ? self.boundaries[index] : nil
    }

    /// The latest boundary at or before an instant; `nil` when all are later.
    func latest(at instant: Int64) -> Int64? {
        let index = self.count(upTo: instant)
        return index > 0 ? self.boundaries[index - 1] : nil
    }

    /// How many boundaries lie at or before an instant.
    private func count(upTo instant: Int64) -> Int {
        var (low, high) = (0, self.boundaries.count)
        while low < high {
            let middle = (low + high) / 2
            if self.boundaries[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A budget's facts, as its account is opened or changed by them.
public struct BudgetFacts: Sendable, Equatable {
    /// The budget's id: the account's identity.
    public var id: String
    /// What it belongs to, for people.
    public var scopeLabel: String
    /// What may be spent in a period.
    public var amountNanoUSD: Int64
    /// `daily`, `weekly`, `monthly` or `total`, for people.
    public var periodName: String
    /// A hard budget refuses what does not fit; a soft one lets it pass and alerts.
    public var isHard: Bool
    /// Holds are true upper bounds; what has none is refused when the budget is hard. Otherwise they are expectations.
    public var isUpperBound: Bool
    /// When it starts anew.
    public var schedule: BudgetSchedule
    /// What was spent before, in the period that begins at the schedule's first boundary. Read when the account is
    /// opened, and when it moves to a schedule with other boundaries; on other reloads the account knows better.
    public var spentNanoUSD: Int64
    /// What was spent in later periods of the schedule, by their beginning: there is some when the wall clock was once ahead
    /// of the present one. Such a period begins with it when time comes to it.
    public var laterSpending: [Int64: Int64] = [:]
    /// When an administrator reset it, milliseconds since 1970. It is a boundary of the schedule when it lies in the
    /// period in force: what is spent from then on is another period's.
    public var resetAt: Int64?

    /// Makes a budget's facts.
    public init(
        id: String,
        scopeLabel: String,
        amountNanoUSD: Int64,
        periodName: String,
        isHard: Bool = true,
        isUpperBound: Bool = false,
        schedule: BudgetSchedule,
        spentNanoUSD: Int64 = 0,
        resetAt: Int64? = nil
    ) {
        self.id = id
        self.scopeLabel = scopeLabel
        self.amountNanoUSD = amountNanoUSD
        self.periodName = periodName
        self.isHard = isHard
        self.isUpperBound = isUpperBound
        self.schedule = schedule
        self.spentNanoUSD = spentNanoUSD
        self.resetAt = resetAt
    }
}
