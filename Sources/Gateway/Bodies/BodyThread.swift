import NIOCore
import NIOPosix
import Synchronization

/// The one thread on which bodies are masked, sealed, written, read and erased: whatever a disk makes of it, names are resolved and
/// long requests are read meanwhile. Work is done in the order in which it comes; none of it is cancelled, and nobody waits for
/// ever for a disk that does not answer.
public final class BodyThread: Sendable {
    /// Why work is not done, or not known to be.
    public enum Refusal: Error {
        /// Too much waits already.
        case busy
        /// It has not ended in time; it may yet.
        case late
    }

    private let capacity: Int
    private let patience: TimeAmount
    private let asked = Atomic<Int>(0)
    private let own = Atomic<Int>(0)
    private let pool = NIOThreadPool(numberOfThreads: 1)

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - capacity: How much of what people ask for waits at most.
    ///   - patience: How long a piece of work is waited for.
    public init(capacity: Int = 16, patience: Duration = .seconds(10)) {
        self.capacity = capacity
        self.patience = TimeAmount(patience)
        self.pool.start()
    }

    deinit { self.pool.shutdownGracefully { _ in } }

    /// Whether work of our own has not ended; to who waits for none, that it was given up and more would only pile up behind it.
    var isStuck: Bool { self.own.load(ordering: .relaxed) > 0 }

    /// Does work of our own, one piece at a time.
    ///
    /// - Parameter work: A bounded piece; it may block.
    /// - Returns: What the work does.
    /// - Throws: What the work does, `Refusal.late`, also when an earlier piece has not ended, or that the thread has ended.
    func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        guard self.own.add(1, ordering: .relaxed).newValue == 1 else {
            self.own.subtract(1, ordering: .relaxed)
            throw Refusal.late
        }
        return try await self.value(of: work) { self.own.subtract(1, ordering: .relaxed) }
    }

    /// Does work that somebody asked for.
    ///
    /// - Parameter work: A bounded piece; it may block.
    /// - Returns: What the work does.
    /// - Throws: What the work does, `Refusal`, or that the thread has ended.
    public func runIfRoom<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        guard self.asked.add(1, ordering: .relaxed).newValue <= self.capacity else {
            self.asked.subtract(1, ordering: .relaxed)
            throw Refusal.busy
        }
        return try await self.value(of: work) { self.asked.subtract(1, ordering: .relaxed) }
    }

    /// Waits by futures, which know no cancellation: what shutdown finds taken off a queue is done all the same. `ended` is told when
    /// the work has ended: before who waits is, or long after that one was told that it is late.
    private func value<R: Sendable>(
        of work: @escaping @Sendable () throws -> R,
        ended: @escaping @Sendable () -> Void
    ) async throws -> R {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: R.self)
        // Of two answers the first one counts.
        let deadline = loop.scheduleTask(in: self.patience) { answer.fail(Refusal.late) }
        self.pool.runIfActive(eventLoop: loop, work)
            .whenComplete { result in
                ended()
                deadline.cancel()
                answer.completeWith(result)
            }
        return try await answer.futureResult.get()
    }

    /// Ends the thread; work that waits for it is refused.
    ///
    /// - Parameter patience: How long the work that runs is waited for.
    /// - Returns: Whether it has ended.
    @discardableResult
    public func shutdown(patience: Duration = .seconds(5)) async -> Bool {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = loop.makePromise(of: Bool.self)
        let deadline = loop.scheduleTask(in: TimeAmount(patience)) { answer.succeed(false) }
        self.pool.shutdownGracefully { _ in
            deadline.cancel()
            answer.succeed(true)
        }
        return (try? await answer.futureResult.get()) ?? false
    }
}
