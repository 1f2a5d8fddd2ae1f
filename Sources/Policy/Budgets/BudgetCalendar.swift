/// Where the periods of budgets begin, in a time zone.
public enum BudgetCalendar {
    /// How long a period is.
    public enum Period: Sendable, CaseIterable {
        /// From midnight to midnight.
        case daily
        /// From Monday to Monday.
        case weekly
        /// From the first of a month to the next.
        case monthly
    }

    /// The last instant that is looked at: the year 9999.
    private static let latest: Int64 = 253_402_300_799_000

    /// The beginning of the period that holds an instant, and of those that follow.
    ///
    /// - Parameters:
    ///   - period: How long they are.
    ///   - zone: Whose midnights.
    ///   - instant: Milliseconds since 1970.
    ///   - count: How many, at least 1.
    /// - Returns: Milliseconds since 1970, ascending. A midnight that does not exist is the first instant after it; of one
    ///   that comes twice it is the first.
    public static func boundaries(_ period: Period, zone: ZoneRules, from instant: Int64, count: Int) -> [Int64] {
        let seconds = min(max(instant, 0), Self.latest).floorDivided(by: 1_000)
        let today = (seconds + Int64(zone.offset(at: seconds))).floorDivided(by: 86_400)
        // The day after is looked at too: where midnight comes late or twice, local days and instants disagree for an hour.
        var start = Self.start(period, holding: today)
        while Self.midnight(start, zone) > seconds { start = Self.start(period, holding: start - 1) }
        var next = Self.next(period, after: start)
        while Self.midnight(next, zone) <= seconds {
            start = next
            next = Self.next(period, after: next)
        }
        var boundaries: [Int64] = []
        for _ in 0..<max(1, min(count, 1_000)) {
            boundaries.append(Self.midnight(start, zone) * 1_000)
            start = Self.next(period, after: start)
        }
        return boundaries
    }

    /// The first day of the period that holds a local day.
    private static func start(_ period: Period, holding day: Int64) -> Int64 {
        switch period {
        case .daily: return day
        // 1 January 1970 was a Thursday.
        case .weekly: return day - (day + 3).modulo(7)
        case .monthly:
            let date = CivilDay(daysSince1970: day)
            return CivilDay(year: date.year, month: date.month, day: 1).daysSince1970
        }
    }

    private static func next(_ period: Period, after start: Int64) -> Int64 {
        switch period {
        case .daily: return start + 1
        case .weekly: return start + 7
        case .monthly:
            let date = CivilDay(daysSince1970: start)
            let isDecember = date.month == 12
            return CivilDay(
                year: isDecember ? date.year + 1 : date.year,
                month: isDecember ? 1 : date.month + 1,
                day: 1
            )
            .daysSince1970
        }
    }

    /// The first instant of a local day, in seconds since 1970: the first at which clocks show that day.
    private static func midnight(_ day: Int64, _ zone: ZoneRules) -> Int64 {
        let local = day * 86_400
        // Where clocks jump around that time, the largest offset puts the day's beginning first.
        let offsets = [-26, 0, 26].map { zone.offset(at: local + $0 * 3_600) }
        var low = local - Int64(offsets.max() ?? 0) - 7_200
        var high = local + 54 * 3_600
        func shows(_ instant: Int64) -> Bool { instant + Int64(zone.offset(at: instant)) >= local }
        // Clocks may show the day, fall back, and show it again: the first time counts, so it is looked for from the front.
        var step = low
        while step <= high, !shows(step) { step += 900 }
        (low, high) = (step - 900, step)
        while high - low > 1 {
            let middle = (low + high) / 2
            if shows(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
