/// Decides which traces are recorded, by their ids alone, so that all who see a trace decide alike.
public struct TraceSampler: Sendable, Equatable {
    /// What share of the traces that begin here is recorded, 0 to 1.
    public let ratio: Double
    /// Whether who sent the request has decided already.
    public let followsParent: Bool
    /// Whether anybody takes spans at all; where nobody does, requests have ids for the logs, and vendors are passed what the
    /// caller told.
    public let recordsSpans: Bool
    /// Ids below it are recorded.
    private let threshold: UInt64

    /// A sampler.
    ///
    /// - Parameters:
    ///   - ratio: What share is recorded; what is outside of 0 to 1 counts as the nearest of the two.
    ///   - followsParent: Whether a caller's own decision is kept.
    ///   - recordsSpans: Whether anybody takes spans at all.
    public init(ratio: Double, followsParent: Bool = true, recordsSpans: Bool = true) {
        let ratio = ratio.isNaN ? 0 : min(1, max(0, ratio))
        self.ratio = ratio
        self.followsParent = followsParent
        self.recordsSpans = recordsSpans
        // A Double has 53 bits: a finer share than that is none.
        self.threshold = (UInt64(exactly: (ratio * 9_007_199_254_740_992).rounded()) ?? 0) << 11
    }

    /// Whether a trace is recorded.
    ///
    /// - Parameters:
    ///   - id: The trace.
    ///   - parent: The caller's own span, when it told one.
    /// - Returns: The caller's decision where that is followed, otherwise the id's.
    public func samples(_ id: TraceID, after parent: TraceParent?) -> Bool {
        if self.followsParent, let parent { return parent.isSampled }
        return self.ratio == 1 || id.low < self.threshold
    }
}
