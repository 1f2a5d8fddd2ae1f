import AnthropicMessages
import Exchange
import MartletTesting
import OpenAIChat
import OpenAIResponses
import Testing
import Wire

/// A web search that callers of other formats ask for.
@Suite struct MessagesSearchTests {
    private static func search(_ type: String, _ json: String, _ format: FormatID) -> Tool {
        var tool = Tool(.hosted(type: format == .chat ? "web_search" : type), name: "web_search", index: 1)
        tool.original = Opaque(format: format, type: type, json: RawJSON(trusted: json))
        return tool
    }

    private static func encode(
        _ tools: [Tool],
        _ choice: ToolChoice? = nil,
        _ capabilities: (inout ModelCapabilities) -> Void = { _ in }
    ) throws -> MessagesRoom.Encoded {
        let request = MessagesRoom.foreign([Turn(.user, [.text("Hi")])]) { request in
            request.tools = tools
            request.toolChoice = choice
        }
        return try MessagesRoom.encode(request, capabilities)
    }

    private static func tools(_ encoded: MessagesRoom.Encoded) throws -> String? {
        try MessagesRoom.parsed(encoded.body) { $0["tools"].map { RawJSON($0).text } }
    }

    @Test func `Chat's search setting becomes the vendor's tool`() throws {
        let json =
            #"{"search_context_size":"high","user_location":{"type":"approximate","approximate":{"city":"Bergen"}}}"#
        let encoded = try Self.encode([Self.search("web_search_options", json, .chat)])
        let expected =
            #"[{"type":"web_search_20250305","name":"web_search","user_location":{"type":"approximate","city":"Bergen"}}]"#
        #expect(try Self.tools(encoded) == expected)
        #expect(encoded.warnings == ["dropped:web_search_options:search_context_size"])
        #expect(encoded.encoded.headers == [.init("anthropic-beta", "web-search-2025-03-05")])
        let plain = try Self.encode([Self.search("web_search_options", #"{"search_context_size":"medium"}"#, .chat)])
        #expect(plain.warnings.isEmpty)
    }

    @Test func `Responses' search keeps its domains, and can be forced`() throws {
        let json = #"{"type":"web_search","filters":{"allowed_domains":["a.org"]},"external_web_access":true}"#
        let function = Tool(.function(schema: nil, strict: nil), name: "f")
        let search = Self.search("web_search", json, .responses)
        let encoded = try Self.encode([function, search], .hosted(type: "web_search_preview"))
        let expected =
            #"{"type":"web_search_20250305","name":"web_search","allowed_domains":["a.org"]}]"#
        #expect(try Self.tools(encoded)?.hasSuffix(expected) == true)
        #expect(encoded.body.contains(#""tool_choice":{"type":"tool","name":"web_search"}"#))
        #expect(encoded.warnings.isEmpty)
    }

    @Test func `a search is withheld where it cannot stand for the caller's`() throws {
        let search = Self.search("web_search", #"{"type":"web_search"}"#, .responses)
        let dropped = ["dropped:tools[1]:web_search"]
        #expect(try Self.encode([search], nil) { $0.family = "other" }.warnings == dropped)
        let stored = #"{"type":"web_search","external_web_access":false}"#
        #expect(try Self.encode([Self.search("web_search", stored, .responses)]).warnings == dropped)
        let function = Tool(.function(schema: nil, strict: nil), name: "web_search")
        #expect(try Self.encode([function, search]).warnings == dropped)
        let subset = try Self.encode([function, search], .allowed(["web_search"], required: false))
        #expect(subset.warnings == dropped + ["approximated:tool_choice:subset"])
        #expect(throws: TranslationRefusal.self) {
            try Self.encode([search], .hosted(type: "web_search")) { $0.family = "other" }
        }
    }

    private static let steps = #"""
        {"id":"msg_1","model":"claude","role":"assistant","stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2},
        "content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"ferries"}},
        {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://f",
        "title":"F","encrypted_content":"zz"}]},
        {"type":"text","text":"At nine.","citations":[{"type":"web_search_result_location","url":"https://f","title":"F",
        "encrypted_index":"x","cited_text":"nine"}]}]}
        """#

    @Test func `the vendor's own steps are no calls of Chat's caller`() throws {
        let answer = try Self.answer()
        #expect(answer.finish == .stop)
        let message = try #require(try Self.told(answer, OpenAIChatFormat())["choices"]?[0]?["message"])
        #expect(message["tool_calls"] == nil && message["content"]?.string == "At nine.")
        #expect(message["annotations"]?[0]?["url_citation"]?["url"]?.string == "https://f")
    }

    @Test func `Responses' caller is told of the search`() throws {
        let output = try #require(try Self.told(Self.answer(), OpenAIResponsesFormat())["output"]?.elements)
        #expect(output.map { $0["type"]?.string } == ["web_search_call", "message"])
        #expect(output.first?["id"]?.string == "ws_s_0" && output.first?["status"]?.string == "completed")
        #expect(output.first?["action"]?.text == #"{"type":"search","query":"ferries"}"#)
        #expect(output.last?["content"]?[0]?["annotations"]?[0]?["end_index"]?.int == 8)
    }

    private static func answer() throws -> Answer {
        try MessagesRoom.parsed(Self.steps) { root in
            try MessagesRoom.format.decodeAnswer(root, notes: ReplyNotes())
        }
    }

    private static func told(_ answer: Answer, _ room: any ClientFormat) throws -> PlainJSON {
        let context = AnswerContext(model: "m", seed: "s", created: 1)
        let encoder = room.makeAnswerEncoder(for: ExchangeRequest(origin: room.id, model: "m"), context: context)
        return try PlainJSON(parsing: encoder.encode(answer))
    }
}
