import Exchange
import GeminiContent
import Testing
import Wire

@Suite struct GeminiSideCallTests {
    @Test func `tokens are counted of the whole request`() throws {
        let request = Gemini.request([Gemini.user("a")]) { request in
            request.system = [.text("b")]
            request.maxOutputTokens = 5
        }
        func body(_ target: TranslationTarget) throws -> String {
            var report = TranslationReport(target: "t")
            let encoded = try Gemini.format.encodeTokenCount(request, for: target, report: &report)
            return String(decoding: encoded.body, as: UTF8.self)
        }
        let members =
            #""systemInstruction":{"parts":[{"text":"b"}]},"contents":[{"role":"user","parts":[{"text":"a"}]}]"#
        #expect(
            try body(Gemini.target()) == #"{"generateContentRequest":{"model":"models/gemini-3-flash",\#(members)}}"#
        )
        var vertex = Gemini.target()
        vertex.gemini.isVertex = true
        #expect(try body(vertex) == "{\(members)}")
    }

    @Test func `a count is read, and nothing else taken for one`() throws {
        func count(_ json: String) throws -> Int {
            try Gemini.read(json) { root throws(GatewayFailure) in try Gemini.format.decodeTokenCount(root) }
        }
        #expect(try count(#"{"totalTokens":36,"promptTokensDetails":[]}"#) == 36)
        for odd in ["{}", #"{"totalTokens":-1}"#, #"{"totalTokens":"x"}"#, #"{"error":{"code":500}}"#, "[]"] {
            #expect(throws: GatewayFailure.self) { try count(odd) }
        }
    }

    private func request(_ json: String) throws -> EmbeddingRequest {
        try Gemini.read(json) { root throws(GatewayFailure) in try EmbeddingRequest(root) }
    }

    @Test func `embedding requests have inputs of four shapes`() throws {
        let cases: [(String, [EmbeddingRequest.Input])] = [
            (#""a""#, [.text("a")]), (#"["a","b"]"#, [.text("a"), .text("b")]), ("[1,2]", [.tokens([1, 2])]),
            ("[[1],[2,3]]", [.tokens([1]), .tokens([2, 3])]),
        ]
        for (input, expected) in cases {
            #expect(try self.request(#"{"model":"m","input":\#(input)}"#).inputs == expected)
        }
        let full = try self.request(
            #"{"model":"m","input":"a","dimensions":8,"encoding_format":"base64","user":"u","x":1,"y":null}"#
        )
        #expect(full.dimensions == 8 && full.encoding == .base64 && full.endUser == "u")
        #expect(full.leftovers == [Leftover(.named("x"), .drop)])
    }

    @Test func `a field of the wrong type is named`() {
        let cases = [
            (#"{"input":"a"}"#, "model"), (#"{"model":1,"input":"a"}"#, "model"), (#"{"model":"m"}"#, "input"),
            (#"{"model":"m","input":""}"#, "input"), (#"{"model":"m","input":[]}"#, "input"),
            (#"{"model":"m","input":{}}"#, "input"), (#"{"model":"m","input":["a",{}]}"#, "input[1]"),
            (#"{"model":"m","input":["a",""]}"#, "input[1]"), (#"{"model":"m","input":[1,"a"]}"#, "input[1]"),
            (#"{"model":"m","input":[[1],[1.5]]}"#, "input[1][0]"), (#"{"model":"m","input":[[]]}"#, "input[0]"),
            (#"{"model":"m","input":[-1]}"#, "input[0]"),
            (#"{"model":"m","input":"a","dimensions":"8"}"#, "dimensions"),
            (#"{"model":"m","input":"a","dimensions":0}"#, "dimensions"),
            (#"{"model":"m","input":"a","encoding_format":"hex"}"#, "encoding_format"),
            (#"{"model":"m","input":"a","user":1}"#, "user"),
        ]
        for (json, field) in cases {
            let failure = #expect(throws: GatewayFailure.self) { try self.request(json) }
            #expect(failure?.kind == .invalidRequest && failure?.parameter == field)
        }
    }

    @Test func `texts are embedded in one batch, tokens are refused`() throws {
        func body(_ request: EmbeddingRequest) throws -> String {
            var report = TranslationReport(target: "t")
            let bytes = try Gemini.format.encodeEmbeddings(request, for: Gemini.target("e-1"), report: &report)
            return String(decoding: bytes, as: UTF8.self)
        }
        let request = EmbeddingRequest(model: "m", inputs: [.text("a"), .text("b")], dimensions: 8)
        func one(_ text: String) -> String {
            #"{"model":"models/e-1","content":{"parts":[{"text":"\#(text)"}]},"outputDimensionality":8}"#
        }
        #expect(try body(request) == #"{"requests":[\#(one("a")),\#(one("b"))]}"#)
        #expect(throws: TranslationRefusal.self) { try body(EmbeddingRequest(model: "m", inputs: [.tokens([1])])) }
        let many = EmbeddingRequest(model: "m", inputs: Array(repeating: .text("a"), count: 101))
        let refusal = #expect(throws: TranslationRefusal.self) { try body(many) }
        let failure = refusal?.failure { _ in "input" }
        #expect(failure?.parameter == "input")
        #expect(
            failure?.message == "'input': t embeds at most 100 inputs at once, got 101. Send them in several requests."
        )
    }

    private static func vertex(_ model: String, _ inputs: [String], _ dimensions: Int? = nil) throws -> String {
        var target = Gemini.target(model)
        target.gemini.isVertex = true
        var report = TranslationReport(target: "t")
        let request = EmbeddingRequest(model: "m", inputs: inputs.map { .text($0) }, dimensions: dimensions)
        let bytes = try Gemini.format.encodeEmbeddings(request, for: target, report: &report)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `Vertex embeds by its own call, as many texts as the model takes`() throws {
        #expect(
            try Self.vertex("text-embedding-005", ["a", "b"])
                == #"{"instances":[{"content":"a"},{"content":"b"}],"parameters":{"autoTruncate":false}}"#
        )
        #expect(
            try Self.vertex("publishers/google/models/gemini-embedding-001", ["a"], 8)
                == #"{"instances":[{"content":"a"}],"parameters":{"autoTruncate":false,"outputDimensionality":8}}"#
        )
        let one = #expect(throws: TranslationRefusal.self) { try Self.vertex("gemini-embedding-001", ["a", "b"]) }
        #expect(one?.field == .named("input") && one?.reason == "embeds one input at a time, got 2")
        #expect(one?.wayOut == "Send each in a request of its own.")
        let other = #expect(throws: TranslationRefusal.self) { try Self.vertex("gemini-embedding-2", ["a"]) }
        #expect(other?.field == .parameter(.model))
        let many = [String](repeating: "a", count: 251)
        #expect(throws: TranslationRefusal.self) { try Self.vertex("text-embedding-005", many) }
    }

    @Test func `Vertex' vectors are read, and their tokens added`() throws {
        var target = Gemini.target("text-embedding-005")
        target.gemini.isVertex = true
        func read(_ json: String, _ count: Int) throws -> EmbeddingAnswer {
            try Gemini.read(json) { root throws(GatewayFailure) in
                try Gemini.format.decodeEmbeddings(root, count: count, from: target)
            }
        }
        func one(_ values: String, _ tokens: Int) -> String {
            #"{"embeddings":{"values":\#(values),"statistics":{"truncated":false,"token_count":\#(tokens)}}}"#
        }
        let answer = try read(#"{"predictions":[\#(one("[0.5,1]", 3)),\#(one("[2]", 4))]}"#, 2)
        #expect(answer.vectors == [[0.5, 1], [2]] && answer.inputTokens == 7)
        #expect(try read(#"{"predictions":[{"embeddings":{"values":[1]}}]}"#, 1).inputTokens == nil)
        for odd in [
            "{}", #"{"predictions":[]}"#, #"{"predictions":[{"embeddings":{"values":["x"]}}]}"#, #"{"error":{}}"#,
        ] {
            #expect(throws: GatewayFailure.self) { try read(odd, 1) }
        }
    }

    @Test func `vectors are answered as numbers or base64`() throws {
        func answer(_ json: String, _ count: Int = 2) throws -> EmbeddingAnswer {
            try Gemini.read(json) { root throws(GatewayFailure) in
                try Gemini.format.decodeEmbeddings(root, count: count, from: Gemini.target())
            }
        }
        let answer2 = try answer(
            #"{"embeddings":[{"values":[0.5,-1]},{"values":[1,0.1]}],"usageMetadata":{"promptTokenCount":7}}"#
        )
        #expect(
            String(decoding: answer2.openAIBody(model: "m", encoding: .float), as: UTF8.self)
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},"#
                + #"{"object":"embedding","index":1,"embedding":[1,0.1]}],"model":"m","#
                + #""usage":{"prompt_tokens":7,"total_tokens":7}}"#
        )
        let base64 = String(decoding: answer2.openAIBody(model: "m", encoding: .base64), as: UTF8.self)
        #expect(base64.contains(#""embedding":"AAAAPwAAgL8=""#))
        for odd in ["{}", #"{"embeddings":[]}"#, #"{"embeddings":[{"values":[1]},{}]}"#, #"{"error":{}}"#, "[]"] {
            #expect(throws: GatewayFailure.self) { try answer(odd) }
        }
        #expect(throws: GatewayFailure.self) { try answer(#"{"embeddings":[{"values":["x"]}]}"#, 1) }
    }
}
