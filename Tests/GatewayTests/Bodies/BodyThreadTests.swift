import Dispatch
import Glibc
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

@Suite("The thread of kept bodies")
struct BodyThreadTests {
    private struct Failure: Error {}

    /// Holds a thread until it is let go.
    private func hold(_ thread: BodyThread) async -> (go: DispatchSemaphore, done: Task<Void, any Error>) {
        let (began, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // Ends when `go` is signalled, which every test does.
        let done = Task {
            try await thread.runIfRoom {
                began.signal()
                _ = go.wait(timeout: .now() + .seconds(300))
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                _ = began.wait(timeout: .now() + .seconds(20))
                continuation.resume()
            }
        }
        return (go, done)
    }

    @Test("work is done on one thread, in order, and its failures are told")
    func order() async throws {
        let thread = BodyThread()
        let first = try await thread.run { ThreadName.id() }
        let second = try await thread.runIfRoom { ThreadName.id() }
        #expect(first == second && first != ThreadName.id())
        await #expect(throws: Failure.self) { try await thread.run { throw Failure() } }
        await thread.shutdown()
    }

    @Test("while it is held by a slow disk the shared pool is free")
    func shared() async throws {
        let thread = BodyThread(patience: .seconds(300))
        let held = await self.hold(thread)
        let answer = try await NIOThreadPool.singleton.runIfActive { 7 }
        #expect(answer == 7)
        held.go.signal()
        try await held.done.value
        await thread.shutdown()
    }

    @Test("what people ask for waits in a bounded queue; what is refused leaves its place to others")
    func bound() async throws {
        let thread = BodyThread(capacity: 1, patience: .seconds(300))
        let held = await self.hold(thread)
        for _ in 0..<3 {
            await #expect(throws: BodyThread.Refusal.busy) { try await thread.runIfRoom {} }
        }
        // Ends with the work before it.
        let own = Task { try await thread.run { 5 } }
        held.go.signal()
        try await held.done.value
        #expect(try await own.value == 5)
        try await thread.runIfRoom {}
        await thread.shutdown()
    }

    @Test("work is done for a task that is cancelled, too")
    func cancelled() async throws {
        let thread = BodyThread()
        // Ends with its work.
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return (Task.isCancelled, try await thread.run { 7 }, try await thread.runIfRoom { 8 })
        }
        let (isCancelled, own, asked) = try await task.value
        #expect(isCancelled && own == 7 && asked == 8)
        await thread.shutdown()
    }

    @Test("nobody waits for ever for a disk that does not answer, and nothing piles up behind it")
    func late() async throws {
        let thread = BodyThread(capacity: 2, patience: .milliseconds(20))
        let (began, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        await #expect(throws: BodyThread.Refusal.late) {
            try await thread.run {
                began.signal()
                _ = go.wait(timeout: .now() + .seconds(300))
            }
        }
        #expect(thread.isStuck)
        await #expect(throws: BodyThread.Refusal.late) { try await thread.run {} }
        for _ in 0..<2 { await #expect(throws: BodyThread.Refusal.late) { try await thread.runIfRoom {} } }
        // Those two wait still, though nobody waits for them.
        await #expect(throws: BodyThread.Refusal.busy) { try await thread.runIfRoom {} }
        let hasEnded = await thread.shutdown(patience: .milliseconds(20))
        #expect(!hasEnded)
        go.signal()
    }

    @Test("a disk that answers again is worked with again")
    func again() async throws {
        let thread = BodyThread(patience: .seconds(300))
        let held = await self.hold(thread)
        let short = Task { try await thread.run { 9 } }
        held.go.signal()
        try await held.done.value
        #expect(try await short.value == 9 && !thread.isStuck)
        #expect(try await thread.run { 10 } == 10)
        let hasEnded = await thread.shutdown()
        #expect(hasEnded)
    }

    @Test("a thread that has ended refuses work, and may be ended twice")
    func ended() async {
        let thread = BodyThread()
        await thread.shutdown()
        await #expect(throws: (any Error).self) { try await thread.run {} }
        await thread.shutdown()
    }
}

private enum ThreadName {
    static func id() -> String {
        // Which thread it is does not matter, only whether it is the same.
        "\(pthread_self())"
    }
}
