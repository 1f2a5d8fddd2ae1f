// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Exchange
import NIOCore
import NIOEmbedded
import Storage
import Testing
import Upstream

@testable import Gateway

/// Reasoning that a vendor signed or encrypted, and cannot read any more: the conversation goes on without it.
@Suite("Reasoning that the vendor cannot read")
struct LostReasoningTests {
    private static let messages = #"{"model":"claude","max_tokens":5,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"stale"},{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"redacted_thinking","data":"x"}]},{"role":"user","content":"c"}]}"#
    private static let kept = #"{"model":"claude-real","max_tokens":5,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}"#
    private static let refusal = #"{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}"#
    private static let good = #"{"id":"m","type":"message","role":"assistant","model":"claude-real","content":[{"type":"text","text":"d"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}"#

    @Test("Messages: the vendor is asked once more, with every other byte the same")
    func messages() throws {
        let road = try RoadHarness()
        try road.post("/v1/messages", Self.messages)
        #expect(try road.vendorReceived().contains("stale"))
        try road.vendorAnswers(400, Self.refusal)
        road.advance(.milliseconds(1))
        let again = try road.vendorReceived()
        #expect(again.hasSuffix("\r\n\r\n" + Self.kept), "\(again)")
        try road.vendorAnswers(200, Self.good)
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.body == Self.good)
        #expect(answer.headers["x-martlet-attempts"] == "2")
        let record = try #require(road.takeRecords().first)
        #expect(record.attempts == 2)
        #expect(try #require(record.route).contains(#""outcome":"caller_fault""#))
    }

    @Test("it is done once: what is refused again is told as the vendor said it")
    func once() throws {
        let road = try RoadHarness()
        try road.post("/v1/messages", Self.messages)
        try road.vendorAnswers(400, Self.refusal)
        road.advance(.milliseconds(1))
        _ = try road.vendorReceived()
        try road.vendorAnswers(400, Self.refusal)
        let answer = try road.answer()
        #expect(answer.status == 400)
        #expect(answer.body == Self.refusal)
        #expect(road.takeRecords().count == 1)
    }

    @Test("who asked to be strict is told instead")
    func strict() throws {
        let road = try RoadHarness()
        try road.post("/v1/messages", Self.messages, headers: ["x-martlet-strict: true"])
        try road.vendorAnswers(400, Self.refusal)
        #expect(try road.answer().body == Self.refusal)
    }

    @Test("Responses: reasoning items are left out")
    func responses() throws {
        let road = try RoadHarness()
        try road.post("/v1/responses", #"{"model":"fast","input":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"old"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"b"}]},{"role":"user","content":"c"}]}"#)
        _ = try road.vendorReceived()
        try road.vendorAnswers(400, #"{"error":{"message":"The encrypted content for item rs_1 could not be verified.","type":"invalid_request_error","code":"invalid_encrypted_content"}}"#)
        road.advance(.milliseconds(1))
        let again = try road.vendorReceived()
        #expect(again.contains(#""input":[{"role":"user","content":"a"},{"type":"message""#), "\(again)")
        #expect(!again.contains("rs_1"))
    }

    @Test("another fault is the caller's, at once", arguments: ["max_tokens: must be positive", "the signature of the caller is missing"])
    func others(_ message: String) throws {
        let road = try RoadHarness()
        try road.post("/v1/messages", Self.messages)
        let body = #"{"type":"error","error":{"type":"invalid_request_error","message":"\#(message)"}}"#
        try road.vendorAnswers(400, body)
        #expect(try road.answer().body == body)
    }

    @Test("translated requests lose their reasoning too, and say so")
    func turns() {
        var request = ExchangeRequest(origin: .messages, model: "m")
        request.turns = [
            Turn(.user, [.text("a")]), Turn(.assistant, [Block(.reasoning(Reasoning(text: "hm"))), .text("b")]),
            Turn(.assistant, [Block(.reasoning(Reasoning(text: "x")))]),
        ]
        let found = request.removeReasoning()
        #expect(found)
        #expect(request.turns.map(\.blocks.count) == [1, 1])
        let more = request.removeReasoning()
        #expect(!more)
    }
}
