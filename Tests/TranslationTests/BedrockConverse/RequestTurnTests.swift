import Exchange
import Testing

@Suite struct ConverseTurnTests {
    private static let cap = #""inferenceConfig":{"maxTokens":4096},"#

    @Test func `a request is settings first and messages last`() throws {
        let written = try Requests.write(
            Requests.request { request in
                request.system = [.text("be brief"), .text(" "), .text("and kind")]
                request.tools = [Requests.tool("f", schema: #"{"type":"object","properties":{"b":{},"a":{}}}"#)]
            }
        )
        #expect(
            written.body
                == parts(
                    #"{"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":"#,
                    #"{"type":"object","properties":{"b":{},"a":{}}}}}}]},"#,
                    #""system":[{"text":"be brief"},{"text":"and kind"}],"#,
                    Self.cap,
                    #""messages":[{"role":"user","content":[{"text":"hi"}]}]}"#
                )
        )
        #expect(written.warnings.isEmpty)
    }

    @Test func `roles take turns, begin with the user, and nothing is empty`() throws {
        let cases: [([Turn], String, [String])] = [
            (
                [Turn(.user, [.text("a")]), Turn(.user, [.text("b")])],
                #"[{"role":"user","content":[{"text":"a"},{"text":"b"}]}]"#, []
            ),
            (
                [Turn(.user, [.text(" \n")])], #"[{"role":"user","content":[{"text":"(empty)"}]}]"#,
                ["approximated:message:empty"]
            ),
            (
                [Turn(.assistant, [.text("a")]), Turn(.user, [.text("b")])],
                parts(
                    #"[{"role":"user","content":[{"text":"(conversation start)"}]},"#,
                    #"{"role":"assistant","content":[{"text":"a"}]},{"role":"user","content":[{"text":"b"}]}]"#
                ),
                ["approximated:message:conversation_start"]
            ),
            (
                [Turn(.user, [.text("a")]), Turn(.assistant, [.text("b")])],
                parts(
                    #"[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]},"#,
                    #"{"role":"user","content":[{"text":"Continue."}]}]"#
                ),
                ["approximated:message:continue"]
            ),
            (
                [Turn(.user, [.text("a")]), Turn(.assistant, [.text(" ")]), Turn(.user, [.text("b")])],
                #"[{"role":"user","content":[{"text":"a"},{"text":"b"}]}]"#, []
            ),
        ]
        for (turns, messages, warnings) in cases {
            let written = try Requests.write(Requests.request(.chat, turns))
            #expect(written.messages == messages)
            #expect(written.warnings == warnings)
        }
    }

    @Test func `only system text given is sent as the user's`() throws {
        let written = try Requests.write(Requests.request(.chat, []) { $0.system = [.text("s")] })
        #expect(
            written.body
                == parts(
                    "{",
                    Self.cap,
                    #""messages":[{"role":"user","content":[{"text":"s"}]}]}"#
                )
        )
        #expect(written.warnings == ["approximated:system:sent_as_user"])
        #expect(Requests.refused(Requests.request(.chat, [])) == "messages")
    }

    @Test func `a beginning to be continued is the Messages caller's alone`() throws {
        let turns = [Turn(.user, [.text("a")]), Turn(.assistant, [.text("It is \n")])]
        let written = try Requests.write(Requests.request(.messages, turns))
        #expect(written.messages.hasSuffix(#"{"role":"assistant","content":[{"text":"It is"}]}]"#))
        let target = Requests.target { $0.prefill = false }
        #expect(Requests.refused(Requests.request(.messages, turns), target) == "message")
    }

    @Test func `P01 C06 C07: system text in the middle stays in its place`() throws {
        let turns = [
            Turn(.user, [.text("a")]), Turn(.assistant, [Requests.call("c")]), Turn(.system, [.text("new rule")]),
            Turn(.user, [Requests.result("c", [.text("r")]), .text("b")]),
        ]
        let written = try Requests.write(
            Requests.request(.messages, turns) {
                $0.system = [.text("first", cache: .short)]
                $0.tools = [Requests.tool()]
            }
        )
        #expect(
            written.messages.hasSuffix(
                parts(
                    #"{"role":"user","content":[{"toolResult":{"toolUseId":"c","content":[{"text":"r"}]}},"#,
                    #"{"text":"<system-reminder>\nnew rule\n</system-reminder>"},{"text":"b"}]}]"#
                )
            )
        )
        #expect(written.from("\"system\":", to: ",\"inf") == #"[{"text":"first"},{"cachePoint":{"type":"default"}}]"#)
        #expect(written.warnings == ["approximated:message:system_reminder"])
    }

    @Test func `T07 T31: results of one turn are one message, in the order of the calls`() throws {
        let written = try Requests.write(
            Requests.request(
                .chat,
                [
                    Turn(.user, [.text("go")]), Turn(.assistant, [Requests.call("a"), Requests.call("b")]),
                    Turn(.user, [Requests.result("b", [.text("2")])]),
                    Turn(.user, [Requests.result("a", [.text("1")])]), Turn(.user, [.text("next")]),
                ]
            ) { $0.tools = [Requests.tool()] }
        )
        #expect(
            written.messages.hasSuffix(
                parts(
                    #"{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"text":"1"}]}},"#,
                    #"{"toolResult":{"toolUseId":"b","content":[{"text":"2"}]}},{"text":"next"}]}]"#
                )
            )
        )
    }

    @Test func `T11 T12 T13 T14: what a history holds is made legal the same way everywhere`() throws {
        let id = String(repeating: "i/", count: 150)
        let name = String(repeating: "n", count: 90)
        let written = try Requests.write(
            Requests.request(
                .chat,
                [
                    Turn(.user, [.text("go")]),
                    Turn(.assistant, [Requests.call(id, name, "{bad"), Requests.call("ok", "$READ", "")]),
                    Turn(.user, [Requests.result(id, []), Requests.result("ok", [.text(" ")])]),
                ]
            ) { $0.tools = [Requests.tool(name)] }
        )
        #expect(
            written.messages.hasSuffix(
                parts(
                    #"[{"toolUse":{"toolUseId":"\#(SafeName.make(id))","name":"\#(SafeName.make(name))","#,
                    #""input":{"raw_arguments":"{bad"}}},"#,
                    #"{"toolUse":{"toolUseId":"ok","name":"\#(SafeName.make("$READ"))","input":{}}}]},"#,
                    #"{"role":"user","content":[{"toolResult":{"toolUseId":"\#(SafeName.make(id))","#,
                    #""content":[{"text":"(no output)"}]}},"#,
                    #"{"toolResult":{"toolUseId":"ok","content":[{"text":"(no output)"}]}}]}]"#
                )
            )
        )
        #expect(written.notes.callerName(SafeName.make(name)) == name)
    }

    @Test func `T39: a call that was never answered gets an error for result`() throws {
        let written = try Requests.write(
            Requests.request(
                .messages,
                [
                    Turn(.user, [.text("go")]), Turn(.assistant, [Requests.call("a")]), Turn(.user, [.text("stop")]),
                    Turn(.assistant, [Requests.call("b")]),
                    Turn(.user, [Requests.result("b", [.text("x")], isError: true)]),
                ]
            ) { $0.tools = [Requests.tool()] }
        )
        let madeUp = #"{"toolResult":{"toolUseId":"a","content":[{"text":"[no result: call was interrupted]"}],"#
        #expect(written.from(madeUp, to: "}}") == #""status":"error""#)
        #expect(written.messages.hasSuffix(#"{"toolUseId":"b","content":[{"text":"x"}],"status":"error"}}]}]"#))
        let llama = try Requests.write(
            Requests.request(
                .messages,
                [Turn(.assistant, [Requests.call("b")]), Turn(.user, [Requests.result("b", [], isError: true)])]
            ) { $0.tools = [Requests.tool()] },
            Requests.target("meta.llama3-3-70b-instruct-v1:0")
        )
        #expect(llama.messages.hasSuffix(#""content":[{"text":"Error:"},{"text":"(no output)"}]}}]}]"#))
    }

    @Test func `R04 R05 R06: a signed turn is replayed block by block, empty text and all`() throws {
        let written = try Requests.write(
            Requests.request(
                .messages,
                [
                    Turn(.user, [.text("go")]),
                    Turn(
                        .assistant,
                        [
                            Requests.thought("hm", "c2ln"), .text(""), Requests.thought("", "AA"),
                            Requests.thought(nil, "AQI="), Requests.call("a"),
                        ]
                    ), Turn(.user, [Requests.result("a", [.text("r")])]),
                ]
            ) { $0.tools = [Requests.tool()] }
        )
        #expect(
            written.from(#""role":"assistant","content":"#, to: #","role":"user""#).hasPrefix(
                parts(
                    #"[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},{"text":""},"#,
                    #"{"reasoningContent":{"reasoningText":{"text":"","signature":"AA"}}},"#,
                    #"{"reasoningContent":{"redactedContent":"AQI="}},{"toolUse":"#
                )
            )
        )
        #expect(written.warnings.isEmpty)
    }

    @Test func `R07 R08: foreign and unsigned thoughts go, and turns of nothing else with them`() throws {
        let unsigned = Block(.reasoning(Reasoning(text: "loose")))
        let written = try Requests.write(
            Requests.request(
                .messages,
                [
                    Turn(.user, [.text("a")]),
                    Turn(.assistant, [Requests.thought("x", "AA", owner: "openai"), unsigned, .text("b")]),
                    Turn(.user, [.text("c")]), Turn(.assistant, [unsigned, .text(" ")]), Turn(.user, [.text("d")]),
                    Turn(.assistant, [Requests.thought("only", "AA")]), Turn(.user, [.text("e")]),
                ]
            )
        )
        #expect(
            written.messages
                == parts(
                    #"[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]},"#,
                    #"{"role":"user","content":[{"text":"c"},{"text":"d"},{"text":"e"}]}]"#
                )
        )
        #expect(written.warnings.isEmpty)
    }

    @Test func `a longer conversation begins with the bytes of the shorter one`() throws {
        let pdf = Document(.media(Media(.base64("JVBERi0="), mediaType: "application/pdf")), title: "a.pdf")
        let turns = [
            Turn(.user, [.text("a"), Block(.document(pdf))]), Turn(.assistant, [Requests.call("x")]),
            Turn(.user, [Requests.result("x", [.text("1")])]), Turn(.assistant, [.text("done")]),
            Turn(.user, [.text("b"), Block(.document(pdf))]),
        ]
        let short = try Requests.write(Requests.request(.chat, Array(turns.prefix(3))) { $0.tools = [Requests.tool()] })
        let long = try Requests.write(Requests.request(.chat, turns) { $0.tools = [Requests.tool()] })
        #expect(long.body.hasPrefix(short.body.dropLast(2)))
        #expect(long.body.contains("document-2"))
    }

    @Test func `participants' names are left out, with a warning`() throws {
        let written = try Requests.write(Requests.request(.chat, [Turn(.user, [.text("a")], name: "bob")]))
        #expect(written.warnings == ["dropped:message:name"] && !written.body.contains("bob"))
    }
}
