import AnthropicMessages
import Exchange
import MartletTesting
import Testing
import Wire

@Suite struct MessagesRoundTripTests {
    /// Answers of several vendors.
    static let answers: [[AnswerBlock]] = [
        [
            .reasoning(Reasoning(text: "hm", state: ReasoningState(owner: "anthropic", value: "S=="))),
            .text(AnswerText("Let me look.")),
            .reasoning(Reasoning(text: "", state: ReasoningState(owner: "anthropic", value: "T=="))),
            .toolCall(ToolCall(id: "toolu_1", name: "look", input: ToolInput(.object, "{\"a\": 1.0}"))),
            .toolCall(ToolCall(id: "toolu_2", name: "look", input: ToolInput(.object, "{}"))),
        ],
        [.reasoning(Reasoning(text: nil, state: ReasoningState(owner: "anthropic", value: "R"), isRedacted: true))],
        [
            .reasoning(Reasoning(text: "**Plan**\n", state: ReasoningState(owner: "openai", value: "gAA="))),
            .reasoning(Reasoning(text: "", state: ReasoningState(owner: "openai", value: "gBB="))),
            .toolCall(ToolCall(id: "call_1", name: "look", input: ToolInput(.claimedObject, ""))),
        ],
        [.reasoning(Reasoning(text: "unsigned")), .text(AnswerText("ok"))],
    ]

    @Test(arguments: Self.answers.indices)
    func `an answer comes back as the blocks it was, streamed or not`(index: Int) throws {
        var answer = Answer()
        answer.blocks = Self.answers[index]
        let stream = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(answer.events)))
        let whole = MessagesRoom.whole(answer)
        let streamed = try MessagesRoom.blocks(stream["content"]?.text ?? "", role: "assistant").map(\.content)
        let told = try MessagesRoom.parsed(whole) { RawJSON($0["content"] ?? $0).text }
        let returned = try MessagesRoom.blocks(told, role: "assistant").map(\.content)
        #expect(returned == answer.blocks.map(\.asContent))
        #expect(Self.withoutSpelling(streamed) == Self.withoutSpelling(returned))
    }

    /// The test's own reassembly does not keep the spelling of numbers' surroundings.
    private static func withoutSpelling(_ blocks: [Block.Content]) -> [String] {
        blocks.map { block in
            guard case .toolCall(let call) = block else { return "\(block)" }
            return "\(call.id) \(call.name) \(call.input.text.filter { $0 != " " })"
        }
    }

    @Test func `R01 a vendor's state of a call comes back before the call`() throws {
        let state = ReasoningState(owner: ReasoningState.gemini, value: "sig")
        var answer = Answer()
        let call = ToolCall(id: "c1", name: "look", input: ToolInput(.object, "{}"), state: state)
        answer.blocks = [.toolCall(call)]
        let whole = MessagesRoom.whole(answer)
        let told = try MessagesRoom.parsed(whole) { RawJSON($0["content"] ?? $0).text }
        let blocks = try MessagesRoom.blocks(told, role: "assistant").map(\.content)
        let carrier = Reasoning(text: nil, state: state, isRedacted: true)
        var bare = call
        bare.state = nil
        #expect(blocks == [.reasoning(carrier), .toolCall(bare)])
    }

    @Test func `a vendor's answer reads the same streamed and whole`() throws {
        let content = """
            [{"type":"thinking","thinking":"hm","signature":"S"},{"type":"redacted_thinking","data":"D"},
            {"type":"text","text":"see","citations":[{"type":"web_search_result_location","url":"https://e","title":"E",
            "encrypted_index":"x","cited_text":"q"}]},{"type":"text","text":""},
            {"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}},
            {"type":"tool_use","id":"t","name":"look","input":{"a":1}}]
            """
        let usage = #"{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5,"service_tier":"priority"}"#
        let whole = try MessagesRoom.answer(
            "{\"id\":\"msg_1\",\"model\":\"x\",\"content\":\(content),\"stop_reason\":\"tool_use\",\"usage\":\(usage)}"
        )
        let streamed = MessagesRoom.collected(
            MessagesRoom.events([
                "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"x\",\"usage\":\(usage)}}",
                Self.shell(#"{"type":"thinking","thinking":"","signature":""}"#),
                Self.delta(#"{"type":"thinking_delta","thinking":"hm"}"#),
                Self.delta(#"{"type":"signature_delta","signature":"S"}"#), Self.close,
                Self.shell(#"{"type":"redacted_thinking","data":"D"}"#), Self.close,
                Self.shell(#"{"type":"text","text":""}"#), Self.delta(#"{"type":"text_delta","text":"see"}"#),
                Self.delta(
                    #"{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://e","title":"E",\#n"encrypted_index":"x","cited_text":"q"}}"#
                ),
                Self.close, Self.shell(#"{"type":"text","text":""}"#), Self.close,
                Self.shell(#"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#),
                Self.delta(#"{"type":"input_json_delta","partial_json":"{\"q\":1}"}"#), Self.close,
                Self.shell(#"{"type":"tool_use","id":"t","name":"look","input":{}}"#),
                Self.delta(#"{"type":"input_json_delta","partial_json":"{\"a\":1}"}"#), Self.close,
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":\(usage)}",
                #"{"type":"message_stop"}"#,
            ])
        )
        #expect(streamed.isComplete && streamed.answer.usage == whole.usage && streamed.answer.finish == whole.finish)
        #expect(streamed.answer.head.id == whole.head.id && streamed.answer.head.model == "x")
        #expect(streamed.answer.blocks.map(\.settled) == whole.blocks.map(\.settled) && whole.blocks.count == 5)
        #expect(whole.serviceTier == .priority && whole.usage?.inputTokens == 7)
    }

    private static func shell(_ block: String) -> String {
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":\(block)}"
    }

    private static func delta(_ delta: String) -> String {
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":\(delta)}"
    }

    private static let close = #"{"type":"content_block_stop","index":0}"#

    @Test func `citations made for a caller do not go back to the vendor, its own do`() throws {
        let made =
            #"{"type":"web_search_result_location","url":"https://e","title":"E","encrypted_index":"","cited_text":""}"#
        let own = #"{"type":"char_location","cited_text":"x","document_index":0}"#
        let body = try MessagesRoom.decode(
            members: """
                "messages":[{"role":"user","content":"?"},
                {"role":"assistant","content":[{"type":"text","text":"a","citations":[\(made)]},
                {"type":"text","text":"b","citations":[\(own)]}]},{"role":"user","content":"!"}]
                """
        )
        let encoded = try MessagesRoom.encode(body).body
        #expect(!encoded.contains("encrypted_index") && encoded.contains("\"citations\":[\(own)]"))
    }

    @Test(arguments: [
        "{}", "{\"content\":{}}", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}", "{\"error\":\"x\"}",
        "[]",
    ])
    func `E05 a success without content is a failure`(body: String) {
        #expect(throws: GatewayFailure.self) { try MessagesRoom.answer(body) }
    }

    @Test func `a vendor's refusal is told by whose fault it is`() throws {
        func refusal(_ status: Int, _ body: String) throws -> VendorRefusal {
            try MessagesRoom.parsed(body) { MessagesRoom.format.decodeError(status: status, root: $0, text: "") }
        }
        func error(_ type: String, _ message: String) -> String {
            "{\"type\":\"error\",\"error\":{\"type\":\"\(type)\",\"message\":\"\(message)\"}}"
        }
        let long = try refusal(400, error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"))
        #expect(long.fault == .caller && long.failure.code == "context_length_exceeded")
        #expect(long.failure.message.hasPrefix("prompt is too long"))
        let flat = try refusal(400, "{\"message\":\"messages: bad role, key sk-abc at arn:aws:x\"}")
        #expect(flat.failure.message == "messages: bad role, key *** at ***" && flat.failure.kind == .invalidRequest)
        #expect(try refusal(400, error("invalid_request_error", "Your credit balance is too low")).fault == .credential)
        #expect(try refusal(401, error("authentication_error", "no")).failure.kind == .upstreamCredential)
        #expect(try refusal(404, error("not_found_error", "model: x")).failure.kind == .modelNotFound)
        #expect(try refusal(413, error("request_too_large", "big")).failure.kind == .bodyTooLarge)
        #expect(try refusal(429, error("rate_limit_error", "slow")).failure.kind == .upstreamUnavailable)
        #expect(try refusal(529, error("overloaded_error", "busy")).failure.kind == .upstreamUnavailable)
        #expect(try refusal(504, error("timeout_error", "late")).failure.kind == .upstreamTimeout)
        #expect(try refusal(500, "{}").failure.kind == .upstreamFailed)
        let html = MessagesRoom.format.decodeError(status: 400, root: nil, text: "<html>  no\n</html>")
        #expect(html.failure.message == "<html> no </html>")
    }
}

extension AnswerBlock {
    /// The block as it stands in a request, its input an object.
    fileprivate var asContent: Block.Content {
        switch self {
        case .text(let text): return .text(Text(text.text))
        case .refusal(let text): return .text(Text(text))
        case .reasoning(let reasoning): return .reasoning(reasoning)
        case .opaque(let opaque): return .opaque(opaque)
        case .toolCall(var call):
            call.input = ToolInput(.object, call.input.objectText)
            return .toolCall(call)
        }
    }

    /// The block with what only says how it came left out.
    fileprivate var settled: AnswerBlock {
        guard case .toolCall(var call) = self else { return self }
        call.input = ToolInput(.object, call.input.objectText)
        return .toolCall(call)
    }
}
