import Synchronization

/// How many requests may be tried twice at once: two of a hundred.
public final class HedgeBudget: Sendable {
    /// What a hedge costs, when a request earns `earned`.
    private static let cost = 100
    private static let earned = 2
    /// So many hedges can be saved up.
    private static let burst = 5

    private let credit = Mutex(0)

    /// Makes one that has nothing to spend yet.
    public init() {}

    /// Notes a request that could be hedged.
    public func noteRequest() {
        self.credit.withLock { $0 = min(Self.cost * Self.burst, $0 + Self.earned) }
    }

    /// Takes what one hedge costs, if there is enough.
    public func take() -> Bool {
        self.credit.withLock { credit in
            guard credit >= Self.cost else { return false }
            credit -= Self.cost
            return true
        }
    }

    /// Gives back what was taken for a hedge that was not sent after all.
    public func giveBack() {
        self.credit.withLock { $0 = min(Self.cost * Self.burst, $0 + Self.cost) }
    }
}

/// When a second attempt is sent beside one that is slow to begin. Off unless a model asks for it.
public struct HedgePolicy: Sendable, Equatable {
    /// Whether it is on.
    public let isEnabled: Bool
    /// Never sooner than this, however quick the target usually is.
    public let soonest: Duration

    /// Makes a policy.
    public init(isEnabled: Bool = false, soonest: Duration = .milliseconds(50)) {
        self.isEnabled = isEnabled
        self.soonest = soonest
    }

    /// How long to wait for an attempt's first content before a second attempt.
    /// - Parameters:
    ///   - p95: What its target's answers usually stay within; `nil` while too little is known.
    ///   - untilDeadline: What is left of the request's time.
    /// - Returns: `nil` when there is to be no second one.
    public func delay(p95: Duration?, untilDeadline: Duration) -> Duration? {
        guard self.isEnabled, let p95 else { return nil }
        let delay = max(p95, self.soonest)
        return delay < untilDeadline ? delay : nil
    }
}
