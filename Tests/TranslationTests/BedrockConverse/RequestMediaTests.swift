import Exchange
import Testing
import Wire

@Suite struct ConverseMediaTests {
    private static let png = Media(.base64("iVBORw0KGgo="), mediaType: "image/png")

    private static func asking(_ block: Block) -> ExchangeRequest {
        Requests.request(.messages, [Turn(.user, [.text("look"), block])])
    }

    @Test func `images, sound and documents are inline`() throws {
        let pdf = Media(.base64("JVBERi0="), mediaType: "application/pdf")
        var cited = Document(.media(pdf), title: "Q3 / final", context: "from the board")
        cited.wantsCitations = true
        let cases: [(Block, String)] = [
            (Block(.image(Self.png)), #"{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}}"#),
            (
                Block(.document(cited)),
                parts(
                    #"{"document":{"format":"pdf","name":"document-1","source":{"bytes":"JVBERi0="},"#,
                    #""context":"Q3 / final\nfrom the board","citations":{"enabled":true}}}"#
                )
            ),
            (
                Block(.document(Document(.text("plain")))),
                #"{"document":{"format":"txt","name":"document-1","source":{"bytes":"\#(Base64.encode("plain".utf8))"}}}"#
            ),
            (
                Block(.document(Document(.blocks([.text("p1"), .text(" "), .text("p2")])))),
                #"{"document":{"format":"txt","name":"document-1","source":{"content":[{"text":"p1"},{"text":"p2"}]}}}"#
            ),
        ]
        for (block, json) in cases {
            let written = try Requests.write(Self.asking(block))
            #expect(written.messages == #"[{"role":"user","content":[{"text":"look"},\#(json)]}]"#)
            #expect(written.warnings.isEmpty)
        }
        let sound = Block(.audio(Media(.base64("AAAA"), mediaType: "audio/mpeg")))
        let written = try Requests.write(Self.asking(sound), Requests.target("mistral.voxtral-mini-3b-2507"))
        #expect(written.messages.hasSuffix(#"{"audio":{"format":"mp3","source":{"bytes":"AAAA"}}}]}]"#))
    }

    @Test func `what cannot be read is refused by its place`() {
        let cases: [Block.Content] = [
            .image(Media(.url("https://x/y.png"))), .image(Media(.stored("file_1"), mediaType: "image/png")),
            .image(Media(.base64("AAAA"))), .image(Media(.base64("AAAA"), mediaType: "image/heic")),
            .audio(Media(.base64("AAAA"), mediaType: "audio/wav")),
            .document(Document(.media(Media(.url("https://x/y.pdf"))))),
            .document(Document(.media(Media(.base64("AAAA"), mediaType: "application/zip")))),
            .document(Document(.blocks([Block(.image(Self.png))]))),
            .opaque(Opaque(format: .messages, type: "container_upload", json: .emptyObject)),
            .opaque(Opaque(format: .responses, type: "search_result", json: .emptyObject)),
            .toolCall(ToolCall(id: "a", name: "f", input: ToolInput(.object, "{}"))),
        ]
        for content in cases {
            let block = Block(content, place: Place(message: 4, part: 1))
            #expect(Requests.refused(Self.asking(block)) == "message4", "\(content)")
        }
        let target = Requests.target { $0.imageTypes = [] }
        #expect(Requests.refused(Self.asking(Block(.image(Self.png))), target) == "message")
        let drawn = [Turn(.user, [.text("a")]), Turn(.assistant, [Block(.image(Self.png))]), Turn(.user, [.text("b")])]
        #expect(Requests.refused(Requests.request(.responses, drawn)) == "message")
        let system = Requests.request { $0.system = [Block(.image(Self.png))] }
        #expect(Requests.refused(system) == "message")
    }

    @Test func `P05: documents have neutral names of their own, and text beside them`() throws {
        let file = Block(.document(Document(.media(Media(.base64("QQ=="), mediaType: "text/csv")), title: "a.b c.csv")))
        let alone = try Requests.write(Requests.request(.chat, [Turn(.user, [file, file])]))
        #expect(
            alone.messages
                == parts(
                    #"[{"role":"user","content":["#,
                    #"{"document":{"format":"csv","name":"document-1","source":{"bytes":"QQ=="},"context":"a.b c.csv"}},"#,
                    #"{"document":{"format":"csv","name":"document-2","source":{"bytes":"QQ=="},"context":"a.b c.csv"}},"#,
                    #"{"text":"See attached document."}]}]"#
                )
        )
        let nova = try Requests.write(
            Requests.request(.chat, [Turn(.user, [.text("x"), file])]),
            Requests.target("us.amazon.nova-lite-v1:0")
        )
        #expect(
            nova.messages.hasSuffix(
                #"{"text":"a.b c.csv"},{"document":{"format":"csv","name":"document-1","source":{"bytes":"QQ=="}}}]}]"#
            )
        )
    }

    @Test func `T28: a tool's result holds images and documents too`() throws {
        let pdf = Block(.document(Document(.media(Media(.base64("JVBERi0="), mediaType: "application/pdf")))))
        let written = try Requests.write(
            Requests.request(
                .messages,
                [
                    Turn(.user, [.text("go")]), Turn(.assistant, [Requests.call("a")]),
                    Turn(.user, [Requests.result("a", [.text("seen"), Block(.image(Self.png)), pdf])]),
                ]
            ) { $0.tools = [Requests.tool()] }
        )
        #expect(
            written.messages.hasSuffix(
                parts(
                    #""content":[{"text":"seen"},{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}},"#,
                    #"{"document":{"format":"pdf","name":"document-1","source":{"bytes":"JVBERi0="}}}]}}]}]"#
                )
            )
        )
    }

    @Test func `search results and tool references of Messages are told`() throws {
        let json = parts(
            #"{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}],"#,
            #""citations":{"enabled":true}}"#
        )
        let found = Block(.opaque(Opaque(format: .messages, type: "search_result", json: RawJSON(trusted: json))))
        let reference = Block(
            .opaque(
                Opaque(format: .messages, type: "tool_reference", json: RawJSON(trusted: #"{"tool_name":"f"}"#))
            )
        )
        func request() -> ExchangeRequest {
            Requests.request(
                .messages,
                [
                    Turn(.user, [.text("go")]), Turn(.assistant, [Requests.call("a")]),
                    Turn(.user, [Requests.result("a", [found, reference])]),
                ]
            ) { $0.tools = [Requests.tool()] }
        }
        let claude = try Requests.write(request())
        #expect(
            claude.messages.hasSuffix(
                parts(
                    #"[{"searchResult":{"source":"s","title":"t","content":[{"text":"x"}],"citations":{"enabled":true}}},"#,
                    #"{"text":"Tool: f"}]}}]}]"#
                )
            )
        )
        let nova = try Requests.write(request(), Requests.target("amazon.nova-pro-v1:0"))
        #expect(nova.messages.hasSuffix(#"[{"text":"t\ns\nx"},{"text":"Tool: f"}]}}]}]"#))
    }
}
