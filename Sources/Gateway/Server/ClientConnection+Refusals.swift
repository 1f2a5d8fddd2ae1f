import Exchange
import NIOCore
import Policy
import Storage
import Telemetry
import Upstream
import Wire

extension ClientConnection {
    /// Refuses a request whose caller is known: answered in its own format, and recorded.
    func refuse(_ failure: GatewayFailure, head: InboundHead, caller: Caller, bodyIsUnread: Bool = false) {
        let format = self.loop.shared.formats[head.operation]
        var answer = format.errorAnswer(failure, operation: head.operation, requestID: head.requestID)
        let reading = self.loop.shared.admissions.reading(caller.key.limits, at: self.loop.monotonicNow)
        if !reading.isEmpty {
            answer.headers += LimitHeaders(reading, format.id, unixSeconds: self.loop.unixMilliseconds / 1000).fields
        }
        if let trace = head.trace { answer.headers.append(("x-martlet-trace-id", "\(trace.traceID)")) }
        self.record(failure, answer.status, head, caller)
        if bodyIsUnread, !self.discardable { self.keepsAlive = false }
        self.write(answer, requestID: head.requestID)
        self.returnHeldBytes()
        self.decodedBody = ByteBuffer()
        guard bodyIsUnread else {
            self.enter(.busy)
            return self.exchangeFinished()
        }
        // What has arrived of the body is still in front; the rest is to come.
        self.skipBody()
    }

    /// Answers a count of tokens by an estimate: nobody is asked.
    func answerEstimate(
        _ count: Int,
        _ translated: TranslatedRequest,
        _ admitted: Admitted,
        _ received: ReceivedRequest,
        _ journey: Journey
    ) {
        // It costs nobody anything but counts against the request limit, as every question does.
        admitted.admission.markSent()
        journey.answered()
        let body = TranslatedAnswer.count(count, received.head.operation)
        var answer = ErrorAnswer(status: 200, headers: [], body: body)
        if let warnings = translated.warningHeader { answer.headers.append(("x-martlet-warnings", warnings)) }
        if !admitted.reading.isEmpty {
            let format = self.loop.shared.formats[received.head.operation].id
            let seconds = self.loop.unixMilliseconds / 1000
            answer.headers += LimitHeaders(admitted.reading, format, unixSeconds: seconds).fields
        }
        self.write(answer, requestID: received.head.requestID)
        self.returnHeldBytes()
        self.enter(.busy)
        self.exchangeFinished()
    }

    /// Refuses a request whose caller is not known (no record), before its body was read.
    func refuseUnread(
        _ failure: GatewayFailure,
        _ operation: Exchange.Operation,
        _ scan: HeaderScan,
        _ requestID: String,
        _ trace: TraceContext? = nil
    ) {
        let begun = self.loop.loop.now
        if failure.kind == .invalidKey {
            self.loop.shared.metrics.unauthenticated.add()
            if self.loop.failures.note(self.peer, self.loop.loop.now) { self.keepsAlive = false }
        }
        var answer = self.format(operation, scan).errorAnswer(failure, operation: operation, requestID: requestID)
        if failure.kind == .methodNotAllowed { answer.headers.append(("allow", "POST, OPTIONS")) }
        if let trace { answer.headers.append(("x-martlet-trace-id", "\(trace.traceID)")) }
        if !self.discardable { self.keepsAlive = false }
        self.write(answer, requestID: requestID)
        if let trace { self.tell(stranger: failure, answer.status, operation, requestID, trace, since: begun) }
        self.skipBody()
    }

    /// Refuses bytes that are not an acceptable request at all, and closes.
    func refuseUnparsed(_ error: HTTPParseError) {
        let kind: GatewayFailure.Kind
        switch error.status {
        case 413: kind = .bodyTooLarge
        case 414: kind = .targetTooLong
        case 431: kind = .headersTooLarge
        default: kind = .invalidRequest
        }
        self.refuseUnparsed(GatewayFailure(kind, "The request is not acceptable HTTP/1.1: \(error.message)."))
    }

    /// Refuses and closes.
    func refuseUnparsed(_ failure: GatewayFailure) {
        self.keepsAlive = false
        let id = self.loop.ids.next(unixMilliseconds: self.loop.unixMilliseconds)
        let answer = self.loop.shared.formats[.chat].errorAnswer(failure, operation: .chat, requestID: id)
        self.write(answer, requestID: id)
        self.linger()
    }

    /// Upgrades are never taken: 426 where a client would try one, so that it falls back to plain HTTP at once.
    func refuseUpgrade(_ route: Route, _ scan: HeaderScan, _ requestID: String) {
        self.keepsAlive = false
        var operation = Exchange.Operation.chat
        if case .operation(let asked, _) = route { operation = asked }
        let failure: GatewayFailure
        if case .connect = self.head.method {
            failure = GatewayFailure(.methodNotAllowed, "CONNECT is not served here.")
        } else {
            failure = GatewayFailure(
                .upgradeRequired,
                "Upgrades are not served here; use plain HTTP/1.1 and server-sent events."
            )
        }
        var answer = self.format(operation, scan).errorAnswer(failure, operation: operation, requestID: requestID)
        if failure.kind == .methodNotAllowed { answer.headers.append(("allow", "GET, HEAD, POST, OPTIONS")) }
        self.write(answer, requestID: requestID)
        self.linger()
    }

    /// The room whose errors a caller understands on a shared route.
    func format(_ operation: Exchange.Operation, _ scan: HeaderScan) -> any WireFormat {
        if scan.isAnthropic, operation.format == .chat { return self.loop.shared.formats[.messages] }
        return self.loop.shared.formats[operation]
    }

    /// Writes a complete error answer.
    func write(_ answer: ErrorAnswer, requestID: String) {
        guard self.context != nil else { return }
        var bytes = self.loop.takeScratch()
        bytes.writeHead { head in
            head.begin(
                status: answer.status,
                framing: .length(answer.body.count),
                keepAlive: self.keepsAlive,
                requestID: requestID,
                date: self.loop.date
            )
            head.write(field: "content-type", "application/json")
            head.write(answer.headers)
            head.write(fixed: "\r\n")
        }
        if case .head = self.head.method {} else { bytes.writeBytes(answer.body) }
        self.write(bytes)
        self.loop.returnScratch(bytes)
    }

    private func record(_ failure: GatewayFailure, _ status: Int, _ head: InboundHead, _ caller: Caller) {
        let now = self.loop.loop.now
        var record = RequestRecord(
            id: head.requestID,
            startedAt: self.loop.unixMilliseconds(at: head.receivedAt),
            keyID: caller.key.id,
            projectID: caller.key.project.id,
            operation: head.operation
        )
        record.status = status
        record.outcome = failure.kind == .requestTimeout ? .timedOut : .refused
        record.failure = failure.kind.rawValue
        record.totalMicroseconds = (now - head.receivedAt).nanoseconds / 1000
        record.traceID = head.trace.map { "\($0.traceID)" }
        if let outline = self.outline {
            record.isStream = outline.isStream
            record.modelAsked = outline.model
            record.session = outline.session
        }
        self.loop.append(record)
        self.loop.tell(refused: record, head, caller)
        self.loop.counters.count(
            operation: head.operation.rawValue,
            operationIndex: head.operation.index,
            status: status,
            project: caller.key.project.name,
            model: nil
        )
        self.loop.counters.rejected(failure.kind)
    }

    /// Keeps what the format room found, for the record.
    func note(_ facts: Inspected) {
        self.outline = RequestOutline(model: facts.model, isStream: facts.isStream, session: facts.session)
    }
}
