/// A failure in normal form. Each format room turns it into its own status, body and stream terminal, in one file.
public struct GatewayFailure: Error, Sendable, Equatable {
    /// What went wrong and whose fault it is. Closed: every room answers for every case.
    public enum Kind: String, Sendable, CaseIterable {
        /// Malformed or contradictory request: 400.
        case invalidRequest
        /// No route at this path: 404.
        case routeNotFound
        /// Wrong method for the route: 405 (the caller of the room adds `allow`).
        case methodNotAllowed
        /// The request was not received in time: 408.
        case requestTimeout
        /// Body over the cap: 413.
        case bodyTooLarge
        /// Request line over the cap: 414.
        case targetTooLong
        /// Body in a media type or encoding not taken: 415.
        case unsupportedMediaType
        /// A WebSocket or h2c upgrade was asked for: 426.
        case upgradeRequired
        /// Header block over the cap: 431.
        case headersTooLarge
        /// Missing, unknown, expired, revoked or disabled key: 401.
        case invalidKey
        /// A good credential in the wrong place: a key from another network, an admin token among requests: 403.
        case forbidden
        /// Unknown model, or one this key may not use.
        case modelNotFound
        /// A stored object that is not the caller's, or does not exist: 404.
        case objectNotFound
        /// Our own request or token limit: 429 with `retry-after`.
        case rateLimited
        /// Budget exhausted.
        case budgetExhausted
        /// Martlet is saturated or draining: 503, or 529 on Messages.
        case overloaded
        /// No target could be reached, or the vendor is overloaded or throttling: 503, or 529 on Messages.
        case upstreamUnavailable
        /// Our credential or quota at the vendor is at fault: 502.
        case upstreamCredential
        /// The vendor broke its own protocol, redirected, or its answer was cut: 502.
        case upstreamFailed
        /// The vendor did not answer in time: 504.
        case upstreamTimeout
        /// The exchange was ended by us while it ran (key revoked, shutdown): stream terminal, or 503.
        case interrupted
        /// Our own defect: 500.
        case internalError
    }

    /// What went wrong.
    public var kind: Kind
    /// Text for the caller: what was wrong and what would be right. Never holds a secret, a prompt or an upstream URL.
    public var message: String
    /// The request field at fault (`max_tokens`, `input[2].content`), when there is one.
    public var parameter: String?
    /// A code that the room should use instead of its default for this kind.
    public var code: String?
    /// When trying again may help; sent as `retry-after`, rounded up to seconds.
    public var retryAfter: Duration?

    /// Describes a failure.
    public init(
        _ kind: Kind,
        _ message: String,
        parameter: String? = nil,
        code: String? = nil,
        retryAfter: Duration? = nil
    ) {
        self.kind = kind
        self.message = message
        self.parameter = parameter
        self.code = code
        self.retryAfter = retryAfter
    }
}
