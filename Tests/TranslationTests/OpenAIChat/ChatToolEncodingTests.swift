import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatToolEncodingTests {
    private static let grammar = RawJSON(trusted: #"{"type":"grammar","syntax":"lark","definition":"start: WORD"}"#)

    private static func tools(_ request: inout ExchangeRequest) {
        request.tools = [
            Tool(.function(schema: RawJSON(trusted: #"{"properties":{}}"#), strict: true), name: "f", description: ""),
            Tool(.custom(format: Self.grammar), name: "patch", description: "d", index: 1),
            Tool(.hosted(type: "web_search"), name: "web_search", index: 2),
        ]
    }

    @Test func `OpenAI takes custom tools, and a tool of another vendor's is left out`() throws {
        let encoded = try ChatProbe.encode(ChatProbe.request(Self.tools))
        #expect(
            encoded.settings == """
                "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}},\
                "strict":true}},{"type":"custom","custom":{"name":"patch","description":"d","format":{"type":"grammar",\
                "grammar":{"syntax":"lark","definition":"start: WORD"}}}}]
                """
        )
        #expect(encoded.warnings == ["dropped:tools[2]:web_search"] && encoded.notes.customTools.isEmpty)
    }

    @Test func `elsewhere a custom tool is a function with one text`() throws {
        let target = ChatProbe.target(openAI: false) { $0.capabilities.strictTools = false }
        let request = ChatProbe.request {
            Self.tools(&$0)
            $0.toolChoice = .named("patch")
            let call = ToolCall(id: "c", name: "patch", input: ToolInput(.freeText, "a\"b"))
            $0.turns += [
                Turn(.assistant, [Block(.toolCall(call))]),
                Turn(.user, [Block(.toolResult(ToolResult(callID: "c", blocks: [])))]),
            ]
        }
        let encoded = try ChatProbe.encode(request, to: target)
        #expect(
            encoded.settings.contains(
                #"{"name":"patch","description":"d","parameters":{"type":"object","properties":{"input":{"type":"string","description":"Text by this grammar:\nstart: WORD"}},"required":["input"],"additionalProperties":false}}"#
            )
        )
        #expect(encoded.settings.hasSuffix(#""tool_choice":{"type":"function","function":{"name":"patch"}}"#))
        #expect(encoded.messages.contains(#""function":{"name":"patch","arguments":"{\"input\":\"a\\\"b\"}"}"#))
        #expect(encoded.notes.customTools == ["patch"])
        #expect(
            encoded.warnings == [
                "dropped:tools[2]:web_search", "dropped:tools[0]:strict", "approximated:tools[1]:custom",
            ]
        )
        let native = try ChatProbe.encode(request)
        #expect(native.messages.contains(#"{"id":"c","type":"custom","custom":{"name":"patch","input":"a\"b"}}"#))
        #expect(native.settings.hasSuffix(#""tool_choice":{"type":"custom","custom":{"name":"patch"}}"#))
    }

    @Test func `T12, T13: names that are too long or odd are made fit and found again`() throws {
        let long = String(repeating: "n", count: 90)
        let request = ChatProbe.request {
            $0.tools = [Tool(.function(schema: nil, strict: nil), name: long)]
            $0.toolChoice = .named(long)
            let calls = [long, "$READFILE"].enumerated().map { index, name in
                Block(.toolCall(ToolCall(id: "c\(index)", name: name, input: ToolInput(.object, "{}"))))
            }
            let results = (0..<2).map { Block(.toolResult(ToolResult(callID: "c\($0)", blocks: [.text("r")]))) }
            $0.turns += [Turn(.assistant, calls), Turn(.user, results)]
        }
        let encoded = try ChatProbe.encode(request)
        let told = SafeName.make(long)
        #expect(encoded.notes.callerName(told) == long && !encoded.body.contains(long))
        #expect(encoded.body.split(separator: told, omittingEmptySubsequences: false).count == 4)
        #expect(encoded.messages.contains(SafeName.make("$READFILE")))
        let answer = try ChatProbe.answer(
            #"{"choices":[{"message":{"tool_calls":[{"id":"i","function":{"name":"\#(told)","arguments":"{}"}}]}}]}"#,
            encoded.notes
        )
        guard case .toolCall(let call) = answer.blocks.first else { throw ChatSurprise() }
        #expect(call.name == long)
    }

    @Test func `T18: no tools, no choice and no flag`() throws {
        let request = ChatProbe.request {
            $0.toolChoice = .auto
            $0.parallelToolCalls = false
        }
        #expect(try ChatProbe.encode(request).settings == "")
    }

    @Test func `T23, T25: choices and the flag are carried`() throws {
        func settings(_ choice: ToolChoice, openAI: Bool = true) throws -> ChatProbe.Encoded {
            try ChatProbe.encode(
                ChatProbe.request {
                    $0.tools = ["f", "g"].enumerated().map {
                        Tool(.function(schema: nil, strict: nil), name: $1, index: $0)
                    }
                    $0.toolChoice = choice
                    $0.parallelToolCalls = false
                },
                to: ChatProbe.target(openAI: openAI)
            )
        }
        #expect(try settings(.none).settings.hasSuffix(#""tool_choice":"none","parallel_tool_calls":false"#))
        #expect(try settings(.required).settings.contains(#""tool_choice":"required""#))
        #expect(
            try settings(.allowed(["g"], required: true)).settings.contains(
                #""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}"#
            )
        )
        let subset = try settings(.allowed(["g"], required: false), openAI: false)
        #expect(
            subset.settings.hasPrefix(#""tools":[{"type":"function","function":{"name":"g"}}],"tool_choice":"auto""#)
        )
        #expect(subset.warnings == ["approximated:tool_choice:subset"])
    }

    @Test func `forcing a tool is refused while the model thinks, if it cannot`() throws {
        let target = ChatProbe.target {
            $0.capabilities.forcesToolsWhileReasoning = false
            $0.capabilities.reasoning = .effort([.none, .low])
        }
        let request = ChatProbe.request {
            $0.tools = [Tool(.function(schema: nil, strict: nil), name: "f")]
            $0.toolChoice = .required
        }
        #expect(throws: TranslationRefusal.self) { try ChatProbe.encode(request, to: target) }
        var quiet = request
        quiet.reasoning.mode = .off
        #expect(try ChatProbe.encode(quiet, to: target).settings.contains(#""reasoning_effort":"none""#))
    }
}
