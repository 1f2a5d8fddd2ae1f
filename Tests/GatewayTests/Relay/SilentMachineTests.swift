import Exchange
import NIOCore
import Testing

@testable import Gateway

@Suite("An exchange machine beside another")
struct SilentMachineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let content = StreamObservation(.forward, isContent: true)

    private func machine() -> ExchangeMachine {
        var machine = ExchangeMachine(
            isStream: true,
            isSilent: true,
            deadlines: ExchangeDeadlines(.init()),
            now: self.start
        )
        _ = machine.connected(self.start)
        return machine
    }

    @Test("it gives no signs of life while the other speaks, but keeps its deadlines")
    func silent() {
        var machine = self.machine()
        for second in [11, 30, 299] { check(machine.tick(self.start + .seconds(Int64(second))), .nothing) }
        guard case .answerFailure(let failure) = machine.tick(self.start + .seconds(301)) else {
            Issue.record("the deadline has passed")
            return
        }
        #expect(failure.kind == .upstreamTimeout)
    }

    @Test("once it speaks it goes on under the head that the caller has", arguments: [false, true])
    func speaks(_ isCommitted: Bool) {
        var machine = self.machine()
        machine.speak(isCommitted: isCommitted, self.start + .seconds(5))
        check(machine.tick(self.start + .seconds(11)), isCommitted ? .nothing : .commitWithPing)
        check(machine.tick(self.start + .seconds(21)), isCommitted ? .ping : .nothing)
        #expect(machine.isCommitted)
    }

    @Test("its first content is told at once, head and all")
    func wins() {
        var machine = self.machine()
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        check(machine.observed(self.content, self.start), .commitAndForward)
        #expect(machine.hasToldContent)
    }
}
