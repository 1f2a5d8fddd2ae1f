/// How a model's requests are shared among its targets, tried again and given up.
public struct ModelRoutingRecord: Sendable, Equatable {
    /// How a target is chosen inside its priority group; one of ``strategies``.
    public var strategy: String
    /// A conversation stays with the target that served it before, while that pays.
    public var isSticky: Bool
    /// A request that the vendor may have accepted already is tried again, and may then be billed twice.
    public var mayBillTwice: Bool
    /// A request that a vendor refuses by its content policy is tried at the next target.
    public var fallsBackOnRefusal: Bool
    /// A request that one target is slow to answer is sent to a second one beside it; both may be billed.
    public var hedges: Bool
    /// Milliseconds for connecting, TLS included; `nil` leaves it at the gateway's own.
    public var connectMilliseconds: Int?
    /// Milliseconds until the first content of a stream.
    public var firstContentMilliseconds: Int?
    /// Milliseconds between the events of a stream.
    public var idleMilliseconds: Int?
    /// Milliseconds for the whole answer.
    public var totalMilliseconds: Int?

    /// What ``strategy`` may be: by weight, in the order given, the quickest to answer, the cheapest.
    public static let strategies = ["weighted", "priority", "least-latency", "least-cost"]

    /// Makes a record; by default weights decide, conversations stay, and nothing that may cost twice is done.
    public init(
        strategy: String = "weighted",
        isSticky: Bool = true,
        mayBillTwice: Bool = false,
        fallsBackOnRefusal: Bool = false,
        hedges: Bool = false,
        connectMilliseconds: Int? = nil,
        firstContentMilliseconds: Int? = nil,
        idleMilliseconds: Int? = nil,
        totalMilliseconds: Int? = nil
    ) {
        self.strategy = strategy
        self.isSticky = isSticky
        self.mayBillTwice = mayBillTwice
        self.fallsBackOnRefusal = fallsBackOnRefusal
        self.hedges = hedges
        self.connectMilliseconds = connectMilliseconds
        self.firstContentMilliseconds = firstContentMilliseconds
        self.idleMilliseconds = idleMilliseconds
        self.totalMilliseconds = totalMilliseconds
    }
}

/// What is different about requests that go to one target.
public struct TargetOverrides: Sendable, Equatable {
    /// Most output tokens of one answer; a request that asks for more, or says nothing, is held to it.
    public var maxOutputTokens: Int?
    /// How much the model should think, in place of what was asked for.
    public var reasoningEffort: String?
    /// Headers sent along, by lower-case name.
    public var headers: [String: String]

    /// Overrides nothing unless told.
    public init(maxOutputTokens: Int? = nil, reasoningEffort: String? = nil, headers: [String: String] = [:]) {
        self.maxOutputTokens = maxOutputTokens
        self.reasoningEffort = reasoningEffort
        self.headers = headers
    }
}
