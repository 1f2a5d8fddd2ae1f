import Exchange
import Policy

/// A request that was let in: its limits are taken. Token limits and budgets join here; all are taken together or none.
struct Admitted {
    /// What was taken; ended once, when the exchange ends.
    let admission: Admission
    /// What is left, for the caller's rate-limit headers; `nil` when nothing limits the key.
    let limit: LimitDecision?

    private init(admission: Admission, limit: LimitDecision?) {
        self.admission = admission
        self.limit = limit
    }

    /// Takes one request from the key's limit.
    ///
    /// - Throws: `.rateLimited`, with the time after which the same request would fit.
    static func take(
        _ plan: RoutePlan,
        for caller: Caller,
        from table: AdmissionTable,
        at now: MonotonicInstant
    ) throws(GatewayFailure) -> Admitted {
        switch table.admit(caller.key.requestClaims, at: now) {
        case .admitted(let admission, let limit):
            return Admitted(admission: admission, limit: limit)
        case .refused(let decision):
            throw Self.refusal(decision, caller)
        }
    }

    /// A look before the body is read: refuses what could not be admitted anyway, takes nothing.
    static func look(for caller: Caller, in table: AdmissionTable, at now: MonotonicInstant) throws(GatewayFailure) {
        guard let decision = table.peek(caller.key.requestClaims, at: now), !decision.isAllowed else { return }
        throw Self.refusal(decision, caller)
    }

    private static func refusal(_ decision: LimitDecision, _ caller: Caller) -> GatewayFailure {
        GatewayFailure(
            .rateLimited,
            "The key \(caller.key.label)… is over its limit of \(decision.limit) requests a minute.",
            retryAfter: decision.retryAfter
        )
    }
}
