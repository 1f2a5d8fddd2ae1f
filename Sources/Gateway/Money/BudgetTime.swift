public import Policy
import Synchronization

/// The time that budgets go by, shared by all loops: one load to read, moved by their ticks.
public final class BudgetTime: Sendable {
    private let clock = Mutex<BudgetClock?>(nil)
    private let current = Atomic<Int64>(0)

    /// A clock that starts with its first tick.
    public init() {}

    /// Milliseconds since 1970.
    public var unixMilliseconds: Int64 { self.current.load(ordering: .relaxed) }

    /// Takes a reading of both clocks.
    public func tick(wall: Int64, at now: MonotonicInstant) {
        self.clock.withLock { clock in
            var next = clock ?? BudgetClock(wall: wall, at: now)
            self.current.store(next.read(wall: wall, at: now), ordering: .relaxed)
            clock = next
        }
    }
}
