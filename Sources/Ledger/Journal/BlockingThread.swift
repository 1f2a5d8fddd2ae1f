import Dispatch
import Glibc
import Synchronization

/// A thread for work that blocks. It handles no signals.
final class BlockingThread: Sendable {
    private let finished = DispatchSemaphore(value: 0)

    /// Starts a thread that runs `body` once.
    init(_ body: @escaping @Sendable () -> Void) throws(JournalError) {
        let finished = self.finished
        let start = Unmanaged.passRetained(
            ThreadBody {
                body()
                finished.signal()
            }
        )
        var handle = pthread_t()
        let result = pthread_create(&handle, nil, { runThread($0) }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw JournalError(.failed, "no thread could be started: error \(result)")
        }
        pthread_detach(handle)
    }

    /// Waits until the thread has ended. Call it once.
    func join() {
        self.finished.wait()
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    body.run()
    return nil
}

/// Wakes one thread. Raising it more than once before it is seen wakes once or twice: a wait may return early.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func raise() {
        self.semaphore.signal()
    }

    /// Waits until it is raised, or the time is over.
    ///
    /// - Returns: Whether it was raised.
    @discardableResult
    func wait(milliseconds: Int) -> Bool {
        self.semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }
}
