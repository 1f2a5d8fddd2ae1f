// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Exchange
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Testing
import Upstream

@testable import Gateway

/// RELIABILITY N114, N115, N116, N131, N132, for callers of each format.
@Suite("Vendors that break off, hang or lie (N114, N115, N116, N131, N132)")
struct VendorBreakTests {
    /// A caller's format, and how its streams begin, speak, end and fail.
    struct Caller: Sendable, CustomTestStringConvertible {
        let path: String
        let model: String
        let start: String
        let content: String
        let end: String
        /// How a failure inside the stream is told.
        let failure: String
        let error: String

        var testDescription: String { self.path }

        func body(_ stream: Bool) -> String {
            let input = self.path == "/v1/responses" ? #""input":"hi""# : #""messages":[{"role":"user","content":"hi"}]"#
            return #"{"model":"\#(self.model)","max_tokens":50,"stream":\#(stream),\#(input)}"#.replacing(
                "max_tokens",
                with: self.path == "/v1/responses" ? "max_output_tokens" : "max_tokens"
            )
        }

        static let all = [
            Caller(
                path: "/v1/chat/completions",
                model: "fast",
                start: #"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"# + "\n\n",
                content: #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"}}]}"# + "\n\n",
                end: "data: [DONE]",
                failure: #"data: {"error":"#,
                error: #"data: {"error":{"message":"down","type":"server_error"}}"# + "\n\n"
            ),
            Caller(
                path: "/v1/responses",
                model: "fast",
                start: "event: response.created\n" + #"data: {"type":"response.created","sequence_number":0,"response":{"id":"r","status":"in_progress","output":[]}}"# + "\n\n",
                content: "event: response.output_text.delta\n" + #"data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"i","output_index":0,"content_index":0,"delta":"x"}"# + "\n\n",
                end: "event: response.completed",
                failure: "event: response.failed",
                error: "event: error\n" + #"data: {"type":"error","sequence_number":1,"code":"server_error","message":"down"}"# + "\n\n"
            ),
            Caller(
                path: "/v1/messages",
                model: "claude",
                start: "event: message_start\n" + #"data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"c","stop_reason":null,"usage":{"input_tokens":3,"output_tokens":0}}}"# + "\n\n",
                content: "event: content_block_start\n" + #"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"# + "\n\nevent: content_block_delta\n" + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}"# + "\n\n",
                end: "event: message_stop",
                failure: "event: error",
                error: "event: error\n" + #"data: {"type":"error","error":{"type":"api_error","message":"down"}}"# + "\n\n"
            ),
        ]
    }

    /// Lets time pass in steps that deadlines are looked at in.
    private func pass(_ road: RoadHarness, seconds: Int) {
        for _ in 0..<seconds * 2 { road.advance(.milliseconds(500)) }
    }

    @Test("N114 an error event after content is told in the caller's own format, and nobody else is asked", arguments: Caller.all)
    func errorAfterContent(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(true))
        try road.vendorStartsStream()
        for event in [caller.start, caller.content, caller.error] { try road.vendorStreams(event) }
        try road.vendorEndsStream()
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.isWhole)
        #expect(answer.body.contains(caller.failure) || answer.body.contains("event: error"))
        #expect(!answer.body.contains(caller.end))
        #expect(road.vendors.channels.count == 1)
        #expect(road.takeRecords().map(\.outcome) == [.truncated])
    }

    @Test("N115 a vendor that hangs before its head is given up at the caller's own deadline", arguments: Caller.all)
    func hangsBeforeHead(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(false))
        self.pass(road, seconds: 602)
        let answer = try road.answer()
        #expect(answer.status == 504 && answer.isWhole)
        #expect(answer.body.contains(#""error""#))
        #expect(try #require(road.vendors.last).isActive == false)
        #expect(road.takeRecords().map(\.outcome) == [.timedOut])
    }

    @Test("N115 a vendor that hangs after its first event, without content, is given up after five minutes; meanwhile there are pings", arguments: Caller.all)
    func hangsBeforeContent(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(true))
        try road.vendorStartsStream()
        try road.vendorStreams(caller.start)
        self.pass(road, seconds: 30)
        let early = try road.received()
        #expect(early.hasPrefix("HTTP/1.1 200") && (early.contains("event: ping") || early.contains(": keep-alive")))
        self.pass(road, seconds: 280)
        let late = try road.received()
        #expect(late.contains(caller.failure) && !late.contains(caller.end) && late.hasSuffix("0\r\n\r\n"))
        #expect(try #require(road.vendors.last).isActive == false)
        #expect(road.takeRecords().map(\.outcome) == [.timedOut])
    }

    @Test("N115 a vendor that stops inside an event is given up after a minute, and the half event is not told", arguments: Caller.all)
    func hangsInsideEvent(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(true))
        try road.vendorStartsStream()
        try road.vendorStreams(caller.start)
        road.advance(.milliseconds(20))
        try road.vendorStreams(caller.content)
        try road.vendorStreams(#"data: {"half":"CANARY"#)
        self.pass(road, seconds: 62)
        let answer = try road.answer()
        #expect(answer.isWhole && answer.body.contains(caller.failure) && !answer.body.contains(caller.end))
        #expect(!answer.body.contains("CANARY"))
        #expect(road.takeRecords().map(\.outcome) == [.timedOut])
    }

    @Test("N115 a vendor that only pings is not alive for ever", arguments: Caller.all)
    func onlyPings(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(true))
        try road.vendorStartsStream()
        try road.vendorStreams(caller.start)
        try road.vendorStreams(caller.content)
        var seconds = 0
        while try #require(road.vendors.last).isActive, seconds < 400 {
            try road.vendorStreams(caller.path == "/v1/messages" ? "event: ping\ndata: {\"type\":\"ping\"}\n\n" : ": ping\n\n")
            self.pass(road, seconds: 10)
            seconds += 10
        }
        #expect((300...320).contains(seconds))
        let answer = try road.answer()
        #expect(answer.isWhole && answer.body.contains(caller.failure) && !answer.body.contains(caller.end))
    }

    @Test("N116 a stream that ends in good order before its terminal is a failure, and what was told is billed", arguments: Caller.all)
    func endsEarly(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(true))
        try road.vendorStartsStream()
        for event in [caller.start, caller.content] { try road.vendorStreams(event) }
        try road.vendorEndsStream()
        let answer = try road.answer()
        #expect(answer.isWhole && answer.body.contains(caller.failure) && !answer.body.contains(caller.end))
        let record = try #require(road.takeRecords().first)
        #expect(record.outcome == .truncated)
        #expect((record.usage?.outputTokens ?? 0) > 0)
    }

    @Test("N131 a credential that the vendor refuses is taken out, and the caller is not told that its own is wrong", arguments: Caller.all, [401, 403])
    func deadCredential(_ caller: Caller, _ status: Int) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(false))
        try road.vendorAnswers(status, #"{"error":{"message":"Incorrect API key: vendor-secret","code":"invalid_api_key"}}"#)
        let answer = try road.answer()
        #expect([502, 503].contains(answer.status) && !answer.body.contains("vendor-secret"))
        let target = try #require(road.snapshots.snapshot.model(named: caller.model)?.chooser.targets.first)
        #expect(target.health.obstacle(at: road.state.monotonicNow) == .credential)
    }

    @Test("N132 an answer that ends before its length, and one nested beyond all measure, are failures", arguments: Caller.all)
    func lies(_ caller: Caller) throws {
        let road = try RoadHarness()
        try road.post(caller.path, caller.body(false))
        try road.vendorSends("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":\"c\"}")
        try #require(road.vendors.last).close().wait()
        #expect(try road.answer().status == 502)
        try road.post(caller.path, caller.body(false))
        let bomb = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        try road.vendorAnswers(200, bomb)
        let answer = try road.answer()
        #expect(answer.status == 502 && !answer.body.contains("[[[["))
        #expect(road.client.isActive)
    }
}
