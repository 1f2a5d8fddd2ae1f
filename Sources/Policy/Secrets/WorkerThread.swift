import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread for blocking work: it handles no signals, and on Linux it yields to the event loops.
final class WorkerThread: Sendable {
    /// Higher is humbler; applies to the calling thread alone on Linux.
    private static let niceness: CInt = 10

    private let handle: Mutex<pthread_t?>

    /// Starts a thread that runs `body` once.
    ///
    /// - Throws: `SecretsError` with `.noResources`.
    init(body: @escaping @Sendable () -> Void) throws(SecretsError) {
        let start = Unmanaged.passRetained(ThreadBody(run: body))
        #if canImport(Darwin)
        var handle: pthread_t?
        let result = pthread_create(&handle, nil, { threadMain($0) }, start.toOpaque())
        #else
        var handle = pthread_t()
        let result = pthread_create(&handle, nil, { threadMain($0) }, start.toOpaque())
        #endif
        guard result == 0 else {
            start.release()
            throw SecretsError(.noResources, "no thread could be started: \(String(cString: strerror(result)))")
        }
        self.handle = Mutex(handle)
    }

    deinit {
        if let handle = self.takeHandle() { pthread_detach(handle) }
    }

    /// Waits until the thread has ended. Only the first call waits; called on the thread itself, none does.
    func join() {
        guard let handle = self.takeHandle() else { return }
        if pthread_equal(handle, pthread_self()) != 0 {
            pthread_detach(handle)
        } else {
            pthread_join(handle, nil)
        }
    }

    private func takeHandle() -> pthread_t? {
        self.handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
    }

    /// Sets up the calling thread.
    fileprivate static func configure() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        #if canImport(Glibc)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, self.niceness)
        #endif
    }
}

/// What a new thread is handed.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    WorkerThread.configure()
    body.run()
    return nil
}
