// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Exchange
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream
@testable import Gateway

@Suite("The road, passing through")
struct PassThroughTests {
    private static let chatAnswer =
        #"{"id":"c1","object":"chat.completion","created":1,"model":"gpt-real","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}}],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}"#

    private static func chunk(_ delta: String, finish: String = "null") -> String {
        #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-real","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}],"usage":null}"#
            + "\n\n"
    }

    private static let usageChunk =
        #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-real","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
        + "\n\n"

    @Test("a plain request goes out with only its model patched and comes back byte for byte")
    func plain() throws {
        let road = try RoadHarness()
        let body = #"{ "messages":[{"role":"user","content":"caf\u00e9 é"}] , "model" : "fast", "x_unknown": 1.0 }"#
        try road.post("/v1/chat/completions", body)
        let sent = try road.vendorReceived()
        #expect(sent.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\nhost: api.vendor.example\r\n"))
        #expect(sent.contains("\r\nauthorization: Bearer vendor-secret\r\n"))
        #expect(!sent.contains(road.key))
        #expect(sent.hasSuffix(body.replacing(#""fast""#, with: #""gpt-real""#)))
        try road.vendorAnswers(200, Self.chatAnswer, headers: ["x-request-id: up-1", "set-cookie: a=b"])
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.body == Self.chatAnswer)
        #expect(answer.headers["x-martlet-upstream-request-id"] == "up-1")
        #expect(answer.headers["set-cookie"] == nil)
        #expect(answer.headers["x-request-id"]?.hasPrefix("req_") == true)
        #expect(answer.headers["x-request-id"] == answer.headers["request-id"])
    }

    @Test("the exchange is recorded with usage, target and timings")
    func record() throws {
        let road = try RoadHarness()
        try road.post(
            "/v1/chat/completions",
            #"{"model":"fast","messages":[]}"#,
            headers: ["User-Agent: test/1", "X-Request-Id: mine-1"]
        )
        road.advance(.milliseconds(5))
        try road.vendorAnswers(200, Self.chatAnswer)
        let record = try #require(road.takeRecords().first)
        #expect(record.id == "mine-1")
        #expect(record.modelAsked == "fast")
        #expect(record.modelServed == "gpt-real")
        #expect(record.provider == "openai")
        #expect(record.status == 200)
        #expect(record.outcome == .completed)
        #expect(record.attempts == 1)
        #expect(record.client == "test/1")
        #expect(record.usage?.inputTokens == 11)
        #expect(record.usage?.outputTokens == 3)
        #expect(record.totalMicroseconds == 5000)
        #expect(record.finishReason == "stop")
    }

    @Test("a stream's usage is asked for upstream, metered, and hidden from a client that did not ask (N083)")
    func hiddenUsage() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        #expect(try road.vendorReceived().contains(#""stream_options":{"include_usage":true}"#))
        try road.vendorStartsStream()
        let first = Self.chunk(#"{"role":"assistant","content":""}"#)
        let text = Self.chunk(#"{"content":"hi"}"#)
        let end = Self.chunk("{}", finish: #""stop""#)
        try road.vendorStreams(first)
        #expect(try road.received().isEmpty)
        try road.vendorStreams(text + end)
        try road.vendorStreams(Self.usageChunk + "data: [DONE]\n\n")
        try road.vendorEndsStream()
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.isChunked)
        #expect(answer.isWhole)
        #expect(answer.headers["content-type"]?.hasPrefix("text/event-stream") == true)
        #expect(answer.headers["cache-control"] == "no-cache")
        #expect(answer.body == first + text + end + "data: [DONE]\n\n")
        let record = try #require(road.takeRecords().first)
        #expect(record.usage?.inputTokens == 5)
        #expect(record.outcome == .completed)
        #expect(record.isStream)
        #expect(record.firstContentMicroseconds != nil)
    }

    @Test("a client that asked for usage gets it, and its body is not touched (N083)")
    func askedUsage() throws {
        let road = try RoadHarness()
        let body = #"{"model":"gpt-real","stream":true,"stream_options":{"include_usage":true},"messages":[]}"#
        try road.post("/v1/chat/completions", body)
        #expect(try road.vendorReceived().hasSuffix("\r\n\r\n" + body))
        try road.vendorStartsStream()
        try road.vendorStreams(
            Self.chunk(#"{"content":"hi"}"#) + Self.chunk("{}", finish: #""stop""#) + Self.usageChunk
        )
        try road.vendorStreams("data: [DONE]\n\n")
        try road.vendorEndsStream()
        #expect(try road.answer().body.contains(Self.usageChunk))
    }

    @Test("events cut anywhere by the network arrive whole", arguments: [1, 2, 3, 7, 50])
    func splitEvents(_ size: Int) throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        try road.vendorStartsStream()
        let stream =
            Self.chunk(#"{"content":"héllo"}"#) + ": comment\n\n" + Self.chunk("{}", finish: #""stop""#)
            + "data: [DONE]\n\n"
        let bytes = Array(stream.utf8)
        var framed: [UInt8] = []
        for start in Swift.stride(from: 0, to: bytes.count, by: size) {
            let piece = bytes[start..<min(start + size, bytes.count)]
            framed += Array(String(piece.count, radix: 16).utf8) + Array("\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        framed += Array("0\r\n\r\n".utf8)
        let vendor = try #require(road.vendors.last)
        for start in Swift.stride(from: 0, to: framed.count, by: 5) {
            try vendor.writeInbound(ByteBuffer(bytes: framed[start..<min(start + 5, framed.count)]))
        }
        let answer = try road.answer()
        #expect(answer.body == stream)
        #expect(answer.isWhole)
    }

    @Test(
        "a stream cut before its end is told in the client's format",
        arguments: [
            ("/v1/chat/completions", #"data: {"error":"#), ("/v1/responses", "event: response.failed"),
            ("/v1/messages", "event: error"),
        ]
    )
    func cut(_ path: String, _ terminal: String) throws {
        let road = try RoadHarness()
        let model = path.hasSuffix("messages") ? "claude" : "fast"
        try road.post(path, #"{"model":"\#(model)","stream":true,"max_tokens":5,"messages":[],"input":"x"}"#)
        try road.vendorStartsStream()
        switch path {
        case "/v1/chat/completions":
            try road.vendorStreams(Self.chunk(#"{"content":"hi"}"#))
        case "/v1/responses":
            try road.vendorStreams(
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"delta\":\"hi\",\"item_id\":\"m\",\"output_index\":0,\"content_index\":0}\n\n"
            )
        default:
            try road.vendorStreams(
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n"
            )
        }
        try road.vendorStreams("data: {\"cut")
        try #require(road.vendors.last).close().wait()
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.isWhole)
        #expect(answer.body.contains(terminal))
        #expect(!answer.body.contains(#"{"cut"#))
        #expect(!answer.body.contains("[DONE]"))
        let record = try #require(road.takeRecords().first)
        #expect(record.outcome == .truncated)
    }

    @Test("an error event as a stream's first event becomes a plain error")
    func errorFirst() throws {
        let road = try RoadHarness()
        try road.post("/v1/messages", #"{"model":"claude","stream":true,"max_tokens":5,"messages":[]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"
        )
        let answer = try road.answer()
        #expect(answer.status == 529)
        #expect(answer.body.contains("overloaded_error"))
        #expect(answer.headers["retry-after"] != nil)
    }

    @Test("two requests on one connection are answered in order, pipelined or not")
    func pipelining() throws {
        let road = try RoadHarness()
        let body = #"{"model":"fast","messages":[]}"#
        let request =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try road.send(request + request + "GET /livez HTTP/1.1\r\nHost: g\r\n\r\n")
        try road.vendorAnswers(200, Self.chatAnswer)
        #expect(try road.answer().body == Self.chatAnswer)
        try road.vendorAnswers(200, Self.chatAnswer)
        let rest = try road.received()
        #expect(rest.contains(Self.chatAnswer))
        #expect(rest.hasSuffix(#"{"status":"ok"}"#))
        #expect(road.vendors.channels.count == 1)
    }

    @Test("a caller who leaves closes the vendor's connection at once")
    func clientGone() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.chunk(#"{"content":"hi"}"#))
        let vendor = try #require(road.vendors.last)
        try road.client.close().wait()
        #expect(!vendor.isActive)
        let record = try #require(road.takeRecords().first)
        #expect(record.outcome == .clientGone)
        #expect(road.shared.exchanges.value == 0)
    }

    @Test("a silent stream gets its head and keep-alives, and the first-content deadline ends it")
    func silence() throws {
        let road = try RoadHarness()
        try road.post("/v1/messages", #"{"model":"claude","stream":true,"max_tokens":5,"messages":[]}"#)
        try road.vendorStartsStream()
        road.advance(.seconds(11))
        #expect(try road.received().contains("event: ping"))
        road.advance(.seconds(16))
        #expect(try road.received().contains("event: ping"))
        road.advance(.seconds(300))
        let text = try road.received()
        #expect(text.contains("event: error"))
        #expect(text.hasSuffix("0\r\n\r\n"))
        #expect(road.takeRecords().first?.outcome == .timedOut)
    }

    @Test("a revoked key's stream ends within a second")
    func revoked() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.chunk(#"{"content":"hi"}"#))
        var world = TestWorld()
        world.isKeyEnabled = false
        road.snapshots.publish(try world.snapshot())
        road.advance(.seconds(1))
        let answer = try road.answer()
        #expect(answer.body.contains(#"data: {"error":"#))
        #expect(answer.isWhole)
        #expect(road.takeRecords().first?.outcome == .interrupted)
    }

    @Test("a rotated key's old secret is good for its grace and refused after it, on a kept connection too")
    func rotated() throws {
        var world = TestWorld()
        world.retiredUntil = WallClock().now + 60_000
        let road = try RoadHarness(world: world)
        let body = #"{"model":"fast","messages":[]}"#
        for key in [VirtualKey.retired.text, road.key] {
            try road.post("/v1/chat/completions", body, authorization: key)
            try road.vendorAnswers(200, #"{"id":"c"}"#)
            #expect(try road.answer().status == 200)
        }
        try road.post("/v1/chat/completions", body, authorization: VirtualKey.retired.text)
        try road.vendorAnswers(200, #"{"id":"c"}"#)
        #expect(try road.answer().status == 200)
        road.advance(.seconds(61))
        try road.post("/v1/chat/completions", body, authorization: VirtualKey.retired.text)
        #expect(try road.answer().status == 401)
        try road.post("/v1/chat/completions", body)
        try road.vendorAnswers(200, #"{"id":"c"}"#)
        #expect(try road.answer().status == 200)
    }

    @Test("a key revoked while its body arrives is refused, and nothing is sent")
    func revokedBeforeBody() throws {
        let road = try RoadHarness()
        let body = #"{"model":"fast","messages":[]}"#
        try road.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
        var world = TestWorld()
        world.isKeyEnabled = false
        road.snapshots.publish(try world.snapshot())
        try road.send(body)
        #expect(try road.answer().status == 401)
        #expect(road.vendors.channels.isEmpty)
    }

    @Test("a remembered credential belongs to the snapshot it was found in, not to one published since")
    func cachedCredential() throws {
        let road = try RoadHarness()
        // The loop has seen a snapshot; a write that it has not seen yet follows.
        let (_, generation) = road.state.current
        var world = TestWorld()
        world.isKeyEnabled = false
        road.snapshots.publish(try world.snapshot())
        #expect(road.snapshots.generation == generation + 1)
        try road.post("/v1/chat/completions", #"{"model":"fast","messages":[]}"#)
        #expect(try road.answer().status == 401)
        let (snapshot, seen) = road.state.current
        #expect(seen == road.snapshots.generation)
        #expect(snapshot === road.snapshots.snapshot)
    }

    @Test("body bytes held show in the metric while they are held")
    func heldBytes() throws {
        let road = try RoadHarness()
        func shown() -> Bool { String(decoding: road.registry.render(), as: UTF8.self).contains("martlet_held_body_bytes 1000\n") }
        try road.send(
            "POST /v1/messages HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: 1000\r\n\r\n{")
        #expect(shown())
        try road.client.close().wait()
        #expect(!shown())
    }

    @Test("an HTTP/1.0 client gets a body that ends with the connection")
    func http10() throws {
        let road = try RoadHarness()
        let body = #"{"model":"fast","stream":true,"messages":[]}"#
        try road.send(
            "POST /v1/chat/completions HTTP/1.0\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        try road.vendorStartsStream()
        try road.vendorStreams(
            Self.chunk(#"{"content":"hi"}"#) + Self.chunk("{}", finish: #""stop""#) + "data: [DONE]\n\n"
        )
        try road.vendorEndsStream()
        let text = try road.received()
        #expect(!text.contains("transfer-encoding"))
        #expect(text.contains("connection: close"))
        #expect(text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test("a client that does not read pauses the vendor, and is dropped after the stall")
    func backPressure() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.chunk(#"{"content":"hi"}"#))
        road.client.isWritable = false
        road.client.pipeline.fireChannelWritabilityChanged()
        let vendor = try #require(road.vendors.last)
        #expect(
            vendor.options.contains { $0.option is ChannelOptions.Types.AutoReadOption && ($0.value as? Bool) == false }
        )
        road.client.isWritable = true
        road.client.pipeline.fireChannelWritabilityChanged()
        #expect(vendor.options.last.map { ($0.value as? Bool) == true } == true)
        road.client.isWritable = false
        road.client.pipeline.fireChannelWritabilityChanged()
        road.advance(.seconds(31))
        #expect(!vendor.isActive)
        #expect(!road.client.isActive)
    }

    @Test("Azure paths name the model, whatever the body says")
    func azurePath() throws {
        let road = try RoadHarness()
        try road.post("/openai/deployments/fast/chat/completions?api-version=2024-10-21", #"{"messages":[]}"#)
        #expect(try road.vendorReceived().hasSuffix(#"{"model":"gpt-real","messages":[]}"#))
    }

    @Test("expect: 100-continue is answered before the body comes")
    func expectContinue() throws {
        let road = try RoadHarness()
        let body = #"{"model":"fast","messages":[]}"#
        try road.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        )
        #expect(try road.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        try road.send(body)
        #expect(try road.vendorReceived().contains("gpt-real"))
    }

    @Test("a chunked request body is put together")
    func chunkedRequest() throws {
        let road = try RoadHarness()
        try road.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try road.send("10\r\n{\"model\":\"fast\",\r\n")
        try road.send("e\r\n\"messages\":[]}\r\n0\r\n\r\n")
        #expect(try road.vendorReceived().hasSuffix(#"{"model":"gpt-real","messages":[]}"#))
    }

    @Test("models are listed in one shape for both vendors' SDKs")
    func models() throws {
        let road = try RoadHarness()
        try road.send("GET /v1/models HTTP/1.1\r\nHost: g\r\nx-api-key: \(road.key)\r\n\r\n")
        let list = try road.answer()
        #expect(list.status == 200)
        #expect(list.body.contains(#""object":"list""#))
        #expect(list.body.contains(#""id":"fast","object":"model""#))
        #expect(list.body.contains(#""has_more":false"#))
        try road.send("GET /v1/models/team%2Fspecial HTTP/1.1\r\nHost: g\r\nx-api-key: \(road.key)\r\n\r\n")
        #expect(try road.answer().body.contains(#""id":"team/special""#))
        try road.send("HEAD /v1/models HTTP/1.1\r\nHost: g\r\nx-api-key: \(road.key)\r\n\r\n")
        #expect(try road.received().hasSuffix("\r\n\r\n"))
    }
}
