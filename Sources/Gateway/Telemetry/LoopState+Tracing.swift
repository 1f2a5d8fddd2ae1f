import Exchange
import NIOCore
import Policy
import Storage
import Telemetry

extension LoopState {
    /// A request's place in a trace; `nil` when nobody wants to know.
    func trace(_ scan: HeaderScan, in bytes: UnsafeRawBufferPointer) -> TraceContext? {
        guard let sampler = self.shared.options.tracing else { return nil }
        let parent = scan.traceParent.flatMap { TraceParent(parsing: UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        return TraceContext(continuing: parent, sampler) { self.ids.number() }
    }

    /// Tells of a request that was refused: nobody was asked.
    func tell(refused record: RequestRecord, _ head: InboundHead, _ caller: Caller) {
        guard self.shared.telemetry != nil else { return }
        self.tell(
            FinishedRequest(
                record: record,
                project: caller.key.project.name,
                trace: head.trace,
                bodyMicroseconds: nil,
                roadMicroseconds: record.totalMicroseconds
            )
        )
    }
}

extension ActiveExchange {
    /// Tells of the request, once its record is complete.
    func tell(_ attempts: [FinishedAttempt]) {
        guard self.loop.shared.telemetry != nil else { return }
        let head = self.dispatch.head
        self.loop.tell(
            FinishedRequest(
                record: self.record,
                project: self.dispatch.caller.key.project.name,
                trace: head.trace,
                bodyMicroseconds: (self.dispatch.bodyReceivedAt - head.receivedAt).nanoseconds / 1000,
                roadMicroseconds: (self.journey.startedAt - head.receivedAt).nanoseconds / 1000,
                maxOutputTokens: self.journey.facts.maxOutputTokens,
                attempts: attempts
            )
        )
    }
}
