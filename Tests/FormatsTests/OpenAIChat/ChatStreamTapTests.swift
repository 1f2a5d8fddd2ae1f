import Exchange
import Testing

@Suite("The Chat tap")
struct ChatStreamTapTests {
    private func chunk(_ choice: String, _ more: String = "") -> String {
        "data: {\"choices\":[\(choice)]\(more)}\n\n"
    }

    private func isContent(_ delta: String) throws -> Bool {
        try Replay(self.chunk("{\"index\":0,\"delta\":\(delta)}"), .chat).words == ["content"]
    }

    @Test(
        "deltas with payload are content",
        arguments: [
            #"{"content":"x"}"#, #"{"refusal":"x"}"#, #"{"reasoning_content":"x"}"#, #"{"reasoning":"x"}"#,
            #"{"reasoning_details":[{"type":"reasoning.encrypted","data":"x"}]}"#,
            #"{"content":[{"type":"text","text":"x"}]}"#,
            #"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}"#,
            #"{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}"#, #"{"function_call":{"name":"f"}}"#,
            #"{"audio":{"id":"a"}}"#, #"{"content":null,"reasoning":"x"}"#,
        ]
    )
    func content(_ delta: String) throws {
        #expect(try self.isContent(delta))
    }

    @Test(
        "roles, empty payloads and padding are not",
        arguments: [
            "{}", "null", #"{"role":"assistant"}"#, #"{"role":"assistant","content":"","refusal":null}"#,
            #"{"content":null,"tool_calls":null}"#, #"{"tool_calls":[]}"#, #"{"content":[]}"#, #"{"audio":{}}"#,
            #"{"obfuscation":"aaaa"}"#, #"{"reasoning":"","reasoning_content":"","reasoning_details":[]}"#,
            #"{"content":7}"#,
        ]
    )
    func noContent(_ delta: String) throws {
        #expect(try !self.isContent(delta))
    }

    @Test("reasoning told twice is counted once")
    func outputBytes() throws {
        let delta = #"{"reasoning":"abc","reasoning_details":[{"text":"abc"}],"content":"de"}"#
        #expect(try Replay(self.chunk("{\"delta\":\(delta)}"), .chat).tap.outputBytes == 5)
    }

    @Test("complete is when every choice that began has finished")
    func choices() throws {
        let stream = [
            self.chunk(#"{"index":0,"delta":{"content":"a"}},{"index":127,"delta":{"content":"b"}}"#),
            self.chunk(#"{"index":0,"delta":{},"finish_reason":"stop"}"#),
            self.chunk(#"{"index":127,"delta":{},"finish_reason":"length"}"#),
        ]
        let replay = try Replay(stream.joined(), .chat)
        #expect(replay.completeAfter == 3)
        #expect(replay.tap.finishReason == "length")
    }

    @Test("[DONE] completes what began, not what never did")
    func done() throws {
        #expect(
            try Replay(self.chunk(#"{"index":0,"delta":{"content":"a"}}"#) + "data: [DONE]\n\n", .chat).tap.isComplete
        )
        #expect(try !Replay("data: [DONE]\n\n", .chat).tap.isComplete)
        #expect(try !Replay("data: {\"choices\":[],\"usage\":null}\n\ndata: [DONE]\n\n", .chat).tap.isComplete)
        #expect(try Replay(self.chunk(#"{"text":"a"}"#) + "data: [DONE]  \n\n", .completions).tap.isComplete)
    }

    @Test("only chunks of usage and nothing else are hidden, and only when we asked")
    func hiding() throws {
        let usage = #""usage":{"prompt_tokens":1,"completion_tokens":1}"#
        let hidden = ["\"choices\":[],\(usage)", "\(usage),\"choices\":null", "\"choices\":[],\"error\":null,\(usage)"]
        for members in hidden {
            #expect(try Replay("data: {\(members)}\n\n", .chat, hidesUsage: true).words == ["hide"])
            #expect(try Replay("data: {\(members)}\n\n", .chat).words == ["forward"])
        }
        let shown = [
            "\"choices\":[],\"usage\":null", "\"choices\":[]", "\"choices\":[{}],\(usage)", usage,
            "\"choices\":[],\"moderation\":{},\(usage)", "\"choices\":[],\"prompt_filter_results\":[],\(usage)",
        ]
        for members in shown {
            let replay = try Replay("data: {\(members)}\n\n", .chat, hidesUsage: true)
            #expect(replay.words == ["forward"], "\(members)")
        }
    }

    @Test("later counts replace earlier ones, zeros never do")
    func usage() throws {
        func usage(_ counts: String...) throws -> TokenUsage? {
            try Replay(counts.map { "data: {\"choices\":[],\"usage\":\($0)}\n\n" }.joined(), .chat).tap.usage
        }
        let first = #"{"prompt_tokens":9,"completion_tokens":1}"#
        let second = #"{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":8}}"#
        let zeros = #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#
        #expect(try usage(first, second) == .counts(input: 1, read: 8, output: 4))
        #expect(try usage(second, "null", zeros) == .counts(input: 1, read: 8, output: 4))
        #expect(try usage(zeros) == .counts())
        #expect(try usage(first, #"{"prompt_tokens":-9}"#) == .counts(input: 9, output: 1, anomalous: true))
    }

    @Test("zeros after an error are unknown, counts after one are counts")
    func usageAfterError() throws {
        let error = "data: {\"error\":{\"message\":\"m\"}}\n\n"
        let zeros =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}\n\n"
        let counts =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":0,\"total_tokens\":7}}\n\n"
        #expect(try Replay(error + zeros, .chat).tap.usage == nil)
        #expect(try Replay(error + counts, .chat).tap.usage == .counts(input: 7))
    }

    @Test("the model is the first that is told")
    func model() throws {
        let stream = "data: {\"model\":\"\",\"choices\":[]}\n\ndata: {\"model\":\"a\",\"choices\":[]}\n\n"
        #expect(try Replay(stream + "data: {\"model\":\"b\"}\n\n", .chat).tap.model == "a")
    }
}
