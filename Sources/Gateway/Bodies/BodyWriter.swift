public import Logging
public import ServiceLifecycle
public import Storage
import Synchronization
public import Telemetry

/// Moves bodies into their store in small batches, off the road, and drops what is too old or too much. A store that fails costs
/// bodies, which are counted; it is tried again with the next ones.
public struct BodyWriter: Service {
    private static let batch = (count: 64, bytes: 8 << 20)
    /// So many batches are written before it is looked whether the store is too large.
    private static let round = 16
    private static let pruneEvery = Duration.seconds(5)
    private static let complainEvery = Duration.seconds(60)
    /// So many steps at most make room for a batch.
    private static let steps = 256
    /// Nothing is drained for so long while old bodies go.
    private static let pruneFor = Duration.seconds(1)

    private let queue: BodyQueue
    private let vault: BodyVault
    private let thread: BodyThread
    private let retention: Duration?
    private let maxStoreBytes: Int?
    private let lastDrain: Duration
    private let clock: @Sendable () -> UnixMilliseconds
    private let log: Logger
    private let written: Counter
    private let failed: Counter
    private let isUp: Gauge
    private let complained = Complaint()

    /// When the log was last told of a failure.
    private final class Complaint: Sendable {
        let at = Mutex<ContinuousClock.Instant?>(nil)
    }

    /// A writer.
    ///
    /// - Parameters:
    ///   - queue: Where bodies come from.
    ///   - vault: Where they go.
    ///   - thread: Where that is done.
    ///   - retention: How long they are kept; `nil` for ever.
    ///   - maxStoreBytes: How large their store may be; `nil` for any size.
    ///   - registry: Where counters live.
    ///   - lastDrain: How long bodies are written at the end; what is left then is lost, and counted.
    ///   - clock: Unix time in milliseconds.
    ///   - log: Is told when the store fails.
    public init(
        queue: BodyQueue,
        vault: BodyVault,
        thread: BodyThread,
        retention: Duration?,
        maxStoreBytes: Int?,
        registry: MetricRegistry,
        lastDrain: Duration = .seconds(10),
        clock: @escaping @Sendable () -> UnixMilliseconds,
        log: Logger
    ) {
        self.queue = queue
        self.vault = vault
        self.thread = thread
        self.retention = retention
        self.maxStoreBytes = maxStoreBytes
        self.lastDrain = lastDrain
        self.clock = clock
        self.log = log
        self.written = registry.counter("martlet_bodies_written_total", help: "Exchanges whose bodies were kept.")
        self.failed = registry.counter(
            "martlet_bodies_failed_total",
            help: "Exchanges whose bodies were lost because their store failed."
        )
        self.isUp = registry.gauge("martlet_bodies_store_up", help: "1 unless the store of bodies failed last.")
        self.isUp.set(1)
    }

    /// Writes until shutdown, then writes what is left.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var lastPruned: ContinuousClock.Instant?
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(200))
                guard !Task.isCancelled, !self.thread.isStuck else { continue }
                await self.drain(batches: Self.round)
                if let last = lastPruned, ContinuousClock.now - last < Self.pruneEvery { continue }
                lastPruned = await self.prune() ? ContinuousClock.now : nil
            }
        }
        await self.drain()
        self.loseRest()
    }

    /// Writes everything that is waiting now, as far as there is time.
    public func drain() async { await self.drain(batches: .max, until: ContinuousClock.now + self.lastDrain) }

    /// What is still there when there is no time left.
    private func loseRest() {
        while case let rest = self.queue.take(limit: .max), !rest.isEmpty {
            self.queue.release(rest.reduce(0) { $0 + $1.heldBytes })
            self.failed.add(rest.count)
        }
    }

    private func drain(batches: Int, until end: ContinuousClock.Instant? = nil) async {
        // A small store is not to be emptied for one batch.
        let most = min(Self.batch.bytes, (self.maxStoreBytes ?? .max) / 4)
        for _ in 0..<batches {
            if self.thread.isStuck { return }
            if let end, ContinuousClock.now >= end { return }
            let batch = self.queue.take(limit: Self.batch.count, maxBytes: most)
            guard !batch.isEmpty else { return }
            await self.write(batch)
            self.queue.release(batch.reduce(0) { $0 + $1.heldBytes })
        }
    }

    /// Over its size the store takes nothing: the oldest go first.
    private func write(_ batch: [FinishedBodies]) async {
        let vault = self.vault
        guard let sealed = await self.work({ try vault.sealed(batch) }) else { return self.failed.add(batch.count) }
        var outcome = await self.keep(sealed)
        if let first = outcome, first != .added {
            await self.prune()
            outcome = await self.keep(sealed)
        }
        switch outcome {
        case .added: self.written.add(batch.count)
        case .madeRoom, .noRoom: self.queue.drop(batch.count)
        case nil: self.failed.add(batch.count)
        }
    }

    /// Tries again while what stands in the way goes: of small bodies many make room for a large one.
    private func keep(_ sealed: [KeptBodies]) async -> BodyAddition? {
        let (vault, most) = (self.vault, self.maxStoreBytes)
        for _ in 0..<Self.steps {
            let outcome = await self.work { try vault.keep(sealed, maxBytes: most) }
            guard outcome == .madeRoom else { return outcome }
        }
        return .madeRoom
    }

    /// Drops what is too old or too much, step by step, as far as there is time.
    ///
    /// - Returns: Whether nothing is left to be dropped.
    @discardableResult
    public func prune() async -> Bool {
        let now = self.clock()
        let before = self.retention.map { now - $0.components.seconds * 1_000 }
        let (vault, most) = (self.vault, self.maxStoreBytes)
        let end = ContinuousClock.now + Self.pruneFor
        while let count = await self.work({ try vault.prune(before: before, maxBytes: most) }), count > 0 {
            guard !Task.isCancelled, ContinuousClock.now < end else { return false }
        }
        return true
    }

    /// Blocks the bodies' thread; shutdown cancels nothing of it. What failed is told now and then.
    private func work<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async -> R? {
        do {
            let result = try await self.thread.run(body)
            self.isUp.set(1)
            return result
        } catch {
            self.isUp.set(0)
            let now = ContinuousClock.now
            let isDue = self.complained.at.withLock { at in
                guard at.map({ now - $0 >= Self.complainEvery }) ?? true else { return false }
                at = now
                return true
            }
            if isDue {
                self.log.error(
                    "bodies cannot be kept; requests are served without",
                    metadata: ["error": "\(error)"]
                )
            }
            return nil
        }
    }
}
