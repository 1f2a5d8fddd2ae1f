@testable import MartletTesting
import Testing
import Wire

/// The built-in vendor as Gemini and as Bedrock: the shapes that their published references show.
@Suite struct CloudDialectTests {
    private static let body: PlainJSON = [
        "messages": [["role": "user", "content": [["text": "good morning"]]]],
        "contents": [["role": "user", "parts": [["text": "good morning"]]]],
    ]
    private static let schema: PlainJSON = ["type": "object", "properties": ["city": ["type": "string"]]]

    private static func reply(_ model: String, _ body: PlainJSON = Self.body) throws -> VendorReply {
        let path = "/model/\(model)/converse"
        let head = try #require(OracleRequestHead("POST \(path) HTTP/1.1\r\n\r\n"))
        var request = OracleRequest(id: 1, connectionID: 1, head: head, now: 0)
        request.body = body.bytes
        request.bodyByteCount = request.body.count
        return VendorReply(to: VendorCall(request), VendorBehaviour(model: model), defaults: VendorDefaults())
    }

    /// A reply that calls a tool twice over.
    private static func calling(_ model: String) throws -> VendorReply {
        let tool: PlainJSON = ["toolSpec": ["name": "weather", "inputSchema": ["json": Self.schema]]]
        return try Self.reply(model, Self.body.setting("toolConfig", ["tools": [tool]]))
    }

    /// The payloads of server-sent events.
    private static func payloads(_ events: [String]) throws -> [PlainJSON] {
        try events.map { event in
            #expect(event.hasPrefix("data: ") && event.hasSuffix("\r\n\r\n"))
            return try PlainJSON(parsing: String(event.dropFirst(6).dropLast(2)))
        }
    }

    /// Name and payload of each event in `AWSFrame`'s text form.
    private static func named(_ events: [String]) throws -> [(name: String, payload: PlainJSON)] {
        try events.map { event in
            let parts = event.split(separator: " ", maxSplits: 1).map(String.init)
            return (parts[0], try PlainJSON(parsing: parts[1]))
        }
    }

    @Test(
        "Gemini's answer tells thoughts apart, signs its first call, and leaves thoughts out of the candidates' count"
    )
    func gemini() throws {
        let dialect = GeminiDialect()
        let plain = dialect.plain(try Self.reply("think"))
        let parts = try #require(plain["candidates"]?[0]?["content"]?["parts"]?.elements)
        #expect(parts.count == 2 && parts[0]["thought"] == true)
        #expect(parts[1]["text"]?.string == "The oracle heard: good morning")
        #expect(parts[1]["thoughtSignature"] == GeminiDialect.signature && parts[0]["thoughtSignature"] == nil)
        let usage = try #require(plain["usageMetadata"])
        let (prompt, answer) = (usage["promptTokenCount"]?.int ?? 0, usage["candidatesTokenCount"]?.int ?? 0)
        let thoughts = try #require(usage["thoughtsTokenCount"]?.int)
        #expect(thoughts == 3 && usage["totalTokenCount"]?.int == prompt + answer + thoughts)
        #expect(usage["cachedContentTokenCount"] == nil)
        let calls = dialect.plain(try Self.calling("tools"))["candidates"]?[0]
        #expect(calls?["finishReason"]?.string == "STOP")
        let call = try #require(calls?["content"]?["parts"]?[0])
        #expect(call["functionCall"]?.text == #"{"name":"weather","args":{"city":"Lisbon"}}"#)
        #expect(call["thoughtSignature"] == GeminiDialect.signature)
    }

    @Test("Gemini's stream says the same, its reason in a chunk of its own, without a terminal word")
    func geminiStream() throws {
        let reply = try Self.reply("think")
        let chunks = try Self.payloads(GeminiDialect().events(reply, includesUsage: false))
        let parts = chunks.flatMap { $0["candidates"]?[0]?["content"]?["parts"]?.elements ?? [] }
        let spoken = parts.filter { $0["thought"] == nil }.compactMap { $0["text"]?.string }
        #expect(spoken.joined() == reply.text)
        #expect(parts.filter { $0["thought"] == true }.compactMap { $0["text"]?.string }.joined() == reply.thoughtText)
        #expect(
            chunks.map { $0["candidates"]?[0]?["finishReason"] != nil } == chunks.indices.map { $0 == chunks.count - 1 }
        )
        #expect(parts.last?.text == #"{"text":"","thoughtSignature":"b3JhY2xlLWdlbWluaQ=="}"#)
        #expect(chunks.dropLast().allSatisfy { $0["usageMetadata"]?["candidatesTokenCount"] == nil })
        let error = try Self.payloads(GeminiDialect().errorEvents(message: "busy"))
        #expect(error[0]["error"]?["status"]?.string == "UNAVAILABLE")
        #expect(GeminiDialect().errorBody(status: 499, message: "m")["error"]?["status"]?.string == "INVALID_ARGUMENT")
    }

    @Test("Converse's answer has blocks without ids, and counts without the cached ones")
    func converse() throws {
        let dialect = ConverseDialect()
        let plain = dialect.plain(try Self.reply("think+usage-100-20-7"))
        let content = try #require(plain["output"]?["message"]?["content"]?.elements)
        #expect(content[0]["reasoningContent"]?["reasoningText"]?["signature"] == ConverseDialect.signature)
        #expect(content[1]["text"]?.string == "The oracle heard: good morning")
        #expect(plain["stopReason"]?.string == "end_turn" && plain["id"] == nil && plain["model"] == nil)
        let usage = plain["usage"]
        #expect(usage?["inputTokens"]?.int == 100 && usage?["cacheReadInputTokens"]?.int == 7)
        #expect(usage?["totalTokens"]?.int == 127)
        let call = dialect.plain(try Self.calling("tools"))
        #expect(call["stopReason"]?.string == "tool_use")
        #expect(
            call["output"]?["message"]?["content"]?[0]?.text
                == #"{"toolUse":{"toolUseId":"tooluse_oracle_1","name":"weather","input":{"city":"Lisbon"}}}"#
        )
    }

    @Test("Converse's stream opens blocks for tools alone, and counts after the stop")
    func converseStream() throws {
        let reply = try Self.reply("think")
        let events = try Self.named(ConverseDialect().events(reply, includesUsage: false))
        #expect(events.first?.name == "messageStart" && events.last?.name == "metadata")
        #expect(events[events.count - 2].name == "messageStop")
        #expect(!events.contains { $0.name == "contentBlockStart" })
        #expect(events.filter { $0.name == "contentBlockStop" }.map { $0.payload["contentBlockIndex"]?.int } == [0, 1])
        #expect(events.compactMap { $0.payload["delta"]?["text"]?.string }.joined() == reply.text)
        #expect(events.contains { $0.payload["delta"]?["reasoningContent"]?["signature"] == ConverseDialect.signature })
        #expect(events.allSatisfy { $0.payload["p"]?.string == "abcdefgh" })
        let calls = try Self.named(ConverseDialect().events(try Self.calling("tools"), includesUsage: false))
        #expect(
            calls.first { $0.name == "contentBlockStart" }?.payload["start"]?["toolUse"]?["name"]?.string == "weather"
        )
        let input = calls.compactMap { $0.payload["delta"]?["toolUse"]?["input"]?.string }
        #expect(input.count > 1 && input.joined() == #"{"city":"Lisbon"}"#)
    }

    @Test("InvokeModel is Messages: whole as it is, streamed in Base64")
    func invoke() throws {
        let (reply, messages) = (try Self.reply("think"), MessagesDialect())
        #expect(InvokeDialect().plain(reply) == messages.plain(reply))
        let events = try Self.named(InvokeDialect().events(reply, includesUsage: true))
        #expect(events.allSatisfy { $0.name == "chunk" && $0.payload["p"] != nil })
        let inner = try events.map { event in
            let bytes = try #require(Base64.decode((event.payload["bytes"]?.string ?? "").utf8))
            return try PlainJSON(parsing: bytes)
        }
        #expect(inner.first?["type"]?.string == "message_start" && inner.last?["type"]?.string == "message_stop")
        #expect(inner.compactMap { $0["delta"]?["text"]?.string }.joined() == reply.text)
    }

    @Test(
        "Bedrock names errors in a header, and in exception frames",
        arguments: [
            (400, "ValidationException"), (429, "ThrottlingException"), (418, "ValidationException"),
            (599, "InternalServerException"),
        ]
    )
    func bedrockErrors(_ status: Int, _ name: String) {
        for dialect in [ConverseDialect(), InvokeDialect()] as [any VendorDialect] {
            let type = dialect.errorHeaders(status: status).first { $0.name == "x-amzn-ErrorType" }
            #expect(type?.value.hasPrefix("\(name):") == true)
            #expect(dialect.errorBody(status: status, message: "no").text == #"{"message":"no"}"#)
            #expect(dialect.errorEvents(message: "no") == [#"!serviceUnavailableException {"message":"no"}"#])
        }
    }

    // MARK: Frames

    /// Source: AWS SDKs' test vector of a message without headers and payload.
    @Test("an empty frame is AWS's own")
    func emptyFrame() {
        let vector: [UInt8] = [0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF]
        #expect(AWSFrame.bytes(headers: [], payload: []) == vector)
    }

    @Test("frames are read by the gateway's own reader, both checksums included")
    func frames() throws {
        let texts = ["messageStart {\"role\":\"assistant\"}", "ping", "!throttlingException {\"message\":\"slow\"}"]
        let bytes = texts.flatMap { AWSFrame.bytes($0) }
        var framer = AWSEventStreamFramer()
        var read: [(name: String, payload: String, kind: AWSEventStreamFrame.Kind)] = []
        try bytes.withUnsafeBytes { buffer in
            func text(_ range: Range<Int>?) -> String {
                range.map { String(decoding: buffer[$0], as: UTF8.self) } ?? ""
            }
            var offset = 0
            while let frame = try framer.next(buffer, from: &offset) {
                read.append((text(frame.name), text(frame.payload), frame.kind))
            }
            #expect(offset == buffer.count)
        }
        #expect(read.map(\.name) == ["messageStart", "ping", "throttlingException"])
        #expect(read.map(\.payload) == [#"{"role":"assistant"}"#, "{}", #"{"message":"slow"}"#])
        #expect(read.map(\.kind) == [.event, .event, .exception])
    }

    @Test("a stream of frames comes with its type, chunked")
    func stream() {
        let answer = ConverseDialect().stream(["ping {}"])
        #expect(answer.headers.first?.value == "application/vnd.amazon.eventstream")
    }
}
