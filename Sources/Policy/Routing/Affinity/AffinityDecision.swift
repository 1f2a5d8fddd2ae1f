/// What a session is known by: a digest of what its requests have in common, within one key and one model.
public struct SessionDigest: Sendable, Hashable {
    /// The first half.
    public let high: UInt64
    /// The second half.
    public let low: UInt64

    /// Wraps a digest.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// Where a session's next request goes.
public enum AffinityDecision: Sendable, Equatable {
    /// It is new here: by the strategy, as any request.
    case place
    /// To the target that has served it.
    case stay(Int)
    /// Away from there, by the strategy.
    case moved(MoveReason)
}

/// Why a session leaves its target.
public enum MoveReason: String, Sendable, CaseIterable {
    /// The target is no longer one of the model's, or is being drained.
    case gone
    /// Its health keeps requests away.
    case sick
    /// It cannot serve this request.
    case unsuitable
    /// The session holds what only another credential can read.
    case credential
    /// It was a fallback, and what comes before it is well again.
    case recovered
    /// It has far more to do than its share, and the session has too little in its cache to stay for.
    case imbalance
}
