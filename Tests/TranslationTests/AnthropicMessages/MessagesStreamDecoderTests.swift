import AnthropicMessages
import Exchange
import Testing

@Suite struct MessagesStreamDecoderTests {
    static let start =
        #"{"type":"message_start","message":{"id":"msg_1","model":"claude-x","content":[],"usage":{"input_tokens":15,"cache_creation_input_tokens":10,"cache_read_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":6},"output_tokens":9}}}"#
    static let stop = #"{"type":"message_stop"   }"#

    private static func shell(_ block: String, _ index: Int = 0) -> String {
        "{\"type\":\"content_block_start\",\"index\":\(index),\"content_block\":\(block)}"
    }

    private static func delta(_ delta: String, _ index: Int = 0) -> String {
        "{\"type\":\"content_block_delta\",\"index\":\(index),\"delta\":\(delta)}"
    }

    private static func input(_ piece: String) -> String {
        Self.delta("{\"type\":\"input_json_delta\",\"partial_json\":\"\(piece)\"}")
    }

    private static func end(_ reason: String = "end_turn", _ usage: String = "{\"output_tokens\":40}") -> String {
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"\(reason)\",\"stop_sequence\":null},\"usage\":\(usage)}"
    }

    private static let close = #"{"type":"content_block_stop","index":0}"#

    /// A stream of one block, `middle` being the events of the block.
    private static func events(
        _ middle: [String],
        _ reason: String = "end_turn",
        notes: ReplyNotes = ReplyNotes()
    ) -> [AnswerEvent] {
        MessagesRoom.events([Self.start] + middle + [Self.end(reason), Self.stop], notes: notes)
    }

    /// What lies between `start` and `usage`.
    private static func content(_ events: [AnswerEvent]) -> [AnswerEvent] {
        events.filter { event in
            switch event {
            case .open, .delta, .citation, .state, .close, .logprobs: true
            default: false
            }
        }
    }

    static let whole: [String] = [
        Self.start, "{\"type\":\"ping\"}", Self.shell("{\"type\":\"text\",\"text\":\"\"}"), "{\"type\":\"ping\"}",
        Self.delta("{\"type\":\"text_delta\",\"text\":\"Hello\"}"), Self.close,
        Self.shell("{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{}}", 1), Self.input(""),
        Self.input("{\\\"a\\\":"), Self.input("1}"), Self.close, Self.end("tool_use"), Self.stop,
    ]

    @Test func `T02 a stream is read block by block`() {
        let events = MessagesRoom.events(Self.whole)
        guard case .start(let head) = events.first else {
            Issue.record("no start")
            return
        }
        #expect(head.id == "msg_1" && head.model == "claude-x" && head.usage?.uncachedInputTokens == 15)
        #expect(
            Self.content(events) == [
                .open(0, .text), .delta(0, "Hello"), .close(0),
                .open(1, .toolCall(id: "t1", name: "f", isFreeText: false)), .delta(1, "{\"a\":"), .delta(1, "1}"),
                .close(1),
            ]
        )
        #expect(events.suffix(2) == [.finish(.toolCalls), .end])
    }

    @Test func `S06 S09 a stream cut after any event fails and never ends`() {
        for count in 0..<Self.whole.count {
            let events = MessagesRoom.events(Array(Self.whole.prefix(count)))
            guard case .fail(let failure) = events.last else {
                Issue.record("cut after \(count): no failure")
                continue
            }
            #expect(failure.kind == .upstreamFailed && !events.contains(.end))
        }
    }

    @Test func `U03 U04 U10 totals replace, and what they leave out or call zero stays`() {
        for usage in ["{\"output_tokens\":40}", "{\"input_tokens\":0,\"output_tokens\":40}"] {
            let events = MessagesRoom.events([Self.start, Self.end("end_turn", usage), Self.stop])
            let told = events.compactMap { if case .usage(let usage) = $0 { usage } else { nil } }.last
            #expect(told?.uncachedInputTokens == 15 && told?.cacheReadTokens == 3 && told?.visibleOutputTokens == 40)
            #expect(told?.cacheWrite5mTokens == 4 && told?.cacheWrite1hTokens == 6)
        }
    }

    @Test func `U16 thinking tokens are told apart`() {
        let usage = "{\"output_tokens\":40,\"output_tokens_details\":{\"thinking_tokens\":30}}"
        let answer = MessagesRoom.collected(MessagesRoom.events([Self.start, Self.end("end_turn", usage), Self.stop]))
        #expect(answer.answer.usage?.reasoningTokens == 30 && answer.answer.usage?.visibleOutputTokens == 10)
    }

    @Test func `T01 a call without input is an empty object`() {
        let shell = Self.shell("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}")
        let open = AnswerEvent.open(0, .toolCall(id: "t", name: "f", isFreeText: false))
        for middle in [[shell, Self.input(""), Self.close], [shell, Self.close]] {
            #expect(Self.content(Self.events(middle)) == [open, .delta(0, "{}"), .close(0)])
        }
        let told = Self.shell("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"a\":1}}")
        #expect(Self.content(Self.events([told, Self.close])) == [open, .delta(0, "{\"a\":1}"), .close(0)])
        let full = [told, Self.input("{\\\"b\\\":2}"), Self.close]
        #expect(Self.content(Self.events(full)) == [open, .delta(0, "{\"b\":2}"), .close(0)])
    }

    @Test func `R05 thoughts keep their signature, also without text`() {
        let shell = Self.shell("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
        let signed = Self.delta("{\"type\":\"signature_delta\",\"signature\":\"Eu==\"}")
        let state = AnswerEvent.state(0, ReasoningState(owner: "anthropic", value: "Eu=="))
        let open = AnswerEvent.open(0, .reasoning(isRedacted: false))
        #expect(Self.content(Self.events([shell, signed, Self.close])) == [open, state, .close(0)])
        let thought = Self.delta("{\"type\":\"thinking_delta\",\"thinking\":\"hm\",\"estimated_tokens\":1}")
        let full = Self.content(Self.events([shell, thought, signed, Self.close]))
        #expect(full == [open, .delta(0, "hm"), state, .close(0)])
        #expect(Self.content(Self.events([shell, Self.close])).isEmpty)
        let hidden = Self.shell("{\"type\":\"redacted_thinking\",\"data\":\"Eu==\"}")
        #expect(
            Self.content(Self.events([hidden, Self.close])) == [
                .open(0, .reasoning(isRedacted: true)), state, .close(0),
            ]
        )
    }

    @Test func `P09 steps of the vendor's own tools come whole`() throws {
        let shell = Self.shell("{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}")
        let events = Self.content(Self.events([shell, Self.input(""), Self.input("{\\\"q\\\":1}"), Self.close]))
        guard case .open(0, .opaque(let step)) = try #require(events.first) else {
            Issue.record("not opaque")
            return
        }
        #expect(step.type == "server_tool_use" && events.count == 2)
        #expect(step.json.text == #"{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}}"#)
        let compaction = Self.shell("{\"type\":\"compaction\",\"content\":null}")
        let piece = Self.delta("{\"type\":\"compaction_delta\",\"content\":\"short\"}")
        let compacted = Self.content(Self.events([compaction, piece, piece, Self.close]))
        guard case .open(0, .opaque(let block)) = try #require(compacted.first) else {
            Issue.record("not opaque")
            return
        }
        #expect(block.json.text == #"{"type":"compaction","content":"shortshort"}"#)
    }

    @Test func `what was changed for the vendor is changed back`() {
        var notes = ReplyNotes()
        notes.toolNames = ["a_b_1": "a.b"]
        notes.customTools = ["patch"]
        notes.outputTool = "json_response"
        notes.reasoningOwner = "claude-cloud"
        let named = Self.shell("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"a_b_1\",\"input\":{}}")
        #expect(
            Self.content(Self.events([named, Self.close], notes: notes)).first
                == .open(0, .toolCall(id: "t", name: "a.b", isFreeText: false))
        )
        let custom = Self.shell("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"patch\",\"input\":{}}")
        let pieces = [custom, Self.input("{\\\"input\\\":\\\"li"), Self.input("ne\\\\n\\\"}"), Self.close]
        let answer = MessagesRoom.collected(Self.events(pieces, "tool_use", notes: notes)).answer
        let call = ToolCall(id: "t", name: "patch", input: ToolInput(.freeText, "line\n"))
        #expect(answer.blocks == [.toolCall(call)])
        let output = Self.shell("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"json_response\",\"input\":{}}")
        let json = Self.events([output, Self.input("{\\\"x\\\":1}"), Self.close], "tool_use", notes: notes)
        #expect(Self.content(json) == [.open(0, .text), .delta(0, "{\"x\":1}"), .close(0)])
        #expect(json.contains(.finish(.stop)))
        let thinking = Self.shell("{\"type\":\"redacted_thinking\",\"data\":\"d\"}")
        let state = AnswerEvent.state(0, ReasoningState(owner: "claude-cloud", value: "d"))
        #expect(Self.events([thinking, Self.close], notes: notes).contains(state))
    }

    @Test(arguments: [
        ("end_turn", FinishReason.stop), ("max_tokens", .length), ("pause_turn", .pause), ("refusal", .refusal),
        ("model_context_window_exceeded", .contextWindow), ("tool_use", .stop), ("stop_sequence", .stopSequence(nil)),
        ("compaction", .other("compaction")),
    ])
    func `a stop reason is read`(reason: String, finish: FinishReason) throws {
        #expect(Self.events([], reason).contains(.finish(finish)))
        let answer = try MessagesRoom.answer("{\"content\":[],\"stop_reason\":\"\(reason)\"}")
        #expect(answer.finish == finish)
    }

    @Test func `a refusal's explanation is told before the end`() throws {
        let details = "\"stop_details\":{\"type\":\"refusal\",\"category\":\"bio\",\"explanation\":\"Not this.\"}"
        let end = "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\",\(details)},\"usage\":{}}"
        let collected = MessagesRoom.collected(MessagesRoom.events([Self.start, end, Self.stop]))
        #expect(collected.isComplete && collected.answer.blocks == [.refusal("Not this.")])
        let whole = try MessagesRoom.answer("{\"content\":[],\"stop_reason\":\"refusal\",\(details)}")
        #expect(whole.blocks == [.refusal("Not this.")] && whole.finish == .refusal)
    }

    @Test func `S08 an error is a failure, whenever it comes and whatever follows`() {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#
        for count in 0...(Self.whole.count - 1) {
            let events = MessagesRoom.events(Self.whole.prefix(count) + [error] + Self.whole.suffix(1))
            #expect(events.last?.failureKind == .upstreamUnavailable && !events.contains(.end))
        }
    }

    @Test func `S21 a second message, and an end without beginning, are failures`() {
        #expect(MessagesRoom.events([Self.start, Self.start]).last?.failureKind == .upstreamFailed)
        #expect(MessagesRoom.events([Self.stop]).last?.failureKind == .upstreamFailed)
    }

    @Test func `unknown events and deltas mean nothing and are counted`() {
        let decoder = MessagesRoom.format.makeStreamDecoder(notes: ReplyNotes())
        var events: [AnswerEvent] = []
        let odd = ["{\"type\":\"new_event\"}", "{}", Self.delta("{\"type\":\"new_delta\",\"x\":\"y\"}"), "[DONE]", ""]
        for payload in [Self.start] + odd {
            Array(payload.utf8).withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &events) }
        }
        #expect(events.count == 1 && decoder.unknownCount == 3)
    }

    @Test func `garbage never traps and never ends well`() {
        for garbage in ["{", "null", "[1]", "\"x\"", "{\"type\":5}", "{\"type\":\"content_block_start\"}", "\u{0}"] {
            let events = MessagesRoom.events([garbage])
            #expect(events.last?.failureKind == .upstreamFailed)
        }
        let kinds = ["1", "null", "[]", "{}", "\"s\"", "{\"type\":\"text\",\"text\":1}", "{\"type\":\"tool_use\"}"]
        for kind in kinds {
            for other in kinds {
                let events = Self.events([Self.shell(kind), Self.delta(other), Self.delta(kind), Self.close])
                #expect(events.last == .end)
            }
        }
    }
}

extension AnswerEvent {
    fileprivate var failureKind: GatewayFailure.Kind? {
        if case .fail(let failure) = self { failure.kind } else { nil }
    }
}
