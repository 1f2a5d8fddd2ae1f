/// Says which providers are to be asked for a sign of life now: each once in its interval, not all at the same moment, and
/// one that is held to be sick as soon as its breaker would let an attempt through, so that it is a check that finds out
/// and not a caller's request.
public struct CheckSchedule: Sendable {
    /// A provider that is checked.
    public struct Entry: Sendable {
        /// Which.
        public let provider: ProviderIdentity
        /// From one check to the next, before jitter.
        public let interval: Duration
        /// From when on it can be tried again; `nil` while it is well.
        public let sickUntil: MonotonicInstant?

        /// States the facts.
        public init(_ provider: ProviderIdentity, every interval: Duration, sickUntil: MonotonicInstant? = nil) {
            self.provider = provider
            self.interval = interval
            self.sickUntil = sickUntil
        }
    }

    /// The shortest time between two checks of one provider, sick or not.
    public static let shortestPause = Duration.seconds(1)

    private struct Plan: Sendable {
        var due: MonotonicInstant
        var notBefore: MonotonicInstant
        var isUnderWay = false
    }

    private var plans: [ProviderIdentity: Plan] = [:]
    private var random: JitterSource

    /// Makes one that has checked nobody yet.
    /// - Parameter random: Spreads the checks.
    public init(random: Randomness = .system) {
        self.random = JitterSource(random)
    }

    /// Takes those that are due; each is to be told as `done`. A provider seen for the first time is checked at some
    /// moment within its interval. One that is not among the entries any more is forgotten.
    /// - Parameters:
    ///   - entries: All providers that are checked.
    ///   - now: The node's own clock.
    /// - Returns: Places in `entries`.
    public mutating func take(_ entries: [Entry], at now: MonotonicInstant) -> [Int] {
        let named = Set(entries.map(\.provider))
        self.plans = self.plans.filter { named.contains($0.key) }
        return entries.indices.filter { self.take(entries[$0], at: now) }
    }

    /// A check has ended, however it went.
    /// - Parameters:
    ///   - provider: Whose.
    ///   - now: The node's own clock.
    public mutating func done(_ provider: ProviderIdentity, at now: MonotonicInstant) {
        self.plans[provider]?.isUnderWay = false
        self.plans[provider]?.notBefore = now.adding(Self.shortestPause)
    }

    private mutating func take(_ entry: Entry, at now: MonotonicInstant) -> Bool {
        guard var plan = self.plans[entry.provider] else {
            let first = now.adding(self.random.duration(upTo: entry.interval))
            self.plans[entry.provider] = Plan(due: first, notBefore: now)
            return false
        }
        // An interval that was shortened counts at once.
        plan.due = min(plan.due, now.adding(entry.interval + entry.interval / 5))
        let isDue = now >= plan.due || (entry.sickUntil.map { now >= $0 } ?? false)
        let goes = isDue && !plan.isUnderWay && now >= plan.notBefore
        if goes {
            plan.isUnderWay = true
            // Four to six fifths of the interval.
            plan.due = now.adding(entry.interval * 4 / 5 + self.random.duration(upTo: entry.interval * 2 / 5))
        }
        self.plans[entry.provider] = plan
        return goes
    }
}
