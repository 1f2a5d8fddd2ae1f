import Dispatch
public import ServiceLifecycle
import Storage
import Synchronization
import Telemetry

/// Moves settled entries from the journal into the store, in batches, on a thread of its own: the road never waits for a
/// database. What the store refuses is tried again for as long as it takes; until then it is safe in the journal. An entry moves
/// once it is on the journal's disk, so that the store never knows more than the journal would after a power cut.
public struct LedgerDrain: Service {
    private static let milliseconds = 200
    private static let longestRest = 5_000
    /// How long a stop may take; what is left then is found by the next process.
    private static let patience = DispatchTimeInterval.seconds(10)

    private let journal: Journal
    private let store: any LedgerStore

    init(_ journal: Journal, _ store: any LedgerStore) {
        self.journal = journal
        self.store = store
    }

    /// Drains until shutdown, then what is left, and closes the journal. A group of services stops it last, when no exchange is left
    /// to settle.
    public func run() async throws {
        let isStopping = Flag()
        let finished = DispatchSemaphore(value: 0)
        let (drain, journal) = (self, self.journal)
        _ = try BlockingThread {
            drain.work(until: isStopping)
            finished.signal()
        }
        // Ends with the group's graceful shutdown, or by cancellation.
        try? await gracefulShutdown()
        isStopping.raise()
        journal.drainSignal.raise()
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            // A thread for the wait: the pool of tasks must not be blocked.
            let wait: @Sendable () -> Void = {
                _ = finished.wait(timeout: .now() + Self.patience)
                journal.close()
                ended.resume()
            }
            if (try? BlockingThread(wait)) == nil { wait() }
        }
    }

    private func work(until isStopping: Flag) {
        var rest = 0
        while true {
            let isLast = isStopping.isRaised
            do {
                if isLast { self.journal.syncNow(withinMilliseconds: Self.longestRest) }
                // As long as there is a batch's worth; the last ones go whatever their number.
                while try self.drainOnce(isLast: isLast) > 0, isLast || self.journal.backlog >= SettledQueue.batch {
                    rest = 0
                }
                rest = 0
                if isLast { return }
            } catch {
                self.journal.metrics.drainErrors.add()
                if isLast, rest >= Self.longestRest { return }
                rest = min(max(100, rest * 2), Self.longestRest)
            }
            self.journal.drainSignal.wait(milliseconds: rest > 0 ? rest : Self.milliseconds)
            // A batch gathers company for a moment.
            if rest == 0, !isStopping.isRaised, self.journal.backlog < SettledQueue.batch {
                self.journal.drainSignal.wait(milliseconds: Self.milliseconds / 2)
            }
        }
    }

    /// Moves one batch.
    ///
    /// - Parameter isLast: The process ends: even what the journal's disk does not have goes.
    /// - Returns: How many entries it had.
    /// - Throws: What the store says; then nothing has moved.
    package func drainOnce(isLast: Bool = false) throws -> Int {
        let journal = self.journal
        // The batch stays in the queue until the store has it: nothing is put back when it refuses.
        var (batch, watermark) = journal.core.state.withLock { state in
            (state.drainable(evenUnsynced: isLast), state.watermark)
        }
        let count = batch.count
        guard count > 0 else { return 0 }
        journal.options.hook?(.midBatch)
        try self.store.append(batch, watermark: watermark)
        journal.options.hook?(.afterCommit)
        journal.metrics.drained.add(count)
        let dead = journal.core.state.withLock { state -> [UInt64] in
            state.drained()
            return state.takeDead(before: state.watermark)
        }
        // The entries go here, where nobody waits for it.
        batch.removeAll(keepingCapacity: true)
        journal.core.state.withLock { $0.settled.keep(batch) }
        guard !dead.isEmpty else { return count }
        journal.options.hook?(.beforeWatermark)
        for number in dead { try? journal.disk.remove(SegmentHeader.fileName(number)) }
        journal.options.hook?(.afterWatermark)
        return count
    }
}

/// Raised once.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isRaised: Bool { self.value.load(ordering: .acquiring) }

    func raise() { self.value.store(true, ordering: .releasing) }
}
