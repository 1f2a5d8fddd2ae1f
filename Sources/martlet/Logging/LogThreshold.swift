import Logging
import Synchronization

/// The least important level that is logged. It may change while the process runs.
final class LogThreshold: Sendable {
    private let current: Mutex<Logger.Level>

    init(_ level: Logger.Level) {
        self.current = Mutex(level)
    }

    var level: Logger.Level {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }
}
