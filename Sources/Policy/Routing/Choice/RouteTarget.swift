/// One target of a model, as the chooser sees it.
public struct RouteTarget: Sendable {
    /// What it is known by among the model's targets when they change: `provider/upstream-model`.
    public let key: String
    /// Its share within its group; 0 drains it.
    public let weight: Int
    /// Its group: the lowest number serves while it can.
    public let priority: Int
    /// How it fares.
    public let health: TargetHealth

    /// Makes a target.
    public init(key: String, weight: Int, priority: Int, health: TargetHealth) {
        self.key = key
        self.weight = weight
        self.priority = priority
        self.health = health
    }
}

/// Why a target did not serve.
public enum SkipReason: String, Sendable, CaseIterable {
    /// Its weight is 0: it is being drained.
    case weightZero = "weight_0"
    /// Its breaker, or that of its provider, is open or waits for its probe.
    case breakerOpen = "breaker_open"
    /// It throttled us and said when to come back.
    case coolingDown = "cooling_down"
    /// Its provider refuses our credential.
    case credential
    /// It cannot do what the request asks for.
    case unsupported
    /// The key may not use it.
    case notAllowed = "not_allowed"
    /// It has no price and the caller has a budget.
    case unpriced
    /// It was tried for this request already.
    case tried
    /// The request is longer than its context.
    case context = "context_too_small"
    /// It is switched off.
    case drained
}

/// A target that was passed over, and why.
public struct RouteSkip: Sendable, Equatable {
    /// Its place in the model's list of targets.
    public let index: Int
    /// Why.
    public let reason: SkipReason

    /// Makes one.
    public init(index: Int, reason: SkipReason) {
        self.index = index
        self.reason = reason
    }
}

/// Why a target was chosen.
public enum ChoiceReason: String, Sendable, CaseIterable {
    /// Its turn by weight.
    case weighted
    /// The first of its group that can serve.
    case priority
    /// The quicker of two.
    case leastLatency = "least-latency"
    /// The cheapest.
    case leastCost = "least-cost"
    /// The session is with it.
    case affinity
    /// The same again after a wait.
    case again
    /// None is well; this one is the least bad.
    case panic
}

/// A target to try now. Its permit ends with `TargetHealth.finish`, whatever becomes of the attempt.
public struct RouteChoice: Sendable {
    /// Its place in the model's list of targets.
    public let index: Int
    /// Why it was chosen.
    public let reason: ChoiceReason
    /// What its health counts this attempt by.
    public var permit: AttemptPermit
}

/// What is left for a request whose last attempt has failed.
public enum RouteRest: Sendable, Equatable {
    /// A target that was not tried yet could serve now.
    case untried
    /// None such; but this one, tried before, is not known to be sick.
    case again(Int)
    /// All are sick, and one of those was not tried yet.
    case leastBad
    /// Nothing.
    case none
}
