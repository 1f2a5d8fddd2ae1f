import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatAnswerDecodingTests {
    private static func answer(_ message: String, finish: String = "stop", _ rest: String = "") throws -> Answer {
        try ChatProbe.answer(
            #"{"id":"chatcmpl-9","created":4,"model":"big-2026","choices":[{"index":0,"finish_reason":"\#(finish)","message":\#(message)}]\#(rest)}"#
        )
    }

    @Test func `thoughts, text, refusal and calls are blocks`() throws {
        let answer = try Self.answer(
            #"{"role":"assistant","reasoning":"hm","content":"text","refusal":null,"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":4,"title":"T","url":"https://x"}}],"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""}},{"id":"","custom":null,"function":{"name":"g","arguments":{"a":1}}},{"id":"c3","type":"custom","custom":{"name":"h","input":"free"}}]}"#,
            finish: "tool_calls",
            #","usage":{"prompt_tokens":10,"completion_tokens":4,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":6}},"service_tier":"default""#
        )
        var citation = Citation(url: "https://x", title: "T")
        citation.range = 0..<4
        var text = AnswerText("text")
        text.citations = [citation]
        #expect(
            answer.blocks == [
                .reasoning(Reasoning(text: "hm")), .text(text),
                .toolCall(ToolCall(id: "c1", name: "f", input: ToolInput(.claimedObject, ""))),
                .toolCall(ToolCall(id: "call__1", name: "g", input: ToolInput(.claimedObject, #"{"a":1}"#))),
                .toolCall(ToolCall(id: "c3", name: "h", input: ToolInput(.freeText, "free"))),
            ]
        )
        #expect(answer.finish == .toolCalls && answer.serviceTier == .standard)
        #expect(answer.head.id == "chatcmpl-9" && answer.head.created == 4 && answer.head.model == "big-2026")
        #expect(answer.usage?.uncachedInputTokens == 4 && answer.usage?.cacheReadTokens == 6)
    }

    @Test(arguments: [
        ("stop", true, FinishReason.toolCalls), ("", true, .toolCalls), ("length", true, .length),
        ("content_filter", true, .contentFilter), ("stop", false, .stop), ("eos", false, .stop), ("", false, .stop),
        ("tool_calls", false, .stop), ("function_call", true, .toolCalls), ("strange", false, .other("strange")),
    ])
    func `T04, T34: the reason agrees with what was called`(word: String, hasCall: Bool, reason: FinishReason) throws {
        let calls = hasCall ? #","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]"# : ""
        #expect(try Self.answer(#"{"content":"x"\#(calls)}"#, finish: word).finish == reason)
    }

    @Test(arguments: [
        (#"{"reasoning_content":"t","content":"x"}"#, ["t", "x"]),
        (#"{"reasoning":"t","reasoning_details":[{"text":"t"}],"content":"x"}"#, ["t", "x"]),
        (#"{"reasoning_details":[{"type":"reasoning.text","text":"t"},{"data":"e"}],"content":"x"}"#, ["t", "x"]),
        (#"{"thinking":"t","content":"x"}"#, ["t", "x"]),
        (
            #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"x"}]}"#,
            ["t", "x"]
        ),
        (#"{"content":null,"audio":{"transcript":"x"}}"#, ["x"]), (#"{"content":{"a":1}}"#, [#"{"a":1}"#]),
    ])
    func `R18: compatible servers tell thoughts and text in many ways`(message: String, texts: [String]) throws {
        let blocks = try Self.answer(message).blocks.map { block -> String in
            switch block {
            case .text(let text): text.text
            case .reasoning(let reasoning): reasoning.state == nil ? reasoning.text ?? "" : "signed"
            default: "other"
            }
        }
        #expect(blocks == texts)
    }

    @Test func `a refusal is the model's own words and an ordinary end`() throws {
        let answer = try Self.answer(#"{"content":null,"refusal":"no"}"#)
        #expect(answer.blocks == [.refusal("no")] && answer.finish == .stop)
    }

    @Test func `Azure's filter leaves out the message`() throws {
        let answer = try ChatProbe.answer(
            #"{"choices":[{"finish_reason":"content_filter","content_filter_results":{}}]}"#
        )
        #expect(answer.blocks.isEmpty && answer.finish == .contentFilter)
    }

    @Test func `a custom tool's text is taken out of the function's arguments`() throws {
        var notes = ReplyNotes()
        notes.customTools = ["g"]
        let answer = try ChatProbe.answer(
            #"{"choices":[{"message":{"tool_calls":[{"id":"c","function":{"name":"g","arguments":"{\"input\":\"a\\nb\"}"}}]}}]}"#,
            notes
        )
        #expect(answer.blocks == [.toolCall(ToolCall(id: "c", name: "g", input: ToolInput(.freeText, "a\nb")))])
    }

    @Test func `Google signs calls, or the message that makes them`() throws {
        let signed = ReasoningState(owner: "gemini", value: "s")
        let extra = #""extra_content":{"google":{"thought_signature":"s"}}"#
        for message in [
            #"{"tool_calls":[{"id":"c",\#(extra),"function":{"name":"f","arguments":"{}"}}]}"#,
            #"{\#(extra),"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}"#,
        ] {
            guard case .toolCall(let call) = try Self.answer(message).blocks.first else { throw ChatSurprise() }
            #expect(call.state == signed)
        }
        guard case .text(let text) = try Self.answer(#"{"content":"x",\#(extra)}"#).blocks.first else {
            throw ChatSurprise()
        }
        #expect(text.state == signed)
    }

    @Test func `pages named beside the choices are cited`() throws {
        let answer = try Self.answer(#"{"content":"x"}"#, #","citations":["https://a","https://b"]"#)
        guard case .text(let text) = answer.blocks.first else { throw ChatSurprise() }
        #expect(text.citations.map(\.url) == ["https://a", "https://b"])
    }

    @Test(arguments: [
        #"{"error":{"message":"x","code":500}}"#, #"{"object":"error","message":"x"}"#, "{}", #"{"choices":[]}"#,
        #"{"choices":[{"index":0}]}"#, "[]", #"{"choices":{}}"#,
        #"{"choices":[{"message":{"tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}}]}"#,
    ])
    func `E05: a success that is none is a failure`(json: String) throws {
        let failure = #expect(throws: GatewayFailure.self) { try ChatProbe.answer(json) }
        #expect(failure?.kind == .upstreamFailed)
    }

    @Test func `unsuccessful answers are read by whose fault they are`() throws {
        func read(_ status: Int, _ json: String) throws -> VendorRefusal {
            try ChatProbe.parse(json) { ChatProbe.format.decodeError(status: status, root: $0, text: "") }
        }
        let bad = try read(
            400,
            #"{"error":{"message":"Bad x, key sk-123 of arn:aws:1","type":"invalid_request_error"}}"#
        )
        #expect(bad.fault == .caller && bad.failure.kind == .invalidRequest)
        #expect(
            bad.failure.message.contains("Bad x,") && !bad.failure.message.contains("sk-")
                && !bad.failure.message.contains("arn:")
        )
        let long = try read(
            400,
            #"{"error":{"message":"This model's maximum context length is 8 tokens","code":null}}"#
        )
        #expect(long.failure.code == "context_length_exceeded")
        let filtered = try read(400, #"{"error":{"code":"content_filter","message":"m","innererror":{}}}"#)
        #expect(filtered.failure.code == "content_filter")
        #expect(try read(404, #"{"error":{"code":"DeploymentNotFound"}}"#).failure.kind == .modelNotFound)
        #expect(try read(400, #"{"error":{"code":"unknown_model"}}"#).failure.kind == .modelNotFound)
        #expect(try read(404, #"{"detail":"Not Found"}"#).failure.kind == .upstreamFailed)
        #expect(try read(401, #"{"error":{"code":"invalid_api_key"}}"#).failure.kind == .upstreamCredential)
        #expect(try read(429, #"{"error":{"code":"rate_limit_exceeded"}}"#).fault == .throttled)
        #expect(try read(429, #"{"error":{"code":"insufficient_quota"}}"#).fault == .credential)
        #expect(try read(504, "{}").failure.kind == .upstreamTimeout)
        let text = ChatProbe.format.decodeError(status: 422, root: nil, text: "plain words")
        #expect(text.failure.message.hasSuffix("plain words"))
        #expect(ChatProbe.format.decodeError(status: 500, root: nil, text: "<html>").failure.kind == .upstreamFailed)
    }

    @Test func `log probabilities that are no array are none`() throws {
        let odd = #""logprobs":{"content":{"token":"a"}}"#
        let answer = try ChatProbe.answer(
            #"{"choices":[{"message":{"content":"a"},\#(odd),"finish_reason":"stop"}]}"#
        )
        #expect(answer.blocks == [.text(AnswerText("a"))])
        let chunk = #"{"choices":[{"index":0,"delta":{"content":"a"},\#(odd),"finish_reason":"stop"}]}"#
        let events = ChatProbe.events([chunk, "[DONE]"])
        #expect(events.contains(.delta(0, "a")) && events.last == .end)
        #expect(!events.contains { if case .logprobs = $0 { true } else { false } })
    }
}
