import ArgumentParser
import Exchange
import Glibc
import Testing

@testable import martlet

@Suite("martlet translate")
struct TranslateCommandTests {
    private let chat = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#
    private let messages = #"{"model":"fast","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#

    private func preview(_ arguments: [String], _ request: String) throws -> TranslationPreview {
        try TranslateCommand.parse(arguments).preview(of: Array(request.utf8))
    }

    private func body(_ arguments: [String], _ request: String) throws -> String {
        String(decoding: try self.preview(arguments, request).body, as: UTF8.self)
    }

    private func refusal(_ arguments: [String], _ request: String) -> CommandFailure? {
        do {
            _ = try self.preview(arguments, request)
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    @Test("the vendor's own body, path and headers are shown, with its own name of the model")
    func anthropic() throws {
        let preview = try self.preview(
            ["--from", "chat", "--to", "messages", "--model", "claude-haiku-4-5"],
            self.chat
        )
        let body = String(decoding: preview.body, as: UTF8.self)
        #expect(body.contains(#""model":"claude-haiku-4-5""#) && body.contains(#""max_tokens":"#))
        #expect(body.contains(#""messages":[{"role":"user","content""#) && !body.contains("fast"))
        #expect(preview.path == "/v1/messages")
        #expect(preview.talk == ["POST /v1/messages", "anthropic-version: 2023-06-01"])
    }

    @Test(
        "each format goes to each other, by the usual kind of provider",
        arguments: ["chat", "responses", "messages"],
        [
            ("chat", "gpt-4.1", "/v1/chat/completions"), ("responses", "gpt-5", "/v1/responses"),
            ("messages", "claude-opus-5", "/v1/messages"),
            ("gemini", "gemini-2.5-pro", "/v1beta/models/gemini-2.5-pro:generateContent"),
            ("converse", "us.amazon.nova-pro-v1:0", "/model/us.amazon.nova-pro-v1%3A0/converse"),
        ]
    )
    func pairs(_ from: String, _ vendor: (format: String, model: String, path: String)) throws {
        guard from != vendor.format else { return }
        let request = from == "responses" ? #"{"model":"fast","input":"Hi"}"# : self.messages
        let preview = try self.preview(["--from", from, "--to", vendor.format, "--model", vendor.model], request)
        #expect(preview.path == vendor.path)
        #expect(String(decoding: preview.body, as: UTF8.self).contains(#""Hi""#))
    }

    @Test("a stream is asked for by the request, or by the flag")
    func streams() throws {
        let gemini = ["--from", "chat", "--to", "gemini", "--model", "gemini-2.5-pro"]
        let path = "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"
        #expect(try self.preview(gemini + ["--stream"], self.chat).path == path)
        let request = #"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#
        #expect(try self.preview(gemini, request).path == path)
        let claude = ["--from", "chat", "--to", "messages", "--model", "claude-opus-5", "--stream"]
        #expect(try self.body(claude, self.chat).contains(#""stream":true"#))
    }

    @Test("a request without a model is given one")
    func withoutModel() throws {
        let request = #"{"max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}"#
        let arguments = ["--from", "messages", "--to", "chat", "--model", "gpt-4.1"]
        #expect(try self.body(arguments, request).contains(#""model":"gpt-4.1""#))
    }

    @Test("headers that change the body are taken as options")
    func headers() throws {
        let claude = [
            "--from", "messages", "--to", "messages", "--kind", "bedrock", "--model",
            "anthropic.claude-opus-4-5-20251101-v1:0",
        ]
        let beta = ["--anthropic-beta", "context-1m-2025-08-07"]
        #expect(try self.body(claude + beta, self.messages).contains("context-1m-2025-08-07"))
        #expect(try !self.body(claude, self.messages).contains("context-1m"))
        let arguments = ["--from", "messages", "--to", "converse", "--model", "us.amazon.nova-pro-v1:0"]
        let warm = #"{"model":"m","max_tokens":9,"temperature":0.5,"messages":[{"role":"user","content":"Hi"}]}"#
        #expect(self.refusal(arguments, warm) == nil)
        #expect(self.refusal(arguments + ["--anthropic-version", "2026-10-21"], warm)?.code == 2)
    }

    @Test("losses are told one a line in the caller's words, and refused when strict")
    func losses() throws {
        let request = #"{"model":"fast","seed":7,"messages":[{"role":"user","content":"Hi"}]}"#
        let arguments = ["--from", "chat", "--to", "messages", "--model", "claude-haiku-4-5"]
        let preview = try self.preview(arguments, request)
        #expect(preview.warnings == ["dropped:seed"])
        #expect(preview.talk.last == "warning: dropped:seed")
        let refusal = try #require(self.refusal(arguments + ["--strict"], request))
        #expect(refusal.code == 2)
        #expect(refusal.message.hasPrefix("'seed': anthropic/claude-haiku-4-5 "))
        #expect(refusal.message.contains("strict"))
    }

    @Test("what the target cannot do is refused with field, target and way out")
    func refusals() throws {
        let request = #"""
            {"model":"fast","max_tokens":9,"mcp_servers":[{"type":"url","url":"https://x","name":"x"}],
             "messages":[{"role":"user","content":"Hi"}]}
            """#
        let arguments = ["--from", "messages", "--to", "chat", "--model", "gpt-4.1", "--provider", "eu"]
        let refusal = try #require(self.refusal(arguments, request))
        #expect(refusal.code == 2)
        #expect(refusal.message.hasPrefix("'mcp_servers': eu/gpt-4.1 ") && refusal.message.hasSuffix("."))
    }

    @Test(
        "what is no request is refused with its place",
        arguments: [
            ("{\n  \"model\": \"m\",\n  \"messages\": [,]\n}", "line 3, column 16"), ("", "empty"),
            ("[]", "must be a JSON object"), (#"{"model":"m","model":"n"}"#, "line 1, column 14"),
            (#"{"model":"m","messages":7}"#, "messages"), (#"{"model":7,"messages":[]}"#, "model"),
        ]
    )
    func malformed(_ request: String, _ expected: String) throws {
        let refusal = self.refusal(["--from", "chat", "--to", "gemini", "--model", "gemini-2.5-pro"], request)
        #expect(refusal?.code == 2)
        #expect(refusal?.message.contains(expected) == true, "\(refusal?.message ?? "")")
    }

    @Test("a kind's own dialect and settings count")
    func kinds() throws {
        let compatible = ["--from", "messages", "--to", "chat", "--kind", "openai-compatible", "--model", "llama"]
        let lab = try self.preview(compatible + ["--base-url", "https://lab.example/api/v1"], self.messages)
        #expect(lab.path == "/api/v1/chat/completions")
        #expect(String(decoding: lab.body, as: UTF8.self).contains(#""max_tokens":50"#))
        let openAI = try self.body(["--from", "messages", "--to", "chat", "--model", "gpt-4.1"], self.messages)
        #expect(openAI.contains(#""max_completion_tokens":50"#))
        #expect(try self.body(compatible + ["--stream"], self.messages).contains("include_usage"))
        let quiet = compatible + ["--stream", "--set", "include_usage=false"]
        #expect(try !self.body(quiet, self.messages).contains("include_usage"))
        let azure = ["--from", "messages", "--to", "chat", "--kind", "azure-openai", "--model", "prod"]
        #expect(try self.preview(azure, self.messages).path == "/openai/v1/chat/completions")
        let vertex = ["--from", "chat", "--to", "gemini", "--kind", "vertex", "--model", "gemini-2.5-pro"]
        #expect(
            try self.preview(vertex + ["--set", "google_project=p-1"], self.chat).path
                == "/v1/projects/p-1/locations/global/publishers/google/models/gemini-2.5-pro:generateContent"
        )
    }

    @Test("Claude's body on another cloud is patched as the road patches it")
    func native() throws {
        let cloud = ["--to", "messages", "--kind"]
        let vertex = cloud + ["vertex", "--model", "claude-opus-4-6"]
        let translated = try self.body(["--from", "chat"] + vertex, self.chat)
        #expect(translated.contains(#""anthropic_version":"vertex-2023-10-16""#) && !translated.contains(#""model""#))
        let bedrock = cloud + ["bedrock", "--model", "us.anthropic.claude-opus-4-8"]
        let passed = try self.preview(["--from", "messages"] + bedrock, self.messages)
        #expect(passed.path == "/model/us.anthropic.claude-opus-4-8/invoke" && passed.warnings.isEmpty)
        let body = String(decoding: passed.body, as: UTF8.self)
        #expect(body.contains(#""anthropic_version":"bedrock-2023-05-31""#) && !body.contains(#""model""#))
        let later = ["--anthropic-version", "2026-10-21"]
        let newest = try self.body(["--from", "messages"] + bedrock + later, self.messages)
        #expect(newest.contains(#""anthropic_version":"2026-10-21""#))
        let older = cloud + ["bedrock", "--model", "anthropic.claude-opus-4-5-20251101-v1:0"]
        let old = try self.body(["--from", "messages"] + older + later, self.messages)
        #expect(old.contains(#""anthropic_version":"bedrock-2023-05-31""#))
        #expect(self.refusal(["--from", "chat"] + bedrock, self.chat)?.message.contains("converse") == true)
        let other = ["--from", "messages", "--to", "converse", "--model", "us.anthropic.claude-opus-4-8"]
        #expect(self.refusal(other, self.messages)?.message.contains("--to messages --kind bedrock") == true)
    }

    @Test(
        "what cannot be meant is refused while the arguments are read",
        arguments: [
            (["--from", "gemini", "--to", "chat"], "--from must be one of chat, responses, messages"),
            (["--from", "chat", "--to", "telepathy"], "--to must be one of"),
            (["--from", "chat", "--to", "chat"], "passes through"),
            (["--from", "chat", "--to", "gemini", "--kind", "openai"], "not asked in gemini"),
            (["--from", "chat", "--to", "messages", "--kind", "nobody"], "must be one of openai, anthropic"),
            (["--from", "chat", "--to", "messages", "--provider", "No Name"], "name"),
            (["--from", "chat", "--to", "messages", "--set", "x"], "--set takes name=value"),
            (["--from", "chat", "--to", "messages", "--set", "x=y"], "not a setting of anthropic"),
        ]
    )
    func arguments(_ arguments: [String], _ expected: String) {
        #expect {
            _ = try TranslateCommand.parse(arguments + ["--model", "m"])
        } throws: { error in
            TranslateCommand.exitCode(for: error) == .validationFailure
                && TranslateCommand.message(for: error).contains(expected)
        }
    }

    @Test("the object holds everything, the body as it would be sent")
    func object() throws {
        let request = #"{"model":"fast","seed":7,"messages":[{"role":"user","content":"Hi"}]}"#
        let arguments = ["--from", "chat", "--to", "messages", "--model", "claude-haiku-4-5", "--json"]
        let preview = try self.preview(arguments, request)
        #expect(
            String(decoding: preview.json, as: UTF8.self)
                == #"{"method":"POST","path":"/v1/messages","headers":{"anthropic-version":"2023-06-01"},"#
                + #""warnings":["dropped:seed"],"body":"# + String(decoding: preview.body, as: UTF8.self) + "}"
        )
    }

    @Test("JSON is indented without a change to texts and numbers")
    func indentation() {
        let json = #"{"a":[1.50,{},[],"x\u00e9\"{"],"b":{"c":null},"d":true}"#
        let expected = """
            {
              "a": [
                1.50,
                {},
                [],
                "x\\u00e9\\"{"
              ],
              "b": {
                "c": null
              },
              "d": true
            }
            """
        #expect(String(decoding: PrettyJSON.indented(Array(json.utf8)), as: UTF8.self) == expected)
        #expect(PrettyJSON.indented(Array("[1".utf8)) == Array("[1".utf8))
    }

    @Test("a request is read from its file; one that is not there is named")
    func file() throws {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        let path = template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let file = mkstemp(base)
            defer { _ = close(file) }
            _ = write(file, "{\"a\":1}\n", 8)
            return String(cString: base)
        }
        defer { unlink(path) }
        #expect(try RequestFile.read(path) == Array("{\"a\":1}\n".utf8))
        #expect {
            _ = try RequestFile.read("/tmp/no-such-martlet-request")
        } throws: { error in
            (error as? CommandFailure)?.code == 2
        }
        #expect(throws: CommandFailure.self) { try RequestFile.read("/tmp") }
    }
}
