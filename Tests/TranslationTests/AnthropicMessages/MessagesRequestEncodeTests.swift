import Exchange
import Testing
import Wire

@Suite struct MessagesRequestEncodeTests {
    private static let user = Turn(.user, [.text("Hi")])

    @Test func `C05 the body has the vendor's order, the conversation last`() throws {
        let schema = RawJSON(trusted: #"{"type":"object","properties":{"z":{"type":"integer"},"a":{}}}"#)
        let request = MessagesRoom.foreign([Self.user]) { request in
            request.system = [.text("A"), .text(" \n"), .text("B", cache: .long)]
            request.tools = [Tool(.function(schema: schema, strict: nil), name: "f", description: "F")]
            request.toolChoice = .required
            request.sampling.temperature = .value(0)
            request.sampling.topK = .value(5)
            request.stop = ["X"]
            request.endUser = "u1"
            request.serviceTier = .standard
            request.isStream = true
        }
        let encoded = try MessagesRoom.encode(request) { $0.reasoning = .none }
        #expect(
            encoded.body
                == #"{"model":"claude","system":[{"type":"text","text":"A"},{"type":"text","text":"B","cache_control":{"type":"ephemeral","ttl":"1h"}}],"#
                + #""tools":[{"name":"f","description":"F","input_schema":\#(schema.text)}],"tool_choice":{"type":"any"},"#
                + #""max_tokens":100,"temperature":0,"top_k":5,"stop_sequences":["X"],"metadata":{"user_id":"u1"},"#
                + #""service_tier":"standard_only","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}"#
        )
        #expect(encoded.warnings.isEmpty && encoded.encoded.headers.isEmpty)
    }

    @Test func `C04 the same request gives the same bytes, and a longer one the same beginning`() throws {
        var turns: [Turn] = []
        var bodies: [String] = []
        let declare: (inout ExchangeRequest) -> Void = {
            $0.tools = [Tool(.function(schema: nil, strict: nil), name: "look")]
        }
        for round in 0..<6 {
            turns.append(Turn(.user, [.text("question \(round)")]))
            let body = try MessagesRoom.encode(MessagesRoom.foreign(turns, declare)).body
            #expect(try MessagesRoom.encode(MessagesRoom.foreign(turns, declare)).body == body)
            if let before = bodies.last { #expect(body.hasPrefix(before.dropLast(2))) }
            bodies.append(body)
            turns.append(Turn(.assistant, [.messagesThoughts("hm", "S"), .text("a"), .messagesCall("c\(round)")]))
            turns.append(Turn(.user, [.messagesResult("c\(round)")]))
            turns.append(Turn(.system, [.text("note \(round)")]))
        }
    }

    /// Conversations and what stands in `messages`, blocks by their shortest signs.
    static let conversations: [(name: String, turns: [Turn], shape: String)] = [
        (
            "T07",
            [
                user, Turn(.assistant, [.messagesCall("a"), .messagesCall("b")]), Turn(.user, [.messagesResult("b")]),
                Turn(.user, [.messagesResult("a")]),
            ], "user(text Hi) assistant(use a, use b) user(result a, result b)"
        ),
        (
            "T30",
            [
                user, Turn(.assistant, [.messagesCall("a")]), Turn(.user, [.text("note"), .messagesResult("a")]),
            ], "user(text Hi) assistant(use a) user(result a, text note)"
        ),
        ("T39", [user, Turn(.assistant, [.messagesCall("a")])], "user(text Hi) assistant(use a) user(error a)"),
        ("orphan", [Turn(.user, [.messagesResult("a", "late")])], "user(text late)"),
        (
            "P02",
            [
                user, Turn(.assistant, [.text("\n\n"), .messagesCall("a")]), Turn(.user, [.messagesResult("a", "")]),
            ], "user(text Hi) assistant(use a) user(result a)"
        ),
        ("blank", [Turn(.user, [.text(" ")])], "user(text (empty))"),
        (
            "R08", [user, Turn(.assistant, [.messagesThoughts("x", "S")]), Turn(.user, [.text("go")])],
            "user(text Hi, text go)"
        ),
        (
            "R07",
            [
                user,
                Turn(
                    .assistant,
                    [.messagesThoughts("x", "S", owner: "openai"), Block(.reasoning(Reasoning(text: "y"))), .text("a")]
                ),
                Turn(.user, [.text("go")]),
            ], "user(text Hi) assistant(text a) user(text go)"
        ),
        (
            "R04",
            [
                user,
                Turn(
                    .assistant,
                    [
                        .messagesThoughts("1", "S1"), .text(""), .messagesCall("a"), .messagesThoughts("2", "S2"),
                        .messagesCall("b"),
                    ]
                ),
                Turn(.user, [.messagesResult("a"), .messagesResult("b")]),
            ], "user(text Hi) assistant(think S1, text , use a, think S2, use b) user(result a, result b)"
        ),
        (
            "start", [Turn(.assistant, [.text("a")]), user],
            "user(text (conversation start)) assistant(text a) user(text Hi)"
        ),
        ("continue", [user, Turn(.assistant, [.text("a")])], "user(text Hi) assistant(text a) user(text Continue.)"),
        (
            "C07", [user, Turn(.system, [.text("S")]), Turn(.assistant, [.text("a")]), user],
            "user(text Hi, text <system-reminder>\nS\n</system-reminder>) assistant(text a) user(text Hi)"
        ),
        ("none", [], "user(text (empty))"),
        (
            "T14",
            [
                user, Turn(.assistant, [.messagesCall("a.b")]), Turn(.user, [.messagesResult("a.b")]),
            ], "user(text Hi) assistant(use \(SafeName.make("a.b"))) user(result \(SafeName.make("a.b")))"
        ),
        (
            "refusal", [user, Turn(.assistant, [Block(.refusal("No."))]), user],
            "user(text Hi) assistant(text No.) user(text Hi)"
        ),
    ]

    @Test(arguments: Self.conversations.indices)
    func `a conversation is brought into the vendor's order`(index: Int) throws {
        let (name, turns, shape) = Self.conversations[index]
        let body = try MessagesRoom.encode(MessagesRoom.foreign(turns)).body
        #expect(try MessagesShape.of(body) == shape, "\(name)")
    }

    @Test func `C06 system text stays in its place where the model takes it`() throws {
        let turns = [
            Self.user, Turn(.system, [.text("S1")]), Turn(.system, [.text("S2")]), Turn(.assistant, [.text("a")]),
            Turn(.system, [.text("S3")]), Self.user, Turn(.system, [.text("S4")]),
        ]
        let encoded = try MessagesRoom.encode(MessagesRoom.foreign(turns)) { $0.midConversationSystem = true }
        #expect(
            try MessagesShape.of(encoded.body)
                == "user(text Hi) system(text S1, text S2) assistant(text a) "
                + "user(text <system-reminder>\nS3\n</system-reminder>, text Hi) system(text S4)"
        )
        #expect(encoded.warnings == ["approximated:system:system_reminder"])
    }

    @Test func `a request of system text alone asks as the user`() throws {
        let request = MessagesRoom.foreign([]) { $0.system = [.text("Do it.")] }
        #expect(try MessagesShape.of(MessagesRoom.encode(request).body) == "user(text Do it.)")
    }

    @Test func `a caller of this format may continue the assistant where the model can`() throws {
        var request = MessagesRoom.foreign([Self.user, Turn(.assistant, [.text("The")])])
        request.origin = .messages
        let body = try MessagesRoom.encode(request) { $0.prefill = true }.body
        #expect(try MessagesShape.of(body) == "user(text Hi) assistant(text The)")
        #expect(throws: TranslationRefusal.self) { try MessagesRoom.encode(request) }
    }

    @Test(arguments: [
        ("{bad", #"{"raw_arguments":"{bad"}"#), ("", "{}"), ("  ", "{}"), ("[1]", #"{"raw_arguments":"[1]"}"#),
        ("{\"b\": 1.0,\"a\":2}", "{\"b\": 1.0,\"a\":2}"),
    ])
    func `T11 arguments are always an object`(arguments: String, input: String) throws {
        let turns = [Self.user, Turn(.assistant, [.messagesCall("a", "f", arguments)])]
        let body = try MessagesRoom.encode(MessagesRoom.foreign(turns)).body
        #expect(body.contains("\"name\":\"f\",\"input\":\(input)}"))
    }

    @Test func `C01 C03 marks stand where they stood, four at most, none long after a short one`() throws {
        let marked = ["a", "b", "c", "d"].map { Block.text($0, cache: .long) }
        let request = MessagesRoom.foreign([Turn(.user, marked)]) { request in
            var tool = Tool(.function(schema: nil, strict: nil), name: "f")
            tool.cache = .short
            request.tools = [tool]
            request.system = [.text("s", cache: .long)]
        }
        let body = try MessagesRoom.encode(request).body
        let long = #""cache_control":{"type":"ephemeral","ttl":"1h"}"#
        #expect(
            MessagesRoom.messages(of: body) == #"[{"role":"user","content":["#
                + ["a", "b", "c", "d"].map { "{\"type\":\"text\",\"text\":\"\($0)\",\(long)}" }.joined(separator: ",")
                + "]}]"
        )
        #expect(!body.contains("\"text\":\"s\",\"cache") && !body.contains("properties\":{}},\"cache"))

        let few = MessagesRoom.foreign([Turn(.user, [.text("a", cache: .short), .text("b", cache: .long)])]) {
            $0.cache = .long
        }
        let short = #""cache_control":{"type":"ephemeral"}"#
        let fewBody = try MessagesRoom.encode(few).body
        #expect(fewBody.contains("\"text\":\"a\",\(short)") && fewBody.contains("\"text\":\"b\",\(short)"))
        #expect(fewBody.contains("100,\(long)"))
        #expect(try !MessagesRoom.encode(few) { $0.cacheMarks = false }.body.contains("cache_control"))
        #expect(try !MessagesRoom.encode(few) { $0.longCache = false }.body.contains("ttl"))
    }

    @Test func `T27 media go where the vendor takes them`() throws {
        let image = Block(.image(Media(.base64("AAAA"), mediaType: "image/png")))
        let result = Block(.toolResult(ToolResult(callID: "a", blocks: [image], isError: true)))
        let text = Block(.document(Document(.media(Media(.base64("aGk="), mediaType: "text/markdown")), title: "n.md")))
        let turns = [Self.user, Turn(.assistant, [.messagesCall("a")]), Turn(.user, [result, text])]
        let body = try MessagesRoom.encode(MessagesRoom.foreign(turns)).body
        let source = #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}"#
        #expect(body.contains("\"content\":[\(source)],\"is_error\":true}"))
        #expect(
            body.contains(
                #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"},"title":"n.md"}"#
            )
        )
    }

    /// Blocks that the vendor cannot read.
    static let unreadable: [Block] = [
        Block(.audio(Media(.base64("AAAA"), mediaType: "audio/wav"))),
        Block(.image(Media(.base64("AAAA"), mediaType: "image/heic"))), Block(.image(Media(.base64("AAAA")))),
        Block(.image(Media(.stored("file_1")))), Block(.image(Media(.url("gs://bucket/x")))),
        Block(.document(Document(.media(Media(.base64("AAAA"), mediaType: "application/msword"))))),
        Block(.document(Document(.media(Media(.base64("/w=="), mediaType: "text/plain"))))),
        Block(.opaque(Opaque(format: .responses, type: "computer_call", json: .emptyObject))),
    ]

    @Test(arguments: Self.unreadable)
    func `P06 what the vendor cannot read is refused by its place`(block: Block) {
        var block = block
        block.place = Place(message: 3, part: 1)
        let request = MessagesRoom.foreign([Turn(.user, [block])])
        let refusal = #expect(throws: TranslationRefusal.self) { try MessagesRoom.encode(request) }
        #expect(refusal?.field == .place(Place(message: 3, part: 1)) && refusal?.wayOut.isEmpty == false)
    }

    @Test func `media from the assistant are refused, addresses too where nobody fetches them`() {
        let image = Block(.image(Media(.url("https://e/x.png"))))
        let spoken = MessagesRoom.foreign([Self.user, Turn(.assistant, [image]), Self.user])
        #expect(throws: TranslationRefusal.self) { try MessagesRoom.encode(spoken) }
        let asked = MessagesRoom.foreign([Turn(.user, [image])])
        #expect(throws: Never.self) { try MessagesRoom.encode(asked) }
        #expect(throws: TranslationRefusal.self) { try MessagesRoom.encode(asked) { $0.fetchesImages = false } }
    }

    @Test func `what only this format knows goes back to it as it was`() throws {
        let json = #"{"type":"mcp_tool_use","id":"x"}"#
        let opaque = Block(.opaque(Opaque(format: .messages, type: "mcp_tool_use", json: RawJSON(trusted: json))))
        var request = MessagesRoom.foreign([Self.user, Turn(.assistant, [opaque])])
        request.origin = .messages
        request.turns[0].blocks.append(Block(.image(Media(.stored("file_1")))))
        let encoded = try MessagesRoom.encode(request)
        #expect(MessagesRoom.messages(of: encoded.body).hasSuffix("{\"role\":\"assistant\",\"content\":[\(json)]}]"))
        #expect(encoded.encoded.headers == [.init("anthropic-beta", "files-api-2025-04-14")])
    }
}

/// The conversation of a body in short.
enum MessagesShape {
    static func of(_ body: String) throws -> String {
        try MessagesRoom.parsed(body) { root in
            var turns: [String] = []
            for turn in root["messages"]?.elements.map({ $0 }) ?? [] {
                let blocks = turn["content"]?.elements.map { block -> String in
                    switch block["type"]?.string ?? "" {
                    case "text": "text \(block["text"]?.string ?? "")"
                    case "thinking": "think \(block["signature"]?.string ?? "")"
                    case "tool_use": "use \(block["id"]?.string ?? "")"
                    case "tool_result":
                        "\(block["is_error"]?.bool == true ? "error" : "result") \(block["tool_use_id"]?.string ?? "")"
                    case let type: type
                    }
                }
                turns.append("\(turn["role"]?.string ?? "")(\((blocks ?? []).joined(separator: ", ")))")
            }
            return turns.joined(separator: " ")
        }
    }
}
