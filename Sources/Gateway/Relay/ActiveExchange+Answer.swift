import Exchange
import NIOCore
import NIOPosix
import Policy
import Storage
import Telemetry
import Upstream
import Wire

// Heads, collected answers, errors.

/// An answer that goes to the caller in one piece, when its settlement is safe.
struct WholeAnswer {
    let status: Int
    let headers: [(name: String, value: String)]
    let contentType: String
    let body: ByteBuffer
}

extension ActiveExchange {
    // MARK: The vendor's head

    /// Keeps the few fields of a vendor's head that mean something here; the rest is not passed on.
    func readUpstreamHeaders(_ head: HTTPResponseHead, _ bytes: UnsafeRawBufferPointer) -> AnswerContent {
        var content = AnswerContent.other
        let idHeaders = self.dispatch.plan.target.provider.requestIDHeaders
        for field in head.headers {
            let name = UnsafeRawBufferPointer(rebasing: bytes[field.name])
            let value = UnsafeRawBufferPointer(rebasing: bytes[field.value])
            switch name.count {
            case 12 where ASCII.caseInsensitiveEquals(name, "content-type"):
                content = self.content(value)
                // An answer's own type is ours to say; only a refusal is passed on with the vendor's.
                if !(200..<300).contains(head.status) { self.upstreamContentType = Self.text(value) }
            case 11 where ASCII.caseInsensitiveEquals(name, "retry-after"):
                let wait = RetryAfter.parse(
                    retryAfter: Self.text(value),
                    wallSeconds: self.loop.unixMilliseconds / 1000
                )
                self.upstreamRetryAfter = self.upstreamRetryAfter ?? wait
            case 14 where ASCII.caseInsensitiveEquals(name, "retry-after-ms"):
                let wait = RetryAfter.parse(retryAfter: nil, milliseconds: Self.text(value), wallSeconds: 0)
                self.upstreamRetryAfter = wait ?? self.upstreamRetryAfter
            case 16 where ASCII.caseInsensitiveEquals(name, "x-amzn-errortype"):
                self.upstreamErrorType = Self.text(value)
            default:
                guard self.record.upstreamRequestID == nil,
                    idHeaders.contains(where: { ASCII.caseInsensitiveEquals(name, $0) })
                else { continue }
                self.record.upstreamRequestID = Self.text(value)
            }
        }
        return content
    }

    private func content(_ type: UnsafeRawBufferPointer) -> AnswerContent {
        if self.frames != nil, MediaType.isAWSEventStream(type) { return .eventStream }
        return MediaType.isEventStream(type) ? .eventStream : MediaType.isJSON(type) ? .json : .other
    }

    /// A short, printable header value; anything else is dropped.
    private static func text(_ value: UnsafeRawBufferPointer) -> String? {
        guard value.count <= 200, value.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    // MARK: Our heads

    func writeStreamHead(to bytes: inout ByteBuffer) {
        bytes.writeHead { head in
            head.begin(
                status: 200,
                framing: self.framing,
                keepAlive: self.client.keepsAlive,
                requestID: self.record.id,
                date: self.loop.date
            )
            head.write(
                fixed:
                    "content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-accel-buffering: no\r\n"
            )
            self.writeOwnHeaders(to: &head)
            head.write(fixed: "\r\n")
        }
    }

    /// Which target served, and what is left of the caller's limits.
    private func writeOwnHeaders(to head: inout HeadWriter) {
        let target = self.dispatch.plan.target
        head.write(field: "x-martlet-provider", target.provider.name)
        head.write(field: "x-martlet-model", target.headerModel)
        head.write(field: "x-martlet-attempts", self.record.attempts + self.journey.attemptsBeside(self))
        if let warnings = self.dispatch.translated?.warningHeader { head.write(field: "x-martlet-warnings", warnings) }
        if let id = self.record.upstreamRequestID { head.write(field: "x-martlet-upstream-request-id", id) }
        if let cost = self.record.costNanoUSD { head.write(field: "x-martlet-cost-usd", NanoUSD.text(cost)) }
        self.writeLimitHeaders(to: &head)
    }

    private func writeLimitHeaders(to head: inout HeadWriter) {
        let reading = self.dispatch.admitted.reading
        guard !reading.isEmpty else { return }
        let seconds = self.loop.unixMilliseconds / 1000
        head.write(LimitHeaders(reading, self.format.id, unixSeconds: seconds))
    }

    // MARK: Collected answers

    /// Gathers a whole answer; one over the limit is a failure of the vendor's.
    func collect(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        guard self.collected.readableBytes + bytes.count <= limit else {
            return self.perform(
                self.machine.interrupt(
                    GatewayFailure(.upstreamFailed, "The provider's answer is over the limit of \(limit) bytes.")
                )
            )
        }
        if self.collected.capacity == 0 {
            self.collected = self.loop.takeBodyMemory()
            self.collected.clear(minimumCapacity: bytes.count)
        }
        self.collected.writeBytes(bytes)
    }

    /// The answer is whole: read its usage and pass it on as it is.
    func completeAnswer() {
        let body = self.collected
        self.collected = ByteBuffer()
        if let translated = self.dispatch.translated { return self.completeTranslated(body, translated) }
        guard body.readableBytes > self.loop.shared.options.limits.workerBodyBytes else {
            let reading = Self.read(
                body,
                self.format,
                self.dispatch.head.operation,
                self.loop.tape,
                self.journey.isTraced
            )
            guard let reading else { return self.failUnread() }
            return self.finishAnswer(body, reading)
        }
        let format = self.format
        let operation = self.dispatch.head.operation
        let notesID = self.journey.isTraced
        // The closure keeps the connection object alive: the caller may leave while the worker reads.
        let client = self.client
        NIOThreadPool.singleton.runIfActive(eventLoop: self.loop.loop) {
            Self.read(body, format, operation, JSONTape(), notesID)
        }.assumeIsolated().whenComplete { result in
            withExtendedLifetime(client) {
                guard let reading = (try? result.get()) ?? nil else { return self.failUnread() }
                self.finishAnswer(body, reading)
            }
        }
    }

    private static func read(
        _ body: ByteBuffer,
        _ format: any WireFormat,
        _ operation: Exchange.Operation,
        _ tape: JSONTape,
        _ notesID: Bool
    ) -> AnswerReading? {
        body.withUnsafeReadableBytes { bytes in
            guard let root = try? tape.parse(bytes) else { return nil }
            var reading = format.readAnswer(root, operation: operation)
            // The same member in every format that answers are passed through in.
            if notesID { reading.id = root["id"]?.string }
            return reading
        }
    }

    private func failUnread() {
        guard !self.isSettled else { return }
        self.fail(GatewayFailure(.upstreamFailed, "The provider's answer is not valid JSON."))
    }

    private func finishAnswer(_ body: ByteBuffer, _ reading: borrowing AnswerReading) {
        guard !self.isSettled else { return }
        if let failure = reading.failure, self.journey.isBeside(self) { return self.fail(failure, isTold: true) }
        self.record.usage = reading.usage
        self.told(id: reading.id, model: reading.model)
        self.answerReasoning = reading.reasoningState
        self.record.finishReason = reading.finishReason
        self.record.failure = reading.failure?.kind.rawValue
        self.answerBytes = body.readableBytes
        self.settle(status: self.upstreamStatus, outcome: reading.failure == nil ? .completed : .upstreamError)
        self.finishWhole(status: self.upstreamStatus, headers: [], contentType: "application/json", body: body)
    }

    // MARK: Errors

    /// The vendor refused: whose fault it is decides what the caller sees.
    func completeError() {
        let provider = self.dispatch.plan.target.provider
        provider.refused(self.dispatch.proof, status: self.upstreamStatus, at: self.loop.wallTime)
        let body = self.collected
        self.collected = ByteBuffer()
        let isBeside = self.journey.isBeside(self)
        guard isBeside || !self.goesWithoutReasoning(body) && !self.suitsAnother(body) else { return }
        if let translated = self.dispatch.translated {
            let room = translated.route.room
            return self.completeForeignError(body) { room.decodeError(status: $0, root: $1, text: $2) }
        }
        if let door = self.dispatch.plan.native?.door {
            return self.completeForeignError(body) { door.decodeError(status: $0, root: $1, text: $2) }
        }
        let fault = body.withUnsafeReadableBytes { bytes in
            self.format.classify(status: self.upstreamStatus, root: try? self.loop.tape.parse(bytes))
        }
        guard let failure = self.failure(of: fault) ?? (isBeside ? Self.refusedLate : nil) else {
            self.isCallersFault = true
            return self.isHeadSent ? self.endStream(Self.refusedLate) : self.passOnError(body)
        }
        self.fail(failure, as: AttemptEnd(fault, retryAfter: self.upstreamRetryAfter))
    }

    /// Earlier reasoning that the vendor cannot read, for it was signed elsewhere or for another conversation, is left out once.
    ///
    /// - Returns: Whether the vendor is asked again.
    private func goesWithoutReasoning(_ body: ByteBuffer) -> Bool {
        let operation = self.dispatch.head.operation
        guard self.upstreamStatus == 400, operation == .messages || operation == .responses || operation == .chat,
            self.dispatch.translated != nil || operation != .chat
        else { return false }
        let isRefused = body.withUnsafeReadableBytes { bytes in
            (try? self.loop.tape.parse(bytes)).map { VendorError($0).refusesReasoning } ?? false
        }
        let failure = GatewayFailure(.invalidRequest, "The provider could not read earlier reasoning in the request.")
        guard isRefused, self.journey.repeatsWithoutReasoning(failure, from: self) else { return false }
        self.closeAttempt(failure)
        return true
    }

    /// What this target refuses, another one may take: a longer context, another content policy where the model says so.
    ///
    /// - Returns: Whether another one is asked.
    private func suitsAnother(_ body: ByteBuffer) -> Bool {
        guard self.journey.model.targets.count > 1, [400, 403, 413, 422].contains(self.upstreamStatus) else {
            return false
        }
        let error = body.withUnsafeReadableBytes { bytes in
            (try? self.loop.tape.parse(bytes)).map { VendorError($0) } ?? VendorError()
        }
        let failure: GatewayFailure
        if error.isTooLong {
            failure = GatewayFailure(
                .invalidRequest,
                "The request is longer than the context of the model's providers.",
                code: "context_length_exceeded"
            )
        } else if error.isRefusedContent, self.journey.model.rules.fallsBackOnRefusal {
            failure = GatewayFailure(
                .invalidRequest,
                "The request was refused by the content policies of the model's providers.",
                code: "content_policy_violation"
            )
        } else {
            return false
        }
        let end = AttemptEnd(.callerFault, .unsuitable)
        guard self.journey.goesOn(after: end, failure, from: self) else { return false }
        self.closeAttempt(failure)
        return true
    }

    /// The caller's own fault, but its stream has begun (the vendor took longer than the head could be held).
    private static let refusedLate = GatewayFailure(.invalidRequest, "The provider refused the request.")

    /// What the caller is told of a fault that is not its own; `nil` for one that is.
    func failure(of fault: UpstreamFault) -> GatewayFailure? {
        switch fault {
        case .caller:
            nil
        case .credential:
            GatewayFailure(
                .upstreamCredential,
                "Martlet's own account at the provider was refused; tell your operator."
            )
        case .throttled:
            GatewayFailure(
                .upstreamUnavailable,
                "The provider is throttling Martlet.",
                retryAfter: self.upstreamRetryAfter ?? .seconds(5)
            )
        case .vendor:
            GatewayFailure(
                .upstreamUnavailable,
                "The provider answered with status \(self.upstreamStatus).",
                retryAfter: self.upstreamRetryAfter ?? .seconds(1)
            )
        }
    }

    /// The vendor's refusal, byte for byte.
    private func passOnError(_ body: ByteBuffer) {
        self.record.failure = "vendor_refusal"
        self.settle(status: self.upstreamStatus, outcome: .upstreamError)
        self.finishWhole(
            status: self.upstreamStatus,
            headers: [("x-should-retry", "false")],
            contentType: self.upstreamContentType ?? "application/json",
            body: body
        )
    }

    /// Answers with a failure of ours, before anything was told.
    func answer(_ failure: GatewayFailure) {
        self.record.failure = failure.kind.rawValue
        let operation = self.dispatch.head.operation
        let answer = self.format.errorAnswer(failure, operation: operation, requestID: self.record.id)
        self.settle(status: answer.status, outcome: self.outcome(of: failure, begun: false))
        var body = ByteBuffer()
        body.writeBytes(answer.body)
        self.isHeadSent = true
        var headers = answer.headers
        // Ours and the caller's tries must not multiply.
        if self.record.attempts > 1, !headers.contains(where: { $0.name == "x-should-retry" }) {
            headers.append((name: "x-should-retry", value: "false"))
        }
        if let trace = self.dispatch.head.trace {
            headers.append((name: "x-martlet-trace-id", value: "\(trace.traceID)"))
        }
        self.finishWhole(status: answer.status, headers: headers, contentType: "application/json", body: body)
    }

    func outcome(of failure: GatewayFailure, begun: Bool) -> ExchangeOutcome {
        if self.machine.isTimedOut { return .timedOut }
        if failure.kind == .interrupted { return .interrupted }
        return begun ? .truncated : .upstreamError
    }

    /// Sends a whole answer, when its settlement is safe, and ends the exchange.
    func finishWhole(
        status: Int,
        headers: [(name: String, value: String)],
        contentType: String,
        body: ByteBuffer
    ) {
        if let bodies = self.journey.bodies {
            body.withUnsafeReadableBytes { bodies.add($0, isEventStream: false) }
            bodies.complete()
        }
        self.whole = WholeAnswer(status: status, headers: headers, contentType: contentType, body: body)
        // What waits captures nothing, and so takes no memory.
        self.afterSync { exchange, _ in
            if let whole = exchange.whole.take() { exchange.write(whole) }
            exchange.client.exchangeFinished()
        }
    }

    private func write(_ whole: WholeAnswer) {
        guard self.client.context != nil else { return }
        let body = whole.body
        var bytes = self.loop.takeScratch()
        bytes.writeHead { head in
            head.begin(
                status: whole.status,
                framing: .length(body.readableBytes),
                keepAlive: self.client.keepsAlive,
                requestID: self.record.id,
                date: self.loop.date
            )
            head.write(field: "content-type", whole.contentType)
            head.write(whole.headers)
            self.writeOwnHeaders(to: &head)
            head.write(fixed: "\r\n")
        }
        if body.readableBytes <= 16 * 1024 {
            body.withUnsafeReadableBytes { _ = bytes.writeBytes($0) }
            self.client.write(bytes)
            self.loop.returnBodyMemory(body)
        } else {
            self.client.write(bytes, flush: false)
            self.client.write(body)
        }
        self.loop.returnScratch(bytes)
    }
}
