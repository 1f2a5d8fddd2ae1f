import AnthropicMessages
import BedrockConverse
import Catalogue
import Exchange
import GeminiContent
import NIOCore
import OpenAIChat
import OpenAIResponses
import Providers
import Storage
import Testing
import Wire

@testable import Gateway

/// Claude by its own body on another company's cloud, and the questions beside answers: counts and embeddings.
@Suite struct CloudClaudeTests {
    private struct Door: NativeMessagesDoor {
        func edits(
            of root: JSONValue,
            version: String,
            betas: [String],
            allowing allowed: Set<String>,
            keepsModel: Bool,
            keepsStream: Bool
        ) -> [BytePatch] {
            CloudBody.edits(
                of: root,
                version: version,
                betas: betas,
                allowing: allowed,
                keepsModel: keepsModel,
                keepsStream: keepsStream
            )
        }
        func makeFrameReader() -> any NativeFrameReader { InvokeChunkReader() }
        func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
            BedrockConverseFormat().decodeError(status: status, root: root, text: text)
        }
    }

    static let table = TranslationTable(
        rooms: [
            OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(), GeminiContentFormat(),
            BedrockConverseFormat(),
        ],
        claude: Door()
    ) { provider, model in
        CapabilityTable.builtIn.capabilities(provider: provider.kind.rawValue, model: model)
    }

    private func road() throws -> RoadHarness {
        var world = TestWorld()
        world.translations = Self.table
        return try RoadHarness(world: world)
    }

    @Test func `a Messages body reaches Bedrock's Claude as it is, but for model, stream, version and betas`() throws {
        let road = try self.road()
        try road.post(
            "/v1/messages",
            #"{"model":"cloud-claude", "max_tokens":5,"messages":[ {"role":"user","content":"Hi"} ]}"#,
            headers: ["anthropic-beta: context-1m-2025-08-07, unknown-beta", "anthropic-version: 2023-06-01"]
        )
        let sent = try road.vendorReceived()
        let path = "POST /model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke HTTP/1.1\r\n"
        #expect(sent.hasPrefix(path))
        let body = try #require(sent.components(after: "\r\n\r\n"))
        let version = #""anthropic_version":"bedrock-2023-05-31","anthropic_beta":["context-1m-2025-08-07"]"#
        #expect(body == "{\(version)," + #""max_tokens":5,"messages":[ {"role":"user","content":"Hi"} ]}"#)
        #expect(!sent.contains("anthropic-beta:") && !sent.contains("anthropic-version:"))
        let message =
            #"{"id":"msg_1","type":"message","model":"claude","content":[],"usage":{"input_tokens":3,"output_tokens":2}}"#
        try road.vendorAnswers(200, message)
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.body == message)
        #expect(road.takeRecords().first?.usage?.inputTokens == 3)
    }

    @Test func `other callers' requests reach Vertex's Claude translated and patched`() throws {
        var world = TestWorld()
        world.translations = Self.table
        let snapshot = try world.snapshot()
        let target = try #require(snapshot.model(named: "vertex-claude")?.targets.first)
        let route = try #require(target.route(for: .chat, Inspected(model: "vertex-claude", modelRange: nil)))
        #expect(route.path.hasSuffix("/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict"))
        let body = #"{"model":"vertex-claude","messages":[{"role":"user","content":"Hi"}]}"#
        let translated = try TranslatedRequest.make(
            ByteBuffer(string: body),
            TranslatedRequest.Instructions(
                route: route,
                operation: .chat,
                room: OpenAIChatFormat(),
                model: "vertex-claude",
                version: nil,
                betas: [],
                isStrict: false,
                seed: "s"
            ),
            tape: JSONTape()
        )
        let sent = String(decoding: translated.encoded.body, as: UTF8.self)
        #expect(sent.hasPrefix(#"{"anthropic_version":"vertex-2023-10-16","#) && !sent.contains(#""model""#))
        #expect(sent.contains(#""messages":[{"role":"user","content":"#))
    }

    @Test func `its refusal is told in the caller's format`() throws {
        let road = try self.road()
        try road.post("/v1/messages", #"{"model":"cloud-claude","max_tokens":5,"messages":[]}"#)
        try road.vendorAnswers(400, #"{"message":"messages: at least one message is required"}"#)
        let answer = try road.answer()
        #expect(answer.status == 400 && answer.body.contains(#""type":"error""#))
        #expect(answer.body.contains("at least one message is required"))
    }

    @Test func `the kind of an AWS error is read where it stands, in a header`() throws {
        let road = try self.road()
        try road.post("/v1/messages", #"{"model":"cloud-claude","max_tokens":5,"messages":[]}"#)
        try road.vendorAnswers(
            400,
            #"{"message":"Too many requests, please wait"}"#,
            headers: ["x-amzn-errortype: ThrottlingException:http://internal.amazon.com/"]
        )
        #expect(try road.answer().status == 529)
    }

    @Test func `tokens are counted by the vendor's own counter, whatever it is called there`() throws {
        let road = try self.road()
        try road.post("/v1/messages/count_tokens", #"{"model":"gem","messages":[{"role":"user","content":"Hi"}]}"#)
        #expect(try road.vendorReceived().hasPrefix("POST /v1beta/models/gemini-2.5-flash:countTokens HTTP/1.1\r\n"))
        try road.vendorAnswers(200, #"{"totalTokens":4}"#)
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.body == #"{"input_tokens":4}"#)
        #expect(answer.headers["x-martlet-warnings"] == nil)
    }

    @Test func `a vendor without a counter is not asked: the count is an estimate, and says so`() throws {
        let road = try self.road()
        try road.post(
            "/v1/messages/count_tokens",
            #"{"model":"local","messages":[{"role":"user","content":"Hi there"}]}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.body == #"{"input_tokens":6}"#)
        #expect(answer.headers["x-martlet-warnings"] == "approximated:input_tokens:estimate")
        #expect(road.vendors.channels.isEmpty)
        try road.post("/v1/responses/input_tokens", #"{"model":"local","input":"Hi there"}"#)
        #expect(try road.answer().body == #"{"object":"response.input_tokens","input_tokens":6}"#)
    }

    @Test func `embeddings come back in OpenAI's shape`() throws {
        let road = try self.road()
        try road.post("/v1/embeddings", #"{"model":"vectors","input":["a","b"]}"#)
        let sent = try road.vendorReceived()
        #expect(sent.hasPrefix("POST /v1beta/models/gemini-embedding-001:batchEmbedContents HTTP/1.1\r\n"))
        try road.vendorAnswers(200, #"{"embeddings":[{"values":[0.5]},{"values":[1]}]}"#)
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.body.contains(#""embedding":[0.5]"#))
        #expect(answer.body.contains(#""model":"vectors""#))
        try road.post("/v1/embeddings", #"{"model":"vectors","input":[[1,2]]}"#)
        #expect(try road.answer().status == 400)
    }
}

extension String {
    /// What follows the first occurrence.
    fileprivate func components(after separator: String) -> String? {
        self.firstRange(of: separator).map { String(self[$0.upperBound...]) }
    }
}
