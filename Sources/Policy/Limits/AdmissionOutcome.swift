/// Whether a request was let in.
public enum AdmissionOutcome: Sendable {
    /// It may go on; the reading is for the answer's headers.
    case admitted(Admission, LimitReading)
    /// It may not, and nothing was taken.
    case refused(AdmissionRefusal)
}

/// What is left of a caller's rate limits: of each dimension the tightest, `nil` when nothing limits it.
public struct LimitReading: Sendable, Equatable {
    /// Of requests per minute.
    public var requests: LimitDecision?
    /// Of tokens per minute.
    public var tokens: LimitDecision?

    /// Makes a reading.
    public init(requests: LimitDecision? = nil, tokens: LimitDecision? = nil) {
        self.requests = requests
        self.tokens = tokens
    }
}

/// What stood in the way. Of several the one that stays longest: a budget before a rate, a rate before a place in
/// flight; of rates the one that no wait helps, or the longest wait; of budgets the one that starts anew last.
public enum AdmissionRefusal: Sendable, Equatable {
    /// Too many requests a minute.
    case requests(LimitDecision, LimitScope)
    /// Too many tokens a minute. Only the input can be more than the whole limit.
    case tokens(LimitDecision, LimitScope)
    /// Too many requests in flight.
    case concurrency(limit: Int, LimitScope)
    /// A hard budget has not this much left.
    indirect case budget(BudgetView, needed: Int64)
    /// A hard budget wants a bound of what the request can cost, and there is none.
    indirect case unbounded(BudgetView, reason: String)
}
