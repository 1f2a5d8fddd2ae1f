import AnthropicMessages
import BedrockConverse
import Exchange
import MartletTesting
import Testing
import Wire

@Suite struct BedrockNativeTests {
    private static func patched(_ json: String, _ edits: (JSONValue) -> [BytePatch]) throws -> String? {
        let patches = try Streams.reading(json, edits)
        return Array(json.utf8).withUnsafeBytes { bytes in
            BytePatch.applied(patches, to: bytes).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func `E02: a native body changes its model, version and betas, and no other byte`() throws {
        let header = ["interleaved-thinking-2025-05-14, brand-new-2030-01-01", "context-1m-2025-08-07 ,"]
        let allowed = CloudBetas.bedrock(isAdaptive: false)
        func bedrock(_ root: JSONValue) -> [BytePatch] {
            CloudBody.edits(
                of: root,
                version: "bedrock-2023-05-31",
                betas: header,
                allowing: allowed,
                keepsStream: false
            )
        }
        let version = #""anthropic_version":"bedrock-2023-05-31""#
        let list = #""anthropic_beta":["interleaved-thinking-2025-05-14","context-1m-2025-08-07"]"#
        let cases: [(String, String)] = [
            (
                #"{ "model": "m", "max_tokens" : 1.0e1, "messages":[ {"role":"user"} ], "stream": true }"#,
                #"{\#(version),\#(list), "max_tokens" : 1.0e1, "messages":[ {"role":"user"} ] }"#
            ), (#"{"model":"m"}"#, #"{\#(version),\#(list)}"#),
            (
                #"{"anthropic_version":"old","z":1,"anthropic_beta":["x"],"model":"m"}"#,
                #"{\#(version),\#(list),"z":1}"#
            ),
        ]
        for (body, expected) in cases {
            let found = try Self.patched(body) { bedrock($0) }
            #expect(found == expected)
        }
        let vertex = try Self.patched(#"{"model":"m","stream":true,"a":1}"#) {
            CloudBody.edits(of: $0, version: "vertex-2023-10-16", betas: [], allowing: allowed, keepsStream: true)
        }
        #expect(vertex == #"{"anthropic_version":"vertex-2023-10-16","stream":true,"a":1}"#)
        let counted = try Self.patched(#"{"model":"m","anthropic_beta":["context-1m-2025-08-07",1,"b"]}"#) {
            CloudBody.edits(
                of: $0,
                version: "v",
                betas: [],
                allowing: allowed,
                keepsModel: true,
                keepsStream: true
            )
        }
        #expect(counted == #"{"anthropic_version":"v","anthropic_beta":["context-1m-2025-08-07"],"model":"m"}"#)
        #expect(try Self.patched("[1]") { bedrock($0) } == "[1]")
    }

    @Test func `counting takes what is read, and no settings`() throws {
        var report = TranslationReport(target: "t")
        let request = Requests.request(.messages) { request in
            request.system = [.text("s", cache: .short)]
            request.tools = [Requests.tool()]
            request.sampling.temperature = .value(0)
            request.reasoning.mode = .adaptive
        }
        let encoded = try BedrockConverseFormat().encodeTokenCount(request, for: Requests.target(), report: &report)
        #expect(
            String(decoding: encoded.body, as: UTF8.self)
                == parts(
                    #"{"input":{"converse":{"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":"#,
                    #"{"type":"object","properties":{}}}}}]},"system":[{"text":"s"},{"cachePoint":{"type":"default"}}],"#,
                    #""messages":[{"role":"user","content":[{"text":"hi"}]}]}}}"#
                )
        )
        let readings = try [#"{"inputTokens":7}"#, "{}", #"{"inputTokens":-1}"#, "[]"].map {
            try Streams.reading($0) { try? BedrockConverseFormat().decodeTokenCount($0) }
        }
        #expect(readings == [7, nil, nil, nil])
    }

    /// Runs frames through a reader.
    private static func native(_ frames: [[UInt8]]) throws -> (text: String, failure: GatewayFailure?, unknown: Int) {
        let reader = InvokeChunkReader()
        var out: [UInt8] = []
        var failure: GatewayFailure?
        _ = try Frames.read(frames) { frame, bytes in
            do throws(GatewayFailure) {
                try reader.read(StreamMessage(frame, in: bytes), into: &out)
            } catch { failure = error }
        }
        return (String(decoding: out, as: UTF8.self), failure, reader.unknownCount)
    }

    private static func chunk(_ json: String) -> [UInt8] {
        Frames.event("chunk", #"{"bytes":"\#(Base64.encode(json.utf8))","p":"abc"}"#)
    }

    @Test func `chunks of the native stream become the events a Messages caller knows`() throws {
        let stream = try Self.native([
            Self.chunk(#"{"type":"message_start","message":{"id":"msg_bdrk_1"} }"#), Frames.event("other", "{}"),
            Self.chunk("{\"type\":\"content_block_delta\",\n\"delta\":{\"text\":\"a\\n\\u0000\"}}"),
            Self.chunk(#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":1}}"#),
        ])
        #expect(
            stream.text
                == "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_bdrk_1\"} }\n\n"
                + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\", "
                + "\"delta\":{\"text\":\"a\\n\\u0000\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        )
        #expect(stream.failure == nil && stream.unknown == 1)
        let throttled = try Self.native([Frames.exception("throttlingException", #"{"message":"slow"}"#)])
        #expect(throttled.failure?.kind == .upstreamUnavailable)
        for payload in [
            "", "{}", #"{"bytes":3}"#, #"{"bytes":"!"}"#, #"{"bytes":"e30="}"#, #"{"bytes":"eyJ0eXBlIjoiYVxuYiJ9"}"#,
        ] {
            let broken = try Self.native([Frames.event("chunk", payload)])
            #expect(broken.failure?.kind == .upstreamFailed && broken.text.isEmpty, "\(payload)")
        }
    }

    private static func unwrapped(
        _ pieces: [[UInt8]]
    ) throws -> (text: String, failure: GatewayFailure?, left: Int) {
        let reader = InvokeChunkReader()
        var out: [UInt8] = []
        var failure: GatewayFailure?
        let left = try Frames.read(pieces) { frame, bytes in
            do throws(GatewayFailure) {
                try reader.read(StreamMessage(frame, in: bytes), into: &out)
            } catch { failure = error }
        }
        return (String(decoding: out, as: UTF8.self), failure, left)
    }

    @Test(.enabled(if: Recordings.find() != nil))
    func `recorded native streams are unwrapped whole`() throws {
        let recordings = try #require(Recordings.find())
        for exchange in recordings.load("bedrock-invoke-stream") where exchange.status == 200 {
            let body = exchange.responseBody
            let (text, failure, left) = try Self.unwrapped([body])
            guard exchange.model.contains("claude"), !exchange.model.contains("instant") else { continue }
            #expect(left == 0 && failure == nil, "\(exchange)")
            let pieces = stride(from: 0, to: body.count, by: 13).map { Array(body[$0..<min($0 + 13, body.count)]) }
            #expect(try Self.unwrapped(pieces).text == text, "\(exchange)")
            let cut = try Self.unwrapped([Array(body.dropLast())])
            #expect(cut.left > 0 && !cut.text.contains("event: message_stop"), "\(exchange)")
            #expect(text.contains("event: message_start") && text.contains("event: message_stop"), "\(exchange)")
            #expect(!text.contains("amazon-bedrock"))
        }
    }
}

@Suite struct BedrockEmbeddingTests {
    private static func bodies(_ model: String, _ texts: [String], _ dimensions: Int? = nil) throws -> [String] {
        let embedder = try #require(BedrockEmbedder(model: model))
        let calls = try embedder.calls(texts, dimensions: dimensions, report: TranslationReport(target: "t"))
        #expect(calls.map(\.count).reduce(0, +) == texts.count)
        return calls.map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test func `each maker gets its own body`() throws {
        #expect(
            try Self.bodies("amazon.titan-embed-text-v1", ["a", "b"], 1536) == [
                #"{"inputText":"a"}"#, #"{"inputText":"b"}"#,
            ]
        )
        #expect(
            try Self.bodies("amazon.titan-embed-text-v2:0", ["a"], 256) == [#"{"inputText":"a","dimensions":256}"#]
        )
        #expect(
            try Self.bodies("cohere.embed-english-v3", ["a", "b"])
                == [#"{"texts":["a","b"],"input_type":"search_document"}"#]
        )
        #expect(
            try Self.bodies("us.cohere.embed-v4:0", ["a"], 512)
                == [#"{"texts":["a"],"input_type":"search_document","output_dimension":512}"#]
        )
        #expect(try Self.bodies("cohere.embed-multilingual-v3", [String](repeating: "x", count: 200)).count == 3)
        #expect(BedrockEmbedder(model: "anthropic.claude-3-haiku") == nil)
        for embedder in BedrockEmbedder.allCases {
            #expect(throws: TranslationRefusal.self) {
                try embedder.calls(["a"], dimensions: 7, report: TranslationReport(target: "t"))
            }
        }
    }

    @Test func `vectors are read in every shape, and a missing one is a failure`() throws {
        func read(_ embedder: BedrockEmbedder, _ json: String, _ count: Int) throws -> BedrockEmbeddings {
            try Streams.reading(json) { root in
                Result { () throws(GatewayFailure) in try embedder.read(root, count: count) }
            }
            .get()
        }
        let titan = try read(.titanV2, #"{"embedding":[0.5,-1],"inputTextTokenCount":3}"#, 1)
        #expect(titan == BedrockEmbeddings(vectors: [[0.5, -1]], inputTokens: 3))
        #expect(try read(.cohereV3, #"{"embeddings":[[1],[2]]}"#, 2).vectors == [[1], [2]])
        #expect(try read(.cohereV4, #"{"embeddings":{"float":[[1]]}}"#, 1).vectors == [[1]])
        for json in ["{}", #"{"embedding":[]}"#, #"{"embedding":["a"]}"#, #"{"embeddings":[[1]]}"#, "[]", "null"] {
            #expect(throws: GatewayFailure.self) { try read(.titanV1, json, 1) }
        }
        #expect(throws: GatewayFailure.self) { try read(.cohereV4, #"{"embeddings":[[1]]}"#, 2) }
    }
}
