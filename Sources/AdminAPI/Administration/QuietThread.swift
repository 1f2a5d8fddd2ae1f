import Dispatch
import Glibc
import Synchronization

/// A thread that gives way to every other: reports over millions of rows run while requests are served, and no request
/// is to wait for one. It is started by the first work it is given, and ends with its owner.
final class QuietThread: Sendable {
    /// Of Linux's twenty steps below the usual: it gets a tenth of a core that others want too, and all of one nobody wants.
    private static let niceness: Int32 = 10

    private let work = Work()

    deinit { self.work.end() }

    /// Runs work behind all that was given before.
    func run(_ body: @escaping @Sendable () -> Void) {
        guard self.work.add(body) else { return }
        let start = Unmanaged.passRetained(self.work)
        var handle = pthread_t()
        guard pthread_create(&handle, nil, { runQuietly($0) }, start.toOpaque()) != 0 else {
            pthread_detach(handle)
            return
        }
        // No thread can be had: the shared pool carries it, at the usual priority.
        start.release()
        let work = self.work
        DispatchQueue.global().async { work.runAll() }
    }

    /// In Linux a thread has a niceness of its own, and anybody may raise it.
    fileprivate static func giveWay() {
        setpriority(Int32(PRIO_PROCESS.rawValue), 0, Self.niceness)
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }

    /// What the thread shares with its owner, and outlives it by.
    fileprivate final class Work: Sendable {
        private struct State {
            var waiting: [@Sendable () -> Void] = []
            var isStarted = false
            var isEnded = false
        }

        private let state = Mutex(State())
        private let changed = DispatchSemaphore(value: 0)

        /// Adds work; `true` when the thread is to be started for it.
        func add(_ body: @escaping @Sendable () -> Void) -> Bool {
            let isFirst = self.state.withLock { state in
                state.waiting.append(body)
                defer { state.isStarted = true }
                return !state.isStarted
            }
            self.changed.signal()
            return isFirst
        }

        func end() {
            self.state.withLock { $0.isEnded = true }
            self.changed.signal()
        }

        /// Runs what comes until the owner is gone and nothing waits.
        func runAll() {
            while true {
                self.changed.wait()
                let (batch, isEnded) = self.state.withLock { state in
                    defer { state.waiting = [] }
                    return (state.waiting, state.isEnded)
                }
                for body in batch { body() }
                if isEnded { return }
            }
        }
    }
}

private func runQuietly(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let work = Unmanaged<QuietThread.Work>.fromOpaque(argument).takeRetainedValue()
    QuietThread.giveWay()
    work.runAll()
    return nil
}
