/// When a breaker opens, for how long, and what closes it.
public struct BreakerRules: Sendable, Equatable {
    /// So many failures in a row open it.
    public var consecutiveFailures = 5
    /// At least so many attempts must lie in the window before the half of them that failed opens it; `nil` when only
    /// failures in a row count.
    public var minimumAttempts: Int? = 10
    /// How far the window reaches back at least.
    public var window = Duration.seconds(10)
    /// How long it stays open the first time. Each time a probe fails it is twice as long as before.
    public var firstOpen = Duration.seconds(5)
    /// It never stays open longer.
    public var longestOpen = Duration.seconds(60)
    /// Whether up to a quarter is taken off at random, so that breakers do not all ask again at once.
    public var hasJitter = true
    /// So many probes must succeed before it closes.
    public var successesToClose = 3
    /// After so long a probe is taken for lost.
    public var probeDeadline = Duration.seconds(60)

    /// For what can recover by itself: a target's answers, a provider's connections.
    public static let standard = BreakerRules()

    /// For a credential that a vendor refuses: off at once, and asked again every five minutes.
    public static let credential: BreakerRules = {
        var rules = BreakerRules()
        rules.consecutiveFailures = 1
        rules.minimumAttempts = nil
        rules.firstOpen = .seconds(300)
        rules.longestOpen = .seconds(300)
        rules.hasJitter = false
        rules.successesToClose = 1
        return rules
    }()

    /// The standard rules.
    public init() {}

    /// How long it stays open for the nth time in a row.
    func openDuration(_ time: Int) -> Duration {
        let doublings = min(max(0, time - 1), 30)
        let (length, overflow) = max(0, self.firstOpen.wholeMicroseconds)
            .multipliedReportingOverflow(by: 1 << Int64(doublings))
        let longest = self.longestOpen.wholeMicroseconds
        return .microseconds(overflow ? longest : min(length, longest))
    }
}
