import Exchange
import Policy

extension AdmissionRefusal {
    /// What the caller is told: which limit, how much is left, when it is whole again.
    func failure(_ key: KeyEntry, wall: Int64) -> GatewayFailure {
        switch self {
        case .requests(let decision, let scope):
            Self.limited(decision, scope.label(key), "\(decision.limit) requests a minute")
        case .tokens(let decision, let scope):
            Self.limited(decision, scope.label(key), "\(decision.limit) tokens a minute")
        case .concurrency(let limit, let scope):
            GatewayFailure(
                .rateLimited,
                "\(scope.label(key)) has reached its limit of \(limit) requests at once.",
                retryAfter: .seconds(1)
            )
        case .budget(let view, let needed):
            GatewayFailure(.budgetExhausted, Self.text(view, needed), retryAfter: Self.wait(view, wall))
        case .unbounded(let view, let reason):
            GatewayFailure(
                .invalidRequest,
                "The budget of \(view.scopeLabel) takes only requests whose cost has an upper bound, and this one has none: \(reason).",
                code: "no_cost_bound"
            )
        }
    }

    private static func limited(_ decision: LimitDecision, _ owner: String, _ limit: String) -> GatewayFailure {
        guard !decision.canNeverPass else {
            return GatewayFailure(
                .invalidRequest,
                "This request alone is over the limit of \(limit) of \(owner): no wait would help. Send less at once.",
                code: "limit_too_small"
            )
        }
        return GatewayFailure(
            .rateLimited,
            "\(owner) is over its limit of \(limit); \(decision.remaining) are left.",
            retryAfter: decision.retryAfter
        )
    }

    private static func text(_ view: BudgetView, _ needed: Int64) -> String {
        let reset =
            view.resetsAt.map { "it is renewed at \(RFC3339.text(unixSeconds: $0 / 1000))" } ?? "it is not renewed"
        let available = NanoUSD.text(max(0, view.available))
        return
            "The \(view.periodName) budget of \(view.scopeLabel) is exhausted: $\(NanoUSD.text(view.amount)), of which $\(NanoUSD.text(view.spent)) are spent and $\(NanoUSD.text(view.reserved)) reserved; $\(available) are left and this request needs up to $\(NanoUSD.text(needed)); \(reset)."
    }

    private static func wait(_ view: BudgetView, _ wall: Int64) -> Duration? {
        view.resetsAt.map { .milliseconds(max(0, $0 - wall)) }
    }
}

extension LimitScope {
    /// Whose limit it is, for the caller.
    fileprivate func label(_ key: KeyEntry) -> String {
        let whose: String
        switch self.owner {
        case .key: whose = "The key \(key.label)…"
        case .project: whose = "The project \(key.project.name)"
        }
        return self.model.map { "\(whose), for the model '\($0)'," } ?? whose
    }
}
