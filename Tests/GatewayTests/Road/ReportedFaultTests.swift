import Exchange
import NIOCore
import NIOEmbedded
import Storage
import Testing

@testable import Gateway

/// What users of gateways have run into, where it takes the whole road to show it. The rooms' own cases are in their tests.
@Suite struct ReportedFaultTests {
    private static let call =
        #"{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{}}}}"#
    private static let message = #"{"model":"local","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#
    private static let chatStream = #"{"model":"claude","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#
    private static let start = event(
        "message_start",
        #""message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-real","content":[],"usage":{"input_tokens":7,"output_tokens":1}}"#
    )
    private static let text =
        event("content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#)
        + event("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"Hel"}"#)
    private static let end =
        event("content_block_stop", #""index":0"#)
        + event("message_delta", #""delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}"#)
        + event("message_stop", "")

    private static func event(_ type: String, _ members: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(members.isEmpty ? "" : ",")\(members)}\n\n"
    }

    /// Compressed by storing it as it is.
    private static func gzip(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
        }
        func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
        let count = UInt16(bytes.count)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(count) + little(~count) + bytes + little(~crc)
            + little(UInt32(bytes.count))
    }

    private func road() throws -> RoadHarness {
        var world = TestWorld()
        world.translations = TranslationTests.table
        return try RoadHarness(world: world)
    }

    @Test func `R20 a Chat request with tools reaches a model that thinks by Responses, without tools by Chat`() throws
    {
        let road = try self.road()
        let plain = #"{"model":"thinker","messages":[{"role":"user","content":"Hi"}]"#
        try road.post("/v1/chat/completions", plain + #","tools":[\#(Self.call)]}"#)
        let sent = try road.vendorReceived()
        #expect(sent.hasPrefix("POST /v1/responses HTTP/1.1\r\n"))
        #expect(sent.contains(#""model":"gpt-5.6""#) && sent.contains(#"{"type":"function","name":"weather""#))
        try road.vendorAnswers(
            200,
            #"{"id":"resp_1","object":"response","status":"completed","model":"gpt-5.6","output":[{"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":"{}"}],"usage":{"input_tokens":9,"output_tokens":2,"total_tokens":11}}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.body.contains(#""finish_reason":"tool_calls""#))
        #expect(answer.body.contains(#""id":"call_1""#) && answer.body.contains(#""prompt_tokens":9"#))
        try road.post("/v1/chat/completions", plain + "}")
        #expect(try road.vendorReceived().hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
    }

    @Test func `S10 a vendor's pings keep the caller's stream alive, in the caller's manner`() throws {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.chatStream)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.start)
        var pings = 0
        for _ in 0..<6 {
            road.advance(.seconds(10))
            try road.vendorStreams(Self.event("ping", ""))
            pings += try road.received().components(of: ": keep-alive")
        }
        #expect(pings >= 2)
        try road.vendorStreams(Self.text + Self.end)
        try road.vendorEndsStream()
        let text = try road.received()
        #expect(text.contains(#""content":"Hel""#) && text.contains("data: [DONE]"))
    }

    @Test func `S11 a refusal of a stream comes with its text and status, in the caller's format`() throws {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.chatStream)
        try road.vendorAnswers(
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"messages: too odd"}}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 400 && answer.isWhole && !answer.isChunked)
        #expect(answer.body.contains("messages: too odd") && answer.body.contains(#""param":"#))
    }

    @Test func `S12 the length of a vendor's stream is not the caller's`() throws {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.chatStream)
        try road.vendorAnswers(200, Self.start + Self.text + Self.end, type: "text/event-stream")
        let answer = try road.answer()
        #expect(answer.headers["content-length"] == nil && answer.isChunked && answer.isWhole)
        #expect(answer.body.hasSuffix("data: [DONE]\n\n"))
    }

    @Test func `S14 a compressed stream is read event by event`() throws {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.chatStream)
        #expect(try road.vendorReceived().contains("accept-encoding: identity\r\n"))
        let whole = Self.gzip(Self.start + Self.text + Self.end)
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
        try road.vendorSends(head + "content-length: \(whole.count)\r\n\r\n")
        let half = 15 + (Self.start + Self.text).utf8.count
        try road.vendorSends(Array(whole[..<half]))
        #expect(try road.received().contains(#""content":"Hel""#))
        try road.vendorSends(Array(whole[half...]))
        #expect(try road.received().contains("data: [DONE]"))
        #expect(road.takeRecords().first?.usage?.outputTokens == 4)
    }

    @Test func `E01 a compressed refusal is readable`() throws {
        let road = try self.road()
        try road.post("/v1/messages", Self.message)
        let body = Self.gzip(#"{"error":{"message":"bad things","type":"invalid_request_error"}}"#)
        let head = "HTTP/1.1 400 Bad\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n"
        try road.vendorSends(Array("\(head)content-length: \(body.count)\r\n\r\n".utf8) + body)
        let answer = try road.answer()
        #expect(answer.status == 400 && answer.body.contains("bad things"))
        #expect(answer.headers["content-encoding"] == nil)
    }

    @Test func `S25 a caller who leaves a translated stream frees the vendor, and U14 what is known is recorded`()
        throws
    {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.chatStream)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.start + Self.text)
        let vendor = try #require(road.vendors.last)
        try road.client.close().wait()
        #expect(!vendor.isActive)
        let record = try #require(road.takeRecords().first)
        #expect(record.outcome == .clientGone && record.usage?.inputTokens == 7 && record.isEstimated)
    }

    @Test func `R14 R16 O02 O10 what its own vendor is sent is what the caller wrote`() throws {
        let thinking = #""thinking":{"type":"adaptive","display":"omitted"}"#
        let road = try self.road()
        try road.post(
            "/v1/messages",
            #"{"model":"claude","max_tokens":9, \#(thinking),"messages":[{"role":"user","content":"Hi"}]}"#
        )
        #expect(try road.vendorReceived().contains(", \(thinking),"))
        let other = try self.road()
        let input =
            #"[{"type":"agent_message","phase":1},{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"}]"#
        try other.post("/v1/responses", #"{"model":"fast","store":true,"input":\#(input)}"#)
        let sent = try other.vendorReceived()
        #expect(sent.hasSuffix(#"{"model":"gpt-real","store":true,"input":\#(input)}"#))
        #expect(!sent.contains("previous_response_id"))
    }

    @Test func `E03 the version of Messages is told once`() throws {
        let road = try self.road()
        try road.post(
            "/v1/messages",
            #"{"model":"claude","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#,
            headers: ["anthropic-version: 2026-10-21"]
        )
        let sent = try road.vendorReceived().lowercased()
        #expect(sent.components(of: "anthropic-version:") == 1 && sent.contains("anthropic-version: 2026-10-21"))
    }

    @Test(
        arguments: [
            ("nova", "http://169.254.169.254/latest/meta-data"), ("nova", "http://localhost:9901/"),
            ("nova", "file:///etc/passwd"), ("claude", "file:///etc/passwd"), ("claude", "//x"),
            ("claude", "ftp://h/x"),
        ]
    )
    func `N041 an address that only this machine could mean is fetched by nobody`(
        _ model: String,
        _ url: String
    ) throws {
        let road = try self.road()
        let part = #"{"type":"image_url","image_url":{"url":"\#(url)"}}"#
        try road.post(
            "/v1/chat/completions",
            #"{"model":"\#(model)","messages":[{"role":"user","content":[\#(part)]}]}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 400 && answer.body.contains("messages[0].content[0]"))
        #expect(road.vendors.channels.isEmpty)
    }

    @Test func `N130 a signature that the vendor does not believe is our fault, not the caller's`() throws {
        for type in ["InvalidSignatureException", "SignatureDoesNotMatch", "ExpiredTokenException"] {
            let road = try self.road()
            try road.post("/v1/chat/completions", #"{"model":"nova","messages":[{"role":"user","content":"Hi"}]}"#)
            try road.vendorAnswers(
                403,
                #"{"message":"Signature not yet current: 20260101T001000Z is still later than 20260101T000500Z"}"#,
                headers: ["x-amzn-errortype: \(type)"]
            )
            let answer = try road.answer()
            #expect(answer.status == 502 && answer.headers["x-should-retry"] == "false")
            #expect(!answer.body.contains("20260101T"))
        }
    }

    @Test func `E08 a caller's own words in a header are printable`() throws {
        let road = try self.road()
        let odd = #"{"model":"claude","größe\r\nx":1,"messages":[{"role":"user","content":"Hi"}]}"#
        try road.post("/v1/chat/completions", odd)
        try road.vendorAnswers(
            200,
            #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-real","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}"#
        )
        let warnings = try #require(try road.answer().headers["x-martlet-warnings"])
        #expect(warnings.hasPrefix("dropped:gr") && warnings.utf8.allSatisfy { (0x21..<0x7F).contains($0) })
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int { self.ranges(of: text).count }
}
