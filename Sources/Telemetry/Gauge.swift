import Synchronization

/// A number that goes up and down: connections open, bytes held.
public final class Gauge: Sendable {
    private let cell = Atomic<Int>(0)

    init() {}

    /// Replaces the value.
    public func set(_ value: Int) {
        self.cell.store(value, ordering: .relaxed)
    }

    /// Moves the value by `n`, which may be negative.
    public func add(_ n: Int = 1) {
        self.cell.wrappingAdd(n, ordering: .relaxed)
    }

    /// The value now.
    public var value: Int { self.cell.load(ordering: .relaxed) }
}
