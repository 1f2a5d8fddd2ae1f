public import Exchange
public import Storage

/// Answers where requests would go and how the targets stand. The road's business, so handed in.
public protocol RouteDesk: Sendable {
    /// Takes a request along the road as far as the choice of its targets, without sending anything.
    ///
    /// - Parameter question: Who asks for what.
    /// - Returns: One JSON object: `model`, `operation`, `strategy`, `affinity` (`kept`, `placed`, `moved` or `null`) and
    ///   `candidates` in the order in which they would be tried, each with `target` (`provider/model`), `priority`, `weight`,
    ///   `decision` (`first`, `next` or `skipped`) and `reason`; further members are shown as they are.
    /// - Throws: `.invalidField` for a request that the road would refuse, `.unavailable` where no road is.
    func explain(_ question: RouteQuestion) async throws(AdminProblem) -> [UInt8]

    /// How every target of every model stands at this moment.
    func status() -> [TargetStanding]

    /// How the last health check of every provider went.
    func checks() -> [CheckStanding]
}

/// A request whose way is asked for.
public struct RouteQuestion: Sendable, Equatable {
    /// The public name asked for.
    public var model: String
    /// The operation.
    public var operation: Exchange.Operation
    /// The key that would ask; `nil` asks as if everything were allowed.
    public var keyID: String?
    /// The request's body: one JSON object, as the operation takes it.
    public var request: [UInt8]

    /// Asks.
    public init(model: String, operation: Exchange.Operation, keyID: String? = nil, request: [UInt8]) {
        self.model = model
        self.operation = operation
        self.keyID = keyID
        self.request = request
    }
}

/// How one target stands.
public struct TargetStanding: Sendable, Equatable {
    /// The provider's name.
    public var provider: String
    /// The model's name there.
    public var model: String
    /// `closed`, `open` or `half_open`.
    public var breaker: String
    /// The share of the last minute's attempts that failed, 0 to 1; `nil` when there was none.
    public var errorRate: Double?
    /// Attempts under way.
    public var inFlight: Int
    /// Until when the vendor asked to be left alone.
    public var coolingDownUntil: UnixMilliseconds?
    /// `good`, or `refused` while the vendor does not take it.
    public var credential: String

    /// States the facts.
    public init(
        provider: String,
        model: String,
        breaker: String = "closed",
        errorRate: Double? = nil,
        inFlight: Int = 0,
        coolingDownUntil: UnixMilliseconds? = nil,
        credential: String = "good"
    ) {
        self.provider = provider
        self.model = model
        self.breaker = breaker
        self.errorRate = errorRate
        self.inFlight = inFlight
        self.coolingDownUntil = coolingDownUntil
        self.credential = credential
    }
}

/// How the last health check of a provider went.
public struct CheckStanding: Sendable, Equatable {
    /// The provider's name.
    public var provider: String
    /// What was asked for: `models` or `completion`.
    public var kind: String
    /// When it ended.
    public var at: UnixMilliseconds
    /// Whether the vendor was well, as far as the check can tell.
    public var isGood: Bool
    /// How long it took.
    public var milliseconds: Int
    /// What was wrong, without secrets; `nil` when nothing was.
    public var detail: String?

    /// States the facts.
    public init(
        provider: String,
        kind: String,
        at: UnixMilliseconds,
        isGood: Bool,
        milliseconds: Int,
        detail: String? = nil
    ) {
        self.provider = provider
        self.kind = kind
        self.at = at
        self.isGood = isGood
        self.milliseconds = milliseconds
        self.detail = detail
    }
}

/// Where no road is: a command that works on the store by itself.
public struct OfflineRouteDesk: RouteDesk {
    /// Knows nothing.
    public init() {}

    /// Refuses.
    ///
    /// - Throws: `.unavailable`.
    public func explain(_ question: RouteQuestion) async throws(AdminProblem) -> [UInt8] {
        throw AdminProblem(.unavailable, "where a request goes is for a running server to say: not available offline")
    }

    /// Nothing stands anywhere.
    public func status() -> [TargetStanding] { [] }

    /// Nobody is checked.
    public func checks() -> [CheckStanding] { [] }
}
