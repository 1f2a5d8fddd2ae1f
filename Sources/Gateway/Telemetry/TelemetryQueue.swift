import Synchronization
public import Telemetry

/// Finished requests on their way from the loops to whoever tells of them: bounded, so that a slow place costs telemetry,
/// which is counted, and never memory or the road's time.
public final class TelemetryQueue: Sendable {
    private let capacity: Int
    private let waiting = Mutex<[FinishedRequest]>([])
    private let dropped: Counter

    /// A queue.
    ///
    /// - Parameters:
    ///   - capacity: Requests held at most; more are dropped and counted.
    ///   - registry: Where the drop counter lives.
    public init(capacity: Int = 20_000, registry: MetricRegistry) {
        self.capacity = capacity
        self.dropped = Self.dropped("requests", in: registry)
    }

    /// The counter of what was not told, for one kind of telling.
    public static func dropped(_ signal: String, in registry: MetricRegistry) -> Counter {
        registry.counter(
            "martlet_telemetry_dropped_total",
            help: "Items of telemetry dropped: the queue was full, or the place where they go did not take them.",
            labels: [("signal", signal)]
        )
    }

    /// Takes a loop's requests; the array is empty afterwards.
    func submit(_ requests: inout [FinishedRequest]) {
        let count = requests.count
        let accepted = self.waiting.withLock { waiting in
            let room = min(max(0, self.capacity - waiting.count), count)
            waiting.append(contentsOf: requests.prefix(room))
            return room
        }
        requests.removeAll(keepingCapacity: true)
        self.dropped.add(count - accepted)
    }

    /// Takes everything off the queue, oldest first.
    public func take() -> [FinishedRequest] {
        self.waiting.withLock { waiting in
            var all: [FinishedRequest] = []
            swap(&all, &waiting)
            return all
        }
    }
}
