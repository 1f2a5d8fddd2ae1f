import Testing

@testable import Providers

@Suite("Sandbox chat")
struct SandboxChatTests {
    private static let path = "/v1/chat/completions"

    private func node(_ body: String) throws -> Node { try askSandbox(Self.path, body).node() }

    private func message(_ body: String) throws -> Node {
        try #require(try self.node(body)["choices"]?[0]?["message"])
    }

    @Test("an echo has every field that clients require")
    func echo() throws {
        let answer = askSandbox(Self.path, SandboxBody.chat("sandbox/echo"))
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "application/json")
        #expect(answer.header("x-request-id")?.hasPrefix("req_") == true)
        #expect(answer.pieces.first?.delay == .zero && !answer.endsAbruptly)
        let node = try answer.node()
        #expect(node["id"]?.string?.hasPrefix("chatcmpl-") == true)
        #expect(node["object"] == "chat.completion")
        #expect(node["created"] == 1_790_000_000)
        #expect(node["model"] == "sandbox/echo")
        let choice = try #require(node["choices"]?[0])
        #expect(choice["index"] == 0 && choice["finish_reason"] == "stop" && choice["logprobs"] == .null)
        #expect(choice["message"]?["role"] == "assistant")
        #expect(choice["message"]?["content"] == "Hello there")
        #expect(choice["message"]?["refusal"] == .null)
        #expect(choice["message"]?["tool_calls"] == nil)
    }

    @Test("usage adds up and holds its details")
    func usage() throws {
        let usage = try #require(try self.node(SandboxBody.chat("echo", "the quick fox"))["usage"])
        #expect(usage["prompt_tokens"] == 10)  // 3 for the message, 4 of text, 3 for the answer
        #expect(usage["completion_tokens"] == 4)
        #expect(usage["total_tokens"] == 14)
        #expect(usage["prompt_tokens_details"]?["cached_tokens"] == 0)
        #expect(usage["completion_tokens_details"]?["reasoning_tokens"] == 0)
    }

    @Test("the same request gets the same answer, another clock only another time")
    func deterministic() throws {
        let body = SandboxBody.chat("think", "x", #""n":2"#)
        #expect(askSandbox(Self.path, body).body == askSandbox(Self.path, body).body)
        let later = try askSandbox(Self.path, body, at: 5).node()
        #expect(later["created"] == 5)
        #expect(later["id"] == (try self.node(body))["id"])
        #expect(try self.node(SandboxBody.chat("think", "y", #""n":2"#))["id"] != later["id"])
    }

    @Test("the last text of the last user message comes back")
    func lastText() throws {
        let body = #"""
            {"model":"echo","messages":[{"role":"system","content":"s"},{"role":"user","content":"one"},
            {"role":"assistant","content":"two"},{"role":"user","content":[{"type":"text","text":"look"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"text","text":"here"}]}]}
            """#
        #expect(try self.message(body)["content"] == "here")
        let none = #"{"model":"echo","messages":[{"role":"system","content":"s"}]}"#
        #expect(try self.message(none)["content"] == "Hello from the sandbox.")
    }

    @Test("an attachment costs the same whatever its size")
    func attachments() throws {
        func tokens(_ data: String) throws -> Int? {
            let part = #"{"type":"image_url","image_url":{"url":"\#(data)"}}"#
            return try self.node(#"{"model":"echo","messages":[{"role":"user","content":[\#(part)]}]}"#)["usage"]?[
                "prompt_tokens"
            ]?.int
        }
        #expect(try tokens("a") == 262)
        #expect(try tokens(String(repeating: "a", count: 9_000)) == 262)
    }

    @Test("the token limit cuts and says so, by either name")
    func limit() throws {
        for field in ["max_tokens", "max_completion_tokens"] {
            let node = try self.node(SandboxBody.chat("echo", "the quick fox", #""\#(field)":2"#))
            #expect(node["choices"]?[0]?["message"]?["content"] == "the quic")
            #expect(node["choices"]?[0]?["finish_reason"] == "length")
            #expect(node["usage"]?["completion_tokens"] == 2)
        }
        let exact = try self.node(SandboxBody.chat("echo", "the quick fox", #""max_tokens":4"#))
        #expect(exact["choices"]?[0]?["finish_reason"] == "stop")
    }

    @Test("the earliest stop sequence cuts before itself")
    func stops() throws {
        func content(_ stop: String) throws -> Node? {
            try self.message(SandboxBody.chat("echo", "one two three", #""stop":\#(stop)"#))["content"]
        }
        #expect(try content(#"" two""#) == "one")
        #expect(try content(#"["three"," t"]"#) == "one")
        #expect(try content(#"["absent",""]"#) == "one two three")
        #expect(try content("null") == "one two three")
        #expect(try content(#""one""#) == "")
    }

    @Test("every choice is answered and counted")
    func choices() throws {
        let node = try self.node(SandboxBody.chat("echo", "abc", #""n":3"#))
        #expect(node["choices"]?.elements.map { $0["index"] } == [0, 1, 2])
        #expect(node["usage"]?["completion_tokens"] == 3)
    }

    @Test("a cache key makes an earlier turn cached")
    func caching() throws {
        let turns =
            #"{"role":"user","content":"\#(String(repeating: "word ", count: 40))"},{"role":"assistant","content":"ok"},"#
        func cached(_ rest: String) throws -> Node? {
            let body = #"{"model":"echo","messages":[\#(turns){"role":"user","content":"go"}]\#(rest)}"#
            return try self.node(body)["usage"]?["prompt_tokens_details"]?["cached_tokens"]
        }
        #expect(try cached("") == 0)
        #expect(try cached(#","prompt_cache_key":"k""#) == 48)
        let first = SandboxBody.chat("echo", "x", #""prompt_cache_key":"k""#)
        #expect(try self.node(first)["usage"]?["prompt_tokens_details"]?["cached_tokens"] == 0)
    }

    @Test("reasoning comes as reasoning_content and counts as output")
    func thinking() throws {
        let node = try self.node(SandboxBody.chat("think"))
        let message = try #require(node["choices"]?[0]?["message"])
        #expect(message["reasoning_content"]?.string?.contains("Hello there") == true)
        #expect(message["content"] == "Hello there")
        let usage = try #require(node["usage"])
        let reasoning = try #require(usage["completion_tokens_details"]?["reasoning_tokens"]?.int)
        #expect(reasoning > 5)
        #expect(usage["completion_tokens"]?.int == reasoning + 4)
        #expect(
            try self.message(SandboxBody.chat("think", "x", #""reasoning_effort":"none""#))["reasoning_content"] == nil
        )
    }

    @Test("reasoning may use up the whole limit")
    func thinkingToTheLimit() throws {
        let choice = try #require(try self.node(SandboxBody.chat("think", "x", #""max_tokens":3"#))["choices"]?[0])
        #expect(choice["message"]?["content"] == "")
        #expect(choice["finish_reason"] == "length")
    }

    @Test("structured output is a minimal instance of its schema")
    func structured() throws {
        let schema =
            #"{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]}"#
        let format =
            #""response_format":{"type":"json_schema","json_schema":{"name":"p","strict":true,"schema":\#(schema)}}"#
        #expect(try self.message(SandboxBody.chat("echo", "x", format))["content"] == #"{"name":"name","age":1}"#)
        let object = SandboxBody.chat("echo", "JSON", #""response_format":{"type":"json_object"}"#)
        #expect(try self.message(object)["content"] == #"{"sandbox":true}"#)
    }

    @Test("long answers have as many tokens as the name says")
    func long() throws {
        #expect(try self.node(SandboxBody.chat("long-37"))["usage"]?["completion_tokens"] == 37)
    }

    @Test("a long text is echoed up to the model's limit")
    func outputLimit() throws {
        let node = try self.node(SandboxBody.chat("echo", String(repeating: "word ", count: 20_000)))
        #expect(node["usage"]?["completion_tokens"] == 16_384)
        #expect(node["choices"]?[0]?["finish_reason"] == "length")
    }
}

@Suite("Sandbox chat tools")
struct SandboxChatToolTests {
    private static let path = "/v1/chat/completions"

    private func choice(_ body: String) throws -> Node {
        try #require(try askSandbox(Self.path, body).node()["choices"]?[0])
    }

    private func names(_ model: String, _ rest: String = "") throws -> [String] {
        let body = SandboxBody.chat(model, "x", SandboxBody.chatTools + (rest.isEmpty ? "" : "," + rest))
        return try self.choice(body)["message"]?["tool_calls"]?.elements.compactMap { $0["function"]?["name"]?.string }
            ?? []
    }

    @Test("the tools model calls with arguments that match the schema")
    func calls() throws {
        let choice = try self.choice(SandboxBody.chat("tools", "x", SandboxBody.chatTools))
        #expect(choice["finish_reason"] == "tool_calls")
        #expect(choice["message"]?["content"] == .null)
        let calls = try #require(choice["message"]?["tool_calls"])
        #expect(calls[0]?["id"]?.string?.hasPrefix("call_") == true)
        #expect(calls[0]?["id"] != calls[1]?["id"])
        #expect(calls[0]?["type"] == "function")
        #expect(calls[0]?["function"]?["arguments"] == #"{"city":"city","days":3}"#)
        #expect(calls[1]?["function"]?["arguments"] == "{}")
    }

    @Test("choice and parallelism are respected")
    func choices() throws {
        #expect(try self.names("tools") == ["weather", "now"])
        #expect(try self.names("tools", #""parallel_tool_calls":false"#) == ["weather"])
        #expect(try self.names("tools", #""tool_choice":"none""#).isEmpty)
        #expect(try self.names("echo").isEmpty)
        #expect(try self.names("echo", #""tool_choice":"required""#) == ["weather"])
        #expect(try self.names("echo", #""tool_choice":{"type":"function","function":{"name":"now"}}"#) == ["now"])
        #expect(try self.names("echo", #""tool_choice":{"type":"function","function":{"name":"absent"}}"#).isEmpty)
        let allowed = #""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[]}}"#
        #expect(try self.names("echo", allowed) == ["weather"])
    }

    @Test("a result is quoted, and a forced call after it is the last tool's")
    func results() throws {
        func body(_ rest: String) -> String {
            #"""
            {"model":"tools","messages":[{"role":"user","content":"w?"},{"role":"assistant","content":null,"tool_calls":[{"id":"a",
            "type":"function","function":{"name":"weather","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"sunny"}],
            \#(SandboxBody.chatTools)\#(rest)}
            """#
        }
        #expect(try self.choice(body(""))["message"]?["content"] == "The tool answered: sunny")
        let forced = try self.choice(body(#","tool_choice":"required""#))
        #expect(forced["message"]?["tool_calls"]?.elements.compactMap { $0["function"]?["name"]?.string } == ["now"])
    }

    @Test("custom tools get free text")
    func custom() throws {
        let call = try self.choice(
            SandboxBody.chat("tools", "ls -l", #""tools":[{"type":"custom","custom":{"name":"sh"}}]"#)
        )["message"]?[
            "tool_calls"
        ]?[0]
        #expect(call?["type"] == "custom")
        #expect(call?["custom"]?["input"] == "ls -l")
    }

    @Test("arguments are cut by the limit")
    func limit() throws {
        let choice = try self.choice(SandboxBody.chat("tools", "x", SandboxBody.chatTools + #","max_tokens":5"#))
        #expect(choice["finish_reason"] == "length")
        #expect(choice["message"]?["tool_calls"]?[0]?["function"]?["arguments"] == #"{"city":"#)
    }
}
