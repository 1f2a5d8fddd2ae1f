import Exchange
import NIOCore
import Testing

@testable import Gateway

@Suite("Exchange machine")
struct ExchangeMachineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let content = StreamObservation(.forward, isContent: true)
    private let role = StreamObservation(.forward)

    private func machine(stream: Bool, deadlines: GatewayOptions.Deadlines = .init()) -> ExchangeMachine {
        ExchangeMachine(isStream: stream, deadlines: ExchangeDeadlines(deadlines), now: self.start)
    }

    private func streaming(_ deadlines: GatewayOptions.Deadlines = .init()) -> ExchangeMachine {
        var machine = self.machine(stream: true, deadlines: deadlines)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        _ = machine.observed(self.content, self.start)
        return machine
    }

    private func kind(_ action: ExchangeMachine.Action) -> GatewayFailure.Kind? {
        switch action {
        case .answerFailure(let failure), .endStream(let failure): failure.kind
        default: nil
        }
    }

    @Test("a connection lets the request be sent, once")
    func sends() {
        var machine = self.machine(stream: false)
        check(machine.connected(self.start), .send)
        check(machine.connected(self.start), .nothing)
        #expect(machine.phase == .awaitingHead)
    }

    @Test("a stream whose caller has content is calm, unless something may be due within seconds")
    func calm() {
        var machine = self.machine(stream: true)
        #expect(!machine.isCalm)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        #expect(!machine.isCalm)
        #expect(self.streaming().isCalm)
        var deadlines = GatewayOptions.Deadlines()
        deadlines.ping = .seconds(1)
        #expect(!self.streaming(deadlines).isCalm)
    }

    @Test("a plain answer is collected whole and completed at its end")
    func plain() {
        var machine = self.machine(stream: false)
        _ = machine.connected(self.start)
        check(machine.receivedHead(status: 200, content: .json, self.start), .nothing)
        #expect(machine.phase == .collectingAnswer)
        check(machine.upstreamEnded(isComplete: false), .completeAnswer)
        #expect(machine.phase == .done)
    }

    @Test("a plain answer that is cut is a failure, never half an answer")
    func cutPlain() {
        var machine = self.machine(stream: false)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .json, self.start)
        let failure = GatewayFailure(.upstreamFailed, "cut")
        check(machine.upstreamFailed(failure, isComplete: false), .answerFailure(failure))
    }

    @Test("an error status is collected and judged", arguments: [400, 401, 404, 429, 500, 529])
    func errorStatus(_ status: Int) {
        var machine = self.machine(stream: true)
        _ = machine.connected(self.start)
        check(machine.receivedHead(status: status, content: .json, self.start), .nothing)
        #expect(machine.phase == .collectingError)
        check(machine.upstreamEnded(isComplete: false), .completeError)
    }

    @Test("a redirect is a failure of the vendor's, whatever it says", arguments: [301, 302, 303, 307, 308])
    func redirect(_ status: Int) {
        var machine = self.machine(stream: false)
        _ = machine.connected(self.start)
        check(self.kind(machine.receivedHead(status: status, content: .json, self.start)), .upstreamFailed)
    }

    @Test(
        "a success in the wrong media type is a failure",
        arguments: [(true, AnswerContent.json), (true, .other), (false, .eventStream), (false, .other)]
    )
    func wrongType(_ isStream: Bool, _ content: AnswerContent) {
        var machine = self.machine(stream: isStream)
        _ = machine.connected(self.start)
        check(self.kind(machine.receivedHead(status: 200, content: content, self.start)), .upstreamFailed)
    }

    @Test("events without content are held until content commits the stream")
    func holding() {
        var machine = self.machine(stream: true)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        check(machine.observed(self.role, self.start), .hold)
        check(machine.observed(self.content, self.start), .commitAndForward)
        check(machine.observed(self.content, self.start), .forward)
        check(machine.upstreamEnded(isComplete: true), .completeStream)
    }

    @Test("an error event before content becomes a plain error answer")
    func errorFirst() {
        var machine = self.machine(stream: true)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        let failure = GatewayFailure(.upstreamUnavailable, "overloaded")
        check(machine.observed(StreamObservation(.forward, failure: failure), self.start), .answerFailure(failure))
    }

    @Test("an error event after content passes, and the end is then not a success")
    func errorLater() {
        var machine = self.streaming()
        let failure = GatewayFailure(.upstreamFailed, "broke")
        check(machine.observed(StreamObservation(.forward, failure: failure), self.start), .forward)
        check(machine.upstreamEnded(isComplete: false), .endToldStream)
        #expect(machine.toldFailure == failure)
    }

    @Test("an event that is not valid ends a begun stream with a failure")
    func brokenEvent() {
        var machine = self.streaming()
        guard case .endStream(let failure) = machine.observed(StreamObservation(.reject), self.start) else {
            Issue.record("expected the stream to be ended")
            return
        }
        #expect(failure.kind == .upstreamFailed)
    }

    @Test("a stream that ends before its grammar allows is told as failed")
    func truncated() {
        var machine = self.streaming()
        check(self.kind(machine.upstreamEnded(isComplete: false)), .upstreamFailed)
        check(machine.upstreamEnded(isComplete: true), .nothing)
    }

    @Test("a complete stream whose connection then breaks is complete")
    func brokenAfterEnd() {
        var machine = self.streaming()
        let failure = GatewayFailure(.upstreamFailed, "reset")
        check(machine.upstreamFailed(failure, isComplete: true), .completeStream)
    }

    @Test("a caller who leaves drops everything, in every phase")
    func clientGone() {
        var connecting = self.machine(stream: true)
        check(connecting.clientGone(), .drop)
        var streaming = self.streaming()
        check(streaming.clientGone(), .drop)
        check(streaming.clientGone(), .nothing)
        check(streaming.observed(self.content, self.start), .hide)
    }

    @Test("a held stream is committed with a sign of life after the hold, and pinged while silent")
    func keepAlive() {
        var machine = self.machine(stream: true)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        check(machine.tick(self.start + .seconds(9)), .nothing)
        check(machine.tick(self.start + .seconds(11)), .commitWithPing)
        check(machine.tick(self.start + .seconds(20)), .nothing)
        check(machine.tick(self.start + .seconds(27)), .ping)
    }

    @Test("a stream without content ends at the first-content deadline, pings or not")
    func firstContent() {
        var machine = self.machine(stream: true)
        _ = machine.connected(self.start)
        _ = machine.receivedHead(status: 200, content: .eventStream, self.start)
        _ = machine.tick(self.start + .seconds(11))
        _ = machine.observed(self.role, self.start + .seconds(299))
        check(self.kind(machine.tick(self.start + .seconds(301))), .upstreamTimeout)
        #expect(machine.isTimedOut)
    }

    @Test("a vendor that sends no head in time is timed out: streams at first content, plain answers at the total")
    func noHead() {
        var stream = self.machine(stream: true)
        _ = stream.connected(self.start)
        check(stream.tick(self.start + .seconds(9)), .nothing)
        check(stream.tick(self.start + .seconds(299)), .commitWithPing)
        check(self.kind(stream.tick(self.start + .seconds(301))), .upstreamTimeout)
        var plain = self.machine(stream: false)
        _ = plain.connected(self.start)
        check(plain.tick(self.start + .seconds(301)), .nothing)
        check(self.kind(plain.tick(self.start + .seconds(601))), .upstreamTimeout)
    }

    @Test("a stream whose vendor is silent gets its head after the hold, and a late refusal is then told inside it")
    func lateRefusal() {
        var machine = self.machine(stream: true)
        _ = machine.connected(self.start)
        check(machine.tick(self.start + .seconds(11)), .commitWithPing)
        check(machine.receivedHead(status: 400, content: .json, self.start + .seconds(12)), .nothing)
        #expect(machine.isCommitted)
        check(machine.upstreamEnded(isComplete: false), .completeError)
        var late = self.machine(stream: true)
        _ = late.connected(self.start)
        _ = late.tick(self.start + .seconds(11))
        _ = late.receivedHead(status: 200, content: .eventStream, self.start + .seconds(12))
        check(late.observed(self.content, self.start + .seconds(12)), .commitAndForward)
    }

    @Test("a stream that goes silent after content ends at the idle deadline")
    func idle() {
        var machine = self.streaming()
        _ = machine.observed(self.content, self.start + .seconds(5))
        check(machine.tick(self.start + .seconds(64)), .ping)
        check(self.kind(machine.tick(self.start + .seconds(66))), .upstreamTimeout)
    }

    @Test("pings prove life, not progress: without content the stream ends")
    func pingsOnly() {
        var machine = self.streaming()
        _ = machine.observed(self.content, self.start + .seconds(1))
        for second in stride(from: 10, through: 300, by: 10) {
            _ = machine.observed(self.role, self.start + .seconds(Int64(second)))
            check(self.kind(machine.tick(self.start + .seconds(Int64(second)))), nil)
        }
        check(self.kind(machine.tick(self.start + .seconds(302))), .upstreamTimeout)
    }

    @Test("a caller that takes no bytes is dropped after the write stall, and one that resumes is not")
    func writeStall() {
        var machine = self.streaming()
        machine.clientWritability(false, self.start)
        check(machine.tick(self.start + .seconds(29)), .nothing)
        machine.clientWritability(true, self.start + .seconds(29))
        machine.clientWritability(false, self.start + .seconds(30))
        check(machine.tick(self.start + .seconds(59)), .nothing)
        check(machine.tick(self.start + .seconds(61)), .drop)
        #expect(machine.isTimedOut)
    }

    @Test("an interrupt is told inside a begun stream and as a plain error before")
    func interrupt() {
        let failure = GatewayFailure(.interrupted, "revoked")
        var streaming = self.streaming()
        check(streaming.interrupt(failure), .endStream(failure))
        var waiting = self.machine(stream: true)
        check(waiting.interrupt(failure), .answerFailure(failure))
    }
}
