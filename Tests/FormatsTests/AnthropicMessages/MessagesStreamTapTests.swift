import Exchange
import Testing

@Suite("The Messages tap")
struct MessagesStreamTapTests {
    private func event(_ type: String, _ members: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\(members)   }\n\n"
    }

    private func start(_ usage: String) -> String {
        self.event("message_start", "\"message\":{\"model\":\"m\",\"usage\":{\(usage)}}")
    }

    private func delta(_ usage: String) -> String {
        self.event("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\(usage)}")
    }

    private func usage(_ start: String, _ delta: String) throws -> TokenUsage? {
        try Replay(self.start(start) + self.delta(delta), .messages).tap.usage
    }

    @Test("totals of the delta replace those of the start, key by key")
    func overwriting() throws {
        let both = try self.usage(
            #""input_tokens":9,"cache_read_input_tokens":1,"output_tokens":3"#,
            #""input_tokens":9,"cache_read_input_tokens":1,"output_tokens":20"#
        )
        #expect(both == .counts(input: 9, read: 1, output: 20))
        let outputOnly = try self.usage(#""input_tokens":15,"cache_read_input_tokens":4"#, #""output_tokens":2"#)
        #expect(outputOnly == .counts(input: 15, read: 4, output: 2))
        let changed = try self.usage(#""input_tokens":15,"output_tokens":1"#, #""input_tokens":2411,"output_tokens":2"#)
        #expect(changed == .counts(input: 2411, output: 2))
    }

    @Test("input counts that are all zero replace nothing, one zero among others does")
    func zeros() throws {
        let start = #""input_tokens":15,"cache_read_input_tokens":50,"cache_creation_input_tokens":0"#
        let all = #""input_tokens":0,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":2"#
        #expect(try self.usage(start, all) == .counts(input: 15, read: 50, output: 2))
        #expect(try self.usage(start, #""input_tokens":181,"cache_read_input_tokens":0"#) == .counts(input: 181))
        let some = #""input_tokens":0,"output_tokens":2"#
        #expect(try self.usage(start, some) == .counts(input: 15, read: 50, output: 2))
        #expect(try self.usage(#""input_tokens":0"#, #""output_tokens":0"#) == .counts())
        #expect(try self.usage(start, #""input_tokens":null,"output_tokens":null"#) == .counts(input: 15, read: 50))
    }

    @Test("the split by lifetime is kept from the start")
    func split() throws {
        let start = #"""
            "input_tokens":1,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}
            """#
        let repeated = #""input_tokens":1,"cache_creation_input_tokens":30,"output_tokens":2"#
        #expect(try self.usage(start, repeated) == .counts(input: 1, write5m: 10, write1h: 20, output: 2))
        let more = #""input_tokens":1,"cache_creation_input_tokens":35,"output_tokens":2"#
        #expect(try self.usage(start, more) == .counts(input: 1, write5m: 15, write1h: 20, output: 2))
        let less = #""input_tokens":1,"cache_creation_input_tokens":5,"output_tokens":2"#
        #expect(try self.usage(start, less) == .counts(input: 1, write1h: 5, output: 2))
    }

    @Test("usage is known from the first event on")
    func early() throws {
        let replay = try Replay(self.start(#""input_tokens":7,"output_tokens":2"#), .messages)
        #expect(replay.tap.usage == .counts(input: 7, output: 2))
        #expect(replay.tap.model == "m")
        #expect(!replay.tap.isComplete)
    }

    @Test(
        "deltas with payload are content",
        arguments: [
            (#"{"type":"text_delta","text":"x"}"#, 1), (#"{"type":"thinking_delta","thinking":"xy"}"#, 2),
            (#"{"type":"input_json_delta","partial_json":"{"}"#, 1),
            (#"{"type":"signature_delta","signature":"abc"}"#, 0),
            (#"{"type":"citations_delta","citation":{"type":"page_location"}}"#, 0),
            (#"{"type":"some_new_delta","what":"xyz"}"#, 3),
        ]
    )
    func content(_ delta: String, _ bytes: Int) throws {
        let replay = try Replay(self.event("content_block_delta", "\"index\":0,\"delta\":\(delta)"), .messages)
        #expect(replay.words == ["content"])
        #expect(replay.tap.outputBytes == bytes)
    }

    @Test(
        "empty deltas are not",
        arguments: [
            #"{"type":"text_delta","text":""}"#, #"{"type":"input_json_delta","partial_json":""}"#, "{}", "null",
            #"{"type":"thinking_delta","thinking":"","estimated_tokens":5}"#,
        ]
    )
    func noContent(_ delta: String) throws {
        let event = self.event("content_block_delta", "\"index\":0,\"delta\":\(delta)")
        #expect(try Replay(event, .messages).words == ["forward"])
    }

    @Test(
        "a block's start is content unless it is empty text",
        arguments: [
            (#"{"type":"text","text":""}"#, false), (#"{"type":"text"}"#, false), ("null", false), ("{}", false),
            (#"{"type":"text","text":"x"}"#, true), (#"{"type":"tool_use","input":{}}"#, true),
            (#"{"type":"thinking","thinking":"","signature":""}"#, true),
            (#"{"type":"redacted_thinking","data":"x"}"#, true),
            (#"{"type":"web_search_tool_result","content":[]}"#, true),
        ]
    )
    func blockStart(_ block: String, _ isContent: Bool) throws {
        let event = self.event("content_block_start", "\"index\":0,\"content_block\":\(block)")
        #expect(try Replay(event, .messages).words == [isContent ? "content" : "forward"])
    }

    @Test("only message_stop completes, and nothing after an error does")
    func completion() throws {
        let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"  }\n\n"
        let counted = self.start(#""input_tokens":1"#) + self.delta(#""output_tokens":1"#)
        #expect(try !Replay(counted, .messages).tap.isComplete)
        #expect(try Replay(counted + stop, .messages).tap.isComplete)
        let error = self.event("error", #""error":{"type":"api_error"}"#)
        #expect(try !Replay(counted + error + stop, .messages).tap.isComplete)
        #expect(try !Replay(counted + stop + error, .messages).tap.isComplete)
        #expect(try !Replay("data: [DONE]\n\n", .messages).tap.isComplete)
    }
}
