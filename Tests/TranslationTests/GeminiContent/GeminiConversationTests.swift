import Exchange
import Testing

@Suite struct GeminiConversationTests {
    @Test func `members go from stable to changing, contents last (C05)`() throws {
        let request = Gemini.request([Gemini.user("hi")]) { request in
            request.system = [.text("be brief"), .text("be kind"), .text(" ")]
            request.tools = [Gemini.function("f")]
            request.toolChoice = .required
            request.maxOutputTokens = 10
            request.serviceTier = .flex
        }
        let (body, warnings, _) = try Gemini.encode(request)
        #expect(
            body == #"{"systemInstruction":{"parts":[{"text":"be brief"},{"text":"be kind"}]},"#
                + #""tools":[{"functionDeclarations":[{"name":"f"}]}],"#
                + #""toolConfig":{"functionCallingConfig":{"mode":"ANY"}},"#
                + #""generationConfig":{"maxOutputTokens":10},"serviceTier":"flex","#
                + #""contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#
        )
        #expect(warnings.isEmpty)
    }

    @Test func `neighbours of the same role become one content, block by block`() throws {
        let turns = [
            Gemini.user("a"), Gemini.user("b"), Gemini.model(.text("c")), Gemini.model(.text("d")), Gemini.user("e"),
        ]
        #expect(
            try Gemini.contents(turns)
                == #"[{"role":"user","parts":[{"text":"a"},{"text":"b"}]},"#
                + #"{"role":"model","parts":[{"text":"c"},{"text":"d"}]},{"role":"user","parts":[{"text":"e"}]}]"#
        )
    }

    @Test func `system text in the middle stays in its place (C07)`() throws {
        let early = [Gemini.user("a"), Gemini.model(.text("b"))]
        let late = early + [Turn(.system, [.text("note")]), Gemini.user("c")]
        let before = try Gemini.contents(early + [Gemini.user("c")])
        let after = try Gemini.contents(late)
        #expect(after.contains(#"{"text":"<system-reminder>\nnote\n</system-reminder>"},{"text":"c"}"#))
        let shared = #"[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},"#
        #expect(before.hasPrefix(shared) && after.hasPrefix(shared))
        #expect(try Gemini.encode(Gemini.request(late)).warnings == ["approximated:messages[-1]:system_reminder"])
    }

    @Test func `an earlier turn's bytes do not depend on later ones (C04)`() throws {
        let turns = [
            Gemini.user("a"), Gemini.model(.text("b"), Gemini.call("1")), Gemini.results(Gemini.result("1")),
            Gemini.model(Gemini.call("2")), Gemini.results(Gemini.result("2")), Gemini.model(.text("c")),
            Gemini.user("d"),
        ]
        let whole = try Gemini.contents(turns)
        for count in [1, 3, 5] {
            let part = try Gemini.contents(Array(turns.prefix(count))).dropLast()
            #expect(whole.hasPrefix(part))
        }
        for _ in 0..<20 { #expect(try Gemini.contents(turns) == whole) }
    }

    @Test func `the first content is the user's`() throws {
        let request = Gemini.request([Gemini.model(.text("hello")), Gemini.user("hi")])
        let (body, warnings, _) = try Gemini.encode(request)
        #expect(
            body.contains(#""contents":[{"role":"user","parts":[{"text":"(conversation start)"}]},{"role":"model""#)
        )
        #expect(warnings == ["approximated:messages[-1]:conversation_start"])
    }

    @Test func `a system prompt alone is sent as the user's`() throws {
        let request = Gemini.request([]) { $0.system = [.text("tell a joke")] }
        let (body, warnings, _) = try Gemini.encode(request)
        #expect(body == #"{"contents":[{"role":"user","parts":[{"text":"tell a joke"}]}]}"#)
        #expect(warnings == ["approximated:system:sent_as_user"])
        #expect(throws: TranslationRefusal.self) { try Gemini.encode(Gemini.request([])) }
    }

    @Test func `blank text goes, and an empty user turn gets a placeholder (P02)`() throws {
        let turns = [
            Gemini.user("\n\n"), Gemini.model(.text(" ")), Gemini.user("a"), Gemini.model(.text(""), .text("b")),
            Gemini.user("c"),
        ]
        #expect(
            try Gemini.contents(turns)
                == #"[{"role":"user","parts":[{"text":"(empty)"},{"text":"a"}]},"#
                + #"{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"c"}]}]"#
        )
    }

    @Test func `a beginning to be continued is refused, one of history is followed up (P07)`() throws {
        let turns = [Gemini.user("a"), Gemini.model(.text("{"))]
        let refusing = Gemini.target { $0.prefill = false }
        #expect(throws: TranslationRefusal.self) { try Gemini.encode(Gemini.request(turns), refusing) }
        #expect(try Gemini.contents(turns).hasSuffix(#"{"role":"model","parts":[{"text":"{"}]}]"#))
        let chat = Gemini.request(turns) { $0.origin = .chat }
        let (body, warnings, _) = try Gemini.encode(chat, refusing)
        #expect(body.hasSuffix(#"{"role":"user","parts":[{"text":"Continue."}]}]}"#))
        #expect(warnings == ["approximated:messages[-1]:continue"])
    }

    @Test func `the model's own refusal stays its words`() throws {
        let turns = [Gemini.user("a"), Gemini.model(Block(.refusal("I will not."))), Gemini.user("b")]
        #expect(try Gemini.contents(turns).contains(#"{"role":"model","parts":[{"text":"I will not."}]}"#))
    }

    @Test func `what has no place is dropped and told, or refused in strict mode`() throws {
        let request = Gemini.request([Turn(.user, [.text("a")], name: "ann")]) { request in
            request.endUser = "u"
            request.metadata = [.init(name: "a", value: "b")]
            request.verbosity = "low"
            request.store = true
            request.serviceTier = .other
            request.cacheKey = "k"
            request.cache = .short
        }
        let (body, warnings, _) = try Gemini.encode(request)
        #expect(body == #"{"contents":[{"role":"user","parts":[{"text":"a"}]}]}"#)
        #expect(
            warnings == [
                "dropped:messages[-1]:name", "dropped:serviceTier", "dropped:metadata", "dropped:verbosity",
                "dropped:endUser", "dropped:store",
            ]
        )
        #expect(throws: TranslationRefusal.self) { try Gemini.encode(request, strict: true) }
    }

    @Test func `content of other formats is refused by name`() throws {
        let opaque = Block(
            .opaque(Opaque(format: .messages, type: "server_tool_use", json: .emptyObject)),
            place: Place(message: 1, part: 0)
        )
        let turns = [Gemini.user("a"), Gemini.model(opaque), Gemini.user("b")]
        let refusal = #expect(throws: TranslationRefusal.self) { try Gemini.encode(Gemini.request(turns)) }
        #expect(refusal?.reason == "has no server_tool_use content")
        #expect(refusal?.field == .place(Place(message: 1, part: 0)))
    }
}
