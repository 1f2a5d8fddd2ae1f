/// How an attempt failed, as far as it decides whether there may be another.
public enum AttemptFailure: Sendable, Equatable {
    /// Nothing of the request can have reached the vendor: no connection, or one that broke before a byte was written.
    case notSent
    /// The vendor refused for now (429), and perhaps said when to come back.
    case throttled(retryAfter: Duration?)
    /// The vendor failed before any content: 5xx, 529, a broken answer.
    case unavailable(retryAfter: Duration?)
    /// The vendor refused our credential.
    case credential
    /// No answer in time after it was sent: it may have been accepted, and may be billed.
    case possiblyAccepted
    /// This target cannot serve the request, but another might: too long for its context, refused by its policy.
    case unsuitable
    /// The request is wrong wherever it goes.
    case callerFault
    /// Content has gone to the caller.
    case committed
    /// The caller has left.
    case cancelled
}

/// What to do after an attempt has failed.
public enum AttemptDecision: Sendable, Equatable {
    /// Ask the cursor for the next target after a wait.
    case next(after: Duration)
    /// Try this target again after a wait.
    case again(Int, after: Duration)
    /// Give the caller the failure.
    case stop(StopReason)
}

/// Why there is no further attempt.
public enum StopReason: String, Sendable, CaseIterable {
    /// Another attempt would not help, or would not be right.
    case final
    /// Content has gone to the caller.
    case committed
    /// The caller has left.
    case cancelled
    /// It may have been accepted, and the model does not allow to be billed twice.
    case doubleBilling = "double_billing"
    /// All attempts are spent.
    case attempts
    /// The wait would go beyond the caller's patience.
    case deadline
    /// Too many requests are being tried again already.
    case retryBudget = "retry_budget"
    /// Nothing is left to try.
    case noTarget = "no_target"
    /// The vendor asked for a longer wait than a request is kept for.
    case wait
}
