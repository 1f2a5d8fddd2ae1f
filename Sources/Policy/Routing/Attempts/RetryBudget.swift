import Synchronization

/// How many of a model's requests may be tried again, so that an outage is not made worse by asking twice.
///
/// Two bounds hold together. Tokens: up to 500, a request's first retry takes 5, each further one 10, every success
/// gives 1 back. A ratio: as soon as more than 10 requests came in the last 10 seconds, the retries among them stay
/// within a tenth.
public final class RetryBudget: Sendable {
    /// Tokens of a full budget.
    public static let fullTokens = 500

    private struct State {
        var tokens = RetryBudget.fullTokens
        var refused: UInt64 = 0
        /// Requests as attempts, their retries as failures.
        var window = OutcomeWindow(slots: 10, width: .seconds(1))
    }

    private static let freeRequests = 10
    private static let requestsPerRetry = 10

    private let state = Mutex(State())

    /// Makes a full budget.
    public init() {}

    /// Notes that a request is tried for the first time.
    public func noteRequest(at now: MonotonicInstant) {
        self.state.withLock { $0.window.note(at: now, attempts: 1) }
    }

    /// Notes that a request was served.
    public func noteSuccess() {
        self.state.withLock { $0.tokens = min(Self.fullTokens, $0.tokens + 1) }
    }

    /// Takes what one retry costs.
    /// - Parameters:
    ///   - isFirst: It is the request's first.
    ///   - now: The node's own clock.
    /// - Returns: Whether there was enough; nothing was taken if not.
    public func take(isFirst: Bool, at now: MonotonicInstant) -> Bool {
        self.state.withLock { state in
            let cost = isFirst ? 5 : 10
            let (requests, retries) = state.window.totals(at: now)
            let isWithinRatio =
                requests + retries <= Self.freeRequests || (retries + 1) * Self.requestsPerRetry <= requests
            guard state.tokens >= cost, isWithinRatio else {
                state.refused &+= 1
                return false
            }
            state.tokens -= cost
            state.window.note(at: now, failures: 1)
            return true
        }
    }

    /// Tokens that are left.
    public var tokens: Int { self.state.withLock { $0.tokens } }

    /// Retries that were refused since the start.
    public var refused: UInt64 { self.state.withLock { $0.refused } }
}
