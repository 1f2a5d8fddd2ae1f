import Dispatch
import Synchronization

/// Numbered places, each taken by one at a time.
final class SlotCount: Sendable {
    private let free: Mutex<[Int]>

    init(_ count: Int) {
        self.free = Mutex(Array(0..<count))
    }

    /// A place; `nil` when all are taken.
    func take() -> Int? { self.free.withLock { $0.popLast() } }

    /// Gives one back.
    func give(_ slot: Int) { self.free.withLock { $0.append(slot) } }
}

/// A thread for work that blocks or computes long.
final class WorkThread: Sendable {
    private let queue: DispatchQueue

    init(label: String) {
        self.queue = DispatchQueue(label: label)
    }

    /// Runs work there.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            self.queue.async { continuation.resume(returning: work()) }
        }
    }
}
