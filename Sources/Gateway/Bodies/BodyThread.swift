import NIOPosix
import Synchronization

/// The one thread on which bodies are masked, sealed, written, read and erased: whatever a disk makes of it, names are resolved and
/// long requests are read meanwhile. Work is done in the order in which it comes; none of it is cancelled.
public final class BodyThread: Sendable {
    /// Why work is not done.
    public enum Refusal: Error {
        /// Too much waits already.
        case busy
    }

    private let capacity: Int
    private let asked = Atomic<Int>(0)
    private let pool = NIOThreadPool(numberOfThreads: 1)

    /// Starts the thread.
    ///
    /// - Parameter capacity: How much of what people ask for waits at most.
    public init(capacity: Int = 16) {
        self.capacity = capacity
        self.pool.start()
    }

    deinit { self.pool.shutdownGracefully { _ in } }

    /// Does work of our own, which comes one piece at a time from each who has some.
    ///
    /// - Parameter work: A bounded piece; it may block.
    /// - Returns: What the work does.
    /// - Throws: What the work does, or that the thread has ended.
    func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        try await self.pool.runIfActive(work)
    }

    /// Does work that somebody asked for.
    ///
    /// - Parameter work: A bounded piece; it may block.
    /// - Returns: What the work does.
    /// - Throws: What the work does, `Refusal.busy`, or that the thread has ended.
    public func runIfRoom<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        defer { self.asked.subtract(1, ordering: .relaxed) }
        guard self.asked.add(1, ordering: .relaxed).newValue <= self.capacity else { throw Refusal.busy }
        return try await self.run(work)
    }

    /// Ends the thread; work that waits for it is refused.
    public func shutdown() async {
        try? await self.pool.shutdownGracefully()
    }
}
