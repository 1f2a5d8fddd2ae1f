import Dispatch

/// Runs a live test's tasks on a thread of their own: those that all tests share may be busy for seconds, and a client that
/// is late is, to the gateway, a slow one.
final class LiveExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "live-test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
