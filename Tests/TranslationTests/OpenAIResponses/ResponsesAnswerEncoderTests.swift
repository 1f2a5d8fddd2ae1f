import Exchange
import MartletTesting
import OpenAIResponses
import Testing

@Suite struct ResponsesAnswerEncoderTests {
    static let usage: TokenUsage = {
        var usage = TokenUsage()
        usage.uncachedInputTokens = 10
        usage.cacheReadTokens = 5
        usage.cacheWrite1hTokens = 2
        usage.visibleOutputTokens = 7
        usage.reasoningTokens = 3
        return usage
    }()
    static let sign = ReasoningState(owner: "anthropic", value: "sig")
    private static func call(_ id: String, _ name: String = "f", free: Bool = false) -> BlockOpening {
        .toolCall(id: id, name: name, isFreeText: free)
    }
    static let text: [AnswerEvent] = [.open(0, .text), .delta(0, "he"), .delta(0, "llo"), .close(0)]
    static let mixed: [AnswerEvent] =
        [
            .open(0, .reasoning(isRedacted: false)), .delta(0, "hm"), .state(0, Self.sign), .close(0), .open(1, .text),
            .delta(1, "a"), .close(1), .open(2, Self.call("c1")), .delta(2, #"{"x":"#), .delta(2, "1}"), .close(2),
            .open(3, Self.call("c2", "p", free: true)), .delta(3, "free"), .close(3), .open(4, .text), .delta(4, "b"),
            .close(4), .open(5, .refusal), .delta(5, "no"), .close(5),
        ]

    /// Every shape of an answer that decoders may tell, up to its finish.
    static let bodies: [[AnswerEvent]] = [
        [], Self.text, Self.mixed, [.open(0, .text), .close(0)], [.open(0, .text), .delta(0, ""), .close(0)],
        [.open(0, .reasoning(isRedacted: true)), .state(0, Self.sign), .close(0)],
        [.open(0, .reasoning(isRedacted: false)), .close(0)],
        [.open(0, Self.call("c")), .close(0)],
        [.open(0, Self.call("c")), .delta(0, ""), .state(0, ReasoningState(owner: "gemini", value: "g")), .close(0)],
        [
            .open(0, .text), .delta(0, "x"), .state(0, ReasoningState(owner: "gemini", value: "g")), .close(0),
            .open(1, .text), .delta(1, "y"), .close(1),
        ],
        [.open(0, .text), .state(0, ReasoningState(owner: "gemini", value: "g")), .close(0)],
        [.open(0, .opaque(Opaque(format: .gemini, type: "x", json: .emptyObject))), .close(0)],
    ]

    @Test(arguments: Self.bodies)
    func `O03 O04 O05 O09 every answer keeps to the grammar, whatever is missing`(_ body: [AnswerEvent]) throws {
        let endings: [[AnswerEvent]] = [
            [.usage(Self.usage), .finish(.stop), .end], [.finish(.length), .usage(Self.usage), .end], [.end],
            [.finish(.toolCalls), .end], [.fail(GatewayFailure(.upstreamFailed, "cut")), .end],
        ]
        for ending in endings {
            let events = try encodeResponses([.start(AnswerHead())] + body + ending)
            #expect(ResponsesGrammar.faults(in: events) == [])
            #expect(ResponsesGrammar.faults(in: try encodeResponses(body + ending)) == [])
        }
        let failure = AnswerEvent.fail(GatewayFailure(.upstreamFailed, "cut"))
        for cut in 0...body.count {
            let events = try encodeResponses([.start(AnswerHead())] + body.prefix(cut) + [failure, .end])
            #expect(ResponsesGrammar.faults(in: events) == [])
            #expect(events.last?.responsesType == "failed")
        }
    }

    @Test func `a text's life`() throws {
        let events = try encodeResponses([.start(AnswerHead())] + Self.text + [.finish(.stop), .end])
        #expect(
            events.map(\.responsesType) == [
                "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
                "output_text.delta", "output_text.done", "content_part.done", "output_item.done", "completed",
            ]
        )
    }

    @Test func `O08 reasoning, calls and text after a call are items of their own`() throws {
        let events = try encodeResponses([.start(AnswerHead())] + Self.mixed + [.finish(.toolCalls), .end])
        let output = events.last?["response"]?["output"]?.elements ?? []
        #expect(
            output.map { $0["type"]?.string } == [
                "reasoning", "message", "function_call", "custom_tool_call", "message",
            ]
        )
        let sealed = try #require(output.first?["encrypted_content"]?.string)
        #expect(ReasoningEnvelope.open(sealed) == Reasoning(text: "hm", state: Self.sign))
        #expect(output.first?["summary"]?[0]?["text"]?.string == "hm")
        #expect(output[2]["arguments"]?.string == #"{"x":1}"# && output[2]["call_id"]?.string == "c1")
        #expect(output[3]["input"]?.string == "free")
        #expect(output[4]["content"]?.elements.map { $0["type"]?.string } == ["output_text", "refusal"])
    }

    @Test func `T01 a call without arguments has an empty object`() throws {
        let events = try encodeResponses([.open(0, Self.call("c")), .close(0), .finish(.toolCalls), .end])
        #expect(events.last?["response"]?["output"]?[0]?["arguments"]?.string == "{}")
    }

    @Test func `T34 O06 what was cut is incomplete`() throws {
        let body: [AnswerEvent] = Self.text + [.open(1, Self.call("c")), .delta(1, #"{"a"#), .close(1)]
        let response = try encodeResponses(body + [.finish(.length), .end]).last?["response"]
        #expect(response?["status"]?.string == "incomplete")
        #expect(response?["incomplete_details"]?["reason"]?.string == "max_output_tokens")
        #expect(response?["output"]?.elements.map { $0["status"]?.string } == ["completed", "incomplete"])
        #expect(response?["output"]?[1]?["arguments"]?.string == #"{"a"#)
    }

    @Test(arguments: [
        (FinishReason.stop, "completed", nil as String?), (.toolCalls, "completed", nil), (.pause, "completed", nil),
        (.stopSequence("x"), "completed", nil), (.other("odd"), "completed", nil),
        (.length, "incomplete", "max_output_tokens"), (.contextWindow, "incomplete", "max_output_tokens"),
        (.contentFilter, "incomplete", "content_filter"), (.refusal, "incomplete", "content_filter"),
    ])
    func `finish reasons`(_ reason: FinishReason, _ status: String, _ detail: String?) throws {
        let response = try encodeResponses(Self.text + [.finish(reason), .end]).last?["response"]
        #expect(response?["status"]?.string == status)
        #expect(response?["incomplete_details"]?["reason"]?.string == detail)
    }

    @Test func `a refusal in words is a completed answer`() throws {
        let events: [AnswerEvent] = [.open(0, .refusal), .delta(0, "no"), .close(0), .finish(.refusal), .end]
        let response = try encodeResponses(events).last?["response"]
        #expect(response?["status"]?.string == "completed")
        #expect(response?["output"]?[0]?["content"]?[0]?["refusal"]?.string == "no")
    }

    @Test func `U17 usage has all its parts, and failures tell it too`() throws {
        for ending in [AnswerEvent.end, .fail(GatewayFailure(.upstreamUnavailable, "busy"))] {
            let usage = try encodeResponses([.usage(Self.usage), ending]).last?["response"]?["usage"]
            #expect(usage?["input_tokens"]?.int == 17 && usage?["output_tokens"]?.int == 10)
            #expect(usage?["total_tokens"]?.int == 27)
            #expect(usage?["input_tokens_details"]?["cached_tokens"]?.int == 5)
            #expect(usage?["input_tokens_details"]?["cache_write_tokens"]?.int == 2)
            #expect(usage?["output_tokens_details"]?["reasoning_tokens"]?.int == 3)
        }
    }

    @Test func `S04 a failure closes what is open, as incomplete, and tells its code`() throws {
        let failure = GatewayFailure(.upstreamFailed, "The provider's stream ended early.")
        let events = try encodeResponses([.open(0, .text), .delta(0, "ha"), .fail(failure), .end])
        let response = events.last?["response"]
        #expect(response?["output"]?[0]?["status"]?.string == "incomplete")
        #expect(response?["error"]?["code"]?.string == "server_error")
        #expect(response?["error"]?["message"]?.string == failure.message)
    }

    @Test func `an answer whole and streamed is the same response`() throws {
        var collector = AnswerCollector()
        for event in [.start(AnswerHead())] + Self.mixed + [.usage(Self.usage), .finish(.toolCalls), .end] {
            collector.add(event)
        }
        let streamed = try encodeResponses(collector.answer.events).last?["response"]
        #expect(try encodeResponses(collector.answer) == streamed)
        #expect(try encodeResponses(Answer())["status"]?.string == "completed")
    }

    @Test func `members of the request are repeated, others have defaults`() throws {
        let request = try decodeResponses(
            #""instructions":"be","temperature":0.5,"text":{"verbosity":"low"},"metadata":{"k":"v"},"store":true,"tools":null"#
        )
        let answer = try encodeResponses(Answer(), for: request)
        #expect(answer["model"]?.string == "m" && answer["object"]?.string == "response")
        #expect(answer["id"]?.string == "resp_s1" && answer["created_at"]?.int == 1_700_000_000)
        #expect(answer["instructions"]?.string == "be" && answer["temperature"] == .number("0.5"))
        #expect(answer["text"]?["format"]?["type"]?.string == "text" && answer["text"]?["verbosity"]?.string == "low")
        #expect(answer["metadata"]?["k"]?.string == "v" && answer["store"] == .bool(false))
        #expect(answer["tools"] == .array([]) && answer["tool_choice"]?.string == "auto")
        #expect(answer["parallel_tool_calls"] == .bool(true) && answer["usage"] == .null)
    }

    @Test func `citations become annotations, of the whole text when no words are named`() throws {
        var placed = Citation(url: "https://a", title: "A")
        placed.range = 1..<3
        let events: [AnswerEvent] = [
            .open(0, .text), .delta(0, "h\u{1F426}"), .citation(0, placed), .citation(0, Citation(url: "https://b")),
            .citation(0, Citation(title: "no address")), .delta(0, "llo"), .close(0), .end,
        ]
        let encoded = try encodeResponses(events)
        #expect(ResponsesGrammar.faults(in: encoded) == [])
        let list = encoded.last?["response"]?["output"]?[0]?["content"]?[0]?["annotations"]?.elements ?? []
        #expect(list.map { $0["url"]?.string } == ["https://a", "https://b"])
        #expect(list.map { $0["start_index"]?.int } == [1, 0] && list.map { $0["end_index"]?.int } == [3, 5])
    }

    @Test func `log probabilities go with their piece of text`() throws {
        let entry = #"[{"token":"h","logprob":-0.5,"bytes":[104],"top_logprobs":[]}]"#
        let request = try decodeResponses(#""include":["message.output_text.logprobs"]"#)
        let events: [AnswerEvent] = [
            .open(0, .text), .delta(0, "h"), .logprobs(0, RawJSON(trusted: entry)), .delta(0, "i"), .close(0), .end,
        ]
        let encoded = try encodeResponses(events, for: request)
        #expect(ResponsesGrammar.faults(in: encoded) == [])
        let deltas = encoded.filter { $0.responsesType == "output_text.delta" }
        #expect(deltas.map { $0["logprobs"]?.elements.count } == [1, 0])
        #expect(encoded.last?["response"]?["output"]?[0]?["content"]?[0]?["logprobs"]?.elements.count == 1)
    }

    @Test func `a namespace's tool is called by both its names`() throws {
        let request = try decodeResponses(
            #""tools":[{"type":"namespace","name":"crm","tools":[{"type":"function","name":"get"}]}]"#
        )
        let events: [AnswerEvent] = [.open(0, Self.call("c", "crm__get")), .close(0), .end]
        let item = try encodeResponses(events, for: request).last?["response"]?["output"]?[0]
        #expect(item?["name"]?.string == "get" && item?["namespace"]?.string == "crm")
    }

    @Test(arguments: Self.bodies)
    func `an answer sent back as history is read as the same blocks`(_ body: [AnswerEvent]) throws {
        var collector = AnswerCollector()
        for event in body + [.end] { collector.add(event) }
        let output = try encodeResponses(collector.answer)["output"]?.elements ?? []
        let items = output.map(\.text).joined(separator: ",")
        let blocks = try decodeResponses("\"input\":[\(items)]").turns.flatMap(\.blocks)
        #expect(responsesSketch(blocks) == Self.expected(collector.answer).joined(separator: ","))
    }

    /// How blocks of an answer come back; state of a text or a call comes before it as a block of its own.
    private static func expected(_ answer: Answer) -> [String] {
        answer.blocks.flatMap { block -> [String] in
            switch block {
            case .text(let text):
                let state = text.state.map { ["reasoning(\($0.owner):nil)"] } ?? []
                return text.text.isEmpty ? state : state + [text.text]
            case .refusal(let text): return ["refusal(\(text))"]
            case .reasoning(let reasoning):
                guard let state = reasoning.state else { return [] }
                return ["reasoning(\(state.owner):\(reasoning.text ?? "nil"))"]
            case .toolCall(let call):
                let state = call.state.map { ["reasoning(\($0.owner):nil)"] } ?? []
                let input = call.input.kind == .freeText ? call.input.text : call.input.argumentsText
                return state + ["call(\(call.id):\(call.name):\(input))"]
            case .opaque: return []
            }
        }
    }
}
