import AnthropicMessages
import Exchange
import MartletTesting
import Testing

@Suite struct MessagesAnswerEncoderTests {
    private static func state(_ owner: String = "gemini") -> ReasoningState {
        ReasoningState(owner: owner, value: "S==")
    }

    private static var usage: TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = 200
        usage.cacheReadTokens = 800
        usage.cacheWrite5mTokens = 30
        usage.cacheWrite1hTokens = 4
        usage.visibleOutputTokens = 7
        usage.reasoningTokens = 5
        return usage
    }

    @Test func `U06 a stream of text is written event by event`() {
        var head = AnswerHead()
        head.id = "msg_01"
        let stream = MessagesRoom.stream([
            .start(head), .open(0, .text), .delta(0, ""), .delta(0, "a\n"), .delta(0, "b"), .close(0),
            .usage(Self.usage), .finish(.stop), .end,
        ])
        let zero =
            #""cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":0"#
        let total =
            #""cache_creation_input_tokens":34,"cache_read_input_tokens":800,"cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":4},"output_tokens":12,"output_tokens_details":{"thinking_tokens":5}"#
        #expect(
            stream == """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"asked","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,\(zero)}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\\n"}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":200,\(total)}}

                event: message_stop
                data: {"type":"message_stop"}


                """
        )
    }

    /// Blocks of a stream, and what a caller makes of it.
    static let blocks: [([AnswerEvent], String)] = [
        ([.open(0, .text), .close(0)], "[]"),
        (
            [.open(0, .reasoning(isRedacted: false)), .delta(0, "hm"), .state(0, Self.state("anthropic")), .close(0)],
            #"[{"type":"thinking","thinking":"hm","signature":"S=="}]"#
        ),
        (
            [.open(0, .reasoning(isRedacted: false)), .state(0, Self.state("anthropic")), .close(0)],
            #"[{"type":"thinking","thinking":"","signature":"S=="}]"#
        ),
        (
            [.open(0, .reasoning(isRedacted: true)), .state(0, Self.state("anthropic")), .close(0)],
            #"[{"type":"redacted_thinking","data":"S=="}]"#
        ),
        (
            [.open(0, .reasoning(isRedacted: false)), .delta(0, "unsigned"), .close(0)],
            #"[{"type":"thinking","thinking":"unsigned","signature":""}]"#
        ),
        (
            [.open(0, .reasoning(isRedacted: false)), .close(0), .open(1, .reasoning(isRedacted: true)), .close(1)],
            "[]"
        ),
        (
            [.open(0, .refusal), .delta(0, "No."), .close(0)], #"[{"type":"text","text":"No."}]"#
        ),
        (
            [.open(0, .toolCall(id: "t1", name: "f", isFreeText: false)), .close(0)],
            #"[{"type":"tool_use","id":"t1","name":"f","input":{}}]"#
        ),
        (
            [
                .open(0, .toolCall(id: "", name: "f", isFreeText: false)), .delta(0, "{\"a\":"), .delta(0, "1}"),
                .close(0),
            ],
            #"[{"type":"tool_use","id":"toolu_seed1_0","name":"f","input":{"a":1}}]"#
        ),
        (
            [.open(0, .toolCall(id: "c", name: "f", isFreeText: true)), .delta(0, "a\""), .delta(0, "\n"), .close(0)],
            #"[{"type":"tool_use","id":"c","name":"f","input":{"input":"a\"\n"}}]"#
        ),
        (
            [
                .open(0, .opaque(Opaque(format: .messages, type: "x", json: RawJSON(trusted: "{\"type\":\"x\"}")))),
                .close(0),
                .open(1, .opaque(Opaque(format: .responses, type: "y", json: RawJSON(trusted: "{}")))), .close(1),
            ],
            #"[{"type":"x"}]"#
        ),
        (
            [.open(0, .text), .delta(0, "t"), .citation(0, Citation(url: "https://e", title: "E")), .close(0)],
            #"[{"type":"text","text":"t","citations":[{"type":"web_search_result_location","url":"https://e","title":"E","encrypted_index":"","cited_text":""}]}]"#
        ),
    ]

    @Test(arguments: Self.blocks)
    func `a block reads the same streamed and whole`(events: [AnswerEvent], content: String) throws {
        let all = [.start(AnswerHead())] + events + [.finish(.stop), .end]
        let message = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(all)))
        #expect(message["content"]?.text == content)
        let whole = MessagesRoom.whole(MessagesRoom.collected(all).answer)
        let answer = try PlainJSON(parsing: whole)
        #expect(answer["content"]?.text == content)
        #expect(answer["stop_reason"] == message["stop_reason"] && answer["usage"] == message["usage"])
    }

    @Test func `R01 R03 another vendor's state of a call goes before it, that of a text after it`() throws {
        let sealed = try #require(
            ReasoningEnvelope.seal(Reasoning(text: nil, state: Self.state(), isRedacted: true))
        )
        let call = BlockOpening.toolCall(id: "t1", name: "f", isFreeText: false)
        let carrier = "{\"type\":\"redacted_thinking\",\"data\":\"\(sealed)\"}"
        let use = #"{"type":"tool_use","id":"t1","name":"f","input":{"a":1}}"#
        let orders: [[AnswerEvent]] = [
            [.open(0, call), .delta(0, "{\"a\":1}"), .state(0, Self.state()), .close(0)],
            [.open(0, call), .state(0, Self.state()), .delta(0, "{\"a\":"), .delta(0, "1}"), .close(0)],
        ]
        for order in orders {
            let all = [.start(AnswerHead())] + order + [.finish(.stop), .end]
            let message = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(all)))
            #expect(message["content"]?.text == "[\(carrier),\(use)]")
            let whole = MessagesRoom.whole(MessagesRoom.collected(all).answer)
            #expect(try PlainJSON(parsing: whole)["content"]?.text == "[\(carrier),\(use)]")
        }
        let text: [AnswerEvent] = [.open(0, .text), .delta(0, "x"), .state(0, Self.state()), .close(0), .end]
        let message = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(text)))
        #expect(message["content"]?.text == "[{\"type\":\"text\",\"text\":\"x\"},\(carrier)]")
    }

    @Test func `O08 another vendor's thoughts are sealed with their text`() throws {
        let shown = Reasoning(text: "hm", state: Self.state("openai"))
        let hidden = Reasoning(text: "", state: Self.state("openai"))
        var answer = Answer()
        answer.blocks = [.reasoning(shown), .reasoning(hidden)]
        let stream = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(answer.events)))
        let expected = [
            "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"\(try #require(ReasoningEnvelope.seal(shown)))\"}",
            "{\"type\":\"redacted_thinking\",\"data\":\"\(try #require(ReasoningEnvelope.seal(hidden)))\"}",
        ]
        #expect(stream["content"]?.text == "[\(expected.joined(separator: ","))]")
        #expect(try PlainJSON(parsing: MessagesRoom.whole(answer))["content"] == stream["content"])
    }

    @Test(arguments: [
        (FinishReason.stop, false, "end_turn"), (.stop, true, "tool_use"), (.toolCalls, true, "tool_use"),
        (.toolCalls, false, "end_turn"), (.length, true, "max_tokens"), (.length, false, "max_tokens"),
        (.contextWindow, false, "model_context_window_exceeded"), (.contentFilter, false, "refusal"),
        (.refusal, false, "refusal"), (.pause, false, "pause_turn"), (.other("eos"), false, "end_turn"),
        (.other("eos"), true, "tool_use"), (.stopSequence("X"), false, "stop_sequence"),
        (.stopSequence(nil), false, "end_turn"), (nil, true, "tool_use"), (nil, false, "end_turn"),
    ])
    func `T04 T34 a call decides the stop reason, unless the answer was cut`(
        finish: FinishReason?,
        hasCall: Bool,
        reason: String
    ) throws {
        var answer = Answer()
        answer.finish = finish
        answer.blocks = [.text(AnswerText("x"))]
        if hasCall {
            let input = ToolInput(.claimedObject, "{\"cut")
            answer.blocks.append(.toolCall(ToolCall(id: "t", name: "f", input: input)))
        }
        let whole = try PlainJSON(parsing: MessagesRoom.whole(answer))
        #expect(whole["stop_reason"]?.string == reason)
        #expect(whole["stop_sequence"]?.string == (reason == "stop_sequence" ? "X" : nil))
        if hasCall { #expect(whole["content"]?[1]?["input"]?.text == #"{"raw_arguments":"{\"cut"}"#) }
        let stream = MessagesRoom.payloads(MessagesRoom.stream(answer.events))
        #expect(stream.dropLast().last?.contains("\"stop_reason\":\"\(reason)\"") == true)
    }

    @Test func `S04 E09 a failure ends a stream in this format's own terminal, whenever it comes`() {
        let events: [AnswerEvent] = [
            .start(AnswerHead()), .open(0, .reasoning(isRedacted: false)), .delta(0, "hm"), .close(0),
            .open(1, .toolCall(id: "a", name: "f", isFreeText: false)), .delta(1, "{"), .delta(1, "}"), .close(1),
            .usage(TokenUsage()), .finish(.stop),
        ]
        for count in 0...events.count {
            let failure = GatewayFailure(.upstreamUnavailable, "busy")
            let stream = MessagesRoom.stream(events.prefix(count) + [.fail(failure), .end, .fail(failure)])
            #expect(
                stream.hasSuffix(
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"},"
                        + "\"request_id\":\"req_1\"}\n\n"
                )
            )
            #expect(!stream.contains("message_stop") && !stream.contains("message_delta"))
        }
    }

    @Test func `a full context is told in the words that clients look for`() throws {
        let words = [
            "input exceeds the window": "prompt is too long: input exceeds the window", "prompt is too long: 9": nil,
        ]
        for (message, expected) in words {
            let failure = GatewayFailure(.invalidRequest, message, code: "context_length_exceeded")
            let answer = MessagesRoom.format.errorAnswer(failure, operation: .messages, requestID: "r")
            let body = try PlainJSON(parsing: answer.body)
            #expect(body["error"]?["message"]?.string == expected ?? message)
        }
    }

    @Test func `a stream without content, finish and usage is still a message`() throws {
        for events in [[.end], [.start(AnswerHead()), .end], [.open(0, .text), .end]] as [[AnswerEvent]] {
            let message = try MessagesGrammar.message(MessagesRoom.payloads(MessagesRoom.stream(events)))
            #expect(message["content"]?.text == "[]" && message["stop_reason"]?.string == "end_turn")
            #expect(message["usage"]?["input_tokens"]?.int == 0 && message["id"]?.string == "msg_seed1")
        }
    }

    @Test func `a whole answer has the vendor's tier and an id of this format`() throws {
        var answer = Answer()
        answer.head.id = "chatcmpl-1"
        answer.serviceTier = .priority
        answer.usage = Self.usage
        let whole = try PlainJSON(parsing: MessagesRoom.whole(answer))
        #expect(whole["id"]?.string == "msg_seed1" && whole["usage"]?["service_tier"]?.string == "priority")
        #expect(whole["usage"]?["input_tokens"]?.int == 200 && whole["usage"]?["output_tokens"]?.int == 12)
    }
}
