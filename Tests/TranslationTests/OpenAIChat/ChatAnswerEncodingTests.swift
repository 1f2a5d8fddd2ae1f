import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatAnswerEncodingTests {
    private static let plain = ExchangeRequest(origin: .chat, model: "fast")

    private static func request(_ change: (inout ExchangeRequest) -> Void = { _ in }) -> ExchangeRequest {
        var request = Self.plain
        request.isStream = true
        request.wantsUsage = false
        change(&request)
        return request
    }

    private static func usage() -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = 5
        usage.cacheReadTokens = 3
        usage.cacheWrite1hTokens = 2
        usage.visibleOutputTokens = 4
        usage.reasoningTokens = 1
        return usage
    }

    private static let counts = """
        {"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":3,\
        "cache_write_tokens":2,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":1,"audio_tokens":0,\
        "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}
        """

    private static func finish(_ word: String) -> String {
        #"{},"logprobs":null,"finish_reason":"\#(word)"}]}"#
    }

    @Test func `text, a call and the end`() {
        let stream = ChatProbe.stream(
            [
                .start(AnswerHead()), .open(0, .text), .delta(0, "a"), .delta(0, ""), .close(0),
                .open(1, .toolCall(id: "c", name: "f", isFreeText: false)), .delta(1, "{\"a\""), .delta(1, ":1}"),
                .close(1),
                .open(2, .toolCall(id: "", name: "g", isFreeText: true)), .delta(2, "x"), .close(2),
                .open(3, .toolCall(id: "d", name: "h", isFreeText: false)), .close(3),
                .usage(Self.usage()), .finish(.stop), .end,
            ],
            for: Self.request()
        )
        #expect(
            ChatProbe.data(stream) == [
                #"{"role":"assistant","content":""}"#, #"{"content":"a"}"#,
                #"{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]}"#,
                #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}"#,
                #"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
                #"{"tool_calls":[{"index":1,"id":"call_seed_1","type":"custom","custom":{"name":"g","input":""}}]}"#,
                #"{"tool_calls":[{"index":1,"custom":{"input":"x"}}]}"#,
                #"{"tool_calls":[{"index":2,"id":"d","type":"function","function":{"name":"h","arguments":""}}]}"#,
                #"{"tool_calls":[{"index":2,"function":{"arguments":"{}"}}]}"#,
                Self.finish("tool_calls"), "[DONE]",
            ],
            "T01, T09"
        )
    }

    @Test func `S18, S23: usage is one last chunk without choices, for those who asked`() {
        let stream = ChatProbe.stream(
            [
                .start(AnswerHead()), .usage(TokenUsage()), .open(0, .text), .delta(0, "a"), .close(0),
                .usage(Self.usage()), .finish(.length), .end,
            ],
            for: Self.request { $0.wantsUsage = true }
        )
        let events = stream.split(separator: "\n\n").map(String.init)
        #expect(events.dropLast(2).allSatisfy { $0.hasSuffix(#"}],"usage":null}"#) })
        #expect(
            events[events.count - 2]
                == #"data: {"id":"chatcmpl-seed","object":"chat.completion.chunk","created":7,"model":"fast","choices":[],"usage":\#(Self.counts)}"#
        )
    }

    @Test func `the vendor's id is kept where it looks like Chat's`() {
        var head = AnswerHead()
        head.id = "chatcmpl-9"
        head.created = 3
        #expect(
            ChatProbe.stream([.start(head), .finish(.stop), .end], for: Self.request()).hasPrefix(
                #"data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":3,"#
            )
        )
        head.id = "msg_1"
        #expect(
            ChatProbe.stream([.start(head), .finish(.stop), .end], for: Self.request()).hasPrefix(
                #"data: {"id":"chatcmpl-seed""#
            )
        )
    }

    @Test func `thoughts are shown to those who may see them`() {
        let events: [AnswerEvent] = [
            .start(AnswerHead()), .open(0, .reasoning(isRedacted: false)), .delta(0, "t"),
            .state(0, ReasoningState(owner: "anthropic", value: "s")), .close(0), .open(1, .text), .delta(1, "a"),
            .close(1),
            .finish(.stop), .end,
        ]
        var context = ChatProbe.context
        #expect(!ChatProbe.stream(events, for: Self.request(), context).contains("reasoning"))
        context.showsReasoning = true
        let shown = ChatProbe.data(ChatProbe.stream(events, for: Self.request(), context))
        #expect(
            shown.prefix(3) == [
                #"{"role":"assistant","content":null}"#, #"{"reasoning_content":"t"}"#, #"{"content":"a"}"#,
            ]
        )
    }

    @Test func `R01: what Gemini signed is told the way Google does`() {
        let state = ReasoningState(owner: "gemini", value: "s")
        let stream = ChatProbe.stream(
            [
                .start(AnswerHead()), .open(0, .toolCall(id: "c", name: "f", isFreeText: false)), .delta(0, "{}"),
                .state(0, state), .close(0), .finish(.toolCalls), .end,
            ],
            for: Self.request()
        )
        let signed = #""extra_content":{"google":{"thought_signature":"s"}}"#
        let piece = #"{"tool_calls":[{"index":0,"function":{"arguments":""},"# + signed + "}]}"
        #expect(stream.contains(piece))
    }

    @Test func `a refusal has its own words`() {
        let stream = ChatProbe.stream(
            [.start(AnswerHead()), .open(0, .refusal), .delta(0, "no"), .close(0), .finish(.stop), .end],
            for: Self.request()
        )
        #expect(
            ChatProbe.data(stream) == [
                #"{"role":"assistant","content":null,"refusal":""}"#, #"{"refusal":"no"}"#, Self.finish("stop"),
                "[DONE]",
            ]
        )
    }

    @Test func `legacy callers get the one call they know`() {
        let stream = ChatProbe.stream(
            [
                .start(AnswerHead()), .open(0, .toolCall(id: "c", name: "f", isFreeText: false)), .close(0),
                .open(1, .toolCall(id: "d", name: "g", isFreeText: false)), .delta(1, "{}"), .close(1),
                .finish(.toolCalls), .end,
            ],
            for: Self.request { $0.usesLegacyFunctions = true }
        )
        #expect(
            ChatProbe.data(stream) == [
                #"{"role":"assistant","content":null}"#, #"{"function_call":{"name":"f","arguments":""}}"#,
                #"{"function_call":{"arguments":"{}"}}"#, Self.finish("function_call"), "[DONE]",
            ]
        )
    }

    @Test func `citations are one list with offsets in the whole content`() {
        var second = Citation(url: "https://b", title: "B")
        second.range = 0..<1
        let stream = ChatProbe.stream(
            [
                .start(AnswerHead()), .open(0, .text), .citation(0, Citation(url: "https://a")),
                .delta(0, "\u{E9}\u{1F426}"),
                .citation(0, Citation(title: "a document")), .close(0),
                .open(1, .text), .delta(1, "xy"), .citation(1, second), .close(1), .finish(.stop), .end,
            ],
            for: Self.request()
        )
        #expect(
            ChatProbe.data(stream).suffix(3).first == """
                {"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":2,"title":"",\
                "url":"https://a"}},{"type":"url_citation","url_citation":{"start_index":2,"end_index":3,"title":"B",\
                "url":"https://b"}}]}
                """
        )
    }

    @Test func `log probabilities are told to those who asked`() {
        let events: [AnswerEvent] = [
            .start(AnswerHead()), .open(0, .text), .delta(0, "a"), .logprobs(0, RawJSON(trusted: #"[{"token":"a"}]"#)),
            .close(0),
            .finish(.stop), .end,
        ]
        let asked = ChatProbe.stream(events, for: Self.request { $0.logprobs = 0 })
        #expect(
            asked.contains(#""delta":{},"logprobs":{"content":[{"token":"a"}],"refusal":null},"finish_reason":null"#)
        )
        #expect(!ChatProbe.stream(events, for: Self.request()).contains("token"))
    }

    @Test(arguments: 0..<8)
    func `S04, E09: a failure at any point is told once, and nothing looks like success`(position: Int) {
        let events: [AnswerEvent] = [
            .start(AnswerHead()), .open(0, .text), .delta(0, "a"), .close(0),
            .open(1, .toolCall(id: "c", name: "f", isFreeText: false)), .delta(1, "{"), .close(1), .finish(.toolCalls),
        ]
        let failure = AnswerEvent.fail(GatewayFailure(.upstreamFailed, "cut"))
        let stream = ChatProbe.stream(
            Array(events.prefix(position)) + [failure, .finish(.stop), .end, failure],
            for: Self.request()
        )
        #expect(
            stream.hasSuffix(
                "data: {\"error\":{\"message\":\"cut\",\"type\":\"server_error\",\"param\":null,\"code\":\"upstream_failed\"}}\n\n"
            )
        )
        #expect(!stream.contains("[DONE]") && !stream.contains(#""finish_reason":""#))
        #expect(stream.split(separator: #"{"error""#, omittingEmptySubsequences: false).count == 2)
    }

    @Test func `an answer of nothing is still a whole stream`() {
        for events: [AnswerEvent] in [
            [.start(AnswerHead()), .end], [.end], [.start(AnswerHead()), .finish(.contentFilter), .end],
        ] {
            let data = ChatProbe.data(ChatProbe.stream(events, for: Self.request { $0.wantsUsage = true }))
            #expect(data.count == 3 && data.last == "[DONE]")
            #expect(data[0].hasPrefix(#"{"role":"assistant","content":""}"#))
        }
    }

    @Test(arguments: [
        (FinishReason.stop, false, "stop"), (.stopSequence("x"), false, "stop"), (.length, true, "length"),
        (.contextWindow, false, "length"), (.toolCalls, true, "tool_calls"), (.toolCalls, false, "stop"),
        (.contentFilter, false, "content_filter"), (.refusal, false, "content_filter"), (.pause, false, "stop"),
        (.other("odd"), true, "tool_calls"),
    ])
    func `reasons are told in Chat's words`(reason: FinishReason, hasCall: Bool, word: String) {
        var answer = Answer()
        answer.finish = reason
        if hasCall { answer.blocks = [.toolCall(ToolCall(id: "c", name: "f", input: ToolInput(.object, "{}")))] }
        #expect(ChatProbe.whole(answer).contains(#""finish_reason":"\#(word)""#))
        #expect(ChatProbe.stream(answer.events, for: Self.request()).contains(#""finish_reason":"\#(word)""#))
    }

    @Test func `a whole answer`() {
        var answer = Answer()
        var text = AnswerText("ab")
        text.logprobs = RawJSON(trusted: #"[{"token":"ab"}]"#)
        text.citations = [Citation(url: "https://x", title: "X")]
        answer.blocks = [
            .reasoning(Reasoning(text: "t")), .text(text),
            .toolCall(ToolCall(id: "c", name: "f", input: ToolInput(.claimedObject, ""))),
        ]
        answer.finish = .toolCalls
        answer.usage = Self.usage()
        answer.serviceTier = .standard
        var context = ChatProbe.context
        context.showsReasoning = true
        let request = Self.request { $0.logprobs = 0 }
        #expect(
            ChatProbe.whole(answer, for: request, context) == """
                {"id":"chatcmpl-seed","object":"chat.completion","created":7,"model":"fast","choices":[{"index":0,\
                "message":{"role":"assistant","content":"ab","refusal":null,"reasoning_content":"t","annotations":[\
                {"type":"url_citation","url_citation":{"start_index":0,"end_index":2,"title":"X","url":"https://x"}}],\
                "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},\
                "logprobs":{"content":[{"token":"ab"}],"refusal":null},"finish_reason":"tool_calls"}],\
                "usage":\(Self.counts),"service_tier":"default"}
                """
        )
    }

    @Test func `content is null beside calls or a refusal alone`() {
        var answer = Answer()
        answer.blocks = [.toolCall(ToolCall(id: "c", name: "f", input: ToolInput(.freeText, "x")))]
        #expect(
            ChatProbe.whole(answer).contains(
                #""content":null,"refusal":null,"tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":"x"}}]"#
            )
        )
        answer.blocks = [.refusal("no")]
        #expect(ChatProbe.whole(answer).contains(#""content":null,"refusal":"no"}"#))
        answer.blocks = []
        #expect(ChatProbe.whole(answer).contains(#""content":"","refusal":null}"#))
    }
}
