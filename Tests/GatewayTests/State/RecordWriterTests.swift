import Exchange
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import Telemetry
import Testing

@testable import Gateway

@Suite("Records on their way to the store", .timeLimit(.minutes(5)))
struct RecordWriterTests {
    /// A store that keeps ids, and refuses the first few batches.
    private final class Log: RequestLog {
        private let state: Mutex<(ids: [String], refusals: Int)>

        init(refusals: Int = 0) {
            self.state = Mutex(([], refusals))
        }

        var ids: [String] { self.state.withLock { $0.ids } }

        func append(pieces: [[RequestRecord]]) throws {
            let isRefused = self.state.withLock { state in
                guard state.refusals == 0 else {
                    state.refusals -= 1
                    return true
                }
                state.ids += pieces.joined().map(\.id)
                return false
            }
            if isRefused { throw StorageError(.failed, "busy") }
        }

        func list(_ query: RequestQuery) -> [StoredRequest] { [] }
        func find(id: String) -> StoredRequest? { nil }
        func lastUsed(keyIDs: [String]) -> [String: UnixMilliseconds] { [:] }
    }

    private let registry = MetricRegistry()
    private let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func records(_ count: Int) -> [RequestRecord] {
        (0..<count).map { RequestRecord(id: "req_\($0)", startedAt: 1, keyID: "k", projectID: "p", operation: .chat) }
    }

    @Test("a cancelled task writes what it has taken off the queue, refusals notwithstanding", arguments: [0, 2])
    func cancelled(_ refusals: Int) async {
        let log = Log(refusals: refusals)
        let queue = RecordQueue(registry: self.registry)
        let writer = RecordWriter(queue: queue, requests: log, registry: self.registry, log: self.silent)
        var records = self.records(2500)
        queue.submit(&records)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await writer.drain()
        }
        await task.value
        #expect(log.ids == self.records(2500).map(\.id))
    }

    @Test("a stopped service has written everything, what came after the signal included")
    func stopped() async throws {
        let log = Log()
        let queue = RecordQueue(registry: self.registry)
        let writer = RecordWriter(queue: queue, requests: log, registry: self.registry, log: self.silent)
        let late = LateService(queue: queue, records: self.records(3))
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: writer), .init(service: late)], logger: self.silent)
        )
        async let running: Void = group.run()
        await group.triggerGracefulShutdown()
        try await running
        #expect(log.ids == ["req_0", "req_1", "req_2"])
        #expect(queue.count == 0)
    }

    @Test("a full queue drops what does not fit any more and counts it; pieces come out whole and in order")
    func full() {
        let queue = RecordQueue(capacity: 5, registry: self.registry)
        for count in [2, 1, 4] {
            var records = self.records(count)
            queue.submit(&records)
            #expect(records.isEmpty)
        }
        #expect(queue.count == 5)
        let shown = String(decoding: self.registry.render(), as: UTF8.self)
        #expect(shown.contains("martlet_log_dropped_total 2\n"))
        #expect(queue.take(atLeast: 3).map(\.count) == [2, 1])
        #expect(queue.count == 2)
        #expect(queue.take(atLeast: 1).map { $0.map(\.id) } == [["req_0", "req_1"]])
        #expect(queue.count == 0 && queue.take(atLeast: 1).isEmpty)
    }

    /// Records something when it is told to stop, as a drain does.
    private struct LateService: Service {
        let queue: RecordQueue
        let records: [RequestRecord]

        func run() async throws {
            try await gracefulShutdown()
            var records = self.records
            self.queue.submit(&records)
        }
    }
}
