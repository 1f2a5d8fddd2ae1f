import Exchange
import Testing

/// What the fixture grid does not show: odd events, one at a time.
@Suite("Stream taps")
struct StreamTapTests {
    private static let operations: [Operation] = [.chat, .completions, .responses, .messages]

    private func words(_ stream: String, _ operation: Operation, hidesUsage: Bool = false) throws -> [String] {
        try Replay(stream, operation, hidesUsage: hidesUsage).words
    }

    @Test(
        "data that is no JSON object is rejected, and nothing is complete after it",
        arguments: StreamTapTests.operations
    )
    func rejected(_ operation: Operation) throws {
        let bad = [
            "{", "{\"a\":1,}", "{\"a\":1}{}", "[]", "null", "7", "\"x\"", "<html>", "[DONE", "[DONE]x",
            "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}", "{\"a\":01}", "undefined",
        ]
        for data in bad { #expect(try self.words("data: \(data)\n\n", operation) == ["reject"], "\(data)") }
        let end = "data: {\"type\":\"message_stop\"}\n\ndata: {\"type\":\"response.completed\"}\n\ndata: [DONE]\n\n"
        let replay = try Replay(
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\n\n" + end,
            operation
        )
        #expect(!replay.tap.isComplete)
    }

    @Test("invalid UTF-8 in data is rejected", arguments: StreamTapTests.operations)
    func invalidUTF8(_ operation: Operation) throws {
        for bytes in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]] {
            let event = Array("data: {\"delta\":\"".utf8) + bytes + Array("\"}\n\n".utf8)
            #expect(try Replay([event[...]], operation).words == ["reject"], "\(bytes)")
        }
    }

    @Test("an escaped NUL from a model passes", arguments: StreamTapTests.operations)
    func nul(_ operation: Operation) throws {
        #expect(try self.words("data: {\"x\":\"\\u0000\"}\n\n", operation) == ["forward"])
    }

    @Test("comments, pings, keep-alives and empty events pass", arguments: StreamTapTests.operations)
    func noise(_ operation: Operation) throws {
        let events = [
            ": OPENROUTER PROCESSING\n\n", ":\n\n", "event: ping\ndata: {\"type\": \"ping\"}\n\n", "data:\n\n",
            "data: \n\n",
            "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":3}\n\n", "event: ping\n\n",
            "id: 7\n\n",
        ]
        let replay = try Replay(events.joined(), operation)
        #expect(replay.words.allSatisfy { $0 == "forward" })
        #expect(replay.words.count == events.count)
        #expect(replay.forwarded == events.joined())
        #expect(!replay.tap.isComplete)
        #expect(replay.tap.usage == nil)
    }

    @Test("unknown events and members of any shape pass", arguments: StreamTapTests.operations)
    func unknown(_ operation: Operation) throws {
        let events = [
            "{}", "{\"type\":\"brand.new\",\"x\":[1,{\"y\":null}]}", "{\"type\":7}", "{\"choices\":7,\"usage\":\"x\"}",
            "{\"choices\":[7,null,{}],\"model\":[]}", "{\"type\":\"content_block_delta\"}", "{\"error\":null}",
            "{\"type\":\"content_block_delta\",\"delta\":7}",
            "{\"type\":\"response.completely.new.delta\",\"delta\":{}}",
            "{\"type\":\"response.output_item.added\",\"item\":null}", "{\"type\":\"message_start\",\"message\":null}",
            "{\"choices\":[{\"index\":99999999999999999999,\"delta\":{}}]}", "{\"choices\":[{\"index\":-1}]}",
        ]
        for event in events { #expect(try self.words("data: \(event)\n\n", operation) == ["forward"], "\(event)") }
    }

    @Test("the answer's id is noted where somebody wants to know it")
    func identity() throws {
        for (operation, event) in [
            (.chat, #"{"id":"an_id","choices":[]}"#), (.completions, #"{"id":"an_id","choices":[]}"#),
            (.messages, #"{"type":"message_start","message":{"id":"an_id"}}"#),
            (.responses, #"{"type":"response.created","response":{"id":"an_id"}}"#),
        ] as [(Operation, String)] {
            let stream = "data: \(event)\n\n"
            #expect(try Replay(stream, operation, notesID: true).tap.responseID == "an_id", "\(operation)")
            let odd = stream.replacing(#""an_id""#, with: "7")
            #expect(try Replay(odd, operation, notesID: true).tap.responseID == nil, "\(operation)")
            // A response's is needed anyway.
            guard operation != .responses else { continue }
            #expect(try Replay(stream, operation).tap.responseID == nil, "\(operation)")
        }
    }

    @Test("data over several lines is joined", arguments: StreamTapTests.operations)
    func multiLine(_ operation: Operation) throws {
        let good = "data: {\"type\":\ndata: \"error\",\ndata: \"error\":{\"type\":\"overloaded_error\"}}\n\n"
        #expect(
            try self.words(good + good, operation) == ["failure:upstreamUnavailable", "failure:upstreamUnavailable"]
        )
        #expect(try self.words("data: {\"type\":\ndata: \n\n", operation) == ["reject"])
        #expect(try self.words("data:\ndata:\n\n", operation) == ["reject"])
    }

    @Test("data before the event's name, and no space after the colon")
    func lineOrder() throws {
        let done =
            "data:{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\nevent:response.completed\n\n"
        #expect(try Replay(done, .responses).tap.isComplete)
        #expect(try Replay("data:{\"type\":\"message_stop\"}\nevent:message_stop\n\n", .messages).tap.isComplete)
    }

    @Test("the vendor's words about its error are not repeated")
    func safety() throws {
        let secret = "Incorrect API key provided: sk-live-abc, org-123, prompt text"
        for operation in Self.operations {
            for code in ["null", "\"sk-live-abc\"", "\"a b\"", "\"" + String(repeating: "x", count: 65) + "\"", "401"] {
                let data = #"{"type":"error","error":{"message":"\#(secret)","type":"","code":\#(code)}}"#
                let failure = try #require(try Replay("data: \(data)\n\n", operation).steps.first?.observation.failure)
                #expect(failure.kind == .upstreamCredential)
                for word in ["sk-", "org-", "prompt", "a b", "xx"] { #expect(!failure.message.contains(word)) }
            }
        }
    }

    @Test(
        "errors by kind",
        arguments: [
            ("overloaded_error", GatewayFailure.Kind.upstreamUnavailable), ("rate_limit_error", .upstreamUnavailable),
            ("rate_limit_exceeded", .upstreamUnavailable), ("server_is_overloaded", .upstreamUnavailable),
            ("authentication_error", .upstreamCredential), ("permission_error", .upstreamCredential),
            ("billing_error", .upstreamCredential), ("insufficient_quota", .upstreamCredential),
            ("invalid_api_key", .upstreamCredential), ("api_error", .upstreamFailed), ("server_error", .upstreamFailed),
            ("invalid_request_error", .upstreamFailed), ("timeout_error", .upstreamFailed),
        ]
    )
    func errorKinds(_ word: String, _ kind: GatewayFailure.Kind) throws {
        for operation in Self.operations {
            let data = #"{"type":"error","error":{"type":"\#(word)","message":"m"}}"#
            let replay = try Replay("event: error\ndata: \(data)\n\n", operation)
            let observation = try #require(replay.steps.first?.observation)
            #expect(observation.failure?.kind == kind)
            #expect(observation.failure?.message.contains("(\(word))") == true)
            #expect(observation.disposition == .forward)
            #expect(!observation.isContent)
        }
    }
}
