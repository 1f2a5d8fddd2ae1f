import Exchange
import NIOCore
import Policy
import Storage
import Telemetry
import Testing

@testable import Gateway

@Suite("Traces on the road")
struct RoadTracingTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let chat = #"{"model":"safe","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#
    private static let good =
        #"{"id":"c","object":"chat.completion","model":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#

    private static func road(
        _ sampler: TraceSampler? = TraceSampler(ratio: 1),
        forwards: Bool = false,
        retries: Bool = false
    ) throws -> RoadHarness {
        var world = TestWorld()
        world.retries = retries
        if forwards { world.openAISettings = ["forward_traceparent": "true"] }
        var options = GatewayOptions()
        options.tracing = sampler
        return try RoadHarness(options: options, world: world)
    }

    private static func header(_ name: String, in request: String) -> String? {
        request.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }

    @Test("a caller's trace is continued, with one attempt of its own span")
    func continues() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.chat, headers: ["traceparent: \(Self.parent)"])
        let sent = try road.vendorReceived()
        #expect(!sent.lowercased().contains("traceparent"))
        road.advance(.milliseconds(30))
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
        let finished = try #require(road.takeFinished().first)
        let trace = try #require(finished.trace)
        #expect("\(trace.traceID)" == Self.traceID)
        #expect(trace.parent == SpanID(0x00f0_67aa_0ba9_02b7))
        #expect(finished.project == "default")
        #expect(finished.maxOutputTokens == 9)
        #expect(finished.record.usage?.outputTokens == 2)
        #expect(finished.record == road.takeRecords().first)
        #expect(finished.record.traceID == Self.traceID)
        let attempt = try #require(finished.attempts.first)
        #expect(finished.attempts.count == 1)
        #expect(attempt.isLast)
        #expect(attempt.outcome == "served")
        #expect(attempt.status == 200)
        #expect(attempt.place.host == "api.vendor.example")
        #expect(attempt.place.kind == "openai")
        #expect(attempt.place.model == "gpt-real")
        #expect(attempt.times.end - attempt.times.begin == 30_000)
    }

    @Test("each attempt of a request that is tried again is told, and sent with a span of its own")
    func retried() throws {
        let road = try Self.road(forwards: true, retries: true)
        try road.post("/v1/chat/completions", Self.chat, headers: ["traceparent: \(Self.parent)", "tracestate: a=1"])
        let first = try road.vendorReceived()
        road.advance(.milliseconds(20))
        try road.vendorAnswers(503, #"{"error":{"message":"no"}}"#)
        road.advance(.milliseconds(1))
        #expect(!(try road.vendorReceived().contains("traceparent")), "the second provider is not to be told")
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
        let finished = try #require(road.takeFinished().first)
        let trace = try #require(finished.trace)
        #expect(finished.attempts.map(\.place.provider) == ["openai", "lab"])
        #expect(finished.attempts.map(\.status) == [503, 200])
        #expect(finished.attempts.map(\.isLast) == [false, true])
        #expect(finished.attempts[0].times.end <= finished.attempts[1].times.begin)
        let spans = finished.attempts.map { trace.spanID.child($0.number) }
        #expect(Set(spans).count == 2)
        #expect(Self.header("traceparent", in: first) == "00-\(Self.traceID)-\(spans[0])-01")
        #expect(Self.header("tracestate", in: first) == "a=1")
    }

    @Test("a trace begins with the request when the caller told none, or told one that is malformed")
    func begins() throws {
        for headers in [
            [], ["traceparent: 00-nonsense"], ["traceparent: \(Self.parent)", "traceparent: \(Self.parent)"],
        ] {
            let road = try Self.road(forwards: true)
            try road.post("/v1/chat/completions", Self.chat, headers: headers + ["tracestate: a=1"])
            let sent = try road.vendorReceived()
            try road.vendorAnswers(200, Self.good)
            #expect(try road.answer().status == 200)
            let finished = try #require(road.takeFinished().first)
            let trace = try #require(finished.trace)
            #expect(trace.parent == nil)
            #expect("\(trace.traceID)" != Self.traceID)
            #expect(Self.header("traceparent", in: sent)?.hasPrefix("00-\(trace.traceID)-") == true)
            #expect(Self.header("tracestate", in: sent) == nil)
        }
    }

    @Test("what is not sampled has an id and no attempts")
    func unsampled() throws {
        let road = try Self.road(TraceSampler(ratio: 0))
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
        let finished = try #require(road.takeFinished().first)
        #expect(finished.trace?.isSampled == false)
        #expect(finished.attempts.isEmpty)
    }

    @Test("a failure tells the caller its trace's id, and so does a refusal")
    func failures() throws {
        let road = try Self.road()
        let headers = ["traceparent: \(Self.parent)"]
        try road.post("/v1/chat/completions", Self.chat, headers: headers)
        try road.vendorAnswers(500, #"{"error":{"message":"no"}}"#)
        let failed = try road.answer()
        #expect(failed.status >= 500)
        #expect(failed.headers["x-martlet-trace-id"] == Self.traceID)
        let unknown = #"{"model":"nobody","messages":[]}"#
        try road.post("/v1/chat/completions", unknown, headers: headers)
        let refused = try road.answer()
        #expect(refused.status == 404)
        #expect(refused.headers["x-martlet-trace-id"] == Self.traceID)
        let finished = road.takeFinished()
        #expect(finished.map(\.record.outcome) == [.upstreamError, .refused])
        #expect(finished.map(\.attempts.count) == [1, 0])
        #expect(finished.map(\.record.traceID) == [Self.traceID, Self.traceID])
        #expect(finished.last?.bodyMicroseconds == nil)
    }

    @Test(
        "what a whole answer and a stream say they are is told, when the trace is recorded",
        arguments: [true, false]
    )
    func identity(_ isSampled: Bool) throws {
        let road = try Self.road(TraceSampler(ratio: isSampled ? 1 : 0))
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
        #expect(road.takeFinished().first?.answer == (isSampled ? AnswerIdentity(id: "c", model: "x") : nil))
        let stream = #"{"model":"safe","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#
        try road.post("/v1/chat/completions", stream)
        try road.vendorStartsStream()
        let choice = #"{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"#
        try road.vendorStreams("data: {\"id\":\"cmpl_1\",\"model\":\"y\",\"choices\":[\(choice)]}\n\ndata: [DONE]\n\n")
        try road.vendorEndsStream()
        #expect(try road.received().contains("[DONE]"))
        let told = try #require(road.takeFinished().first)
        #expect(told.answer?.id == (isSampled ? "cmpl_1" : nil))
        #expect(told.providerKind == "openai")
    }

    @Test("a request that was refused before a key was known has a span, and no record")
    func strangers() throws {
        let road = try Self.road()
        let headers = ["traceparent: \(Self.parent)"]
        try road.post("/v1/chat/completions", Self.chat, headers: headers, authorization: "sk-mt-nobody")
        let answer = try road.answer()
        #expect(answer.status == 401)
        #expect(answer.headers["x-martlet-trace-id"] == Self.traceID)
        let told = try #require(road.takeFinished().first)
        #expect(told.isOfStranger)
        #expect(told.trace.map { "\($0.traceID)" } == Self.traceID)
        #expect(told.record.status == 401 && told.record.outcome == .refused && told.record.failure == "invalidKey")
        #expect(told.record.operation == .chat && told.method == "POST" && told.attempts.isEmpty)
        #expect(road.takeRecords().isEmpty)
        try road.send("PUT /v1/messages HTTP/1.1\r\nHost: gateway\r\n\r\n")
        #expect(try road.answer().status == 405)
        let other = try #require(road.takeFinished().first)
        #expect(other.method == "PUT" && other.record.operation == .messages)
    }

    @Test("strangers are told of when their trace is recorded, and only so many of them a second")
    func manyStrangers() throws {
        let silent = try Self.road(TraceSampler(ratio: 0))
        try silent.post("/v1/chat/completions", Self.chat, authorization: "sk-mt-nobody")
        #expect(try silent.answer().status == 401)
        #expect(silent.takeFinished().isEmpty)
        let road = try Self.road()
        for _ in 0..<StrangerAllowance.perSecond + 5 {
            try road.post("/v1/chat/completions", Self.chat, authorization: "sk-mt-nobody")
            #expect(try road.answer().status == 401)
        }
        #expect(road.takeFinished().count == StrangerAllowance.perSecond)
        #expect(road.shared.metrics.strangersUntold.value == 5)
    }

    @Test("with tracing off nothing is made, and a provider that asks for it is passed what the caller told")
    func off() throws {
        let road = try Self.road(nil, forwards: true)
        try road.post("/v1/chat/completions", Self.chat, headers: ["traceparent: \(Self.parent)", "tracestate: a=1"])
        let sent = try road.vendorReceived()
        #expect(Self.header("traceparent", in: sent) == Self.parent)
        #expect(Self.header("tracestate", in: sent) == "a=1")
        try road.vendorAnswers(500, #"{"error":{"message":"no"}}"#)
        let answer = try road.answer()
        #expect(answer.headers["x-martlet-trace-id"] == nil)
        #expect(road.takeFinished().isEmpty)
        #expect(road.takeRecords().map(\.traceID) == [nil])
    }

    @Test("a translated request carries the trace, too")
    func translated() throws {
        var world = TestWorld()
        world.openAISettings = ["forward_traceparent": "true"]
        world.translations = TranslationTests.table
        let road = try RoadHarness(world: world)
        let body = #"{"model":"fast","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#
        let headers = ["anthropic-version: 2023-06-01", "traceparent: \(Self.parent)"]
        try road.post("/v1/messages", body, headers: headers)
        let sent = try road.vendorReceived()
        #expect(sent.contains(" /v1/chat/completions ") || sent.contains(" /v1/responses "))
        #expect(Self.header("traceparent", in: sent) == Self.parent)
    }
}

@Suite("Telemetry queue")
struct TelemetryQueueTests {
    private static func request(_ number: Int) -> FinishedRequest {
        let record = RequestRecord(
            id: "req_\(number)",
            startedAt: 1,
            keyID: "k",
            projectID: "p",
            operation: .chat
        )
        return FinishedRequest(record: record, project: "p", trace: nil, bodyMicroseconds: nil, roadMicroseconds: 0)
    }

    @Test("it holds as many as it may, oldest first, and counts the rest")
    func bounded() {
        let registry = MetricRegistry()
        let queue = TelemetryQueue(capacity: 3, registry: registry)
        var first = [Self.request(1), Self.request(2)]
        queue.submit(&first)
        #expect(first.isEmpty)
        var second = [Self.request(3), Self.request(4), Self.request(5)]
        queue.submit(&second)
        #expect(queue.take().map(\.record.id) == ["req_1", "req_2", "req_3"])
        #expect(queue.take().isEmpty)
        #expect(TelemetryQueue.dropped("requests", in: registry).value == 2)
    }
}
