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
    private let waiting = Mutex<[RequestRecord]>([])
    private let dropped: Counter

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
        let count = records.count
        let accepted = self.waiting.withLock { waiting in
            let room = max(0, self.capacity - waiting.count)
            waiting.append(contentsOf: records.prefix(room))
            return min(room, count)
        }
        records.removeAll(keepingCapacity: true)
        if accepted < count { self.dropped.add(count - accepted) }
    }

    /// Takes up to `limit` records off the queue, oldest first.
    public func take(limit: Int) -> [RequestRecord] {
        self.waiting.withLock { waiting in
            guard waiting.count > limit else {
                let all = waiting
                waiting = []
                return all
            }
            let batch = Array(waiting.prefix(limit))
            waiting.removeFirst(limit)
            return batch
        }
    }

    /// Records waiting.
    public var count: Int { self.waiting.withLock { $0.count } }
}

/// Moves records into the store in batches, off the road, on one thread at a time.
public struct RecordWriter: Service {
    /// More than usually come between two rounds, so that they are taken as they are and not copied.
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
            let batch = self.queue.take(limit: Self.batch)
            guard !batch.isEmpty else { return }
            await self.write(batch)
            if batch.count < Self.batch { return }
        }
    }

    /// A store that is busy or full is tried again a few times; then the batch is lost, counted, and said.
    ///
    /// Shutdown cancels the task this runs in, and what was taken off the queue must be written all the same: it waits for
    /// futures, which know no cancellation.
    private func write(_ batch: [RequestRecord]) async {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        for attempt in 0..<3 {
            do {
                let requests = self.requests
                try await NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try requests.append(batch) }.get()
                return self.written.add(batch.count)
            } catch {
                self.log.warning(
                    "request records could not be written",
                    metadata: ["error": "\(error)", "attempt": "\(attempt)"]
                )
                try? await loop.scheduleTask(in: .milliseconds(200)) {}.futureResult.get()
            }
        }
        self.failed.add(batch.count)
    }
}
