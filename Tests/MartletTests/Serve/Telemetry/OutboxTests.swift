import Gateway
import Storage
import Synchronization
import Telemetry
import Testing

@testable import martlet

@Suite("Outbox", .timeLimit(.minutes(5)))
struct OutboxTests {
    /// A place that answers as it is told, and remembers what it was sent and how long was waited.
    private final class Place: Sendable {
        struct State {
            var answers: [Delivery]
            var batches: [[String]] = []
            var pauses: [Duration] = []
        }
        let state: Mutex<State>
        let registry = MetricRegistry()

        init(_ answers: [Delivery]) { self.state = Mutex(State(answers: answers)) }

        var batches: [[String]] { self.state.withLock { $0.batches } }
        var pauses: [Duration] { self.state.withLock { $0.pauses } }

        func outbox(capacity: Int = 10, batch: Int = 4) -> Outbox {
            var rules = Outbox.Rules(capacity: capacity, batch: batch, interval: .seconds(1))
            rules.longestPause = .seconds(3)
            return Outbox(
                "test",
                rules,
                registry: self.registry,
                pause: { pause in self.state.withLock { $0.pauses.append(pause) } },
                send: { requests in
                    self.state.withLock { state in
                        state.batches.append(requests.map(\.record.id))
                        return state.answers.isEmpty ? .taken : state.answers.removeFirst()
                    }
                }
            )
        }
    }

    private func requests(_ numbers: Range<Int>) -> [FinishedRequest] {
        numbers.map { FinishedSamples.retried("r\($0)") }
    }

    @Test("requests are delivered in order, some at a time")
    func batches() async {
        let place = Place([])
        let outbox = place.outbox()
        outbox.put(self.requests(0..<6))
        await outbox.deliver()
        #expect(place.batches == [["r0", "r1", "r2", "r3"], ["r4", "r5"]])
        #expect(outbox.sent.value == 6)
        #expect(outbox.dropped.value == 0)
        #expect(outbox.count == 0)
    }

    @Test("what does not fit is dropped and counted")
    func bounded() async {
        let place = Place([])
        let outbox = place.outbox()
        outbox.put(self.requests(0..<13))
        #expect(outbox.count == 10)
        #expect(outbox.dropped.value == 3)
        await outbox.deliver()
        #expect(outbox.sent.value == 10)
    }

    @Test("what is not taken is tried again after growing waits, then dropped and counted")
    func triesAgain() async {
        let place = Place([.later(nil), .later(.seconds(2)), .later(.seconds(900)), .later(nil), .taken])
        let outbox = place.outbox()
        outbox.put(self.requests(0..<5))
        await outbox.deliver()
        #expect(place.batches.count == 5)
        #expect(place.pauses == [.seconds(1), .seconds(2), .seconds(3)])
        #expect(outbox.dropped.value == 4)
        #expect(outbox.sent.value == 1)
    }

    @Test("what is refused is not tried again")
    func refused() async {
        let place = Place([.refused])
        let outbox = place.outbox()
        outbox.put(self.requests(0..<3))
        await outbox.deliver()
        #expect(place.batches.count == 1)
        #expect(place.pauses.isEmpty)
        #expect(outbox.dropped.value == 3)
    }

    @Test("at the end everything left is tried once, and what is not taken is counted")
    func finishes() async {
        let place = Place([.later(nil), .taken])
        let outbox = place.outbox()
        outbox.put(self.requests(0..<7))
        await outbox.finish()
        #expect(place.batches.count == 2)
        #expect(outbox.dropped.value == 4)
        #expect(outbox.sent.value == 3)
        #expect(outbox.count == 0)
    }

    @Test("a delivery that the process's end interrupts is kept for the last try")
    func interrupted() async {
        let registry = MetricRegistry()
        let rules = Outbox.Rules(capacity: 10, batch: 4, interval: .milliseconds(1))
        let outbox = Outbox("test", rules, registry: registry) { _ in .later(.seconds(30)) }
        outbox.put(self.requests(0..<2))
        let task = Task { await outbox.deliver() }
        task.cancel()
        await task.value
        #expect(outbox.count == 2)
        #expect(outbox.dropped.value == 0)
    }

    @Test("only what is asked for is delivered")
    func admits() async {
        let registry = MetricRegistry()
        let rules = Outbox.Rules(capacity: 10, batch: 4, interval: .seconds(1))
        let outbox = Outbox("test", rules, registry: registry, admits: { $0.record.id == "r1" }) { _ in .taken }
        outbox.put(self.requests(0..<3))
        #expect(outbox.count == 1)
        #expect(outbox.dropped.value == 0)
    }
}
