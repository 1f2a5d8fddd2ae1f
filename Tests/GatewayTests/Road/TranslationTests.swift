import AnthropicMessages
import BedrockConverse
import Catalogue
import Exchange
import GeminiContent
import OpenAIChat
import OpenAIResponses
import Providers
import Storage
import Testing
import Wire

@testable import Gateway

/// The road with a caller and a vendor that speak different formats.
@Suite struct TranslationTests {
    static let table = TranslationTable(
        rooms: [
            OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(), GeminiContentFormat(),
            BedrockConverseFormat(),
        ]
    ) { provider, model in
        CapabilityTable.builtIn.capabilities(provider: provider.kind.rawValue, model: model)
    }

    private func road(strictKey: Bool = false) throws -> RoadHarness {
        var world = TestWorld()
        world.isKeyStrict = strictKey
        world.translations = Self.table
        return try RoadHarness(world: world)
    }

    private let message = #"{"model":"local","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#

    @Test func `a Messages caller is answered by a Chat vendor`() throws {
        let road = try self.road()
        try road.post("/v1/messages", self.message, headers: ["anthropic-version: 2023-06-01"])
        let sent = try road.vendorReceived()
        #expect(sent.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
        #expect(sent.contains(#""model":"llama""#) && sent.contains(#""messages":[{"role":"user","content":"Hi"}]"#))
        #expect(!sent.contains("anthropic"))
        try road.vendorAnswers(
            200,
            #"{"id":"c1","object":"chat.completion","created":1,"model":"llama-3","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-provider"] == "lab")
        #expect(answer.body.contains(#""type":"message""#) && answer.body.contains(#""text":"Hello""#))
        #expect(answer.body.contains(#""model":"local""#) && answer.body.contains(#""stop_reason":"end_turn""#))
        #expect(answer.body.contains(#""input_tokens":9"#) && answer.body.contains(#""output_tokens":2"#))
        let record = try #require(road.takeRecords().first)
        #expect(record.usage?.inputTokens == 9 && record.usage?.outputTokens == 2 && record.outcome == .completed)
        #expect(record.modelServed == "llama" && record.finishReason == "stop")
    }

    @Test func `a stream is translated as it comes, event by event`() throws {
        let road = try self.road()
        try road.post(
            "/v1/chat/completions",
            #"{"model":"claude","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}"#
        )
        #expect(try road.vendorReceived().hasPrefix("POST /v1/messages HTTP/1.1\r\n"))
        try road.vendorStartsStream()
        try road.vendorStreams(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-real\",\"content\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
        )
        #expect(try road.received() == "")
        try road.vendorStreams(
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n"
        )
        let first = try road.received()
        #expect(first.contains("text/event-stream") && first.contains(#""content":"Hel""#))
        try road.vendorStreams(
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        )
        try road.vendorEndsStream()
        let rest = try road.received()
        #expect(rest.contains(#""finish_reason":"stop""#) && rest.contains(#""prompt_tokens":7"#))
        #expect(rest.contains("data: [DONE]\n\n") && rest.hasSuffix("0\r\n\r\n"))
        #expect(road.takeRecords().first?.usage?.outputTokens == 4)
    }

    @Test func `a cut stream ends in the caller's own failure, never as complete`() throws {
        let road = try self.road()
        try road.post(
            "/v1/responses",
            #"{"model":"local","stream":true,"input":"Hi"}"#
        )
        try road.vendorStartsStream()
        try road.vendorStreams(
            #"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"He"}}]}"# + "\n\n"
        )
        try road.vendorEndsStream()
        let text = try road.received()
        #expect(text.contains("response.output_text.delta") && text.contains("response.failed"))
        #expect(!text.contains("response.completed"))
        #expect(road.takeRecords().first?.outcome == .truncated)
    }

    @Test func `what the target cannot do is refused before anything is taken or sent`() throws {
        let road = try self.road()
        try road.post(
            "/v1/chat/completions",
            #"{"model":"claude","logit_bias":{"50256":-100},"messages":[{"role":"user","content":"Hi"}]}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 400 && answer.body.contains(#""param":"logit_bias""#))
        #expect(answer.body.contains("anthropic/claude-real"))
        #expect(road.vendors.channels.isEmpty)
    }

    @Test func `losses are told in a header and kept in the record, and refused when strict`() throws {
        let body = #"{"model":"claude","seed":1,"messages":[{"role":"user","content":"Hi"}]}"#
        let road = try self.road()
        try road.post("/v1/chat/completions", body)
        try road.vendorAnswers(
            200,
            #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-real","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}"#
        )
        #expect(try road.answer().headers["x-martlet-warnings"] == "dropped:seed")
        #expect(road.takeRecords().first?.warnings == ["dropped:seed"])
        let strict = try self.road()
        try strict.post("/v1/chat/completions", body, headers: ["x-martlet-strict: true"])
        #expect(try strict.answer().status == 400)
        #expect(strict.vendors.channels.isEmpty)
        let key = try self.road(strictKey: true)
        try key.post("/v1/chat/completions", body)
        #expect(try key.answer().status == 400)
    }

    @Test func `a vendor's refusal reaches the caller in its own format`() throws {
        let road = try self.road()
        try road.post("/v1/messages", self.message)
        try road.vendorAnswers(
            400,
            #"{"error":{"message":"bad things","type":"invalid_request_error","code":null,"param":null}}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 400 && answer.body.contains(#""type":"error""#) && answer.body.contains("bad things"))
        let other = try self.road()
        try other.post("/v1/messages", self.message)
        try other.vendorAnswers(401, #"{"error":{"message":"key sk-123 is wrong"}}"#)
        let refused = try other.answer()
        #expect(refused.status == 502 && !refused.body.contains("sk-123"))
    }

    @Test func `a vendor that answers whole although a stream was asked for is streamed`() throws {
        let road = try self.road()
        try road.post("/v1/messages", String(self.message.dropLast()) + #","stream":true}"#)
        try road.vendorAnswers(
            200,
            #"{"id":"c1","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#
        )
        let text = try road.received()
        #expect(text.contains("text/event-stream") && text.contains("event: message_stop"))
    }

    @Test func `Gemini and Bedrock are asked in their own formats, and answer in their own framing`() throws {
        let gemini = try self.road()
        try gemini.post(
            "/v1/messages",
            #"{"model":"gem","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#
        )
        let asked = try gemini.vendorReceived()
        #expect(asked.hasPrefix("POST /v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse HTTP/1.1\r\n"))
        #expect(asked.contains("x-goog-api-key: vendor-secret"))
        try gemini.vendorStartsStream()
        try gemini.vendorStreams(
            #"data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":4}}"#
                + "\n\n"
        )
        try gemini.vendorEndsStream()
        let text = try gemini.received()
        #expect(text.contains(#""text":"Hello""#) && text.contains("event: message_stop"))

        let bedrock = try self.road()
        try bedrock.post("/v1/chat/completions", #"{"model":"nova","messages":[{"role":"user","content":"Hi"}]}"#)
        let converse = try bedrock.vendorReceived()
        #expect(converse.hasPrefix("POST /model/amazon.nova-lite-v1%3A0/converse HTTP/1.1\r\n"))
        #expect(converse.contains("authorization: Bearer vendor-secret"))
        try bedrock.vendorAnswers(
            200,
            #"{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4}}"#
        )
        #expect(try bedrock.answer().body.contains(#""content":"Hello""#))
    }
}
