import Exchange
import Testing
import Wire

@Suite struct MessagesToolsTests {
    private static let user = Turn(.user, [.text("Hi")])

    private static func tool(_ name: String, _ schema: String? = nil, strict: Bool? = nil) -> Tool {
        Tool(.function(schema: schema.map { RawJSON(trusted: $0) }, strict: strict), name: name)
    }

    private static func encode(
        _ change: (inout ExchangeRequest) -> Void,
        _ capabilities: (inout ModelCapabilities) -> Void = { _ in }
    ) throws -> MessagesRoom.Encoded {
        try MessagesRoom.encode(
            MessagesRoom.foreign([Self.user]) { request in
                request.tools = [Self.tool("f"), Self.tool("g")]
                change(&request)
            },
            capabilities
        )
    }

    private static func choice(_ body: String) throws -> String? {
        try MessagesRoom.parsed(body) { $0["tool_choice"].map { RawJSON($0).text } }
    }

    @Test(
        arguments: [
            (nil, nil, nil), (.auto, nil, #"{"type":"auto"}"#), (ToolChoice.none, nil, #"{"type":"none"}"#),
            (.required, nil, #"{"type":"any"}"#), (.named("g"), nil, #"{"type":"tool","name":"g"}"#),
            (nil, false, #"{"type":"auto","disable_parallel_tool_use":true}"#), (nil, true, nil),
            (.required, false, #"{"type":"any","disable_parallel_tool_use":true}"#),
            (ToolChoice.none, false, #"{"type":"none"}"#),
        ] as [(ToolChoice?, Bool?, String?)]
    )
    func `T22 T23 T25 a choice is written`(choice: ToolChoice?, parallel: Bool?, written: String?) throws {
        let encoded = try Self.encode { request in
            request.toolChoice = choice
            request.parallelToolCalls = parallel
        }
        #expect(try Self.choice(encoded.body) == written && encoded.warnings.isEmpty)
    }

    @Test func `T25 an allowed subset is sent alone`() throws {
        let encoded = try Self.encode { $0.toolChoice = .allowed(["g"], required: true) }
        #expect(encoded.body.contains("\"name\":\"g\"") && !encoded.body.contains("\"name\":\"f\""))
        #expect(try Self.choice(encoded.body) == #"{"type":"any"}"#)
        #expect(encoded.warnings == ["approximated:tool_choice:subset"])
    }

    @Test func `T18 without tools there is no choice, and none can be forced`() throws {
        for choice in [ToolChoice.none, .auto] {
            let encoded = try Self.encode { request in
                request.tools = []
                request.toolChoice = choice
                request.parallelToolCalls = false
            }
            #expect(!encoded.body.contains("tool") && encoded.warnings.isEmpty)
        }
        for choice in [ToolChoice.required, .named("f")] {
            #expect(throws: TranslationRefusal.self) {
                try Self.encode { request in
                    request.tools = []
                    request.toolChoice = choice
                }
            }
        }
    }

    @Test func `T17 tools of the history are declared when the request declares none`() throws {
        let turns = [
            Self.user, Turn(.assistant, [.messagesCall("a", "$READ"), .messagesCall("b", "look")]),
            Turn(.user, [.messagesResult("a"), .messagesResult("b")]),
        ]
        let encoded = try MessagesRoom.encode(MessagesRoom.foreign(turns))
        let name = SafeName.make("$READ", limit: 128)
        #expect(
            encoded.body.contains(
                #""tools":[{"name":"\#(name)","input_schema":{"type":"object"}},{"name":"look","input_schema":{"type":"object"}}],"tool_choice":{"type":"none"}"#
            )
        )
        #expect(encoded.body.contains("\"id\":\"a\",\"name\":\"\(name)\""))
        #expect(encoded.warnings == ["approximated:tools:declared_from_history"])
    }

    @Test func `T12 T13 names the vendor cannot take are replaced, and noted for the answer`() throws {
        let long = String(repeating: "n", count: 130)
        let encoded = try Self.encode { request in
            request.tools = [Self.tool("mcp.server/f"), Self.tool(long), Self.tool(String(repeating: "x", count: 90))]
            request.toolChoice = .named("mcp.server/f")
        }
        let safe = SafeName.make("mcp.server/f", limit: 128)
        #expect(encoded.encoded.notes.toolNames == [safe: "mcp.server/f", SafeName.make(long, limit: 128): long])
        #expect(try Self.choice(encoded.body) == "{\"type\":\"tool\",\"name\":\"\(safe)\"}")
    }

    @Test func `two tools of one name are refused`() {
        let refusal = #expect(throws: TranslationRefusal.self) {
            try Self.encode { $0.tools = [Self.tool("f"), Self.tool("f")] }
        }
        #expect(refusal?.field == .tool(0))
    }

    @Test func `P15 C10 a schema goes as it was written`() throws {
        let schema =
            ##"{"type":"object","properties":{"z":{"$ref":"#/$defs/d"},"a":{"type":["string","null"],"minLength":1}},"$defs":{"d":{}}}"##
        let encoded = try Self.encode { $0.tools = [Self.tool("f", schema), Self.tool("g", "{\"properties\":{}}")] }
        #expect(encoded.body.contains("\"input_schema\":\(schema)}"))
        #expect(encoded.body.contains(#""input_schema":{"type":"object","properties":{}}}"#))
    }

    @Test func `strict tools are enforced where the schema can be`() throws {
        let open = #"{"type":"object","properties":{"a":{"type":"object"}}}"#
        let plain = #"{"type":"object","properties":{"a":{"type":"string"}}}"#
        let encoded = try Self.encode { request in
            request.tools = [Self.tool("f", open, strict: true), Self.tool("g", plain, strict: true)]
            for index in request.tools.indices { request.tools[index].index = index }
        }
        #expect(encoded.body.contains("\"name\":\"f\",\"input_schema\":\(open)}"))
        #expect(encoded.body.contains("\(plain.dropLast()),\"additionalProperties\":false},\"strict\":true}"))
        #expect(encoded.warnings == ["dropped:tools[0]:strict", "approximated:tools[1]:schema"])
    }

    @Test func `a custom tool is offered as a function of one text`() throws {
        var tool = Tool(
            .custom(format: RawJSON(trusted: "{\"type\":\"text\"}")),
            name: "patch",
            description: "Patches."
        )
        tool.index = 1
        let encoded = try Self.encode { $0.tools.append(tool) }
        #expect(
            encoded.body.contains(
                #"{"name":"patch","description":"Patches.","input_schema":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}}"#
            )
        )
        #expect(encoded.encoded.notes.customTools == ["patch"])
        let turns = [
            Self.user,
            Turn(.assistant, [Block(.toolCall(ToolCall(id: "a", name: "patch", input: ToolInput(.freeText, "x\n"))))]),
        ]
        #expect(try MessagesRoom.encode(MessagesRoom.foreign(turns)).body.contains(#""input":{"input":"x\n"}"#))
    }

    @Test func `other vendors' tools are withheld and reported; forced, they are refused`() throws {
        var hosted = Tool(.hosted(type: "file_search"), name: "file_search", index: 2)
        hosted.original = Opaque(format: .responses, type: "file_search", json: .emptyObject)
        let encoded = try Self.encode { $0.tools.append(hosted) }
        #expect(!encoded.body.contains("file_search") && encoded.warnings == ["dropped:tools[2]:file_search"])
        #expect(throws: TranslationRefusal.self) {
            try Self.encode { request in
                request.tools.append(hosted)
                request.toolChoice = .hosted(type: "file_search")
            }
        }
        let json = #"{"type":"web_search_20250305","name":"web_search","max_uses":2}"#
        var own = Tool(.hosted(type: "web_search_20250305"), name: "web_search", index: 2)
        own.original = Opaque(format: .messages, type: "web_search_20250305", json: RawJSON(trusted: json))
        let native = try Self.encode { request in
            request.origin = .messages
            request.tools.append(own)
            request.toolChoice = .hosted(type: "web_search_20250305")
        }
        #expect(native.body.contains(json) && native.body.contains(#"{"type":"tool","name":"web_search"}"#))
    }

    @Test func `a model that cannot be forced refuses to be`() {
        #expect(throws: TranslationRefusal.self) {
            try Self.encode({ $0.toolChoice = .required }, { $0.forcesTools = false })
        }
    }

    @Test func `extras of a definition are reported`() throws {
        let encoded = try Self.encode { $0.tools[0].extras = ["input_examples"] }
        #expect(encoded.warnings == ["dropped:tools[0]:input_examples"])
    }
}
