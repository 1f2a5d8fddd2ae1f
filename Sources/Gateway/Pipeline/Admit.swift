import Exchange
import Policy

/// A request that was let in: its limits are taken. Token limits and budgets join here; all are taken together or none.
struct Admitted {
    /// What was taken, and what is left, for the caller's rate-limit headers.
    let limit: LimitDecision?

    private init(limit: LimitDecision?) {
        self.limit = limit
    }

    /// Takes one request from the key's limit.
    static func take(_ plan: RoutePlan, for caller: Caller, at now: MonotonicInstant) throws(GatewayFailure) -> Admitted {
        guard let limiter = caller.key.requestLimiter else { return Admitted(limit: nil) }
        let decision = limiter.take(at: now)
        guard decision.isAllowed else { throw Self.refusal(decision, caller) }
        return Admitted(limit: decision)
    }

    /// A look before the body is read: refuses what could not be admitted anyway, takes nothing.
    static func look(for caller: Caller, at now: MonotonicInstant) throws(GatewayFailure) {
        guard let limiter = caller.key.requestLimiter else { return }
        let decision = limiter.peek(at: now)
        guard decision.isAllowed else { throw Self.refusal(decision, caller) }
    }

    private static func refusal(_ decision: LimitDecision, _ caller: Caller) -> GatewayFailure {
        GatewayFailure(
            .rateLimited,
            "The key \(caller.key.displayPrefix)… is over its limit of \(decision.limit) requests a minute.",
            retryAfter: decision.retryAfter
        )
    }
}
