/// So many units per period, of which so many may come at once.
public struct LimitRate: Sendable, Equatable {
    /// Units per period.
    public let limit: Int
    /// Nanoseconds one unit takes to drain. Rounded up, so that no window ever admits more than the limit says: in whole microseconds
    /// every limit above 60 million a minute would be 60 million.
    let interval: Int64
    /// Nanoseconds that may be undrained: the burst times the interval.
    let tolerance: Int64

    /// Sets a rate.
    /// - Parameters:
    ///   - limit: Units per period; below 1 nothing is ever admitted.
    ///   - period: A positive duration.
    ///   - burst: Units that may come at once; the limit itself unless said otherwise.
    public init(limit: Int, per period: Duration, burst: Int? = nil) {
        let (units, period) = (Int64(max(1, limit)), max(1, Self.nanoseconds(period)))
        let interval = period / units + (period % units == 0 ? 0 : 1)
        let burst = limit < 1 ? 0 : Int64(max(0, burst ?? limit))
        let (tolerance, overflow) = burst.multipliedReportingOverflow(by: interval)
        self.limit = max(0, limit)
        self.interval = interval
        self.tolerance = overflow ? .max : tolerance
    }

    /// So many a minute.
    public static func perMinute(_ limit: Int) -> LimitRate {
        LimitRate(limit: limit, per: .seconds(60))
    }

    /// Units that may come at once.
    var capacity: Int { Int(self.tolerance / self.interval) }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return Int64(clamping: Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000))
    }
}
