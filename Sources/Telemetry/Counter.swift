import Synchronization

/// A number that only goes up. One relaxed atomic: cheap enough for every request and every stream event.
public final class Counter: Sendable {
    private let cell = Atomic<Int>(0)

    init() {}

    /// Adds `n`; a negative `n` is our own mistake and is ignored, because a falling counter reads as a restart.
    public func add(_ n: Int = 1) {
        guard n > 0 else { return }
        self.cell.wrappingAdd(n, ordering: .relaxed)
    }

    /// The count so far.
    public var value: Int { self.cell.load(ordering: .relaxed) }
}
