/// What a limit said, with all that a caller is told in rate-limit headers.
public struct LimitDecision: Sendable, Equatable {
    /// Whether there was room.
    public internal(set) var isAllowed: Bool
    /// Units per period.
    public let limit: Int
    /// Units that could still be taken at once, now.
    public let remaining: Int
    /// Nanoseconds until the limit is whole again if nothing more is taken.
    public let resetNanoseconds: Int64
    /// When refused: after exactly this long the same take would fit if nothing else is taken. `nil` when allowed, and
    /// when no wait would ever help.
    public internal(set) var retryAfter: Duration?

    /// Until the limit is whole again if nothing more is taken.
    public var resetAfter: Duration { .nanoseconds(self.resetNanoseconds) }

    /// Refused, and asking for more than the whole limit: waiting does not help.
    public var canNeverPass: Bool { !self.isAllowed && self.retryAfter == nil }

    /// `retryAfter` in whole seconds, rounded up, as `retry-after` carries it; `nil` when there is nothing to wait for.
    public var retryAfterSeconds: Int64? {
        self.retryAfter.map { $0.components.seconds + ($0.components.attoseconds > 0 ? 1 : 0) }
    }
}
