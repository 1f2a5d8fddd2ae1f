import Exchange
import NIOCore
import Policy
import Providers
import Storage
import Telemetry
import Upstream
import Wire

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

extension ClientConnection {
    /// Tells of a request that was refused before a key was known, when its trace is recorded. It has no record: strangers can
    /// ask as often as they like, and only so many of theirs are told a second.
    ///
    /// - Parameters:
    ///   - failure: Why.
    ///   - status: What they were answered.
    ///   - operation: What was asked for.
    ///   - requestID: As it was told.
    ///   - trace: Where it stands.
    ///   - begun: When it began to be refused.
    func tell(
        stranger failure: GatewayFailure,
        _ status: Int,
        _ operation: Exchange.Operation,
        _ requestID: String,
        _ trace: TraceContext,
        since begun: NIODeadline
    ) {
        let shared = self.loop.shared
        guard trace.isSampled, shared.telemetry != nil, shared.options.tracing?.recordsSpans == true else { return }
        let now = self.loop.loop.now
        guard self.loop.strangers.take(at: now) else { return shared.metrics.strangersUntold.add() }
        var record = RequestRecord(
            id: requestID,
            startedAt: self.loop.unixMilliseconds(at: begun),
            keyID: "",
            projectID: "",
            operation: operation
        )
        record.status = status
        record.outcome = .refused
        record.failure = failure.kind.rawValue
        record.totalMicroseconds = (now - begun).nanoseconds / 1000
        self.loop.tell(
            FinishedRequest(
                record: record,
                project: "",
                trace: trace,
                bodyMicroseconds: nil,
                roadMicroseconds: record.totalMicroseconds,
                method: self.head.method.name
            )
        )
    }
}

extension HTTPMethod {
    /// As OpenTelemetry's conventions have it: a method that is none of HTTP's own is `_OTHER`.
    fileprivate var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .other: "_OTHER"
        }
    }
}

extension ActiveExchange {
    /// Keeps what a whole answer says it is, when telemetry wants to know.
    func told(id: String?, model: String?) {
        guard self.journey.isTraced else { return }
        self.identity = AnswerIdentity(id: id, model: model)
    }

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
                maxOutputTokens: self.journey.inspected.facts.maxOutputTokens,
                attempts: attempts,
                providerKind: self.dispatch.plan.target.provider.configuration.kind.rawValue,
                answer: self.tap.map { AnswerIdentity(id: $0.responseID, model: $0.model) } ?? self.identity
            )
        )
    }
}
