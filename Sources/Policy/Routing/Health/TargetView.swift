/// How a target stands, for people.
public struct TargetView: Sendable, Equatable {
    /// Whose health it is.
    public let identity: TargetIdentity
    /// The target's own breaker.
    public let breaker: Breaker.State
    /// The breaker that all targets of the provider share.
    public let providerBreaker: Breaker.State
    /// Whether the provider accepts our credential: open while it is taken out.
    public let credential: Breaker.State
    /// What keeps it from serving now; `nil` when nothing does.
    public let obstacle: SkipReason?
    /// When it can be tried again, from now on; `nil` when it can be tried now.
    public let availableIn: Duration?
    /// Attempts under way.
    public let inFlight: Int
    /// Attempts since the start.
    public let attempts: UInt64
    /// Failures since the start.
    public let failures: UInt64
    /// Attempts that ended in the last minute and say something about the target.
    public let recentAttempts: Int
    /// Failures among them.
    public let recentFailures: Int
    /// Time to first content lately, slow ones first; `nil` when it has not served yet.
    public let delay: Duration?
    /// The time within which 95 % get their first content; `nil` before 20 samples.
    public let p95: Duration?
}
