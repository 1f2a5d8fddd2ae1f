import Exchange
import Synchronization
import Testing

@testable import Policy

@Suite("The verifier queue", .timeLimit(.minutes(5)))
struct VerifierQueueTests {
    /// Ids in the order in which they were reported, as a stream that can be awaited.
    private final class Reports: Sendable {
        let stream: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() {
            (self.stream, self.continuation) = AsyncStream.makeStream()
        }

        func add(_ id: String) { self.continuation.yield(id) }

        func first(_ count: Int) async -> [String] {
            var ids: [String] = []
            guard count > 0 else { return ids }
            for await id in self.stream {
                ids.append(id)
                if ids.count == count { break }
            }
            return ids
        }
    }

    @Test("a key that is not its verifier's is reported, one that is is not")
    func mismatches() async throws {
        let reports = Reports()
        let queue = try VerifierQueue(onMismatch: reports.add)
        let verifier = try #require(BcryptVerifier.hash(key: Array("good".utf8), cost: 4))
        queue.enqueue(id: "good", key: Array("good".utf8), verifier: verifier)
        queue.enqueue(id: "bad", key: Array("evil".utf8), verifier: verifier)
        queue.enqueue(id: "broken", key: Array("good".utf8), verifier: "not a verifier")
        #expect(await reports.first(2) == ["bad", "broken"])
        queue.shutdown()
        #expect(queue.droppedCount == 0)
        #expect(queue.waitingCount == 0)
    }

    @Test("each id is verified once")
    func once() async throws {
        let reports = Reports()
        let queue = try VerifierQueue(
            capacity: 10,
            rememberedIDs: 10,
            verify: { key, verifier in
                reports.add("\(String(decoding: key.bytes, as: UTF8.self)) \(verifier)")
                return true
            },
            onMismatch: { _ in Issue.record("no mismatch here") }
        )
        for round in 0..<5 {
            queue.enqueue(id: "a", key: Array("a\(round)".utf8), verifier: "va")
            queue.enqueue(id: "b", key: Array("b\(round)".utf8), verifier: "vb")
        }
        queue.enqueue(id: "c", key: [UInt8(ascii: "c")], verifier: "vc")
        #expect(await reports.first(3) == ["a0 va", "b0 vb", "c vc"])
        queue.shutdown()
    }

    @Test("over its capacity it drops and counts, and never waits")
    func bounded() async throws {
        let reports = Reports()
        let gate = Semaphore()
        let queue = try VerifierQueue(
            capacity: 2,
            rememberedIDs: 100,
            verify: { key, _ in
                reports.add(String(decoding: key.bytes, as: UTF8.self))
                gate.wait()
                return true
            },
            onMismatch: { _ in }
        )
        queue.enqueue(id: "0", key: [UInt8(ascii: "0")], verifier: "")
        #expect(await reports.first(1) == ["0"])
        for id in ["1", "2", "3", "4"] { queue.enqueue(id: id, key: Array(id.utf8), verifier: "") }
        #expect(queue.droppedCount == 2)
        #expect(queue.waitingCount == 2)
        for _ in 0..<4 { gate.signal() }
        #expect(await reports.first(2) == ["1", "2"])
        queue.enqueue(id: "3", key: [UInt8(ascii: "3")], verifier: "")
        #expect(await reports.first(1) == ["3"])
        queue.shutdown()
    }

    @Test("shutting down ends the verification in hand, drops the rest, and takes no more")
    func shutdown() async throws {
        let reports = Reports()
        let gate = Semaphore()
        let verified = Mutex(0)
        let queue = try VerifierQueue(
            capacity: 10,
            rememberedIDs: 10,
            verify: { _, _ in
                reports.add("begun")
                gate.wait()
                verified.withLock { $0 += 1 }
                return true
            },
            onMismatch: { _ in }
        )
        for id in ["a", "b", "c"] { queue.enqueue(id: id, key: [1], verifier: "") }
        #expect(await reports.first(1) == ["begun"])
        queue.stop()
        gate.signal()
        queue.shutdown()
        #expect(verified.withLock { $0 } == 1)
        queue.enqueue(id: "d", key: [1], verifier: "")
        #expect(queue.droppedCount == 1)
        queue.shutdown()
    }

    @Test("a queue without work ends, and so does one that is let go")
    func idle() throws {
        let queue = try VerifierQueue(onMismatch: { _ in })
        queue.shutdown()
        queue.shutdown()
        for _ in 0..<50 { _ = try VerifierQueue(onMismatch: { _ in }) }
    }

    @Test("it may be shut down from its own report")
    func shutdownFromWorker() async throws {
        let reports = Reports()
        let holder = Mutex<VerifierQueue?>(nil)
        let queue = try VerifierQueue(
            capacity: 4,
            rememberedIDs: 4,
            verify: { _, _ in false },
            onMismatch: { id in
                holder.withLock { $0 }?.shutdown()
                reports.add(id)
            }
        )
        holder.withLock { $0 = queue }
        queue.enqueue(id: "a", key: [1], verifier: "")
        #expect(await reports.first(1) == ["a"])
        queue.enqueue(id: "b", key: [1], verifier: "")
        #expect(queue.droppedCount == 1)
        holder.withLock { $0 = nil }
    }

    @Test("many threads at a time lose and double nothing")
    func concurrent() async throws {
        let reports = Reports()
        let queue = try VerifierQueue(
            capacity: 2_000,
            rememberedIDs: 2_000,
            verify: { _, _ in false },
            onMismatch: reports.add
        )
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for id in 0..<200 { queue.enqueue(id: "\(id)", key: [1], verifier: "") }
                }
            }
        }
        #expect(Set(await reports.first(200)).count == 200)
        #expect(queue.droppedCount == 0)
        #expect(queue.waitingCount == 0)
        queue.shutdown()
    }

    @Test("the worker's thread is joined once")
    func threads() throws {
        let ran = Mutex(0)
        let thread = try WorkerThread { ran.withLock { $0 += 1 } }
        thread.join()
        thread.join()
        #expect(ran.withLock { $0 } == 1)
    }
}
