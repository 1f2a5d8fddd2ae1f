import Exchange
import Gateway
import Policy
import Storage
import Telemetry
import Wire

/// Spans of finished requests as an OTLP report: for each request one of the server, one of the road to the first attempt,
/// and one for each attempt.
///
/// Source: opentelemetry-proto 1.5, `trace.proto`; OTLP/HTTP with JSON.
struct OTLPTraces: Sendable {
    private enum Kind: Int {
        case inside = 1
        case server = 2
        case client = 3
    }

    let resource: OTLPResource
    var convention = GenAIConvention.settled

    /// The body of a report.
    ///
    /// - Parameter requests: Those whose traces are recorded.
    /// - Returns: An `ExportTraceServiceRequest`.
    func body(_ requests: [FinishedRequest]) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048 * requests.count + 512)
        writer.object { writer in
            writer.key("resourceSpans")
            writer.array { writer in
                writer.object { writer in
                    self.resource.write(to: &writer)
                    writer.key("scopeSpans")
                    writer.array { writer in
                        writer.object { writer in
                            OTLPResource.writeScope(to: &writer)
                            writer.key("spans")
                            writer.array { writer in
                                for request in requests { self.write(request, to: &writer) }
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private func write(_ request: FinishedRequest, to writer: inout JSONWriter) {
        guard let trace = request.trace else { return }
        writer.object { Self.writeServer(request, trace, to: &$0) }
        writer.object { Self.writeRoad(request, trace, to: &$0) }
        for attempt in request.attempts {
            writer.object { self.write(attempt, of: request, trace, to: &$0) }
        }
    }

    // MARK: The request

    private static func writeServer(_ request: FinishedRequest, _ trace: TraceContext, to writer: inout JSONWriter) {
        let record = request.record
        let route = GenAINames.route(record.operation)
        Self.begin("\(request.method) \(route)", .server, trace, id: trace.spanID, parent: trace.parent, to: &writer)
        Self.times(0, record.totalMicroseconds, of: record, to: &writer)
        writer.key("attributes")
        writer.array { writer in
            writer.attribute("http.request.method", request.method)
            writer.attribute("http.route", route)
            if record.status > 0 { writer.attribute("http.response.status_code", record.status) }
            writer.attribute(GenAINames.errorType, Self.error(of: record))
            writer.attribute(GenAINames.conversation, record.session)
            writer.attribute("user_agent.original", record.client)
            writer.attribute("martlet.request_id", record.id)
            if !request.isOfStranger {
                writer.attribute("martlet.key_prefix", VirtualKey.label(id: record.keyID))
                writer.attribute("martlet.project", request.project)
                writer.attribute("martlet.model", record.modelAsked)
            }
            writer.attribute("martlet.outcome", record.outcome.rawValue)
            writer.attribute("martlet.attempts", record.attempts)
            writer.attribute("martlet.cost.usd", record.costNanoUSD.map(NanoUSD.text))
            if !record.warnings.isEmpty { writer.attribute("martlet.warnings", record.warnings) }
        }
        Self.status(isError: record.status >= 500 || record.outcome == .truncated, record.failure, to: &writer)
    }

    private static func writeRoad(_ request: FinishedRequest, _ trace: TraceContext, to writer: inout JSONWriter) {
        Self.begin("road", .inside, trace, id: trace.spanID.child(0), parent: trace.spanID, to: &writer)
        Self.times(0, request.roadMicroseconds, of: request.record, to: &writer)
        writer.key("attributes")
        writer.array { writer in
            writer.attribute("martlet.body.seconds", request.bodyMicroseconds.map(Self.seconds))
            writer.attribute("martlet.overhead.seconds", Self.seconds(request.record.overheadMicroseconds))
            let isRefused = request.record.outcome == .refused
            writer.attribute(GenAINames.errorType, isRefused ? request.record.failure : nil)
        }
        Self.status(isError: false, nil, to: &writer)
    }

    // MARK: An attempt

    private func write(
        _ attempt: FinishedAttempt,
        of request: FinishedRequest,
        _ trace: TraceContext,
        to writer: inout JSONWriter
    ) {
        let record = request.record
        let operation = GenAINames.operation(record.operation)
        let place = attempt.place
        let id = trace.spanID.child(attempt.number)
        Self.begin("\(operation) \(place.model)", .client, trace, id: id, parent: trace.spanID, to: &writer)
        Self.times(attempt.times.begin, attempt.times.end, of: record, to: &writer)
        let error = Self.error(of: attempt, record)
        writer.key("attributes")
        writer.array { writer in
            writer.attribute(GenAINames.operationName, operation)
            writer.attribute(GenAINames.providerName, GenAINames.provider(kind: place.kind))
            writer.attribute(GenAINames.requestModel, place.model)
            writer.attribute(GenAINames.requestMaxTokens, request.maxOutputTokens)
            writer.attribute(GenAINames.requestStream, record.isStream)
            writer.attribute(GenAINames.serverAddress, place.host.isEmpty ? nil : place.host)
            writer.attribute(GenAINames.serverPort, place.port == 0 ? nil : place.port)
            writer.attribute(GenAINames.errorType, error)
            if attempt.status > 0 { writer.attribute("http.response.status_code", attempt.status) }
            writer.attribute("martlet.provider", place.provider)
            writer.attribute("martlet.attempt.outcome", attempt.outcome)
            writer.attribute("martlet.upstream.request_id", attempt.upstreamRequestID)
            writer.attribute("martlet.connection.seconds", Self.seconds(attempt.times.wait))
            if attempt.isHedge { writer.attribute("martlet.hedge", true) }
            if let first = attempt.times.firstContent {
                writer.attribute(GenAINames.firstChunk, Self.seconds(first - attempt.times.begin))
            }
            if attempt.isLast { self.writeAnswer(request, to: &writer) }
        }
        Self.status(isError: error != nil, error, to: &writer)
    }

    /// What only the attempt has that the caller was told of.
    private func writeAnswer(_ request: FinishedRequest, to writer: inout JSONWriter) {
        let record = request.record
        writer.attribute(GenAINames.responseID, request.answer?.id)
        writer.attribute(GenAINames.responseModel, request.answer?.model)
        if let reason = record.finishReason { writer.attribute(GenAINames.finishReasons, [reason]) }
        guard let usage = record.usage else { return }
        writer.attribute(GenAINames.inputTokens, usage.inputTokens)
        writer.attribute(GenAINames.outputTokens, usage.outputTokens)
        writer.attribute(GenAINames.cacheReadTokens, usage.cacheReadTokens)
        writer.attribute(GenAINames.cacheWriteTokens(self.convention), usage.cacheWriteTokens)
        writer.attribute(GenAINames.reasoningTokens, usage.reasoningTokens)
        if record.isEstimated { writer.attribute("martlet.usage.estimated", true) }
    }

    // MARK: Parts of a span

    private static func begin(
        _ name: String,
        _ kind: Kind,
        _ trace: TraceContext,
        id: SpanID,
        parent: SpanID?,
        to writer: inout JSONWriter
    ) {
        writer.member("traceId", "\(trace.traceID)")
        writer.member("spanId", "\(id)")
        if let parent { writer.member("parentSpanId", "\(parent)") }
        writer.member("flags", 1)
        writer.member("name", name)
        writer.member("kind", kind.rawValue)
    }

    /// Offsets from the request's head, as nanoseconds since 1970.
    private static func times(_ begin: Int64, _ end: Int64, of record: RequestRecord, to writer: inout JSONWriter) {
        let start = record.startedAt &* 1_000_000
        writer.member("startTimeUnixNano", String(start &+ begin &* 1_000))
        writer.member("endTimeUnixNano", String(start &+ max(begin, end) &* 1_000))
    }

    private static func status(isError: Bool, _ message: String?, to writer: inout JSONWriter) {
        writer.key("status")
        writer.object { writer in
            guard isError else { return }
            writer.member("code", 2)
            if let message { writer.member("message", message) }
        }
    }

    static func seconds(_ microseconds: Int64) -> Double { Double(microseconds) / 1_000_000 }

    /// A failure's kind, else how it ended when that was no good end.
    static func error(of record: RequestRecord) -> String? {
        if let failure = record.failure { return failure }
        return record.outcome == .completed ? nil : record.outcome.rawValue
    }

    /// A status that is an error; else how it failed; `nil` for an attempt that served.
    private static func error(of attempt: FinishedAttempt, _ record: RequestRecord) -> String? {
        if attempt.status >= 400 { return String(attempt.status) }
        guard attempt.outcome != "served" else { return nil }
        return attempt.isLast ? Self.error(of: record) ?? attempt.outcome : attempt.outcome
    }
}
