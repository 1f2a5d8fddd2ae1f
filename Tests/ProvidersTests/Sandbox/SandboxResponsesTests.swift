import Testing

@testable import Providers

@Suite("Sandbox responses")
struct SandboxResponsesTests {
    private func node(_ body: String) throws -> Node { try askSandbox("/v1/responses", body).node() }

    @Test("an echo has every field that strict clients require")
    func echo() throws {
        let answer = askSandbox("/v1/responses", SandboxBody.responses("sandbox/echo"))
        #expect(answer.header("x-request-id")?.hasPrefix("req_") == true)
        let node = try answer.node()
        #expect(node["id"]?.string?.hasPrefix("resp_") == true)
        #expect(node["object"] == "response" && node["created_at"] == 1_790_000_000 && node["status"] == "completed")
        #expect(node["error"] == .null && node["incomplete_details"] == .null && node["model"] == "sandbox/echo")
        #expect(node["parallel_tool_calls"] == true && node["tool_choice"] == "auto" && node["tools"] == .array([]))
        #expect(node["text"]?["format"]?["type"] == "text" && node["metadata"]?.keys == [])
        #expect(
            node["temperature"] == 1 && node["top_p"] == 1 && node["truncation"] == "disabled" && node["store"] == true
        )
        let item = try #require(node["output"]?[0])
        #expect(item["type"] == "message" && item["role"] == "assistant" && item["status"] == "completed")
        #expect(item["id"]?.string?.hasPrefix("msg_") == true)
        let part = try #require(item["content"]?[0])
        #expect(part["type"] == "output_text" && part["text"] == "Hello there" && part["annotations"] == .array([]))
        let usage = try #require(node["usage"])
        #expect(usage["input_tokens"] == 10 && usage["output_tokens"] == 4 && usage["total_tokens"] == 14)
        #expect(usage["input_tokens_details"]?["cached_tokens"] == 0)
        #expect(usage["output_tokens_details"]?["reasoning_tokens"] == 0)
    }

    @Test("what was asked for is repeated, without its white space")
    func repetition() throws {
        let node = try self.node(
            SandboxBody.responses(
                "echo",
                "x",
                #""instructions":"be kind","metadata":{"a": "b"},"temperature":0.5,"store":false,"reasoning":{"effort":"low"},"text":{"verbosity":"low"},"user":"u" "#
            )
        )
        #expect(node["instructions"] == "be kind" && node["metadata"]?["a"] == "b" && node["store"] == false)
        #expect(node["temperature"] == .number(0.5) && node["user"] == "u")
        #expect(node["reasoning"]?["effort"] == "low" && node["reasoning"]?["summary"] == .null)
        #expect(node["text"]?["verbosity"] == "low")
    }

    @Test("input may be items, with or without a type")
    func items() throws {
        let body = #"""
            {"model":"echo","input":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"input_text","text":"one"}]},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"two","annotations":[]}]},
            {"type":"reasoning","id":"rs_1","summary":[]},{"type":"agent_message","payload":1},
            {"type":"message","role":"user","content":"three"}]}
            """#
        #expect(try self.node(body)["output"]?[0]?["content"]?[0]?["text"] == "three")
    }

    @Test("the limit makes an incomplete response")
    func limit() throws {
        let node = try self.node(SandboxBody.responses("long-50", "x", #""max_output_tokens":16"#))
        #expect(node["status"] == "incomplete")
        #expect(node["incomplete_details"]?["reason"] == "max_output_tokens")
        #expect(node["output"]?[0]?["status"] == "incomplete")
        #expect(node["usage"]?["output_tokens"] == 16 && node["completed_at"] == .null)
    }

    @Test("reasoning shows what was asked for and no more")
    func thinking() throws {
        let bare = try #require(try self.node(SandboxBody.responses("think"))["output"]?[0])
        #expect(bare["type"] == "reasoning" && bare["summary"] == .array([]) && bare["encrypted_content"] == nil)
        #expect(bare["status"] == nil && bare["id"]?.string?.hasPrefix("rs_") == true)
        let asked = #""reasoning":{"summary":"auto"},"include":["reasoning.encrypted_content"]"#
        let node = try self.node(SandboxBody.responses("think", "x", asked))
        #expect(node["output"]?[0]?["summary"]?[0]?["type"] == "summary_text")
        #expect(node["output"]?[0]?["encrypted_content"]?.string?.isEmpty == false)
        #expect(node["output"]?[1]?["type"] == "message")
        #expect((node["usage"]?["output_tokens_details"]?["reasoning_tokens"]?.int ?? 0) > 5)
        let none = try self.node(SandboxBody.responses("think", "x", #""reasoning":{"effort":"none"}"#))
        #expect(none["output"]?.elements.count == 1)
    }

    @Test("functions are called, other kinds of tools are left alone")
    func tools() throws {
        let node = try self.node(SandboxBody.responses("tools", "x", SandboxBody.responsesTools))
        #expect(node["status"] == "completed" && node["tools"]?.elements.count == 3)
        let calls = try #require(node["output"])
        #expect(calls.elements.map { $0["name"] } == ["weather", "now"])
        #expect(calls[0]?["type"] == "function_call" && calls[0]?["arguments"] == #"{"city":"city"}"#)
        #expect(
            calls[0]?["id"]?.string?.hasPrefix("fc_") == true
                && calls[0]?["call_id"]?.string?.hasPrefix("call_") == true
        )
        #expect(calls[0]?["call_id"] != calls[1]?["call_id"])
    }

    @Test("choice and parallelism are respected")
    func choices() throws {
        func names(_ model: String, _ rest: String) throws -> [String] {
            let node = try self.node(SandboxBody.responses(model, "x", SandboxBody.responsesTools + "," + rest))
            return node["output"]?.elements.compactMap { $0["name"]?.string } ?? []
        }
        #expect(try names("tools", #""parallel_tool_calls":false"#) == ["weather"])
        #expect(try names("tools", #""tool_choice":"none""#).isEmpty)
        #expect(try names("echo", #""tool_choice":"required""#) == ["weather"])
        #expect(try names("echo", #""tool_choice":{"type":"function","name":"now"}"#) == ["now"])
        #expect(
            try names("echo", #""tool_choice":{"type":"allowed_tools","mode":"required","tools":[]}"#) == ["weather"]
        )
        #expect(try names("echo", #""tool_choice":{"type":"allowed_tools","mode":"auto","tools":[]}"#).isEmpty)
    }

    @Test("custom tools get free text")
    func custom() throws {
        let item = try self.node(SandboxBody.responses("tools", "ls -l", #""tools":[{"type":"custom","name":"sh"}]"#))[
            "output"
        ]?[0]
        #expect(item?["type"] == "custom_tool_call" && item?["input"] == "ls -l")
        #expect(item?["id"]?.string?.hasPrefix("ctc_") == true)
    }

    @Test("a result is quoted, and a cache key makes the turns before it cached")
    func results() throws {
        func node(_ output: String) throws -> Node {
            try self.node(
                #"""
                {"model":"tools","prompt_cache_key":"k","input":[{"role":"user","content":"\#(String(repeating: "word ", count: 40))"},
                {"type":"function_call","call_id":"c","name":"weather","arguments":"{}"},
                {"type":"function_call_output","call_id":"c","output":\#(output)}],\#(SandboxBody.responsesTools)}
                """#
            )
        }
        let text = try node(#""rain""#)
        #expect(text["output"]?[0]?["content"]?[0]?["text"] == "The tool answered: rain")
        #expect((text["usage"]?["input_tokens_details"]?["cached_tokens"]?.int ?? 0) > 0)
        let parts = try node(#"[{"type":"input_text","text":"snow"}]"#)
        #expect(parts["output"]?[0]?["content"]?[0]?["text"] == "The tool answered: snow")
    }

    @Test("structured output is a minimal instance of its schema")
    func structured() throws {
        let format =
            #"{"type":"json_schema","name":"p","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}"#
        let node = try self.node(SandboxBody.responses("echo", "x", #""text":{"format":\#(format)}"#))
        #expect(node["output"]?[0]?["content"]?[0]?["text"] == #"{"a":1}"#)
        #expect(node["text"]?["format"]?["name"] == "p" && node["text"]?["verbosity"] == "medium")
        let object = try self.node(SandboxBody.responses("echo", "JSON", #""text":{"format":{"type":"json_object"}}"#))
        #expect(object["output"]?[0]?["content"]?[0]?["text"] == #"{"sandbox":true}"#)
    }

    @Test("counting tokens agrees with the bill")
    func counting() throws {
        let body = SandboxBody.responses(
            "echo",
            "the quick fox",
            #""instructions":"be kind","# + SandboxBody.responsesTools
        )
        let count = try askSandbox("/v1/responses/input_tokens", body).node()
        #expect(count["object"] == "response.input_tokens")
        #expect(try count["input_tokens"] == self.node(body)["usage"]?["input_tokens"])
    }

    @Test("compaction keeps the last user message and an opaque item")
    func compaction() throws {
        let node = try askSandbox("/v1/responses/compact", SandboxBody.responses("echo", "keep me")).node()
        #expect(node["object"] == "response.compaction" && node["created_at"] == 1_790_000_000)
        #expect(node["output"]?[0]?["content"]?[0]?["text"] == "keep me")
        #expect(node["output"]?[1]?["type"] == "compaction")
        #expect(node["output"]?[1]?["encrypted_content"]?.string?.isEmpty == false)
        #expect(node["usage"]?["input_tokens"] != nil)
        let resent = try self.node(
            #"{"model":"echo","input":[{"type":"compaction","encrypted_content":"x"},{"role":"user","content":"hi"}]}"#
        )
        #expect(resent["status"] == "completed")
    }
}

@Suite("Sandbox responses streams")
struct SandboxResponsesStreamTests {
    private func answer(_ model: String, _ text: String = "Hello there", _ rest: String = "") -> SandboxAnswer {
        askSandbox(
            "/v1/responses",
            SandboxBody.responses(model, text, #""stream":true"# + (rest.isEmpty ? "" : "," + rest))
        )
    }

    private static let asked = #""reasoning":{"summary":"auto"},"include":["reasoning.encrypted_content"]"#

    @Test("a message runs through its whole life")
    func message() throws {
        let names = try self.answer("echo", "abc").events().compactMap(\.name)
        #expect(
            names == [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.completed",
            ]
        )
    }

    @Test("reasoning with a summary runs through its whole life")
    func thinking() throws {
        let names = try self.answer("think", "abc", Self.asked).events().compactMap(\.name).reduce(into: [String]()) {
            if $0.last != $1 { $0.append($1) }
        }
        #expect(
            Array(names[2..<8]) == [
                "response.output_item.added", "response.reasoning_summary_part.added",
                "response.reasoning_summary_text.delta",
                "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
                "response.output_item.done",
            ]
        )
        let bare = try self.answer("think", "abc").events().compactMap(\.name)
        #expect(!bare.contains { $0.contains("summary") })
    }

    @Test("calls stream their arguments, custom tools their input")
    func calls() throws {
        let events = try self.answer("tools", "x", SandboxBody.responsesTools).events()
        let first = events.filter {
            $0.data?["output_index"] == 0 && $0.name == "response.function_call_arguments.delta"
        }
        #expect(first.compactMap { $0.data?["delta"]?.string }.joined() == #"{"city":"city"}"#)
        let done = events.filter { $0.name == "response.function_call_arguments.done" }
        #expect(done.map { $0.data?["name"] } == ["weather", "now"])
        #expect(done.map { $0.data?["arguments"] } == [#"{"city":"city"}"#, "{}"])
        let custom = try self.answer("tools", "ls", #""tools":[{"type":"custom","name":"sh"}]"#).events()
        #expect(custom.contains { $0.name == "response.custom_tool_call_input.done" && $0.data?["input"] == "ls" })
    }

    /// The rules that any producer of this grammar must keep.
    @Test(
        "events are numbered, items open and close once, and the end repeats them",
        arguments: [
            ("echo", ""), ("think", asked), ("think", ""), ("tools", SandboxBody.responsesTools),
            ("long-40", #""max_output_tokens":16"#),
        ]
    )
    func rules(_ model: String, _ rest: String) throws {
        let events = try self.answer(model, "Hello there", rest).events()
        var open: (index: Int, id: String?)?
        var closed: [Node] = []
        for (number, event) in events.enumerated() {
            let data = try #require(event.data)
            #expect(data["sequence_number"]?.int == number && data["type"]?.string == event.name)
            switch event.name {
            case "response.output_item.added":
                #expect(open == nil)
                open = (try #require(data["output_index"]?.int), data["item"]?["id"]?.string)
                #expect(open?.index == closed.count)
            case "response.output_item.done":
                #expect(data["output_index"]?.int == open?.index && data["item"]?["id"]?.string == open?.id)
                closed.append(try #require(data["item"]))
                open = nil
            case "response.created", "response.in_progress":
                #expect(data["response"]?["status"] == "in_progress" && data["response"]?["usage"] == .null)
                #expect(data["response"]?["output"] == .array([]))
            case "response.completed", "response.incomplete": #expect(open == nil)
            default: #expect(data["item_id"]?.string == open?.id && data["output_index"]?.int == open?.index)
            }
        }
        let end = try #require(events.last?.data?["response"])
        #expect(end["output"] == .array(closed))
        #expect(end["usage"]?["output_tokens"] != nil)
        #expect(end["id"] == events.first?.data?["response"]?["id"])
    }

    @Test("the end is what the plain answer would have said")
    func sameAsPlain() throws {
        let end = try #require(try self.answer("think", "x", Self.asked).events().last?.data?["response"])
        let plain = try askSandbox("/v1/responses", SandboxBody.responses("think", "x", Self.asked)).node()
        #expect(end.keys == plain.keys)
        #expect(end["usage"] == plain["usage"])
        #expect(end["output"]?[1]?["content"] == plain["output"]?[1]?["content"])
    }

    @Test("a limit ends with response.incomplete")
    func incomplete() throws {
        let last = try self.answer("long-40", "x", #""max_output_tokens":16"#).events().last
        #expect(last?.name == "response.incomplete" && last?.data?["response"]?["status"] == "incomplete")
    }

    @Test("a request with line breaks between its fields still makes one line per event")
    func lines() throws {
        let body =
            "{\n \"model\":\"echo\",\n \"input\":\"x\",\n \"stream\":true,\n \"metadata\":{\n  \"a\":\n\"b\"\n },\n \"tools\":[\n ]\n}"
        let events = try askSandbox("/v1/responses", body).events()
        #expect(events.first?.data?["response"]?["metadata"]?["a"] == "b")
    }

    @Test("a stream that fails says so twice, as the vendor does")
    func failure() throws {
        let answer = self.answer("error-stream", "one two three four")
        let events = try answer.events()
        #expect(!answer.endsAbruptly)
        #expect(events.suffix(2).map(\.name) == ["error", "response.failed"])
        let response = try #require(events.last?.data?["response"])
        #expect(response["status"] == "failed" && response["error"]?["code"] == "server_error")
        #expect(response["usage"]?["input_tokens"] != nil)
        #expect(!events.contains { $0.name == "response.output_item.done" })
    }

    @Test("a cut stream just ends")
    func cut() throws {
        let answer = self.answer("cut", "one two three four")
        #expect(answer.endsAbruptly)
        #expect(try answer.events().last?.name == "response.output_text.delta")
    }
}
