import Dispatch
import Exchange
import Logging
import Policy
import ServiceLifecycle
import Storage
import Synchronization
import Telemetry
import Testing

@testable import Gateway

@Suite("Writing kept bodies")
struct BodyWriterTests {
    private let store = MemoryBodies()
    private let registry = MetricRegistry()

    private func writer(_ queue: BodyQueue, _ thread: BodyThread, store: (any BodyStore)? = nil) throws -> BodyWriter {
        let box = SecretBox(masterKey: try MasterKey.generate())
        return BodyWriter(
            queue: queue,
            vault: BodyVault(store ?? self.store) { box },
            thread: thread,
            retention: nil,
            maxStoreBytes: 1 << 20,
            registry: self.registry,
            lastDrain: .seconds(300),
            clock: { 0 },
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    private func submit(_ count: Int, to queue: BodyQueue) {
        for id in 0..<count {
            let bodies = FinishedBodies(requestID: "r\(id)", projectID: "p", at: 1, isStream: false, rules: BodyRules())
            let capture = Array("{}".utf8).withUnsafeBytes { BodyCapture(bodies, request: $0, queue: queue) }
            withExtendedLifetime(capture) {}
        }
    }

    private func counts(_ name: String) -> Int? {
        String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("\(name) ") }
            .flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
    }

    @Test("a graceful stop stores all that waits")
    func stop() async throws {
        let queue = BodyQueue(registry: self.registry)
        let thread = BodyThread()
        self.submit(3_000, to: queue)
        let group = ServiceGroup(
            services: [try self.writer(queue, thread)],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        async let run: Void = group.run()
        while self.store.kept.isEmpty { await Task.yield() }
        await group.triggerGracefulShutdown()
        try await run
        #expect(self.store.kept.count == 3_000 && queue.heldBytes == 0)
        #expect(self.counts("martlet_bodies_written_total") == 3_000)
        #expect(self.counts("martlet_bodies_failed_total") == 0)
        await thread.shutdown()
    }

    @Test("a writer whose task is cancelled stores all that waits", arguments: [false, true])
    func cancelled(_ isUnderWay: Bool) async throws {
        let queue = BodyQueue(registry: self.registry)
        let thread = BodyThread()
        let writer = try self.writer(queue, thread)
        self.submit(3_000, to: queue)
        // Ends when it is cancelled.
        let task = Task { try await writer.run() }
        while isUnderWay, self.store.kept.isEmpty { await Task.yield() }
        task.cancel()
        try await task.value
        #expect(self.store.kept.count == 3_000 && self.counts("martlet_bodies_failed_total") == 0)
        await thread.shutdown()
    }

    @Test("a disk that does not answer costs the bodies that wait at the end, which are counted, and not the end")
    func stuck() async throws {
        let queue = BodyQueue(registry: self.registry)
        let thread = BodyThread(patience: .milliseconds(20))
        let go = DispatchSemaphore(value: 0)
        await #expect(throws: BodyThread.Refusal.late) {
            try await thread.run { _ = go.wait(timeout: .now() + .seconds(300)) }
        }
        self.submit(100, to: queue)
        let writer = try self.writer(queue, thread)
        await writer.drain()
        // They wait for the disk.
        #expect(queue.heldBytes == 200 && self.counts("martlet_bodies_failed_total") == 0)
        let task = Task { try await writer.run() }
        task.cancel()
        try await task.value
        #expect(queue.heldBytes == 0 && self.counts("martlet_bodies_failed_total") == 100)
        go.signal()
        await thread.shutdown()
    }

    @Test("a batch is tried again while the store makes room for it")
    func room() async throws {
        let queue = BodyQueue(registry: self.registry)
        let thread = BodyThread()
        let writer = try self.writer(queue, thread)
        self.store.setCapacity(60)
        self.store.setPrunable(false)
        self.submit(60, to: queue)
        await writer.drain()
        self.store.setMakesRoom(true)
        self.submit(50, to: queue)
        await writer.drain()
        #expect(self.store.kept.count == 60 && self.counts("martlet_bodies_written_total") == 110)
        #expect(self.counts("martlet_bodies_dropped_total") == 0)
        await thread.shutdown()
    }

    /// Has always something left to be dropped.
    private final class Endless: BodyStore {
        let steps = Atomic<Int>(0)

        func append(_ bodies: [KeptBodies], maxBytes: Int?) -> BodyAddition { .added }
        func find(requestID: String, in projects: [String]?) -> KeptBodies? { nil }
        func holds(_ bodies: BodySelection) -> Bool { false }
        func mark() -> Int64 { 0 }
        func erase(_ bodies: BodySelection, before mark: Int64) -> Int { 0 }

        func prune(before: UnixMilliseconds?, maxBytes: Int?) -> Int {
            self.steps.add(1, ordering: .relaxed)
            return 1
        }
    }

    @Test("dropping what is old ends for a while, however much there is")
    func prune() async throws {
        let thread = BodyThread()
        let store = Endless()
        let isDone = await (try self.writer(BodyQueue(registry: self.registry), thread, store: store)).prune()
        #expect(!isDone && store.steps.load(ordering: .relaxed) > 0)
        await thread.shutdown()
    }
}
