import Testing

@testable import Providers

@Suite("Sandbox embeddings")
struct SandboxEmbeddingsTests {
    private func node(_ rest: String) throws -> Node {
        try askSandbox("/v1/embeddings", #"{"model":"embed",\#(rest)}"#).node()
    }

    private func vector(_ node: Node?) -> [Double] {
        node?["embedding"]?.elements.compactMap { if case .number(let number) = $0 { number } else { nil } } ?? []
    }

    @Test("vectors have length one and the size that was asked for")
    func sizes() throws {
        let node = try self.node(#""input":["cat","dog house"]"#)
        #expect(node["object"] == "list" && node["model"] == "embed")
        #expect(node["data"]?.elements.map { $0["index"] } == [0, 1])
        #expect(node["data"]?[0]?["object"] == "embedding")
        #expect(node["usage"]?["prompt_tokens"] == 4 && node["usage"]?["total_tokens"] == 4)
        let vector = self.vector(node["data"]?[0])
        #expect(vector.count == 256)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        #expect(self.vector(try self.node(#""input":"x","dimensions":3"#)["data"]?[0]).count == 3)
        #expect(self.vector(try self.node(#""input":"","dimensions":2"#)["data"]?[0]) == [1, 0])
    }

    @Test("texts that share words are nearer than texts that do not")
    func similarity() throws {
        let data = try self.node(#""input":["the cat sat","The cat, ate!","quantum flux"]"#)["data"]
        func product(_ a: Int, _ b: Int) -> Double {
            zip(self.vector(data?[a]), self.vector(data?[b])).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(product(0, 1) > 0.5 && product(0, 1) < 0.95)
        #expect(product(0, 2) < 0.3)
    }

    @Test("base64 holds the same numbers as little-endian floats")
    func base64() throws {
        let floats = self.vector(try self.node(#""input":"cat","dimensions":2"#)["data"]?[0])
        let bytes = floats.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: Float(value).bitPattern >> (8 * UInt32($0))) }
        }
        let text = try self.node(#""input":"cat","dimensions":2,"encoding_format":"base64""#)["data"]?[0]?["embedding"]
        #expect(text?.string == Base64.encode(bytes))
    }

    @Test("token arrays are taken, alone or several")
    func tokenArrays() throws {
        #expect(try self.node(#""input":[1,2,3]"#)["usage"]?["prompt_tokens"] == 3)
        let several = try self.node(#""input":[[1,2],[3]]"#)
        #expect(several["data"]?.elements.count == 2 && several["usage"]?["prompt_tokens"] == 3)
    }

    @Test(
        "what is malformed is refused",
        arguments: [
            #"{"input":"x"}"#, #"{"model":"e"}"#, #"{"model":"e","input":[]}"#, #"{"model":"e","input":[true]}"#,
            #"{"model":"e","input":[1.5]}"#,
            #"{"model":"e","input":7}"#, #"{"model":"e","input":"x","dimensions":0}"#,
            #"{"model":"e","input":"x","dimensions":4000}"#,
            #"{"model":"e","input":[\#(Array(repeating: "\"a\"", count: 200).joined(separator: ","))],"dimensions":3072}"#,
            #"{"model":"e","input":[\#(Array(repeating: "\"a\"", count: 2_049).joined(separator: ","))]}"#,
        ]
    )
    func malformed(_ body: String) throws {
        let answer = askSandbox("/v1/embeddings", body)
        #expect(answer.status == 400)
        #expect(try answer.node()["error"]?["type"] == "invalid_request_error")
    }
}

@Suite("Sandbox completions")
struct SandboxCompletionsTests {
    private func node(_ rest: String) throws -> Node {
        try askSandbox("/v1/completions", #"{"model":"echo",\#(rest)}"#).node()
    }

    @Test("the prompt comes back, sixteen tokens of it unless more are asked for")
    func echo() throws {
        let node = try self.node(#""prompt":"the quick fox""#)
        #expect(node["object"] == "text_completion" && node["id"]?.string?.hasPrefix("cmpl-") == true)
        #expect(node["choices"]?[0]?["text"] == "the quick fox" && node["choices"]?[0]?["finish_reason"] == "stop")
        #expect(node["usage"]?["total_tokens"] == 8)
        let long = try self.node(#""prompt":"\#(String(repeating: "a ", count: 30))""#)
        #expect(long["usage"]?["completion_tokens"] == 16 && long["choices"]?[0]?["finish_reason"] == "length")
    }

    @Test("several prompts and n make their product of choices")
    func choices() throws {
        let node = try self.node(#""prompt":["a","b"],"n":2,"echo":true"#)
        #expect(node["choices"]?.elements.map { $0["text"] } == ["aa", "aa", "bb", "bb"])
        #expect(node["choices"]?.elements.map { $0["index"] } == [0, 1, 2, 3])
        #expect(askSandbox("/v1/completions", #"{"model":"e","prompt":["a","b"],"n":100}"#).status == 400)
    }

    @Test("stop sequences cut")
    func stops() throws {
        #expect(try self.node(#""prompt":"one. two.","stop":".""#)["choices"]?[0]?["text"] == "one")
    }

    @Test("a stream joins to the same text and reports usage when asked")
    func stream() throws {
        let body =
            #"{"model":"echo","prompt":"the quick fox","stream":true,"echo":true,"stream_options":{"include_usage":true}}"#
        let chunks = try askSandbox("/v1/completions", body).events().compactMap(\.data)
        #expect(chunks.compactMap { $0["choices"]?[0]?["text"]?.string }.joined() == "the quick foxthe quick fox")
        #expect(chunks.last?["usage"]?["total_tokens"] == 8 && chunks.last?["choices"] == .array([]))
        #expect(chunks.dropLast().allSatisfy { $0["usage"] == .null })
    }

    @Test("streams fail and break as asked")
    func endings() throws {
        let failed = askSandbox("/v1/completions", #"{"model":"error-stream","prompt":"a b c d","stream":true}"#)
        #expect(try failed.events().dropLast().last?.data?["error"]?["type"] == "server_error")
        let cut = askSandbox("/v1/completions", #"{"model":"cut","prompt":"a b c d","stream":true}"#)
        #expect(cut.endsAbruptly)
        #expect(try cut.events().allSatisfy { $0.data != nil })
    }
}

@Suite("Sandbox moderations and models")
struct SandboxOtherEndpointTests {
    @Test("a category is flagged by its name")
    func moderations() throws {
        let node = try askSandbox("/v1/moderations", #"{"input":["No violence, please","nice"]}"#).node()
        #expect(node["id"]?.string?.hasPrefix("modr-") == true)
        let first = try #require(node["results"]?[0])
        #expect(first["flagged"] == true && first["categories"]?["violence"] == true)
        #expect(first["categories"]?["hate"] == false)
        #expect(first["categories"]?.keys.count == 13)
        #expect(first["category_scores"]?.keys == first["categories"]?.keys)
        #expect(first["category_applied_input_types"]?.keys == first["categories"]?.keys)
        #expect(node["results"]?[1]?["flagged"] == false)
        let parts = #"{"input":[{"type":"text","text":"hate"},{"type":"image_url","image_url":{"url":"x"}}]}"#
        #expect(try askSandbox("/v1/moderations", parts).node()["results"]?[0]?["flagged"] == true)
    }

    @Test("models are listed in a shape that satisfies both vendors' clients")
    func models() throws {
        let node = try askSandbox("/v1/models?limit=1000", "", method: "GET").node()
        #expect(node["object"] == "list" && node["has_more"] == false)
        #expect(node["data"]?.elements.compactMap { $0["id"]?.string } == Sandbox.models.map(\.id))
        #expect(node["first_id"]?.string == Sandbox.models.first?.id)
        for model in node["data"]?.elements ?? [] {
            #expect(model["object"] == "model" && model["type"] == "model" && model["owned_by"] == "sandbox")
            #expect(
                model["display_name"]?.string != nil && model["created_at"]?.string != nil
                    && model["lifecycle"] == "active"
            )
        }
    }

    @Test(
        "one model is found by id, escaped or not, with or without prefix",
        arguments: ["sandbox/echo", "sandbox%2Fecho", "sandbox%2fecho", "echo"]
    )
    func model(_ name: String) throws {
        #expect(try askSandbox("/v1/models/\(name)", "", method: "GET").node()["id"] == "sandbox/echo")
    }

    @Test("an unknown model is not found", arguments: ["nope", "", "sandbox", "%", "sandbox%2", "echo%20"])
    func unknownModel(_ name: String) throws {
        let answer = askSandbox("/v1/models/\(name)", "", method: "GET")
        #expect(answer.status == 404)
        #expect(try answer.node()["error"]?["code"] == "model_not_found")
    }
}
