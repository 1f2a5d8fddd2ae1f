public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import Storage
public import Telemetry
import Synchronization

/// Request records on their way from the loops to the store: bounded, so that a slow disk costs records, which are counted,
/// and never memory or the road's time.
public final class RecordQueue: Sendable {
    private let capacity: Int
    private let waiting = Mutex(Waiting())
    private let dropped: Counter

    /// Records in the pieces that the loops handed over: they are long, and none is copied on its way.
    private struct Waiting {
        var pieces: [[RequestRecord]] = []
        var count = 0
    }

    /// A queue.
    ///
    /// - Parameters:
    ///   - capacity: Records held at most; more are dropped and counted.
    ///   - registry: Where the drop counter lives.
    public init(capacity: Int = 50_000, registry: MetricRegistry) {
        self.capacity = capacity
        self.dropped = registry.counter(
            "martlet_log_dropped_total",
            help: "Request records dropped because the queue was full."
        )
    }

    /// Takes a loop's records; the array is empty afterwards.
    func submit(_ records: inout [RequestRecord]) {
        var piece: [RequestRecord] = []
        piece.reserveCapacity(records.count)
        swap(&piece, &records)
        let dropped = self.waiting.withLock { waiting in
            let excess = max(0, piece.count - (self.capacity - waiting.count))
            piece.removeLast(excess)
            guard !piece.isEmpty else { return excess }
            waiting.count += piece.count
            waiting.pieces.append(piece)
            return excess
        }
        if dropped > 0 { self.dropped.add(dropped) }
    }

    /// Takes the oldest pieces off the queue, as many as it takes to have `limit` records or more.
    public func take(atLeast limit: Int) -> [[RequestRecord]] {
        self.waiting.withLock { waiting in
            var (taken, count) = (0, 0)
            while taken < waiting.pieces.count, count < limit {
                count += waiting.pieces[taken].count
                taken += 1
            }
            waiting.count -= count
            guard taken < waiting.pieces.count else {
                var all: [[RequestRecord]] = []
                swap(&all, &waiting.pieces)
                return all
            }
            let batch = Array(waiting.pieces.prefix(taken))
            waiting.pieces.removeFirst(taken)
            return batch
        }
    }

    /// Records waiting.
    public var count: Int { self.waiting.withLock { $0.count } }
}

/// Moves records into the store in batches, off the road, on one thread at a time.
public struct RecordWriter: Service {
    /// More than usually come between two rounds: one transaction takes them all.
    private static let batch = 4_000

    private let queue: RecordQueue
    private let requests: any RequestLog
    private let log: Logger
    private let written: Counter
    private let failed: Counter

    /// A writer.
    public init(queue: RecordQueue, requests: any RequestLog, registry: MetricRegistry, log: Logger) {
        self.queue = queue
        self.requests = requests
        self.log = log
        self.written = registry.counter("martlet_log_written_total", help: "Request records written to the store.")
        self.failed = registry.counter(
            "martlet_log_failed_total",
            help: "Request records lost because the store refused them."
        )
    }

    /// Writes until shutdown, then writes what is left. A group of services stops it last, when no exchange is left to record.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(100))
                await self.drain()
            }
        }
        await self.drain()
    }

    /// Writes everything that is waiting now.
    public func drain() async {
        while true {
            let batch = self.queue.take(atLeast: Self.batch)
            let count = batch.reduce(0) { $0 + $1.count }
            guard count > 0 else { return }
            await self.write(batch, count)
            if count < Self.batch { return }
        }
    }

    /// A store that is busy or full is tried again a few times; then the batch is lost, counted, and said.
    ///
    /// Shutdown cancels the task this runs in, and what was taken off the queue must be written all the same: it waits for
    /// futures, which know no cancellation.
    private func write(_ batch: [[RequestRecord]], _ count: Int) async {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        for attempt in 0..<3 {
            do {
                let requests = self.requests
                try await NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try requests.append(pieces: batch) }
                    .get()
                return self.written.add(count)
            } catch {
                self.log.warning(
                    "request records could not be written",
                    metadata: ["error": "\(error)", "attempt": "\(attempt)"]
                )
                try? await loop.scheduleTask(in: .milliseconds(200)) {}.futureResult.get()
            }
        }
        self.failed.add(count)
    }
}
