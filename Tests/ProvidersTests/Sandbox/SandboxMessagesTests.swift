import Testing

@testable import Providers

@Suite("Sandbox messages")
struct SandboxMessagesTests {
    private static let path = "/v1/messages"

    private func node(_ body: String) throws -> Node { try askSandbox(Self.path, body).node() }

    @Test("an echo has every field that clients require")
    func echo() throws {
        let answer = askSandbox(Self.path + "?beta=true", SandboxBody.messages("sandbox/echo"))
        #expect(answer.status == 200)
        #expect(answer.header("request-id")?.hasPrefix("req_") == true)
        #expect(answer.header("x-request-id") == nil)
        let node = try answer.node()
        #expect(node["id"]?.string?.hasPrefix("msg_") == true)
        #expect(node["type"] == "message" && node["role"] == "assistant" && node["model"] == "sandbox/echo")
        #expect(node["content"]?.elements.count == 1)
        #expect(node["content"]?[0]?["type"] == "text" && node["content"]?[0]?["text"] == "Hello there")
        #expect(node["stop_reason"] == "end_turn" && node["stop_sequence"] == .null && node["stop_details"] == .null)
        let usage = try #require(node["usage"])
        #expect(usage["input_tokens"] == 10 && usage["output_tokens"] == 4)
        #expect(usage["cache_creation_input_tokens"] == 0 && usage["cache_read_input_tokens"] == 0)
        #expect(usage["cache_creation"]?["ephemeral_5m_input_tokens"] == 0)
        #expect(usage["service_tier"] == "standard")
    }

    @Test("the last text block of the last user message comes back")
    func lastText() throws {
        let body = #"""
            {"model":"echo","max_tokens":99,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[
            {"type":"text","text":"<system-reminder>"},{"type":"text","text":"prompt"}]},{"role":"system","content":"later"}]}
            """#
        #expect(try self.node(body)["content"]?[0]?["text"] == "prompt")
    }

    @Test("limit and stop sequences end an answer in their own way")
    func ends() throws {
        func ending(_ text: String, _ rest: String) throws -> [Node?] {
            let node = try self.node(SandboxBody.messages("echo", text, rest))
            return [node["content"]?[0]?["text"], node["stop_reason"], node["stop_sequence"]]
        }
        #expect(try ending("a b c", #""stop_sequences":[" c"," b"]"#) == ["a", "stop_sequence", " b"])
        let body = #"{"model":"echo","max_tokens":2,"messages":[{"role":"user","content":"a b c"}]}"#
        let node = try self.node(body)
        #expect(node["content"]?[0]?["text"] == "a b" && node["stop_reason"] == "max_tokens")
        #expect(node["usage"]?["output_tokens"] == 2)
    }

    @Test("a limit of nothing only warms the cache")
    func warming() throws {
        let node = try self.node(#"{"model":"echo","max_tokens":0,"messages":[{"role":"user","content":"x"}]}"#)
        #expect(node["content"] == .array([]))
        #expect(node["stop_reason"] == "max_tokens" && node["usage"]?["output_tokens"] == 0)
    }

    @Test("thinking comes first and is signed")
    func thinking() throws {
        let node = try self.node(SandboxBody.messages("think"))
        #expect(node["content"]?.elements.map { $0["type"] } == ["thinking", "text"])
        #expect(node["content"]?[0]?["thinking"]?.string?.contains("Hello there") == true)
        #expect(node["content"]?[0]?["signature"]?.string?.isEmpty == false)
        let omitted = try self.node(
            SandboxBody.messages("think", "x", #""thinking":{"type":"adaptive","display":"omitted"}"#)
        )
        #expect(omitted["content"]?[0]?["thinking"] == "")
        #expect(omitted["content"]?[0]?["signature"]?.string?.isEmpty == false)
        let disabled = try self.node(SandboxBody.messages("think", "x", #""thinking":{"type":"disabled"}"#))
        #expect(disabled["content"]?.elements.map { $0["type"] } == ["text"])
    }

    @Test("structured output is a minimal instance of its schema, by either name")
    func structured() throws {
        let format =
            #"{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]}}"#
        for field in [#""output_config":{"format":\#(format)}"#, #""output_format":\#(format)"#] {
            #expect(try self.node(SandboxBody.messages("echo", "x", field))["content"]?[0]?["text"] == #"{"a":true}"#)
        }
    }
}

@Suite("Sandbox messages tools")
struct SandboxMessagesToolTests {
    private func node(_ body: String) throws -> Node { try askSandbox("/v1/messages", body).node() }

    private func names(_ model: String, _ rest: String = "") throws -> [String] {
        let body = SandboxBody.messages(model, "x", SandboxBody.messagesTools + (rest.isEmpty ? "" : "," + rest))
        return try self.node(body)["content"]?.elements.compactMap { $0["name"]?.string } ?? []
    }

    @Test("client tools are called with an object that matches the schema")
    func calls() throws {
        let node = try self.node(SandboxBody.messages("tools", "x", SandboxBody.messagesTools))
        #expect(node["stop_reason"] == "tool_use")
        let first = try #require(node["content"]?[0])
        #expect(first["type"] == "tool_use" && first["name"] == "weather")
        #expect(first["id"]?.string?.hasPrefix("toolu_") == true)
        #expect(first["input"]?["city"] == "city")
        #expect(node["content"]?[1]?["input"]?.keys == [])
    }

    @Test("choice and parallelism are respected")
    func choices() throws {
        #expect(try self.names("tools") == ["weather", "now"])
        #expect(
            try self.names("tools", #""tool_choice":{"type":"auto","disable_parallel_tool_use":true}"#) == ["weather"]
        )
        #expect(try self.names("tools", #""tool_choice":{"type":"none"}"#).isEmpty)
        #expect(try self.names("echo", #""tool_choice":{"type":"any"}"#) == ["weather"])
        #expect(try self.names("echo", #""tool_choice":{"type":"tool","name":"now"}"#) == ["now"])
        #expect(try self.names("echo", #""tool_choice":{"type":"tool","name":"bash"}"#).isEmpty)
    }

    @Test("a result is quoted, also when text follows it")
    func results() throws {
        func text(_ content: String) throws -> Node? {
            let body = #"""
                {"model":"tools","max_tokens":99,"messages":[{"role":"user","content":"w?"},
                {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}]},
                {"role":"user","content":[\#(content)]}],\#(SandboxBody.messagesTools)}
                """#
            return try self.node(body)["content"]?[0]?["text"]
        }
        let result = #"{"type":"tool_result","tool_use_id":"toolu_1","content":"sunny"}"#
        #expect(try text(result) == "The tool answered: sunny")
        let blocks =
            #"{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#
        #expect(try text(blocks) == "The tool answered: a\nb")
        #expect(try text(result + #",{"type":"text","text":"and?"}"#) == "The tool answered: sunny")
        #expect(try text(#"{"type":"tool_result","tool_use_id":"t"}"#) == "The tool answered: ")
    }
}

@Suite("Sandbox prompt cache")
struct SandboxCacheTests {
    private static let filler = String(repeating: "word ", count: 40)

    private func usage(_ system: String, _ messages: String, _ rest: String = "") throws -> [Int?] {
        let body = #"{"model":"echo","max_tokens":9,"system":\#(system),"messages":[\#(messages)]\#(rest)}"#
        let usage = try #require(try askSandbox("/v1/messages", body).node()["usage"])
        return [
            usage["input_tokens"]?.int, usage["cache_read_input_tokens"]?.int,
            usage["cache_creation"]?["ephemeral_5m_input_tokens"]?.int,
            usage["cache_creation"]?["ephemeral_1h_input_tokens"]?.int,
        ]
    }

    private func system(_ marker: String) -> String {
        #"[{"type":"text","text":"\#(Self.filler)"\#(marker)}]"#
    }

    private let first = #"{"role":"user","content":"a"}"#
    private let second =
        #"{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}"#

    @Test("without markers nothing is cached")
    func none() throws {
        #expect(try self.usage(self.system(""), self.first) == [48, 0, 0, 0])
    }

    @Test("the first turn writes what is marked, by its lifetime")
    func writes() throws {
        #expect(try self.usage(self.system(#","cache_control":{"type":"ephemeral"}"#), self.first) == [7, 0, 41, 0])
        #expect(
            try self.usage(self.system(#","cache_control":{"type":"ephemeral","ttl":"1h"}"#), self.first) == [
                7, 0, 0, 41,
            ]
        )
    }

    @Test("a later turn reads it")
    func reads() throws {
        #expect(try self.usage(self.system(#","cache_control":{"type":"ephemeral"}"#), self.second) == [15, 41, 0, 0])
    }

    @Test("a marker on the last message reads the turns before and writes the rest")
    func moving() throws {
        let last =
            #"{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":[{"type":"text","text":"c","cache_control":{"type":"ephemeral"}}]}"#
        #expect(try self.usage(self.system(""), last) == [3, 49, 4, 0])
    }

    @Test("a marker on the request itself means its end")
    func automatic() throws {
        #expect(
            try self.usage(self.system(""), self.first, #","cache_control":{"type":"ephemeral"}"#) == [3, 0, 45, 0]
        )
    }

    @Test("a marker on a tool caches the tools alone")
    func tools() throws {
        let tool = #","tools":[{"name":"t","input_schema":{},"cache_control":{"type":"ephemeral"}}]"#
        let numbers = try self.usage(self.system(""), self.first, tool)
        #expect(numbers[0] == 48)
        #expect((numbers[2] ?? 0) > 0)
    }

    @Test("a null marker is none")
    func null() throws {
        #expect(
            try self.usage(self.system(#","cache_control":null"#), self.first, #","cache_control":null"#) == [
                48, 0, 0, 0,
            ]
        )
    }

    @Test("counting tokens agrees with the bill")
    func counting() throws {
        let tail = #""messages":[\#(self.second)],\#(SandboxBody.messagesTools)}"#
        let count = try askSandbox("/v1/messages/count_tokens", #"{"model":"echo",\#(tail)"#).node()
        let bill = try askSandbox("/v1/messages", #"{"model":"echo","max_tokens":5,\#(tail)"#).node()
        #expect(count.keys == ["input_tokens"])
        #expect(count["input_tokens"] == bill["usage"]?["input_tokens"])
    }
}

@Suite("Sandbox messages streams")
struct SandboxMessagesStreamTests {
    private func answer(_ model: String, _ text: String = "Hello there", _ rest: String = "") -> SandboxAnswer {
        askSandbox(
            "/v1/messages",
            SandboxBody.messages(model, text, #""stream":true"# + (rest.isEmpty ? "" : "," + rest))
        )
    }

    /// Names of events, each run of deltas as one.
    private func outline(_ answer: SandboxAnswer) throws -> [String] {
        try answer.events().compactMap(\.name).reduce(into: []) { names, name in
            if names.last != name { names.append(name) }
        }
    }

    private static let block = ["content_block_start", "content_block_delta", "content_block_stop"]
    private static let start = [
        "message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop",
    ]
    private static let end = ["message_delta", "message_stop"]

    @Test("events follow the vendor's grammar")
    func grammar() throws {
        #expect(try self.outline(self.answer("echo")) == Self.start + Self.end)
        #expect(try self.outline(self.answer("think")) == Self.start + Self.block + Self.end)
        let tools = self.answer("tools", "x", SandboxBody.messagesTools)
        #expect(try self.outline(tools) == Self.start + Self.block + Self.end)
    }

    @Test("every event names its type twice")
    func types() throws {
        for event in try self.answer("think").events() { #expect(event.data?["type"]?.string == event.name) }
    }

    @Test("blocks are numbered in order and their deltas belong to them")
    func indices() throws {
        var open: Int?
        var next = 0
        for event in try self.answer("tools", "x", SandboxBody.messagesTools).events() {
            let index = event.data?["index"]?.int
            switch event.name {
            case "content_block_start":
                #expect(open == nil && index == next)
                open = index
                next += 1
            case "content_block_delta": #expect(index == open)
            case "content_block_stop":
                #expect(index == open)
                open = nil
            default: #expect(index == nil)
            }
        }
        #expect(next == 2 && open == nil)
    }

    @Test("the start holds the input's usage, the end its repetition and the output's total")
    func usage() throws {
        let plain = try #require(try askSandbox("/v1/messages", SandboxBody.messages("think")).node()["usage"])
        let events = try self.answer("think").events()
        let message = try #require(events.first?.data?["message"])
        #expect(message["content"] == .array([]) && message["stop_reason"] == .null)
        #expect(message["usage"]?["input_tokens"] == plain["input_tokens"])
        #expect(message["usage"]?["output_tokens"] == 1)
        #expect(message["usage"]?["cache_creation"]?.keys.count == 2)
        let delta = try #require(events.dropLast().last?.data)
        #expect(delta["delta"]?["stop_reason"] == "end_turn")
        #expect(delta["usage"]?["input_tokens"] == plain["input_tokens"])
        #expect(delta["usage"]?["output_tokens"] == plain["output_tokens"])
        #expect((delta["usage"]?["output_tokens_details"]?["thinking_tokens"]?.int ?? 0) > 5)
    }

    @Test("deltas join to the plain answer")
    func joins() throws {
        func joined(_ events: [ProbedEvent], _ field: String) -> String {
            events.compactMap { $0.data?["delta"]?[field]?.string }.joined()
        }
        let events = try self.answer("think").events()
        let plain = try askSandbox("/v1/messages", SandboxBody.messages("think")).node()
        #expect(joined(events, "text") == plain["content"]?[1]?["text"]?.string)
        #expect(joined(events, "thinking") == plain["content"]?[0]?["thinking"]?.string)
        #expect(events.compactMap { $0.data?["delta"]?["signature"] }.count == 1)
    }

    @Test("tool input begins with an empty piece, and a call without arguments has nothing else")
    func toolInput() throws {
        let deltas = try self.answer("tools", "x", SandboxBody.messagesTools).events().filter {
            $0.name == "content_block_delta"
        }
        func pieces(_ index: Int) -> [String] {
            deltas.filter { $0.data?["index"]?.int == index }.compactMap { $0.data?["delta"]?["partial_json"]?.string }
        }
        #expect(pieces(0).first == "" && pieces(0).joined() == #"{"city":"city"}"#)
        #expect(pieces(1) == [""])
    }

    @Test("omitted thinking sends its signature only")
    func omitted() throws {
        let events = try self.answer("think", "x", #""thinking":{"type":"adaptive","display":"omitted"}"#).events()
        let kinds = events.compactMap { $0.data?["delta"]?["type"]?.string }.filter { $0 != "text_delta" }
        #expect(kinds == ["signature_delta"])
    }

    @Test("a stream that fails ends with an error event")
    func failure() throws {
        let answer = self.answer("error-stream", "one two three four")
        let events = try answer.events()
        #expect(events.last?.name == "error" && !answer.endsAbruptly)
        #expect(events.last?.data?["error"]?["type"] == "overloaded_error")
        #expect(events.last?.data?["request_id"]?.string == answer.header("request-id"))
        #expect(!events.contains { $0.name == "message_stop" || $0.name == "content_block_stop" })
    }

    @Test("a cut stream just ends")
    func cut() throws {
        let answer = self.answer("cut", "one two three four")
        #expect(answer.endsAbruptly)
        #expect(try answer.events().last?.name == "content_block_delta")
    }

    @Test("an answer without content has no block")
    func empty() throws {
        let answer = askSandbox(
            "/v1/messages",
            #"{"model":"echo","max_tokens":0,"stream":true,"messages":[{"role":"user","content":"x"}]}"#
        )
        #expect(try self.outline(answer) == ["message_start"] + Self.end)
    }
}
