/// How everything that limits a caller stands at one moment.
public struct LimitStanding: Sendable, Equatable {
    /// What is left of its rates.
    public var rates = LimitReading()
    /// The tightest limit of requests in flight: how many may be, and how many more there is room for; `nil` when nothing
    /// limits them.
    public var places: Places?
    /// Its budgets, in the order in which they are drawn on.
    public var budgets: [BudgetView] = []

    /// A limit of requests in flight.
    public struct Places: Sendable, Equatable {
        /// How many may be in flight.
        public let limit: Int
        /// How many more there is room for; at least 0.
        public let remaining: Int
    }

    /// Nothing limits.
    public init() {}
}

extension AdmissionState {
    mutating func standing(_ limits: LimitSet, at now: MonotonicInstant, wall: Int64) -> LimitStanding {
        var standing = LimitStanding()
        standing.rates = self.reading(limits, at: now)
        standing.budgets = self.views(of: limits, wall: wall)
        let places = limits.concurrency.map { slot in
            let places = self.places.values[slot]
            return LimitStanding.Places(limit: places.limit, remaining: max(0, places.limit - places.taken))
        }
        standing.places = places.min { ($0.remaining, $0.limit) < ($1.remaining, $1.limit) }
        return standing
    }
}
