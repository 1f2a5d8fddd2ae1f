import Exchange
import MartletTesting
import OpenAIResponses
import Testing

@Suite struct ResponsesStreamDecoderTests {
    private static let created = responsesPayload(
        "created",
        nil,
        #""response":{"id":"resp_1","model":"m-1","created_at":7.0}"#
    )
    private static let usage =
        #""usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"total_tokens":12}"#
    private static let completed = responsesPayload(
        "completed",
        nil,
        #""response":{"status":"completed","output":[],\#(Self.usage)}"#
    )

    private static func text(_ index: Int, _ pieces: [String], id: String = "msg_1") -> [String] {
        let item = "\"item_id\":\"\(id)\",\"content_index\":0"
        let whole = pieces.joined()
        return [
            responsesPayload("output_item.added", index, #""item":{"type":"message","id":"\#(id)","content":[]}"#),
            responsesPayload("content_part.added", index, "\(item),\"part\":{\"type\":\"output_text\",\"text\":\"\"}"),
        ]
            + pieces.map {
                responsesPayload("output_text.delta", index, "\(item),\"delta\":\"\($0)\",\"obfuscation\":\"xx\"")
            } + [
                responsesPayload("output_text.done", index, "\(item),\"text\":\"\(whole)\""),
                responsesPayload(
                    "content_part.done",
                    index,
                    "\(item),\"part\":{\"type\":\"output_text\",\"text\":\"\(whole)\"}"
                ),
                responsesPayload(
                    "output_item.done",
                    index,
                    #""item":{"type":"message","content":[{"type":"output_text","text":"\#(whole)"}]}"#
                ),
            ]
    }

    private static func call(_ index: Int, _ id: String, _ pieces: [String], _ arguments: String = "{}") -> [String] {
        let item = #""type":"function_call","call_id":"\#(id)","name":"f""#
        return [responsesPayload("output_item.added", index, "\"item\":{\(item),\"arguments\":\"\"}")]
            + pieces.map { responsesPayload("function_call_arguments.delta", index, "\"delta\":\"\($0)\"") } + [
                responsesPayload("function_call_arguments.done", index, "\"arguments\":\"\(arguments)\""),
                responsesPayload("output_item.done", index, "\"item\":{\(item),\"arguments\":\"\(arguments)\"}"),
            ]
    }

    private func decoded(_ payloads: [String]) throws -> String {
        let events = try decodeResponsesStream(responsesStream(payloads))
        #expect(brokenResponsesPromises(events) == [])
        return responsesSketch(events)
    }

    @Test func `a text`() throws {
        #expect(
            try self.decoded([Self.created] + Self.text(0, ["he", "llo"]) + [Self.completed])
                == "start open(0 text) delta(0 he) delta(0 llo) close(0) usage(9/3) finish(stop) end"
        )
        let events = try decodeResponsesStream(responsesStream([Self.created]))
        guard case .start(let head)? = events.first else { throw Odd() }
        #expect(head.id == "resp_1" && head.model == "m-1" && head.created == 7)
    }

    @Test func `reasoning with its state, then a call`() throws {
        let part = #""summary_index":"#
        let payloads =
            [
                Self.created,
                responsesPayload("output_item.added", 0, #""item":{"type":"reasoning","encrypted_content":"cut"}"#),
                responsesPayload("reasoning_summary_part.added", 0, "\(part)0"),
                responsesPayload("reasoning_summary_text.delta", 0, "\(part)0,\"delta\":\"a\""),
                responsesPayload("reasoning_summary_text.done", 0, "\(part)0,\"text\":\"a\""),
                responsesPayload("reasoning_summary_text.delta", 0, "\(part)1,\"delta\":\"b\""),
                responsesPayload(
                    "output_item.done",
                    0,
                    #""item":{"type":"reasoning","summary":[{"text":"a"},{"text":"b"}],"encrypted_content":"whole"}"#
                ),
            ] + Self.call(1, "c1", ["{", "}"]) + [Self.completed]
        #expect(
            try self.decoded(payloads)
                == "start open(0 reasoning) delta(0 a) delta(0 \n\n) delta(0 b) state(0 openai:whole) close(0) "
                + "open(1 call c1 f) delta(1 {) delta(1 }) close(1) usage(9/3) finish(toolCalls) end"
        )
    }

    @Test func `R05 reasoning without text is its state alone, and nothing without a state`() throws {
        let silent = [
            responsesPayload("output_item.added", 0, #""item":{"type":"reasoning","summary":[]}"#),
            responsesPayload("output_item.done", 0, #""item":{"type":"reasoning","summary":[],"content":null}"#),
            responsesPayload(
                "output_item.done",
                1,
                #""item":{"type":"reasoning","summary":[],"encrypted_content":"e"}"#
            ),
        ]
        #expect(
            try self.decoded([Self.created] + silent + [Self.completed])
                == "start open(0 reasoning) state(0 openai:e) close(0) usage(9/3) finish(stop) end"
        )
    }

    @Test func `T06 arguments that come in the done event, or in the finished item, or not at all`() throws {
        let late = Self.call(0, "c1", [], #"{\"a\":1}"#)
        for payloads in [late, [late[0], late[2]], [late[2]], [late[1], late[2]]] {
            #expect(
                try self.decoded([Self.created] + payloads + [Self.completed])
                    == #"start open(0 call c1 f) delta(0 {"a":1}) close(0) usage(9/3) finish(toolCalls) end"#
            )
        }
    }

    @Test func `interleaved items are told one after the other`() throws {
        let first = Self.call(0, "c1", ["1", "2"], "12")
        let second = Self.call(1, "c2", ["3", "4"], "34")
        var payloads = [Self.created]
        for index in first.indices { payloads += [first[index], second[index]] }
        #expect(
            try self.decoded(payloads + [Self.completed])
                == "start open(0 call c1 f) delta(0 1) delta(0 2) close(0) open(1 call c2 f) delta(1 3) delta(1 4) close(1) "
                + "usage(9/3) finish(toolCalls) end"
        )
    }

    @Test func `reasoning that ends after the message does not hold the message up`() throws {
        let payloads =
            [
                responsesPayload("output_item.added", 0, #""item":{"type":"reasoning","summary":[]}"#),
                responsesPayload("reasoning_text.delta", 0, #""content_index":0,"delta":"hm""#),
            ] + Self.text(1, ["4"]) + [
                responsesPayload("reasoning_text.done", 0, #""content_index":0,"text":"hm""#),
                responsesPayload("output_item.done", 0, #""item":{"type":"reasoning","encrypted_content":"late"}"#),
            ]
        #expect(
            try self.decoded([Self.created] + payloads + [Self.completed])
                == "start open(0 reasoning) delta(0 hm) close(0) open(1 text) delta(1 4) close(1) "
                + "open(2 reasoning) state(2 openai:late) close(2) usage(9/3) finish(stop) end"
        )
    }

    @Test func `R21 ids that change from event to event, and events after the end, mean nothing`() throws {
        var payloads = Self.text(0, ["a", "b"])
        for index in payloads.indices { payloads[index] = payloads[index].replacing("msg_1", with: "msg_\(index)") }
        let extra = [
            #"{"type":"keepalive"}"#, responsesPayload("rate_limits.updated"),
            responsesPayload("web_search_call.searching", 5),
        ]
        #expect(
            try self.decoded([Self.created] + extra + payloads + [Self.completed] + extra + [Self.completed])
                == "start open(0 text) delta(0 a) delta(0 b) close(0) usage(9/3) finish(stop) end"
        )
    }

    @Test func `custom tools, refusals, annotations and log probabilities`() throws {
        let payloads = [
            responsesPayload("output_item.added", 0, #""item":{"type":"custom_tool_call","call_id":"c","name":"p"}"#),
            responsesPayload("custom_tool_call_input.delta", 0, #""delta":"*** ""#),
            responsesPayload("custom_tool_call_input.done", 0, #""input":"*** ""#),
            responsesPayload(
                "output_item.done",
                0,
                #""item":{"type":"custom_tool_call","call_id":"c","name":"p","input":"*** "}"#
            ),
            responsesPayload("output_text.delta", 1, #""content_index":0,"delta":"x","logprobs":[{"token":"x"}]"#),
            responsesPayload(
                "output_text.annotation.added",
                1,
                #""content_index":0,"annotation":{"type":"url_citation","url":"u","start_index":0,"end_index":1}"#
            ),
            responsesPayload(
                "content_part.done",
                1,
                #""content_index":0,"part":{"type":"output_text","text":"x","annotations":[{"type":"url_citation","url":"u"}]}"#
            ),
            responsesPayload("refusal.delta", 1, #""content_index":1,"delta":"no""#),
            responsesPayload("refusal.done", 1, #""content_index":1,"refusal":"no""#),
        ]
        #expect(
            try self.decoded([Self.created] + payloads + [Self.completed])
                == "start open(0 custom c p) delta(0 *** ) close(0) open(1 text) delta(1 x) logprobs(1) cite(1 u) close(1) "
                + "open(2 refusal) delta(2 no) close(2) usage(9/3) finish(toolCalls) end"
        )
    }

    @Test func `items of the vendor's own are kept whole, and need not be closed`() throws {
        let payloads = [
            responsesPayload("output_item.added", 0, #""item":{"type":"mcp_list_tools","id":"a"}"#),
            responsesPayload("output_item.added", 1, #""item":{"type":"mcp_list_tools","id":"b"}"#),
            responsesPayload("output_item.done", 0, #""item":{"type":"mcp_list_tools","id":"a","tools":[]}"#),
        ]
        #expect(
            try self.decoded([Self.created] + payloads + Self.text(2, ["t"]) + [Self.completed])
                == "start open(0 mcp_list_tools) close(0) open(1 text) delta(1 t) close(1) usage(9/3) finish(stop) end"
        )
    }

    @Test func `T34 U09 what is cut is cut, with its usage`() throws {
        let cut = responsesPayload(
            "incomplete",
            nil,
            #""response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},\#(Self.usage)}"#
        )
        let call = Self.call(0, "c1", [#"{\"a"#])
        #expect(
            try self.decoded([Self.created] + call.prefix(2) + [cut])
                == #"start open(0 call c1 f) delta(0 {"a) close(0) usage(9/3) finish(length) end"#
        )
        let filtered = cut.replacing("max_output_tokens", with: "content_filter")
        #expect(try self.decoded([Self.created, filtered]) == "start usage(9/3) finish(contentFilter) end")
    }

    @Test(arguments: [
        (
            #"{"type":"response.failed","response":{"error":{"code":"insufficient_quota","message":"m"}}}"#,
            "upstreamCredential"
        ),
        (#"{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded"}}}"#, "upstreamUnavailable"),
        (#"{"type":"response.failed","response":{"status":"failed","error":null}}"#, "upstreamFailed"),
        (#"{"type":"response.failed"}"#, "upstreamFailed"),
        (#"{"type":"error","code":"server_is_overloaded","message":"m","param":null}"#, "upstreamUnavailable"),
        (#"{"type":"error","error":{"type":"server_error"}}"#, "upstreamFailed"),
        (#"{"error":{"message":"m","code":503}}"#, "upstreamUnavailable"), (#"{"type":"#, "upstreamFailed"),
        (#"[]"#, "upstreamFailed"), (#"{"type":"response.created","response":{"id":"other"}}"#, "upstreamFailed"),
        (
            #"{"type":"response.completed","response":{"status":"failed","error":{"code":"server_error"}}}"#,
            "upstreamFailed"
        ),
    ])
    func `S04 S08 S21 failures end the stream as failed, wherever they come`(_ event: String, _ kind: String) throws {
        for count in [1, 4, 7] {
            let events = try decodeResponsesStream(
                responsesStream(([Self.created] + Self.text(0, ["a", "b"])).prefix(count) + [event, Self.completed])
            )
            guard case .fail(let failure)? = events.last else { throw Odd() }
            #expect(failure.kind.rawValue == kind && brokenResponsesPromises(events) == [])
        }
    }

    @Test func `what fails for what the caller sent keeps its code`() throws {
        let codes = [
            "context_length_exceeded": "context_length_exceeded", "invalid_prompt": "invalid_prompt",
            "image_too_large": "image_too_large", "server_error": nil,
        ]
        for (code, told) in codes {
            let failed = responsesPayload("failed", nil, #""response":{"error":{"code":"\#(code)","message":"m"}}"#)
            guard case .fail(let failure)? = try decodeResponsesStream(responsesStream([Self.created, failed])).last
            else { throw Odd() }
            #expect(failure.code == told && (failure.kind == .invalidRequest) == (told != nil))
        }
    }

    @Test func `S09 a stream that ends early has failed, wherever it is cut`() throws {
        let whole = responsesStream(
            [Self.created] + Self.text(0, ["a", "b"]) + Self.call(1, "c", ["{", "}"]) + [Self.completed]
        )
        let count = whole.responsesPieces("\n\n").count - 1
        for limit in 0..<count {
            let events = try decodeResponsesStream(whole, limit: limit)
            guard case .fail(let failure)? = events.last else { throw Odd() }
            #expect(failure.kind == .upstreamFailed && brokenResponsesPromises(events) == [])
        }
        #expect(try decodeResponsesStream(whole, limit: count).last == .end)
    }

    @Test func `a server that says everything at the end is understood`() throws {
        let whole = responsesPayload(
            "completed",
            nil,
            #""response":{"id":"x","output":[{"type":"message","content":[{"type":"output_text","text":"all"}]}]}"#
        )
        #expect(try self.decoded([whole]) == "start open(0 text) delta(0 all) close(0) finish(stop) end")
        #expect(try self.decoded([Self.completed]) == "start usage(9/3) finish(stop) end")
    }

    @Test func `odd payloads are skipped and counted, and never trap`() throws {
        let odd = [
            responsesPayload("output_item.added"), responsesPayload("output_item.done"),
            responsesPayload("output_item.done", 3, #""item":[]"#),
            responsesPayload("output_item.done", 3, #""item":{"type":"message","content":{}}"#),
            responsesPayload(
                "output_text.delta",
                9_223_372_036_854_775_807,
                #""content_index":9223372036854775807,"delta":"z""#
            ),
            responsesPayload("output_text.delta", -9_223_372_036_854_775_808, #""content_index":-1,"delta":"y""#),
            responsesPayload("output_item.added", 9_223_372_036_854_775_807, #""item":{"type":"function_call"}"#),
            responsesPayload("output_item.added", nil, #""item":{"type":"function_call","name":"f"}"#),
            responsesPayload("function_call_arguments.delta", 7, #""delta":"never named""#),
            responsesPayload("reasoning_text.delta", 9_223_372_036_854_775_807, #""delta":"not reasoning""#),
            responsesPayload("content_part.done", 0, #""part":3"#), responsesPayload("brand_new", 0),
        ]
        #expect(
            brokenResponsesPromises(try decodeResponsesStream(responsesStream([Self.created] + odd + [Self.completed])))
                == []
        )
        let decoder = responsesRoom.makeStreamDecoder(notes: responsesNotes)
        var events: [AnswerEvent] = []
        for text in [
            responsesPayload("brand_new", 0), responsesPayload("content_part.added", 0), #"{"type":"keepalive"}"#, "{}",
        ] {
            Array(text.utf8).withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &events) }
        }
        #expect(decoder.unknownCount == 2 && events.isEmpty)
    }

    private struct Odd: Error {}
}
