public import Storage

/// Where the periods of a kind begin in a time zone. Time zones are files, so they are read at the edge and handed in.
///
/// Given a period other than `total`, the zone's IANA name, an instant and a count: the beginning of the period that holds
/// the instant and of those after it, so many in all, ascending; `nil` when there is no such zone.
public typealias ZoneBoundaries =
    @Sendable (
        _ period: BudgetPeriodKind, _ timeZone: String, _ at: UnixMilliseconds, _ count: Int
    ) -> [UnixMilliseconds]?

/// Tells the periods of budgets. Whoever needs a budget's period asks here, so that views and balances agree.
public struct BudgetPeriods: Sendable {
    private let boundaries: ZoneBoundaries

    /// Follows the zones that a closure knows.
    public init(_ boundaries: @escaping ZoneBoundaries) {
        self.boundaries = boundaries
    }

    /// Whether there is such a time zone.
    public func knows(timeZone: String, at now: UnixMilliseconds) -> Bool {
        self.boundaries(.daily, timeZone, now, 1) != nil
    }

    /// The beginnings of a budget's periods from the present one on. A reset begins the present period anew: what was
    /// spent before counts in a period that is over. `total` has one period without end.
    ///
    /// - Parameters:
    ///   - budget: Whose.
    ///   - now: An instant in the first period.
    ///   - count: How many, where there are so many.
    /// - Returns: Ascending, never empty. A zone that is not known any more is taken for UTC.
    public func boundaries(of budget: BudgetRecord, at now: UnixMilliseconds, count: Int = 2) -> [UnixMilliseconds] {
        guard budget.period != .total else { return [budget.resetAt ?? 0] }
        let count = max(1, count)
        let known = self.boundaries(budget.period, budget.timeZone, now, count)
        var starts = known ?? Self.utcOnly(budget.period, "UTC", now, count) ?? []
        guard let first = starts.first else { return [budget.resetAt ?? 0] }
        if let resetAt = budget.resetAt, resetAt > first, resetAt <= now { starts[0] = resetAt }
        return starts
    }

    /// The present period of a budget.
    public func current(of budget: BudgetRecord, at now: UnixMilliseconds) -> BudgetPeriodKey {
        let start = self.boundaries(of: budget, at: now, count: 1).first ?? 0
        return BudgetPeriodKey(budgetID: budget.id, startsAt: start)
    }

    /// Knows UTC and nothing else: for where no zones are at hand.
    public static let utcOnly: ZoneBoundaries = { period, timeZone, now, count in
        guard timeZone == "UTC" else { return nil }
        let day = Int(min(max(0, now), Timestamp.latest) / Self.millisecondsOfDay)
        return (0..<max(1, count)).map { Self.start(of: period, day: day, ahead: $0) }
    }

    private static let millisecondsOfDay: UnixMilliseconds = 86_400_000

    private static func start(of period: BudgetPeriodKind, day: Int, ahead: Int) -> UnixMilliseconds {
        switch period {
        case .daily: UnixMilliseconds(day + ahead) * self.millisecondsOfDay
        case .weekly:
            // 1 January 1970 was a Thursday.
            UnixMilliseconds(day - (day + 3) % 7 + 7 * ahead) * self.millisecondsOfDay
        case .monthly: self.firstOfMonth(day: day, ahead: ahead)
        case .total: 0
        }
    }

    private static func firstOfMonth(day: Int, ahead: Int) -> UnixMilliseconds {
        let date = CivilDate(daysSinceEpoch: day)
        let months = date.year * 12 + date.month - 1 + ahead
        guard let first = CivilDate(year: months / 12, month: months % 12 + 1, day: 1) else { return Timestamp.latest }
        return UnixMilliseconds(first.daysSinceEpoch) * self.millisecondsOfDay
    }
}
