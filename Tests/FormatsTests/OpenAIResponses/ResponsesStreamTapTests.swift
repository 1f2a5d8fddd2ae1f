import Exchange
import Testing

@Suite("The Responses tap")
struct ResponsesStreamTapTests {
    private func words(_ data: String) throws -> [String] {
        try Replay("data: \(data)\n\n", .responses).words
    }

    @Test(
        "deltas with payload are content",
        arguments: [
            "response.output_text.delta", "response.refusal.delta", "response.reasoning_text.delta",
            "response.reasoning_summary_text.delta", "response.function_call_arguments.delta",
            "response.custom_tool_call_input.delta", "response.mcp_call_arguments.delta",
            "response.code_interpreter_call_code.delta", "response.audio.delta", "response.audio.transcript.delta",
        ]
    )
    func deltas(_ type: String) throws {
        #expect(try self.words("{\"type\":\"\(type)\",\"delta\":\"x\"}") == ["content"])
        #expect(try self.words("{\"type\":\"\(type)\",\"delta\":\"\",\"obfuscation\":\"aa\"}") == ["forward"])
        #expect(try self.words("{\"type\":\"\(type)\"}") == ["forward"])
    }

    @Test(
        "calls are content when they begin, messages when they are whole",
        arguments: [
            ("added", "function_call", true), ("added", "custom_tool_call", true), ("added", "web_search_call", true),
            ("added", "message", false), ("added", "reasoning", false), ("added", "mcp_list_tools", false),
            ("done", "message", true), ("done", "function_call", true), ("done", "reasoning", false),
        ]
    )
    func items(_ phase: String, _ type: String, _ isContent: Bool) throws {
        let data = #"{"type":"response.output_item.\#(phase)","item":{"type":"\#(type)"}}"#
        #expect(try self.words(data) == [isContent ? "content" : "forward"])
    }

    @Test("an image that takes shape is content")
    func image() throws {
        let data = #"{"type":"response.image_generation_call.partial_image","partial_image_b64":"AAAA"}"#
        #expect(try self.words(data) == ["content"])
    }

    @Test(
        "queued and in progress mean nothing yet",
        arguments: [
            "response.created", "response.queued", "response.in_progress", "response.content_part.added",
            "response.output_text.done", "response.rate_limits.updated", "response.deltaful",
        ]
    )
    func waiting(_ type: String) throws {
        let replay = try Replay("data: {\"type\":\"\(type)\",\"response\":{\"usage\":null}}\n\n", .responses)
        #expect(replay.words == ["forward"])
        #expect(!replay.tap.isComplete)
        #expect(replay.tap.usage == nil)
    }

    @Test("usage is read from every terminal", arguments: ["completed", "incomplete", "failed"])
    func terminals(_ status: String) throws {
        let usage = #""usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}"#
        let data = #"{"type":"response.\#(status)","response":{"status":"\#(status)","model":"m",\#(usage)}}"#
        let replay = try Replay("data: \(data)\n\n", .responses)
        #expect(replay.tap.usage == .counts(input: 3, output: 2))
        #expect(replay.tap.isComplete == (status != "failed"))
        #expect(replay.tap.finishReason == status)
        #expect(replay.tap.model == "m")
    }

    @Test("nothing after a failure makes it a success")
    func afterFailure() throws {
        let stream =
            "data: {\"type\":\"error\",\"code\":\"x\"}\n\ndata: {\"type\":\"response.completed\"}\n\ndata: [DONE]\n\n"
        #expect(try !Replay(stream, .responses).tap.isComplete)
    }

    @Test("[DONE] alone completes nothing")
    func done() throws {
        #expect(try !Replay("data: [DONE]\n\n", .responses).tap.isComplete)
    }

    @Test("an error without a type is an error")
    func untyped() throws {
        #expect(try self.words(#"{"error":{"message":"m","code":429}}"#) == ["failure:upstreamUnavailable"])
        #expect(
            try Replay("event: error\ndata: {\"message\":\"m\"}\n\n", .responses).words == ["failure:upstreamFailed"]
        )
    }

    @Test("the error in a failed response is found under response")
    func failedResponse() throws {
        let data = #"{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"m"}}}"#
        #expect(try self.words(data) == ["failure:upstreamUnavailable"])
        #expect(try self.words(#"{"type":"response.failed","response":null}"#) == ["failure:upstreamFailed"])
    }

    @Test("hiding is never asked of this format")
    func hiding() throws {
        let data = "data: {\"type\":\"response.completed\",\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n"
        #expect(try Replay(data, .responses, hidesUsage: true).words == ["forward"])
    }
}
