import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatStreamDecodingTests {
    private static let end: [AnswerEvent] = [.finish(.stop), .end]

    /// The events of a stream without its start, which is always the same.
    private static func body(_ data: [String], notes: ReplyNotes = ReplyNotes()) throws -> [AnswerEvent] {
        let events = ChatProbe.events(data, notes: notes)
        #expect(ChatProbe.keepsPromises(events), "\(events)")
        guard case .start(let head) = events.first else { throw ChatSurprise() }
        #expect(head.id == "chatcmpl-1" && head.model == "big-1" && head.created == 5)
        return Array(events.dropFirst())
    }

    private static func call(_ index: Int, _ id: String?, _ name: String?, _ arguments: String) -> String {
        let id = id.map { #""id":"\#($0)","type":"function","# } ?? ""
        let name = name.map { #""name":"\#($0)","# } ?? ""
        let text = arguments.replacing("\"", with: "\\\"")
        return #"{"tool_calls":[{"index":\#(index),\#(id)"function":{\#(name)"arguments":"\#(text)"}}]}"#
    }

    private static func open(_ block: Int, _ id: String, _ name: String) -> AnswerEvent {
        .open(block, .toolCall(id: id, name: name, isFreeText: false))
    }

    @Test func `text is passed on as it comes, and a role alone opens nothing`() throws {
        let events = try Self.body([
            ChatProbe.chunk(
                #"{"role":"assistant","content":"","refusal":null}"#,
                rest: #","obfuscation":"xx","usage":null"#
            ),
            ChatProbe.chunk(#"{"content":"a"}"#), ChatProbe.chunk(#"{"content":"b"}"#),
            ChatProbe.chunk("{}", finish: "stop"),
            #"{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
            #"{"id":"chatcmpl-1","choices":[],"moderation":{}}"#,
            "[DONE]",
        ])
        var usage = TokenUsage()
        usage.uncachedInputTokens = 3
        usage.visibleOutputTokens = 2
        #expect(
            events == [.open(0, .text), .delta(0, "a"), .delta(0, "b"), .close(0), .usage(usage)] + Self.end
        )
    }

    @Test func `S15, S16: Azure's first chunk and its filter chunks say nothing`() throws {
        let filter =
            #"{"id":"chatcmpl-1","choices":[{"index":0,"finish_reason":null,"content_filter_results":{},"content_filter_offsets":{"check_offset":1}}]}"#
        let data = [
            #"{"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
            ChatProbe.chunk(#"{"content":"a"}"#), filter, ChatProbe.chunk("{}", finish: "stop"), filter,
        ]
        #expect(try Self.body(data + ["[DONE]"]) == [.open(0, .text), .delta(0, "a"), .close(0)] + Self.end)
        let cut = #"{"choices":[{"index":0,"finish_reason":"content_filter"}]}"#
        #expect(try Self.body(data + [cut, "[DONE]"]).contains(.finish(.contentFilter)))
    }

    @Test func `E10: an error of Azure's filter is not one of the answer`() throws {
        let noted =
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"b"},"finish_reason":null,"content_filter_results":{},"content_filter_result":{"error":{"code":"content_filter_error","message":"The contents are not filtered"}}}]}"#
        let data = [
            ChatProbe.chunk(#"{"content":"a"}"#), noted, ChatProbe.chunk("{}", finish: "stop"), "[DONE]",
        ]
        #expect(try Self.body(data) == [.open(0, .text), .delta(0, "a"), .delta(0, "b"), .close(0)] + Self.end)
    }

    @Test func `T35: arguments that could end here go on until they are closed`() throws {
        let events = try Self.body([
            ChatProbe.chunk(Self.call(0, "c", "f", #"{"a":1}"#)), ChatProbe.chunk(Self.call(0, nil, nil, " ")),
            ChatProbe.chunk(Self.call(0, nil, nil, #"{"b":2}"#)), ChatProbe.chunk("{}", finish: "tool_calls"),
            "[DONE]",
        ])
        #expect(
            events == [
                Self.open(0, "c", "f"), .delta(0, #"{"a":1}"#), .delta(0, " "), .delta(0, #"{"b":2}"#), .close(0),
                .finish(.toolCalls), .end,
            ]
        )
    }

    @Test func `a call comes in pieces`() throws {
        let events = try Self.body([
            ChatProbe.chunk(
                #"{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]}"#
            ),
            ChatProbe.chunk(Self.call(0, nil, nil, #"{"a""#)), ChatProbe.chunk(Self.call(0, nil, nil, ":1}")),
            ChatProbe.chunk("{}", finish: "stop"), "[DONE]",
        ])
        #expect(
            events == [
                Self.open(0, "c", "f"), .delta(0, #"{"a""#), .delta(0, ":1}"), .close(0), .finish(.toolCalls), .end,
            ],
            "T04: the calls decide, not the word"
        )
    }

    @Test func `T01: a call without arguments is given an empty object`() throws {
        let events = try Self.body([
            ChatProbe.chunk(#"{"content":"x"}"#), ChatProbe.chunk(Self.call(0, "c", "f", "")),
            ChatProbe.chunk("{}", finish: "tool_calls"), "[DONE]",
        ])
        #expect(events.contains(.delta(1, "{}")))
    }

    @Test func `T09: interleaved calls are told apart, and the later ones wait`() throws {
        let events = try Self.body([
            ChatProbe.chunk(Self.call(0, "a", "f", "1")), ChatProbe.chunk(Self.call(1, "b", "g", "2")),
            ChatProbe.chunk(Self.call(0, nil, nil, "3")), ChatProbe.chunk(Self.call(1, nil, nil, "4")),
            ChatProbe.chunk("{}", finish: "tool_calls"), "[DONE]",
        ])
        #expect(
            events == [
                Self.open(0, "a", "f"), .delta(0, "1"), .delta(0, "3"), .close(0),
                Self.open(1, "b", "g"), .delta(1, "24"), .close(1), .finish(.toolCalls), .end,
            ]
        )
    }

    @Test(arguments: [
        // A new id under the same index, no index at all, no ids at all.
        [
            #"[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]"#,
            #"[{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}]"#,
        ],
        [#"[{"id":"a","function":{"name":"f","arguments":"1"}},{"id":"b","function":{"name":"g","arguments":"2"}}]"#],
        [#"[{"function":{"name":"f","arguments":"1"}}]"#, #"[{"function":{"name":"g","arguments":"2"}}]"#],
        [
            #"[{"index":0,"function":{"name":"f","arguments":"1"}}]"#,
            #"[{"index":0,"function":{"name":"g","arguments":"2"}}]"#,
        ],
        [
            #"[{"index":0,"id":null,"type":null,"function":{"name":"f","arguments":"1"}}]"#,
            #"[{"index":1,"id":"","function":{"name":"g","arguments":"2"}}]"#,
        ],
    ])
    func `T05, T16, T33: whole calls come without index, id or type`(deltas: [String]) throws {
        let chunks = deltas.map { ChatProbe.chunk(#"{"tool_calls":\#($0)}"#) }
        let events = try Self.body(chunks + [ChatProbe.chunk(#"{"content":""}"#, finish: "stop")])
        let opened = events.compactMap { event -> (String, String)? in
            guard case .open(_, .toolCall(let id, let name, _)) = event else { return nil }
            return (id, name)
        }
        let inputs = events.compactMap { if case .delta(_, let text) = $0 { text } else { nil } }
        #expect(opened.map(\.1) == ["f", "g"] && inputs == ["1", "2"])
        #expect(Set(opened.map(\.0)).count == 2 && opened.allSatisfy { !$0.0.isEmpty })
    }

    @Test func `ids and names that are repeated, or come as null, change nothing`() throws {
        let again =
            #"{"content":null,"role":null,"tool_calls":[{"index":0,"id":null,"function":{"name":null,"arguments":"2"}}]}"#
        let events = try Self.body([
            ChatProbe.chunk(Self.call(0, "a", "f", "1")), ChatProbe.chunk(again),
            ChatProbe.chunk(Self.call(0, "a", "f", "3")),
            ChatProbe.chunk(#"{"tool_calls":null}"#, finish: "tool_calls"), "[DONE]",
        ])
        #expect(events.dropLast(3) == [Self.open(0, "a", "f"), .delta(0, "1"), .delta(0, "2"), .delta(0, "3")])
    }

    @Test func `a call opens when its name is known`() throws {
        let events = try Self.body([
            ChatProbe.chunk(Self.call(0, nil, nil, "1")), ChatProbe.chunk(Self.call(0, "a", "f", "2")),
            ChatProbe.chunk("{}", finish: "tool_calls"),
        ])
        #expect(events.prefix(2) == [Self.open(0, "a", "f"), .delta(0, "12")])
    }

    @Test func `S22: thoughts open one block, and empty ones none`() throws {
        let events = try Self.body([
            ChatProbe.chunk(#"{"role":"assistant","content":"","reasoning_content":"t"}"#),
            ChatProbe.chunk(#"{"content":null,"reasoning_content":"u","reasoning":"u"}"#),
            ChatProbe.chunk(#"{"content":"a","reasoning_content":""}"#),
            ChatProbe.chunk(#"{"content":"b","reasoning_content":null}"#, finish: "stop"),
        ])
        #expect(
            events == [
                .open(0, .reasoning(isRedacted: false)), .delta(0, "t"), .delta(0, "u"), .close(0),
                .open(1, .text), .delta(1, "a"), .delta(1, "b"), .close(1),
            ] + Self.end,
            "S28: text in the finishing chunk is delivered"
        )
    }

    @Test func `Mistral's content is a list of parts`() throws {
        let events = try Self.body([
            ChatProbe.chunk(#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]}]}"#),
            ChatProbe.chunk(#"{"content":[{"type":"text","text":"a"}]}"#, finish: "stop"),
        ])
        #expect(events.contains(.delta(0, "t")) && events.contains(.delta(1, "a")))
    }

    @Test func `text after a call is a block of its own, and line ends between calls are nothing`() throws {
        let events = try Self.body([
            ChatProbe.chunk(Self.call(0, "a", "f", "1")), ChatProbe.chunk(#"{"content":"\n"}"#),
            ChatProbe.chunk(Self.call(0, nil, nil, "2")), ChatProbe.chunk(#"{"content":"text"}"#, finish: "stop"),
        ])
        #expect(
            events == [
                Self.open(0, "a", "f"), .delta(0, "1"), .delta(0, "2"), .close(0),
                .open(1, .text), .delta(1, "text"), .close(1), .finish(.toolCalls), .end,
            ]
        )
    }

    @Test func `custom tools: native, and behind a function`() throws {
        var notes = ReplyNotes()
        notes.customTools = ["f"]
        let wrapped = try Self.body(
            [
                ChatProbe.chunk(Self.call(0, "a", "f", #"{"in"#)),
                ChatProbe.chunk(Self.call(0, nil, nil, #"put":"x"}"#)),
                ChatProbe.chunk("{}", finish: "tool_calls"),
            ],
            notes: notes
        )
        let opening = AnswerEvent.open(0, .toolCall(id: "a", name: "f", isFreeText: true))
        #expect(wrapped == [opening, .delta(0, "x"), .close(0), .finish(.toolCalls), .end])
        let native = try Self.body([
            ChatProbe.chunk(#"{"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":""}}]}"#),
            ChatProbe.chunk(#"{"tool_calls":[{"index":0,"custom":{"input":"x"}}]}"#, finish: "tool_calls"),
        ])
        #expect(native == wrapped)
    }

    @Test(arguments: ["multi_tool_use.parallel", "parallel"])
    func `calls that were wrapped into one are taken out of it`(name: String) throws {
        let uses =
            #"{"tool_uses":[{"recipient_name":"functions.f","parameters":{"a":1}},{"recipient_name":"functions.g","parameters":{}}]}"#
        let events = try Self.body([
            ChatProbe.chunk(Self.call(0, "a", name, String(uses.prefix(20)))),
            ChatProbe.chunk(Self.call(0, nil, nil, String(uses.dropFirst(20)))),
            ChatProbe.chunk("{}", finish: "tool_calls"),
        ])
        #expect(
            events == [
                Self.open(0, "a_0", "f"), .delta(0, #"{"a":1}"#), .close(0),
                Self.open(1, "a_1", "g"), .delta(1, "{}"), .close(1), .finish(.toolCalls), .end,
            ]
        )
        let own = try Self.body([
            ChatProbe.chunk(Self.call(0, "a", name, "{}")), ChatProbe.chunk("{}", finish: "tool_calls"),
        ])
        #expect(own.prefix(2) == [Self.open(0, "a", name), .delta(0, "{}")])
        let arguments = uses.replacing("\"", with: "\\\"")
        let whole = try ChatProbe.answer(
            #"{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"\#(name)","arguments":"\#(arguments)"}}]}}]}"#
        )
        #expect(
            whole.blocks == [
                .toolCall(ToolCall(id: "a_0", name: "f", input: ToolInput(.claimedObject, #"{"a":1}"#))),
                .toolCall(ToolCall(id: "a_1", name: "g", input: ToolInput(.claimedObject, "{}"))),
            ]
        )
    }

    @Test func `the legacy call is a call`() throws {
        let events = try Self.body([
            ChatProbe.chunk(#"{"function_call":{"name":"f","arguments":"{"}}"#),
            ChatProbe.chunk(#"{"function_call":{"arguments":"}"}}"#, finish: "function_call"),
        ])
        #expect(
            events == [
                Self.open(0, "call__0", "f"), .delta(0, "{"), .delta(0, "}"), .close(0), .finish(.toolCalls), .end,
            ]
        )
    }

    @Test func `log probabilities and citations belong to the text`() throws {
        let events = try Self.body([
            #"{"id":"chatcmpl-1","created":5,"model":"big-1","choices":[{"index":0,"delta":{"content":"ab"},"logprobs":{"content":[{"token":"ab"}]}}]}"#,
            ChatProbe.chunk(
                #"{"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":2,"url":"https://x","title":""}}]}"#,
                finish: "stop"
            ),
        ])
        var citation = Citation(url: "https://x")
        citation.range = 0..<2
        #expect(events.contains(.logprobs(0, RawJSON(trusted: #"[{"token":"ab"}]"#))))
        #expect(events.contains(.citation(0, citation)))
    }

    @Test func `R03: a signature on empty text is kept`() throws {
        let state = ReasoningState(owner: "gemini", value: "s")
        let signed = #"{"content":"","extra_content":{"google":{"thought_signature":"s"}}}"#
        let after = try Self.body([ChatProbe.chunk(#"{"content":"a"}"#), ChatProbe.chunk(signed, finish: "stop")])
        #expect(after == [.open(0, .text), .delta(0, "a"), .state(0, state), .close(0)] + Self.end)
        let alone = try Self.body([ChatProbe.chunk(signed, finish: "stop")])
        #expect(alone == [.open(0, .text), .state(0, state), .close(0)] + Self.end)
    }

    @Test func `U12: the last counts stand, and zeros replace nothing`() throws {
        let usage = #","usage":{"prompt_tokens":3,"completion_tokens":1}"#
        let events = try Self.body([
            ChatProbe.chunk(#"{"content":"a"}"#, rest: usage), ChatProbe.chunk("{}", finish: "stop", rest: usage),
            #"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":2}}}"#,
            #"{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#, "[DONE]",
        ])
        let counts = events.compactMap { if case .usage(let usage) = $0 { usage } else { nil } }
        #expect(counts.count == 2 && counts.last?.cacheReadTokens == 2)
    }

    @Test(arguments: [
        #"{"error":{"message":"m","type":"server_error"}}"#,
        #"{"id":"1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502}}"#,
        #"{"object":"error","message":"m"}"#, "not json", "[1]",
    ])
    func `S04: an error is the end, whatever follows`(event: String) throws {
        let events = ChatProbe.events([
            ChatProbe.chunk(#"{"content":"a"}"#), event,
            #"{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}"#, "[DONE]",
        ])
        guard case .fail(let failure) = events.last else { throw ChatSurprise() }
        #expect(failure.kind == .upstreamFailed && events.count == 4 && ChatProbe.keepsPromises(events))
    }

    @Test func `S08: an error as the first event is nothing but a failure`() throws {
        let events = ChatProbe.events([#"{"error":{"message":"m","code":"rate_limit_exceeded"}}"#])
        guard case .fail(let failure) = events.first, events.count == 1 else { throw ChatSurprise() }
        #expect(failure.kind == .upstreamUnavailable)
    }

    @Test func `an event named error is one, whatever its data says`() {
        let decoder = ChatProbe.format.makeStreamDecoder(notes: ReplyNotes())
        var events: [AnswerEvent] = []
        Array("error".utf8).withUnsafeBytes { name in
            Array(#"{"status_code":500}"#.utf8).withUnsafeBytes { data in
                decoder.decode(StreamMessage(name: name, data: data), into: &events)
            }
        }
        guard case .fail = events.last else { return #expect(Bool(false)) }
    }

    @Test func `S09: a stream cut after any event fails, and never ends`() throws {
        let data = [
            ChatProbe.chunk(#"{"role":"assistant","content":""}"#), ChatProbe.chunk(#"{"reasoning":"t"}"#),
            ChatProbe.chunk(#"{"content":"a"}"#), ChatProbe.chunk(Self.call(0, "a", "f", "{")),
            ChatProbe.chunk(Self.call(1, "b", "g", "{}")), ChatProbe.chunk(Self.call(0, nil, nil, "}")),
        ]
        for count in 0...data.count {
            let events = ChatProbe.events(Array(data.prefix(count)))
            guard case .fail(let failure) = events.last else { throw ChatSurprise() }
            #expect(failure.message == "The provider's stream ended early." && ChatProbe.keepsPromises(events))
        }
        let whole = ChatProbe.events(data + [ChatProbe.chunk("{}", finish: "tool_calls")])
        #expect(whole.last == .end, "a reason is enough where [DONE] is missing")
        #expect(ChatProbe.events(["[DONE]"]).count == 1, "nothing at all is no answer")
    }

    @Test func `other choices than the first are left out`() throws {
        let other = #"{"id":"chatcmpl-1","choices":[{"index":1,"delta":{"content":"z"},"finish_reason":"stop"}]}"#
        let events = try Self.body([
            ChatProbe.chunk(#"{"content":"a"}"#), other, ChatProbe.chunk("{}", finish: "length"),
        ])
        #expect(events == [.open(0, .text), .delta(0, "a"), .close(0), .finish(.length), .end])
    }

    @Test func `input of no call is a failure`() throws {
        for delta in [#"{"tool_calls":[{"function":{"arguments":"x"}}]}"#, Self.call(0, "a", nil, "x")] {
            let events = ChatProbe.events([
                ChatProbe.chunk(delta), ChatProbe.chunk("{}", finish: "tool_calls"), "[DONE]",
            ])
            guard case .fail = events.last else { throw ChatSurprise() }
        }
    }

    @Test func `no event of the wrong shape traps`() throws {
        let values = [
            "null", "1", "\"x\"", "[]", "{}", "[[]]", "[{}]", "[null]", "{\"index\":-9,\"id\":[]}", "1e400", "true",
        ]
        let keys = [
            "choices", "usage", "id", "error", "delta", "message", "index", "tool_calls", "content", "function_call",
            "annotations", "logprobs", "reasoning_details", "extra_content", "audio", "finish_reason", "citations",
        ]
        for key in keys {
            for value in values {
                let data = [
                    #"{"\#(key)":\#(value)}"#, #"{"choices":[{"\#(key)":\#(value)}]}"#,
                    #"{"choices":[{"delta":{"\#(key)":\#(value)}}]}"#,
                    #"{"choices":[{"delta":{"tool_calls":[{"\#(key)":\#(value),"function":{"name":\#(value),"arguments":\#(value)}}]}}]}"#,
                ]
                for event in data {
                    let events = ChatProbe.events([
                        event, ChatProbe.chunk(#"{"content":"a"}"#, finish: "stop"), "[DONE]",
                    ])
                    #expect(ChatProbe.keepsPromises(events), "\(event)")
                }
            }
        }
    }
}
