import Exchange
import Testing
import Wire

@Suite struct ConverseStreamTests {
    private static let full: [(String, String)] = [
        ("messageStart", #"{"role":"assistant","p":"abc"}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":0}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"Hel"}}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"lo"}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":1}"#),
        ("contentBlockStart", #"{"contentBlockIndex":4,"start":{"toolUse":{"toolUseId":"t1","name":"look"}}}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":4,"delta":{"toolUse":{"input":"{\"q\""}}}"#),
        ("contentBlockDelta", #"{"contentBlockIndex":4,"delta":{"toolUse":{"input":":1}"}}}"#),
        ("contentBlockStop", #"{"contentBlockIndex":4}"#),
        ("messageStop", #"{"stopReason":"tool_use"}"#),
        (
            "metadata",
            #"""
            {"usage":{"inputTokens":7,"outputTokens":5,"totalTokens":42,"cacheReadInputTokens":20,
            "cacheReadInputTokenCount":20,"cacheWriteInputTokens":10,
            "cacheDetails":[{"ttl":"1h","inputTokens":4},{"ttl":"5m","inputTokens":6}]},"metrics":{"latencyMs":3}}
            """#
        ),
    ]

    @Test func `a stream is told in blocks, and its end waits for the counts`() throws {
        let events = try Streams.events(Self.full)
        var usage = TokenUsage()
        usage.uncachedInputTokens = 7
        usage.cacheReadTokens = 20
        usage.cacheWrite1hTokens = 4
        usage.cacheWrite5mTokens = 6
        usage.visibleOutputTokens = 5
        #expect(
            events == [
                .start(AnswerHead()), .open(0, .reasoning(isRedacted: false)), .delta(0, "hm"),
                .state(0, ReasoningState(owner: "anthropic", value: "c2ln")), .close(0), .open(1, .text),
                .delta(1, "Hel"), .delta(1, "lo"), .close(1),
                .open(2, .toolCall(id: "t1", name: "look", isFreeText: false)), .delta(2, "{\"q\""), .delta(2, ":1}"),
                .close(2), .usage(usage), .finish(.toolCalls), .end,
            ]
        )
    }

    @Test func `S06: a stream cut after any frame before its stop is a failure`() throws {
        let frames = Self.full.map { Frames.event($0.0, $0.1) }
        for count in 0..<11 {
            let events = try Streams.events(Array(frames.prefix(count)))
            guard case .fail(let failure) = events.last else {
                Issue.record("a success after \(count) frames")
                continue
            }
            #expect(failure.kind == .upstreamFailed && !events.contains(.end))
        }
        let withoutCounts = try Streams.events(Array(frames.prefix(12)))
        #expect(withoutCounts.suffix(2) == [.finish(.toolCalls), .end])
    }

    @Test func `S05: an exception frame after a 200 is a failure of its own kind`() throws {
        let cases: [(String, String, GatewayFailure.Kind)] = [
            ("throttlingException", #"{"message":"Too many requests"}"#, .upstreamUnavailable),
            ("throttlingException", #"{"message":"Too many tokens per day"}"#, .upstreamCredential),
            ("serviceUnavailableException", "{}", .upstreamUnavailable),
            ("internalServerException", "{}", .upstreamFailed),
            ("modelStreamErrorException", #"{"originalStatusCode":500,"message":"x"}"#, .upstreamFailed),
            ("modelStreamErrorException", #"{"originalStatusCode":429}"#, .upstreamUnavailable),
            ("modelTimeoutException", "{}", .upstreamTimeout),
            ("validationException", #"{"message":"Input is too long for requested model."}"#, .invalidRequest),
            ("accessDeniedException", "not json", .upstreamCredential), ("somethingNewException", "", .upstreamFailed),
        ]
        for (name, payload, kind) in cases {
            let frames = Self.full.prefix(6).map { Frames.event($0.0, $0.1) }
            let rest = [Frames.exception(name, payload)] + Self.full.suffix(2).map { Frames.event($0.0, $0.1) }
            let events = try Streams.events(frames + rest)
            guard case .fail(let failure) = events.last else {
                Issue.record("\(name) is no failure")
                continue
            }
            #expect(failure.kind == kind, "\(name)")
            // S08: as the very first message as well.
            #expect(try Streams.events([Frames.exception(name, payload)]) == [.fail(failure)])
        }
        let error = Frames.frame([(":message-type", "error"), (":error-code", "InternalError")], "")
        guard case .fail = try Streams.events([error]).last else {
            Issue.record("an error frame is no failure")
            return
        }
    }

    @Test func `T01: a call without pieces has an empty object for input`() throws {
        for piece in ["", #"{"input":""}"#, #"{"input":"{}"}"#] {
            var stream = [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockStart", #"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"n"}}}"#),
            ]
            if !piece.isEmpty {
                stream.append(("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"toolUse":\#(piece)}}"#))
            }
            stream += [
                ("contentBlockStop", #"{"contentBlockIndex":0}"#), ("messageStop", #"{"stopReason":"end_turn"}"#),
            ]
            let collected = Streams.collected(try Streams.events(stream))
            let call = ToolCall(id: "t", name: "n", input: ToolInput(.claimedObject, "{}"))
            #expect(collected.answer.blocks == [.toolCall(call)])
            #expect(collected.finish == .toolCalls, "T04: the call counts, not what the vendor says")
        }
    }

    @Test func `R05: a signature without text is a block, and so is a redacted one in pieces`() throws {
        let events = try Streams.events([
            ("messageStart", #"{"role":"assistant"}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"AA"}}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":0}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":""}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":1}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"reasoningContent":{"redactedContent":"AQ=="}}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"reasoningContent":{"redactedContent":"Ag=="}}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":2}"#), ("messageStop", #"{"stopReason":"end_turn"}"#),
        ])
        #expect(
            Streams.collected(events).answer.blocks == [
                .reasoning(Reasoning(text: "", state: ReasoningState(owner: "anthropic", value: "AA"))),
                .text(AnswerText("")),
                .reasoning(
                    Reasoning(text: nil, state: ReasoningState(owner: "anthropic", value: "AQI="), isRedacted: true)
                ),
            ]
        )
    }

    @Test func `blocks open when there is something to say, whatever the indices do`() throws {
        let events = try Streams.events([
            ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":""}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"text":"a"}}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"reasoningContent":{"text":"b"}}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":9}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"text":"c"}}"#),
            ("contentBlockStop", #"{"contentBlockIndex":3}"#),
            ("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"text":"d"}}"#),
            ("metadata", #"{"usage":{"inputTokens":1,"outputTokens":1}}"#),
            ("messageStop", #"{"stopReason":"max_tokens"}"#), ("contentBlockDelta", #"{"delta":{"text":"late"}}"#),
            ("newEvent", "{}"),
        ])
        let collected = Streams.collected(events)
        #expect(
            collected.answer.blocks == [
                .text(AnswerText("a")), .reasoning(Reasoning(text: "b")), .text(AnswerText("c")),
                .text(AnswerText("d")),
            ]
        )
        #expect(collected.finish == .length && events.suffix(2) == [.finish(.length), .end])
    }

    @Test func `the vendor's own tools are not the caller's calls`() throws {
        let collected = Streams.collected(
            try Streams.events([
                ("messageStart", #"{"role":"assistant"}"#),
                (
                    "contentBlockStart",
                    #"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"n","type":"server_tool_use"}}}"#
                ),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":0}"#),
                ("contentBlockStart", #"{"contentBlockIndex":1,"start":{"toolResult":{"toolUseId":"t"}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolResult":[{"text":"x"}]}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":1}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"text":"done"}}"#),
                (
                    "contentBlockDelta",
                    #"{"contentBlockIndex":2,"delta":{"citation":{"location":{"web":{"url":"u"}}}}}"#
                ),
                ("contentBlockStop", #"{"contentBlockIndex":2}"#), ("messageStop", #"{"stopReason":"end_turn"}"#),
            ])
        )
        #expect(collected.finish == .stop && collected.answer.blocks.count == 1)
        guard case .text(let text)? = collected.answer.blocks.first else { return }
        #expect(text.text == "done" && text.citations.map(\.url) == ["u"])
    }

    @Test func `a stand-in for structured output is text, a custom tool is free text, names come back`() throws {
        var notes = Streams.notes
        notes.outputTool = "json_response"
        notes.customTools = ["patch"]
        notes.toolNames = ["a_b_1": "a.b"]
        func call(_ name: String, _ pieces: [String], _ index: Int) -> [(String, String)] {
            [
                (
                    "contentBlockStart",
                    #"{"contentBlockIndex":\#(index),"start":{"toolUse":{"toolUseId":"t\#(index)","name":"\#(name)"}}}"#
                )
            ]
                + pieces.map {
                    ("contentBlockDelta", #"{"contentBlockIndex":\#(index),"delta":{"toolUse":{"input":"\#($0)"}}}"#)
                } + [("contentBlockStop", #"{"contentBlockIndex":\#(index)}"#)]
        }
        let stop = [("messageStop", #"{"stopReason":"tool_use"}"#)]
        let standIn = Streams.collected(
            try Streams.events(call("json_response", [#"{\"a\""#, ":1}"], 0) + stop, notes: notes)
        )
        #expect(standIn.answer.blocks == [.text(AnswerText("{\"a\":1}"))] && standIn.finish == .stop)
        let calls = call("patch", [#"{\"inp"#, #"ut\":\"l1\\nl2\"}"#], 0) + call("a_b_1", ["{}"], 1) + stop
        let collected = Streams.collected(try Streams.events(calls, notes: notes))
        #expect(
            collected.answer.blocks == [
                .toolCall(ToolCall(id: "t0", name: "patch", input: ToolInput(.freeText, "l1\nl2"))),
                .toolCall(ToolCall(id: "t1", name: "a.b", input: ToolInput(.claimedObject, "{}"))),
            ]
        )
        #expect(collected.finish == .toolCalls)
    }

    @Test func `broken events and malformed output are failures`() throws {
        for event in [
            ("contentBlockDelta", "{"), ("messageStop", "[]"), ("messageStop", "{}"),
            ("messageStop", #"{"stopReason":"malformed_tool_use"}"#),
            ("messageStop", #"{"stopReason":"malformed_model_output"}"#), ("metadata", ""),
        ] {
            guard case .fail(let failure) = try Streams.events([event]).last else {
                Issue.record("\(event) is no failure")
                continue
            }
            #expect(failure.kind == .upstreamFailed)
        }
    }
}
