import Dispatch

/// Runs an actor's work on a thread of its own, so that a store that blocks never holds up an event loop or the pool
/// that everything else shares.
final class StoreExecutor: SerialExecutor {
    private enum Lane {
        case queue(DispatchQueue)
        case quiet(QuietThread)
    }

    private let lane: Lane

    /// An executor at the usual priority.
    init(label: String) {
        self.lane = .queue(DispatchQueue(label: label))
    }

    private init(_ lane: Lane) {
        self.lane = lane
    }

    /// An executor that gives way to everything else, for reading what may be a lot.
    static func quiet() -> StoreExecutor { StoreExecutor(.quiet(QuietThread())) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        switch self.lane {
        case .queue(let queue): queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        case .quiet(let thread): thread.run { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }
}
