/// One request's place in a trace.
public struct TraceContext: Sendable, Equatable {
    /// The trace: the caller's own, or a new one.
    public let traceID: TraceID
    /// The caller's span; `nil` when the trace begins here.
    public let parent: SpanID?
    /// The request's own span.
    public let spanID: SpanID
    /// Whether its spans are recorded.
    public let isSampled: Bool

    /// Continues a caller's trace, or begins one.
    ///
    /// - Parameters:
    ///   - parent: What the caller told, if anything.
    ///   - sampler: Decides whether spans are recorded.
    ///   - random: Gives 64 random bits at each call.
    public init(continuing parent: TraceParent?, _ sampler: TraceSampler, random: () -> UInt64) {
        let id = parent?.traceID ?? TraceID(high: random(), low: random())
        self.traceID = id
        self.parent = parent?.spanID
        self.spanID = SpanID(random())
        self.isSampled = sampler.samples(id, after: parent)
    }

    /// What is told to whoever a span below this request's calls.
    ///
    /// - Parameter child: The span that calls.
    /// - Returns: The value of `traceparent`.
    public func parent(for child: SpanID) -> TraceParent {
        TraceParent(traceID: self.traceID, spanID: child, isSampled: self.isSampled)
    }
}
