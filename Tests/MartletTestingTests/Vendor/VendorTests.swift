@testable import MartletTesting
import NIOCore
import Testing

/// The built-in vendor without sockets: a request in, the bytes of its script out.
@Suite struct VendorTests {
    private let vendor = Vendor(defaults: VendorDefaults())

    private func script(_ path: String, _ body: PlainJSON) throws -> OracleScript {
        let head = try #require(OracleRequestHead("POST \(path) HTTP/1.1\r\n\r\n"))
        var request = OracleRequest(id: 1, connectionID: 1, head: head, now: 0)
        request.body = body.bytes
        request.bodyByteCount = request.body.count
        return try #require(self.vendor.script(for: request))
    }

    private func wire(_ script: OracleScript) -> String {
        script.steps.map { step in
            if case .send(let bytes) = step { String(buffer: bytes) } else { "" }
        }.joined()
    }

    private func answer(_ path: String, _ body: PlainJSON) throws -> PlainJSON {
        let text = self.wire(try self.script(path, body))
        let parts = text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] }
        return try PlainJSON(parsing: String(try #require(parts)))
    }

    /// The data of each event of a stream, `[DONE]` as a string.
    private func events(_ path: String, _ body: PlainJSON) throws -> [PlainJSON] {
        let text = self.wire(try self.script(path, body.setting("stream", true)))
        return text.utf8.split(separator: 0x0A).compactMap { line in
            guard line.starts(with: "data: ".utf8) else { return nil }
            let data = String(decoding: line.dropFirst(6), as: UTF8.self)
            return (try? PlainJSON(parsing: data)) ?? .string(data)
        }
    }

    private let turns: PlainJSON = [["role": "user", "content": "good morning"]]
    private var chat: PlainJSON { ["model": "echo", "messages": self.turns] }
    private let tool: PlainJSON = [
        "name": "weather",
        "schema": [
            "type": "object", "properties": ["city": ["type": "string"], "unit": ["enum": ["C", "F"]]],
        ],
    ]

    @Test("plain answers speak of the prompt in each format")
    func plain() throws {
        let chat = try self.answer("/v1/chat/completions", self.chat)
        #expect(chat["choices"]?[0]?["message"]?["content"]?.string == "The oracle heard: good morning")
        #expect(chat["choices"]?[0]?["finish_reason"]?.string == "stop")
        let responses = try self.answer("/v1/responses", ["model": "echo", "input": "good morning"])
        #expect(responses["output"]?[0]?["content"]?[0]?["text"]?.string == "The oracle heard: good morning")
        #expect(responses["status"]?.string == "completed")
        let messages = try self.answer("/v1/messages", self.chat)
        #expect(messages["content"]?[0]?["text"]?.string == "The oracle heard: good morning")
        #expect(messages["stop_reason"]?.string == "end_turn")
    }

    @Test("streams carry the same text and end with the format's terminal event")
    func streams() throws {
        let chat = try self.events("/v1/chat/completions", self.chat)
        let chatText = chat.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
        #expect(chatText == "The oracle heard: good morning")
        #expect(chat.last == .string("[DONE]"))
        let responses = try self.events("/v1/responses", ["model": "echo", "input": self.turns])
        #expect(responses.compactMap { $0["delta"]?.string }.joined() == "The oracle heard: good morning")
        #expect(responses.last?["type"]?.string == "response.completed")
        #expect(responses.enumerated().allSatisfy { $0.element["sequence_number"]?.int == $0.offset })
        let messages = try self.events("/v1/messages", self.chat)
        #expect(messages.compactMap { $0["delta"]?["text"]?.string }.joined() == "The oracle heard: good morning")
        #expect(messages.last?["type"]?.string == "message_stop")
    }

    @Test("a chat stream tells usage only to those who ask")
    func streamUsage() throws {
        let silent = try self.events("/v1/chat/completions", self.chat)
        #expect(!silent.contains { $0["usage"] != nil })
        let asked = self.chat.setting("stream_options", ["include_usage": true])
        let events = try self.events("/v1/chat/completions", asked)
        let last = try #require(events.dropLast().last)
        #expect(last["choices"]?.elements.isEmpty == true)
        #expect(last["usage"]?["total_tokens"]?.int ?? 0 > 0)
        #expect(events.first?["usage"] == .null)
    }

    @Test("a tool offered is called, with arguments that fit its schema, and its result is spoken of")
    func tools() throws {
        let schema = try #require(self.tool["schema"])
        let function: PlainJSON = ["type": "function", "function": ["name": "weather", "parameters": schema]]
        let asked = self.chat.setting("model", "tools").setting("tools", [function])
        let call = try self.answer("/v1/chat/completions", asked)["choices"]?[0]?["message"]?["tool_calls"]?[0]
        #expect(call?["function"]?["arguments"]?.string == "{\"city\":\"Lisbon\",\"unit\":\"C\"}")
        let deltas = try self.events("/v1/chat/completions", asked).compactMap {
            $0["choices"]?[0]?["delta"]?["tool_calls"]?[0]?["function"]?["arguments"]?.string
        }
        #expect(deltas.joined() == "{\"city\":\"Lisbon\",\"unit\":\"C\"}")
        let result: PlainJSON = [["role": "tool", "tool_call_id": "call_oracle_1", "content": "21 degrees"]]
        let after = try self.answer("/v1/chat/completions", asked.setting("messages", result))
        #expect(after["choices"]?[0]?["message"]?["content"]?.string == "The tool answered: 21 degrees")
    }

    @Test("Messages and Responses call tools in their own shapes")
    func toolShapes() throws {
        let schema = try #require(self.tool["schema"])
        let messages = self.chat.setting("model", "tools")
            .setting("tools", [["name": "weather", "input_schema": schema]])
        let use = try self.answer("/v1/messages", messages)["content"]?[0]
        #expect(use?["input"]?["city"]?.string == "Lisbon")
        let parts = try self.events("/v1/messages", messages).compactMap { $0["delta"]?["partial_json"]?.string }
        #expect(parts.first?.isEmpty == true)
        #expect(parts.joined() == "{\"city\":\"Lisbon\",\"unit\":\"C\"}")
        let responses: PlainJSON = [
            "model": "tools", "input": "x",
            "tools": [["type": "function", "name": "weather", "parameters": schema]],
        ]
        #expect(try self.answer("/v1/responses", responses)["output"]?[0]?["type"]?.string == "function_call")
        let done = try self.events("/v1/responses", responses).first {
            $0["type"]?.string == "response.function_call_arguments.done"
        }
        #expect(done?["arguments"]?.string == "{\"city\":\"Lisbon\",\"unit\":\"C\"}")
        let output: PlainJSON = [["type": "function_call_output", "call_id": "c", "output": "21 degrees"]]
        let after = try self.answer("/v1/responses", responses.setting("input", output))
        #expect(after["output"]?[0]?["content"]?[0]?["text"]?.string == "The tool answered: 21 degrees")
    }

    @Test("thinking comes first, signed where the format signs")
    func thinking() throws {
        let asked = self.chat.setting("model", "think")
        #expect(try self.answer("/v1/messages", asked)["content"]?[0]?["signature"]?.string?.isEmpty == false)
        let events = try self.events("/v1/messages", asked)
        #expect(events.contains { $0["delta"]?["type"]?.string == "signature_delta" })
        let message = try self.answer("/v1/chat/completions", asked)["choices"]?[0]?["message"]
        #expect(message?["reasoning_content"]?.string?.hasPrefix("Someone") == true)
        let responses = try self.events("/v1/responses", ["model": "think", "input": "x"])
        #expect(responses.contains { $0["type"]?.string == "response.reasoning_summary_text.delta" })
        #expect(responses.last?["response"]?["output"]?[0]?["type"]?.string == "reasoning")
    }

    @Test("usage is as asked for: fixed, absent, or absurd")
    func usage() throws {
        let fixed = try self.answer("/v1/messages", self.chat.setting("model", "usage-100-20-7"))["usage"]
        #expect(fixed?["input_tokens"]?.int == 100)
        #expect(fixed?["output_tokens"]?.int == 20)
        #expect(fixed?["cache_read_input_tokens"]?.int == 7)
        #expect(try self.answer("/v1/responses", ["model": "usage-none", "input": "x"])["usage"] == nil)
        let absurd = try self.answer("/v1/chat/completions", self.chat.setting("model", "usage-bad"))["usage"]
        #expect(absurd?["prompt_tokens"] == .number("-9223372036854775809"))
    }

    @Test("embeddings are the same numbers in both encodings")
    func embeddings() throws {
        let body: PlainJSON = ["model": "e", "input": ["a", "b"], "dimensions": 2]
        let floats = try self.answer("/v1/embeddings", body)["data"]
        #expect(floats?[1]?["embedding"]?.text == "[0.03125,0.0625]")
        let encoded = try self.answer("/v1/embeddings", body.setting("encoding_format", "base64"))["data"]
        #expect(encoded?[1]?["embedding"]?.string == "AAAAPQAAgD0=")
        #expect(try self.answer("/v1/embeddings", ["model": "e", "input": [1, 2, 3]])["data"]?.elements.count == 1)
    }

    @Test(
        "the other endpoints answer in their own shapes",
        arguments: [
            ("/v1/messages/count_tokens", "input_tokens"), ("/v1/responses/input_tokens", "input_tokens"),
            ("/v1/moderations", "results"), ("/v1/completions", "choices"), ("/v1/models", "data"),
            ("/openai/deployments/echo/chat/completions", "choices"),
        ]
    )
    func others(_ path: String, _ member: String) throws {
        #expect(try self.answer(path, self.chat)[member] != nil)
    }

    @Test("an Azure path names the model when the body does not")
    func azure() throws {
        let path = "/openai/deployments/status-418/chat/completions"
        #expect(self.wire(try self.script(path, ["messages": self.turns])).hasPrefix("HTTP/1.1 418 "))
    }

    @Test("errors have the format's body and the hints asked for")
    func errors() throws {
        let asked = self.chat.setting("model", "status-429-retry-7-stop")
        let text = self.wire(try self.script("/v1/chat/completions", asked))
        #expect(text.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
        #expect(text.contains("retry-after: 7\r\n"))
        #expect(text.contains("x-should-retry: false\r\n"))
        #expect(text.contains("\"code\":\"rate_limit_exceeded\""))
        let overloaded = try self.answer("/v1/messages", self.chat.setting("model", "status-529"))
        #expect(overloaded["error"]?["type"]?.string == "overloaded_error")
    }

    @Test("a flaky model fails so often and then answers, over and over")
    func flaky() throws {
        let asked = self.chat.setting("model", "flaky-503-2")
        let statuses = try (0..<6).map { _ in
            self.wire(try self.script("/v1/chat/completions", asked)).dropFirst(9).prefix(3)
        }
        #expect(statuses == ["503", "503", "200", "503", "503", "200"])
    }

    @Test("paced streams share their steps from request to request")
    func pace() throws {
        let asked = self.chat.setting("model", "sse-5x20").setting("stream", true)
        let script = try self.script("/v1/chat/completions", asked)
        #expect(script.steps.filter { $0 == .wait(.milliseconds(20)) }.count == 7)
        #expect(try self.script("/v1/chat/completions", asked) == script)
        let other = try self.script("/v1/messages", asked)
        #expect(other != script)
    }

    @Test(
        "broken streams are broken where they were asked to be",
        arguments: [
            ("end-2", 2, "0\r\n\r\n"), ("error-2", 3, "0\r\n\r\n"), ("cut-100", 1, ""), ("hang-2", 2, ""),
            ("badjson-1", 9, "data: [DONE]\n\n\r\n0\r\n\r\n"),
        ]
    )
    func brokenStreams(_ model: String, _ events: Int, _ ending: String) throws {
        let asked = self.chat.setting("model", .string(model)).setting("stream", true)
        let text = self.wire(try self.script("/v1/chat/completions", asked))
        #expect(text.occurrences(of: "data: ") == events)
        #expect(Array(text.utf8.suffix(ending.utf8.count)) == Array(ending.utf8))
        #expect(text.utf8Contains("[DONE]") == (model == "badjson-1"))
    }

    @Test("huge bodies and lines are not held in memory")
    func huge() throws {
        let body = try self.script("/v1/chat/completions", self.chat.setting("model", "body-1m"))
        #expect(body.steps.count == 3)
        let text = self.wire(body)
        #expect(text.contains("content-length: \(1 << 20)\r\n"))
        let line = try self.script("/v1/chat/completions", self.chat.setting("model", "line-16m"))
        #expect(line.byteCount > 16 << 20)
        #expect(line.steps.last == .close)
    }

    @Test(
        "bad heads hold what they say",
        arguments: [("cr", "one\rtwo"), ("nul", "one\u{0}two"), ("reason", "OK\rx-oracle"), ("", "x oracle: ")]
    )
    func badHeads(_ kind: String, _ text: String) throws {
        let asked = self.chat.setting("model", .string("badheader-\(kind)"))
        #expect(self.wire(try self.script("/v1/chat/completions", asked)).utf8Contains(text))
    }

    @Test("lengths lie by ten, either way")
    func lyingLengths() throws {
        let whole = try self.answer("/v1/messages", self.chat.setting("model", "plain")).bytes.count
        for (model, difference) in [("short", -10), ("long+x", 10)] {
            let text = self.wire(try self.script("/v1/messages", self.chat.setting("model", .string(model))))
            let offset = model.utf8.count - "plain".utf8.count
            let tokens = (self.chat.setting("model", .string(model)).bytes.count) / 4
            let plainTokens = self.chat.setting("model", "plain").bytes.count / 4
            let digits = "\(tokens)".utf8.count - "\(plainTokens)".utf8.count
            #expect(text.contains("content-length: \(whole + offset + digits + difference)\r\n"))
        }
    }
}

extension String {
    fileprivate func occurrences(of text: String) -> Int {
        var count = 0
        var rest = Array(self.utf8)[...]
        let needle = Array(text.utf8)
        while let range = Array(rest).firstRange(of: needle) {
            count += 1
            rest = rest.dropFirst(range.upperBound)
        }
        return count
    }

    fileprivate func utf8Contains(_ text: String) -> Bool {
        Array(self.utf8).firstRange(of: Array(text.utf8)) != nil
    }

    fileprivate func firstRange(of text: String) -> Range<String.Index>? {
        guard let range = Array(self.utf8).firstRange(of: Array(text.utf8)) else { return nil }
        let start = self.utf8.index(self.startIndex, offsetBy: range.lowerBound)
        return start..<self.utf8.index(start, offsetBy: range.count)
    }
}
