/// One request's attempts: whether there may be another, where, and after what wait.
///
/// At most three attempts reach a vendor, all within the caller's patience. What was certainly not sent is free: it
/// costs neither an attempt nor the budget, but even those have an end. A target that was not tried yet is tried at
/// once; a wait is for asking the same one again.
public struct AttemptPolicy: Sendable {
    /// Attempts that may reach a vendor.
    public static let maximumAttempts = 3
    /// The bounds between which waits double.
    public static let shortestBackoff = Duration.milliseconds(250)
    /// See `shortestBackoff`.
    public static let longestBackoff = Duration.seconds(8)

    /// When the caller's patience ends.
    public let deadline: MonotonicInstant
    /// Whether a request that may have been accepted may be sent again, and perhaps be billed twice.
    public let allowsDoubleBilling: Bool
    private let budget: RetryBudget
    private let maximumTries: Int
    /// All tries, sent or not.
    public private(set) var tries = 0
    /// Tries that reached a vendor and failed.
    private var sent = 0
    private var paid = 0
    private var waits = 0

    /// Begins a request.
    /// - Parameters:
    ///   - deadline: When the caller's patience ends.
    ///   - budget: The model's.
    ///   - targets: How many targets the model has: so many tries more than attempts may come to nothing.
    ///   - allowsDoubleBilling: Whether a request that may have been accepted may be sent again.
    public init(
        deadline: MonotonicInstant,
        budget: RetryBudget,
        targets: Int,
        allowsDoubleBilling: Bool = false
    ) {
        self.deadline = deadline
        self.budget = budget
        self.maximumTries = Self.maximumAttempts + min(max(0, targets), 64)
        self.allowsDoubleBilling = allowsDoubleBilling
    }

    /// Notes that an attempt begins.
    public mutating func begin(at now: MonotonicInstant) {
        if self.tries == 0 { self.budget.noteRequest(at: now) }
        self.tries += 1
    }

    /// Whether a second attempt may begin beside the one under way: both count among those that reach a vendor.
    public var canBeginBeside: Bool { self.sent + 2 <= Self.maximumAttempts && self.tries < self.maximumTries }

    /// Notes that a second attempt begins beside the one under way.
    public mutating func beginBeside() {
        self.tries += 1
    }

    /// Notes that one of two attempts has failed while the other goes on: nothing is decided, and nothing paid.
    public mutating func failedBeside(_ failure: AttemptFailure) {
        if failure != .notSent { self.sent += 1 }
    }

    /// Notes that the request was served.
    public func succeed() {
        self.budget.noteSuccess()
    }

    /// Decides what follows a failure. Pays the retry budget when there is to be another attempt that owes it.
    /// - Parameters:
    ///   - failure: How the attempt failed.
    ///   - rest: What is left, as the cursor says once the failure was told to the target's health.
    ///   - now: The node's own clock.
    ///   - wasProbe: The attempt proved for a half-open breaker that the target is still sick. That was our doing, not the
    ///     caller's: where another target is well, going on there is not paid.
    ///   - random: Draws the wait.
    /// - Returns: What to do.
    public mutating func decide(
        after failure: AttemptFailure,
        rest: RouteRest,
        at now: MonotonicInstant,
        wasProbe: Bool = false,
        random: Randomness = .system
    ) -> AttemptDecision {
        if let reason = self.finalReason(failure) { return .stop(reason) }
        if failure != .notSent { self.sent += 1 }
        guard self.sent < Self.maximumAttempts, self.tries < self.maximumTries else { return .stop(.attempts) }
        guard now < self.deadline else { return .stop(.deadline) }
        let decision = self.place(failure, rest, random)
        guard let wait = decision.wait else { return decision }
        guard now.adding(wait) < self.deadline else { return .stop(.deadline) }
        if failure.paysBudget, !wasProbe || rest != .untried {
            guard self.budget.take(isFirst: self.paid == 0, at: now) else { return .stop(.retryBudget) }
            self.paid += 1
        }
        return decision
    }

    private func finalReason(_ failure: AttemptFailure) -> StopReason? {
        switch failure {
        case .callerFault: .final
        case .committed: .committed
        case .cancelled: .cancelled
        case .possiblyAccepted: self.allowsDoubleBilling ? nil : .doubleBilling
        case .notSent, .throttled, .unavailable, .credential, .unsuitable: nil
        }
    }

    private mutating func place(_ failure: AttemptFailure, _ rest: RouteRest, _ random: Randomness) -> AttemptDecision {
        switch rest {
        case .untried: return .next(after: .zero)
        case .again(let index):
            switch failure {
            // A wait does not change what it answered.
            case .unsuitable: return .stop(.noTarget)
            // A kept connection that its other end had closed meanwhile: a fresh one is worth a try at once.
            case .notSent where self.tries == 1: return .again(index, after: .zero)
            default: return .again(index, after: max(self.backoff(random), failure.shortestWait))
            }
        case .leastBad:
            return failure == .unsuitable ? .stop(.noTarget) : .next(after: self.backoff(random))
        case .none: return .stop(.noTarget)
        }
    }

    /// Full jitter: anything from nothing up to a bound that doubles.
    private mutating func backoff(_ random: Randomness) -> Duration {
        let bound = min(Self.shortestBackoff * (1 << min(self.waits, 5)), Self.longestBackoff)
        self.waits += 1
        var source = JitterSource(random)
        return source.duration(upTo: bound)
    }
}

extension AttemptDecision {
    fileprivate var wait: Duration? {
        switch self {
        case .next(let wait), .again(_, let wait): wait
        case .stop: nil
        }
    }
}

extension AttemptFailure {
    /// It loads a vendor that may be struggling.
    fileprivate var paysBudget: Bool {
        switch self {
        case .throttled, .unavailable, .possiblyAccepted: true
        case .notSent, .credential, .unsuitable, .callerFault, .committed, .cancelled: false
        }
    }

    /// How long the same target must be left alone.
    fileprivate var shortestWait: Duration {
        switch self {
        case .throttled(let wait): max(.zero, wait ?? TargetMachine.defaultCooldown)
        case .unavailable(let wait): max(.zero, wait ?? .zero)
        case .notSent, .credential, .possiblyAccepted, .unsuitable, .callerFault, .committed, .cancelled: .zero
        }
    }
}
