import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM as something to wait for.
enum StopSignal {
    /// Returns at the first of the two signals.
    static func wait() async {
        let sources = [SIGINT, SIGTERM].map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        let isOver = Atomic(false)
        await withCheckedContinuation { continuation in
            for source in sources {
                source.setEventHandler {
                    guard !isOver.exchange(true, ordering: .relaxed) else { return }
                    continuation.resume()
                }
                source.activate()
            }
        }
        for source in sources { source.cancel() }
    }
}
