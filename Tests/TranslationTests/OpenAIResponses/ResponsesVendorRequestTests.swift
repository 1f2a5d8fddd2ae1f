import Exchange
import MartletTesting
import OpenAIResponses
import Testing

@Suite struct ResponsesVendorRequestTests {
    private static func call(_ id: String, _ name: String = "f", _ input: ToolInput = ToolInput(.object, "{}")) -> Block
    {
        Block(.toolCall(ToolCall(id: id, name: name, input: input)))
    }
    private static func result(_ id: String, _ blocks: [Block], error: Bool? = nil) -> Block {
        Block(.toolResult(ToolResult(callID: id, blocks: blocks, isError: error)))
    }
    private static func thought(_ owner: String, _ text: String = "hm") -> Block {
        Block(.reasoning(Reasoning(text: text, state: ReasoningState(owner: owner, value: "enc"))))
    }

    @Test func `one system text is instructions, several are an item, input comes last`() throws {
        var sent = try SentToResponses(requestForResponses { $0.system = [.text("be")] })
        #expect(sent.body["instructions"]?.string == "be")
        #expect(sent.body.members.last?.name == "input" && sent.body.members.first?.name == "model")
        #expect(sent.body["store"] == .bool(false) && sent.body["model"]?.string == "gpt-5")
        #expect(sent.body["include"] == .array([.string("reasoning.encrypted_content")]))
        sent = try SentToResponses(requestForResponses { $0.system = [.text("a"), .text("b")] })
        #expect(sent.body["instructions"] == nil)
        #expect(
            sent.input[0]
                == #"{"type":"message","role":"developer","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}"#
        )
        sent = try SentToResponses(
            requestForResponses {
                $0.system = [.text("a")]
                $0.turns = []
            },
            responsesPlainTarget()
        )
        #expect(sent.input.count == 1 && sent.input[0].contains(#""role":"system""#) && sent.body["include"] == nil)
    }

    @Test func `C07 a late system text stays in its place and changes nothing before it`() throws {
        var request = requestForResponses { $0.turns.append(Turn(.assistant, [.text("yes")])) }
        let before = try SentToResponses(request)
        request.turns += [Turn(.system, [.text("late")]), Turn(.user, [.text("go")])]
        let after = try SentToResponses(request)
        #expect(after.bytes.starts(with: before.bytes.dropLast(2)))
        #expect(after.input[2].contains(#""role":"developer""#))
        let reminded = try SentToResponses(request, responsesPlainTarget { $0.midConversationSystem = false })
        #expect(reminded.input[2].contains("<system-reminder>late</system-reminder>"))
    }

    @Test func `a tool turn with reasoning keeps its order, and its results are strings or parts`() throws {
        let request = requestForResponses {
            $0.turns += [
                Turn(
                    .assistant,
                    [
                        Self.thought("openai"), .text("t"), Self.call("c1"),
                        Self.call("c2", "p", ToolInput(.freeText, "free")),
                        Self.call("c3", "g", ToolInput(.claimedObject, "")),
                    ]
                ),
                Turn(
                    .user,
                    [
                        Self.result("c1", [.text("a"), .text("b")], error: true), Self.result("c2", []),
                        Self.result(
                            "c3",
                            [.text("see"), Block(.image(Media(.base64("AAAA"), mediaType: "image/png")))]
                        ),
                    ]
                ),
            ]
        }
        #expect(
            try SentToResponses(request).input.dropFirst() == [
                #"{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"enc"}"#,
                #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]}"#,
                #"{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}"#,
                #"{"type":"custom_tool_call","call_id":"c2","name":"p","input":"free"}"#,
                #"{"type":"function_call","call_id":"c3","name":"g","arguments":"{}"}"#,
                #"{"type":"function_call_output","call_id":"c1","output":"Error: a\nb"}"#,
                #"{"type":"custom_tool_call_output","call_id":"c2","output":""}"#,
                #"{"type":"function_call_output","call_id":"c3","output":[{"type":"input_text","text":"see"},"#
                    + #"{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]}"#,
            ]
        )
    }

    @Test func `R07 R08 foreign, unsigned and unfollowed reasoning is left out`() throws {
        let request = requestForResponses {
            $0.turns += [
                Turn(.assistant, [Self.thought("anthropic"), Block(.reasoning(Reasoning(text: "x"))), .text("a")]),
                Turn(.user, [.text("b")]), Turn(.assistant, [Self.thought("openai"), .text("")]),
                Turn(.user, [.text("c")]),
                Turn(.assistant, [Self.thought("openai", ""), .text("d"), Self.thought("openai")]),
            ]
        }
        let sent = try SentToResponses(request)
        #expect(
            sent.input.filter { $0.contains("reasoning") } == [
                #"{"type":"reasoning","summary":[],"encrypted_content":"enc"}"#
            ]
        )
        #expect(sent.warnings == [] && !sent.input.joined().contains("hm"))
    }

    @Test func `T11 T39 histories are repaired`() throws {
        let request = requestForResponses {
            $0.turns += [
                Turn(.assistant, [Self.call("c1", "f", ToolInput(.claimedObject, "{bad"))]),
                Turn(.user, [.text("stop")]),
            ]
        }
        let sent = try SentToResponses(request)
        #expect(sent.input[1].contains(#""arguments":"{bad""#) && sent.input[2].contains("[no result"))
        #expect(sent.warnings == ["approximated:instructions:no_result"])
    }

    @Test func `T12 T13 T14 names and ids are made legal, the same in calls, results and definitions`() throws {
        let name = "mcp.server/" + String(repeating: "x", count: 80)
        let id = String(repeating: "é", count: 200)
        let request = requestForResponses {
            $0.tools = [Tool(.function(schema: nil, strict: nil), name: name)]
            $0.toolChoice = .named(name)
            $0.turns += [Turn(.assistant, [Self.call(id, name)]), Turn(.user, [Self.result(id, [.text("r")])])]
        }
        let sent = try SentToResponses(request)
        let told = try #require(sent.body["tools"]?[0]?["name"]?.string)
        #expect(told.utf8.count <= 64 && sent.notes.callerName(told) == name)
        #expect(sent.body["tool_choice"]?["name"]?.string == told)
        let items = sent.body["input"]?.elements ?? []
        #expect(items[1]["name"]?.string == told && items[1]["call_id"] == items[2]["call_id"])
        #expect((items[1]["call_id"]?.string?.utf8.count ?? 99) <= 64)
        let twice = requestForResponses {
            $0.tools = [Tool(.custom(format: nil), name: "a"), Tool(.custom(format: nil), name: "a", index: 1)]
        }
        #expect(refusalOfSendingToResponses(twice) == "tools[1]")
    }

    @Test func `C10 tools are flat, never strict unasked, with their schemas as they were`() throws {
        let schema = #"{ "properties":{"b":{"type":"integer","maximum":1.0},"a":{}}}"#
        let request = requestForResponses {
            $0.tools = [
                Tool(.function(schema: RawJSON(trusted: schema), strict: nil), name: "f", description: "d"),
                Tool(.function(schema: nil, strict: true), name: "g", description: ""),
                Tool(.custom(format: RawJSON(trusted: #"{"type":"grammar"}"#)), name: "p"),
            ]
            $0.toolChoice = .allowed(["f", "p"], required: true)
            $0.parallelToolCalls = false
        }
        let sent = try SentToResponses(request)
        let text = String(decoding: sent.bytes, as: UTF8.self)
        #expect(
            text.contains(
                #"[{"type":"function","name":"f","description":"d","parameters":{"type":"object", "properties":{"b":{"type":"integer","maximum":1.0},"a":{}}},"strict":false},"#
                    + #"{"type":"function","name":"g","parameters":{"type":"object","properties":{}},"strict":true},"#
                    + #"{"type":"custom","name":"p","format":{"type":"grammar"}}]"#
            )
        )
        #expect(
            sent.body["tool_choice"]?.text
                == #"{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"},{"type":"custom","name":"p"}]}"#
        )
        #expect(sent.body["parallel_tool_calls"] == .bool(false))
    }

    @Test func `T18 no tools, no choice; a forced one is refused`() throws {
        for choice in [ToolChoice.auto, ToolChoice.none] {
            let sent = try SentToResponses(
                requestForResponses {
                    $0.toolChoice = choice
                    $0.parallelToolCalls = true
                }
            )
            #expect(
                sent.body["tools"] == nil && sent.body["tool_choice"] == nil && sent.body["parallel_tool_calls"] == nil
            )
        }
        for choice in [ToolChoice.required, .named("f"), .hosted(type: "computer")] {
            #expect(refusalOfSendingToResponses(requestForResponses { $0.toolChoice = choice }) == "tool_choice")
        }
        let forced = requestForResponses {
            $0.tools = [Tool(.custom(format: nil), name: "a")]
            $0.toolChoice = .required
        }
        #expect(refusalOfSendingToResponses(forced, responsesPlainTarget { $0.forcesTools = false }) == "tool_choice")
    }

    @Test func `T20 tools of other vendors are withheld with a warning, a web search is carried over`() throws {
        var search = Tool(.hosted(type: "web_search_20250305"), name: "web_search")
        search.original = Opaque(
            format: .messages,
            type: "web_search_20250305",
            json: RawJSON(
                trusted: #"{"type":"web_search_20250305","name":"web_search","max_uses":2,"allowed_domains":["a.org"]}"#
            )
        )
        var computer = Tool(.hosted(type: "computer_20250124"), name: "computer", index: 1)
        computer.original = Opaque(format: .messages, type: "computer_20250124", json: .emptyObject)
        let request = requestForResponses {
            $0.origin = .messages
            $0.tools = [search, computer]
            $0.toolChoice = .hosted(type: "web_search_20250305")
        }
        let sent = try SentToResponses(request)
        #expect(sent.body["tools"]?.text == #"[{"type":"web_search","filters":{"allowed_domains":["a.org"]}}]"#)
        #expect(sent.body["tool_choice"]?.text == #"{"type":"web_search"}"#)
        #expect(sent.warnings == ["dropped:tools[0]:max_uses", "dropped:tools[1]:computer_20250124"])
        #expect(throws: TranslationRefusal.self) { try SentToResponses(request, strict: true) }
        search.original?.json = RawJSON(trusted: #"{"blocked_domains":["b.org"]}"#)
        #expect(refusalOfSendingToResponses(requestForResponses { $0.tools = [search] }) == "tools[0]")
    }

    @Test func `media become parts`() throws {
        let request = requestForResponses {
            $0.turns = [
                Turn(
                    .user,
                    [
                        Block(.image(Media(.url("https://e/x.png"), detail: "high"))),
                        Block(
                            .document(
                                Document(.media(Media(.base64("JVBE"), mediaType: "application/pdf")), title: "a")
                            )
                        ),
                        Block(.document(Document(.media(Media(.url("https://e/a.pdf")))))),
                        Block(.document(Document(.text("body"), title: "T", context: "C"))),
                        Block(.audio(Media(.base64("AAAA"), mediaType: "audio/wav"))),
                        Block(.image(Media(.stored("file-1")))),
                    ]
                )
            ]
        }
        #expect(
            try SentToResponses(request).body["input"]?[0]?["content"]?.elements.map(\.text) == [
                #"{"type":"input_image","image_url":"https://e/x.png","detail":"high"}"#,
                #"{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}"#,
                #"{"type":"input_file","file_url":"https://e/a.pdf"}"#, #"{"type":"input_text","text":"T\nC\nbody"}"#,
                #"{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}"#,
                #"{"type":"input_image","file_id":"file-1"}"#,
            ]
        )
    }

    @Test func `P06 content that cannot be carried is refused by its place`() {
        let place = Place(message: 2, part: 1)
        func refusal(_ content: Block.Content, _ target: TranslationTarget, _ origin: FormatID = .messages) -> String? {
            refusalOfSendingToResponses(
                requestForResponses {
                    $0.origin = origin
                    $0.turns = [Turn(.user, [Block(content, place: place)])]
                },
                target
            )
        }
        let refused: [Block.Content] = [
            .image(Media(.stored("file_1"))), .image(Media(.stored("gs://b/x"))), .audio(Media(.url("https://e"))),
            .audio(Media(.base64("AA"), mediaType: "audio/flac")),
            .opaque(Opaque(format: .messages, type: "server_tool_use", json: .emptyObject)),
            .opaque(Opaque(format: .messages, type: "odd type", json: .emptyObject)),
        ]
        for content in refused { #expect(refusal(content, responsesReasoningTarget()) == "input[2].content[1]") }
        #expect(refusal(.image(Media(.stored("gs://b/x"))), responsesReasoningTarget(), .chat) == "input[2].content[1]")
        let pngOnly = responsesPlainTarget {
            $0.imageTypes = ["image/png"]
            $0.fetchesImages = false
        }
        #expect(refusal(.image(Media(.base64("AA"), mediaType: "image/heic")), pngOnly) == "input[2].content[1]")
        #expect(refusal(.image(Media(.url("https://e"))), pngOnly) == "input[2].content[1]")
        #expect(refusal(.image(Media(.base64("AA"), mediaType: "image/png")), pngOnly) == nil)
        let own = Block.Content.opaque(Opaque(format: .responses, type: "x", json: RawJSON(trusted: #"{"type":"x"}"#)))
        #expect(refusal(own, responsesReasoningTarget(), .responses) == nil)
    }

    @Test func `C04 the same request is the same bytes, and a new turn only adds`() throws {
        var request = requestForResponses {
            $0.metadata = (0..<12).map { ExchangeRequest.Label(name: "k\($0)", value: "v") }
            $0.tools = (0..<9).map { Tool(.function(schema: nil, strict: nil), name: "t.\($0)", index: $0) }
            $0.turns += [
                Turn(.assistant, [Self.thought("openai"), Self.call("c1", "t.1")]),
                Turn(.user, [Self.result("c1", [])]),
            ]
        }
        let first = try SentToResponses(request).bytes
        for _ in 0..<50 { #expect(try SentToResponses(request).bytes == first) }
        request.turns += [Turn(.assistant, [.text("done")]), Turn(.user, [.text("more")])]
        #expect(try SentToResponses(request).bytes.starts(with: first.dropLast(2)))
    }
}
