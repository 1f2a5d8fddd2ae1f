import Synchronization

/// A clock that moves only when a test says so.
///
/// Hand `clock.source` to whatever takes its time as a parameter, then `advance` it.
public final class ManualClock: Sendable {
    private let nanoseconds: Mutex<Int64>

    /// - Parameter now: Where the clock stands at first, in nanoseconds since an epoch of the test's choosing.
    public init(now: Int64 = 1_000_000_000) {
        self.nanoseconds = Mutex(now)
    }

    /// Nanoseconds since the test's epoch.
    public var now: Int64 {
        self.nanoseconds.withLock { $0 }
    }

    /// The same instant in whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        self.now / 1_000_000
    }

    /// `now` as a closure, for code that takes its time source as one.
    public var source: @Sendable () -> Int64 {
        { self.now }
    }

    /// Moves the clock. A negative duration moves it back, as a wall clock may.
    ///
    /// - Returns: Where the clock stands now, in nanoseconds.
    @discardableResult
    public func advance(by duration: Duration) -> Int64 {
        self.nanoseconds.withLock { now in
            now += duration.wholeNanoseconds
            return now
        }
    }

    /// Puts the clock at one instant, in nanoseconds.
    public func set(_ now: Int64) {
        self.nanoseconds.withLock { $0 = now }
    }
}

extension Duration {
    /// The duration in nanoseconds, held at the ends of `Int64` when it does not fit.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !overflow, !overflowed else { return seconds < 0 ? .min : .max }
        return sum
    }
}
