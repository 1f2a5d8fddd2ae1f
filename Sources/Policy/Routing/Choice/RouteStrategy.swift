/// How one model's requests are spread over the targets of a priority group.
public enum RouteStrategy: String, Sendable, CaseIterable {
    /// By weight, exactly and evenly mixed.
    case weighted
    /// The first that can serve, in the order given; nothing is mixed.
    case priority
    /// The quicker of two drawn at random, by the time to first content and what is in flight.
    case leastLatency = "least-latency"
    /// The one at which this request is expected to cost least; by weight where several cost the same.
    case leastCost = "least-cost"
}
