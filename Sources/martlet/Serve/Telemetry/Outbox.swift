import Gateway
import Synchronization
import Telemetry

/// Finished requests on their way to a place elsewhere. A place that hangs, refuses or is not there costs what does not fit
/// the queue and what was tried too often, all counted; nobody waits for it.
final class Outbox: Sendable {
    struct Rules: Sendable {
        /// Requests that may wait.
        var capacity: Int
        /// Requests of one delivery.
        var batch: Int
        /// The longest time that requests are gathered.
        var interval: Duration
        /// How often one delivery is tried.
        var tries = 4
        /// The wait before the second try; it doubles.
        var firstPause = Duration.seconds(1)
        /// The longest wait, whatever the place asks for.
        var longestPause = Duration.seconds(30)
        /// How long the last deliveries may take when the process ends.
        var farewell = Duration.seconds(5)
    }

    typealias Send = @Sendable ([FinishedRequest]) async -> Delivery
    typealias Pause = @Sendable (Duration) async -> Void

    let dropped: Counter
    let sent: Counter
    private let rules: Rules
    private let waiting = Mutex<[FinishedRequest]>([])
    private let admits: @Sendable (FinishedRequest) -> Bool
    private let send: Send
    private let pause: Pause

    /// - Parameters:
    ///   - signal: What is delivered, in a word, for the counters.
    ///   - rules: Bounds.
    ///   - registry: Where the counters live.
    ///   - admits: Which requests are delivered at all.
    ///   - pause: Waits; returns at once when its task is cancelled.
    ///   - send: Makes one try.
    init(
        _ signal: String,
        _ rules: Rules,
        registry: MetricRegistry,
        admits: @escaping @Sendable (FinishedRequest) -> Bool = { _ in true },
        pause: @escaping Pause = { try? await Task.sleep(for: $0) },
        send: @escaping Send
    ) {
        self.rules = rules
        self.dropped = TelemetryQueue.dropped(signal, in: registry)
        self.sent = registry.counter(
            "martlet_telemetry_sent_total",
            help: "Items of telemetry that were taken where they go.",
            labels: [("signal", signal)]
        )
        self.admits = admits
        self.pause = pause
        self.send = send
    }

    /// Requests waiting.
    var count: Int { self.waiting.withLock { $0.count } }

    /// Takes requests; what does not fit is dropped and counted.
    func put(_ requests: [FinishedRequest]) {
        let requests = requests.filter(self.admits)
        guard !requests.isEmpty else { return }
        let room = self.waiting.withLock { waiting in
            let room = min(requests.count, max(0, self.rules.capacity - waiting.count))
            waiting += requests.prefix(room)
            return room
        }
        self.dropped.add(requests.count - room)
    }

    /// Delivers until its task is cancelled.
    func run() async {
        let clock = ContinuousClock()
        var last = clock.now
        while !Task.isCancelled {
            await self.pause(min(.milliseconds(100), self.rules.interval))
            guard self.count >= self.rules.batch || clock.now - last >= self.rules.interval else { continue }
            await self.deliver()
            last = clock.now
        }
    }

    /// Delivers what is waiting now, each batch as often as the rules allow.
    func deliver() async {
        while !Task.isCancelled, let batch = self.take() { await self.deliver(batch) }
    }

    /// Delivers what is left, once, as the process ends. What time does not allow for is dropped and counted.
    func finish() async {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: self.rules.farewell)
        while let batch = self.take() {
            guard clock.now < deadline, await self.send(batch) == .taken else {
                self.dropped.add(batch.count)
                continue
            }
            self.sent.add(batch.count)
        }
    }

    private func deliver(_ batch: [FinishedRequest]) async {
        var pause = self.rules.firstPause
        for attempt in 1...self.rules.tries {
            switch await self.send(batch) {
            case .taken: return self.sent.add(batch.count)
            case .refused: return self.dropped.add(batch.count)
            case .later(let told):
                guard attempt < self.rules.tries else { return self.dropped.add(batch.count) }
                await self.pause(min(told ?? pause, self.rules.longestPause))
                pause = min(pause * 2, self.rules.longestPause)
            }
            // The process ends: it is tried once more with all that is left.
            guard !Task.isCancelled else { return self.waiting.withLock { $0.insert(contentsOf: batch, at: 0) } }
        }
    }

    private func take() -> [FinishedRequest]? {
        self.waiting.withLock { waiting in
            guard !waiting.isEmpty else { return nil }
            let batch = Array(waiting.prefix(self.rules.batch))
            waiting.removeFirst(batch.count)
            return batch
        }
    }
}
