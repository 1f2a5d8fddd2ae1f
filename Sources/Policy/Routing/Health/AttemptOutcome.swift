/// How an attempt ended, and by whose fault.
public enum AttemptOutcome: Sendable, Equatable {
    /// The vendor served it. Times count from the attempt's start; `firstContent` is `nil` where an answer comes whole.
    case succeeded(firstContent: Duration?, total: Duration)
    /// The request was wrong: 400, 404, 413, 422, too long, refused by a content filter.
    case callerFault
    /// The caller left, or another attempt was quicker.
    case cancelled
    /// It never began: nothing was sent for a reason of our own.
    case unused
    /// Our credential was refused or has nothing left: 401, 403, insufficient quota.
    case credential
    /// 429, with what the vendor said about when to come back.
    case throttled(retryAfter: Duration?)
    /// No answer in time, 5xx, 529, an unreadable or truncated answer.
    case sickTarget
    /// No connection, or no TLS on it.
    case sickProvider

    /// It speaks against the target or its provider.
    public var isFailure: Bool {
        switch self {
        case .sickTarget, .sickProvider, .credential: true
        case .succeeded, .callerFault, .cancelled, .unused, .throttled: false
        }
    }
}

/// What an attempt at a target is counted by. Whoever has begun one finishes it once.
public struct AttemptPermit: Sendable, Equatable {
    let target: Breaker.Permit
    let provider: ProviderPermit
    /// Whether its first content has been noted.
    public internal(set) var hasServed = false

    /// When it began.
    public var startedAt: MonotonicInstant { self.target.startedAt }

    /// Some breaker is half-open and lets this one through alone.
    public var isProbe: Bool { self.target.isProbe || self.provider.isProbe }

    /// It went through although a breaker was open.
    public var isForced: Bool { self.target.isForced || self.provider.isForced }

    /// Of each breaker that this probes, the half-open stretch it does it in: for simulations, which count them.
    package var probed: (target: UInt64?, connection: UInt64?, credential: UInt64?) {
        (
            self.target.isProbe ? self.target.epoch : nil,
            self.provider.connection.isProbe ? self.provider.connection.epoch : nil,
            self.provider.credential.isProbe ? self.provider.credential.epoch : nil
        )
    }
}

/// What an attempt at a provider is counted by.
public struct ProviderPermit: Sendable, Equatable {
    let connection: Breaker.Permit
    let credential: Breaker.Permit

    /// Some breaker is half-open and lets this one through alone.
    public var isProbe: Bool { self.connection.isProbe || self.credential.isProbe }

    /// It went through although a breaker was open.
    public var isForced: Bool { self.connection.isForced || self.credential.isForced }
}
