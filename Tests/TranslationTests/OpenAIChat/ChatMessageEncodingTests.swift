import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatMessageEncodingTests {
    private static func call(_ id: String, _ text: String = "{}") -> Block {
        Block(.toolCall(ToolCall(id: id, name: "f", input: ToolInput(.object, text))))
    }

    private static func result(_ id: String, _ blocks: [Block], isError: Bool? = nil) -> Block {
        Block(.toolResult(ToolResult(callID: id, blocks: blocks, isError: isError)))
    }

    private static func messages(
        _ turns: [Turn],
        openAI: Bool = true,
        _ change: (inout TranslationTarget) -> Void = { _ in }
    ) throws -> String {
        try ChatProbe.encode(ChatProbe.request { $0.turns = turns }, to: ChatProbe.target(openAI: openAI, change))
            .messages
    }

    @Test func `T27: an image in a result goes into a user message after all results of the turn`() throws {
        let image = Block(.image(Media(.base64("iVBORw0KGgo="), mediaType: "image/png", detail: "low")))
        let turns = [
            Turn(.user, [.text("q")]),
            Turn(.assistant, [Self.call("a"), Self.call("b")]),
            Turn(
                .user,
                [Self.result("a", [.text("see"), image]), Self.result("b", [], isError: true), .text("and?")]
            ),
        ]
        #expect(
            try Self.messages(turns) == """
                [{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[\
                {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},\
                {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},\
                {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"see"},\
                {"type":"text","text":"[image: see the next user message]"}]},\
                {"role":"tool","tool_call_id":"b","content":"Error: "},\
                {"role":"user","content":[{"type":"text","text":"Output of tool call a:"},\
                {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}}]},\
                {"role":"user","content":"and?"}]
                """
        )
        let local = try Self.messages(turns, openAI: false)
        #expect(local.contains(#""content":"see\n\n[image: see the next user message]"}"#))
        #expect(local.split(separator: "iVBORw0KGgo=").count == 2, "the bytes reach the model once")
    }

    @Test func `T39: a call without a result gets one`() throws {
        let turns = [Turn(.assistant, [Self.call("a")]), Turn(.user, [.text("go on")])]
        #expect(
            try Self.messages(turns).contains(
                #"{"role":"tool","tool_call_id":"a","content":"Error: [no result: call was interrupted]"},{"role":"user","content":"go on"}"#
            )
        )
    }

    @Test func `text and calls of one turn are one message, thoughts of others are left out`() throws {
        let turn = Turn(
            .assistant,
            [
                Block(.reasoning(Reasoning(text: "secret", state: ReasoningState(owner: "anthropic", value: "s")))),
                .text("one "), .text("two"), Self.call("a"), .text("three"),
            ]
        )
        let messages = try Self.messages([turn, Turn(.user, [Self.result("a", [.text("r")])])])
        #expect(messages.hasPrefix(#"[{"role":"assistant","content":"one two\n\nthree","tool_calls":["#))
        #expect(!messages.contains("secret"))
    }

    @Test func `R08: a turn of nothing but foreign thoughts disappears`() throws {
        let turn = Turn(
            .assistant,
            [Block(.reasoning(Reasoning(text: "t", state: ReasoningState(owner: "x", value: "s"))))]
        )
        #expect(try Self.messages([Turn(.user, [.text("q")]), turn]) == #"[{"role":"user","content":"q"}]"#)
    }

    @Test func `R07: unsigned thoughts go back to servers that want them, and to no other`() throws {
        let turns = [Turn(.assistant, [Block(.reasoning(Reasoning(text: "hm"))), .text("a")])]
        #expect(try Self.messages(turns, openAI: false) == #"[{"role":"assistant","content":"a"}]"#)
        let back = try Self.messages(turns, openAI: false) { $0.chat.wantsReasoningBack = true }
        #expect(back == #"[{"role":"assistant","content":"a","reasoning_content":"hm"}]"#)
    }

    @Test func `R01: what Gemini signed goes back to Google's door`() throws {
        let state = ReasoningState(owner: "gemini", value: "sig")
        let turns = [
            Turn(
                .assistant,
                [Block(.reasoning(Reasoning(text: nil, state: state, isRedacted: true))), Self.call("a")]
            ),
            Turn(.user, [Self.result("a", [])]),
        ]
        let google = try Self.messages(turns, openAI: false) { $0.reasoningOwner = "gemini" }
        #expect(google.contains(#""extra_content":{"google":{"thought_signature":"sig"}}}]}"#))
        #expect(try !Self.messages(turns, openAI: false).contains("sig"))
    }

    @Test func `T11: broken arguments are made an object where the server reads them again`() throws {
        let call = Block(.toolCall(ToolCall(id: "a", name: "f", input: ToolInput(.claimedObject, "{bad"))))
        let turns = [Turn(.assistant, [call]), Turn(.user, [Self.result("a", [])])]
        #expect(try Self.messages(turns).contains(#""arguments":"{bad""#))
        #expect(try Self.messages(turns, openAI: false).contains(#""arguments":"{\"raw_arguments\":\"{bad\"}""#))
    }

    @Test func `T14: a long id is the same on call and result`() throws {
        let id = String(repeating: "x/", count: 150)
        let messages = try Self.messages([Turn(.assistant, [Self.call(id)]), Turn(.user, [Self.result(id, [])])])
        let alias = SafeName.make(id, limit: 40)
        #expect(alias.utf8.count == 40)
        #expect(messages.split(separator: alias, omittingEmptySubsequences: false).count == 3)
    }

    @Test func `P04: content is null beside calls alone`() throws {
        #expect(try Self.messages([Turn(.assistant, [.text("")])]) == #"[{"role":"assistant","content":""}]"#)
        let refusal = try Self.messages([Turn(.assistant, [Block(.refusal("no"))])])
        #expect(refusal == #"[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]"#)
        #expect(
            try Self.messages([Turn(.assistant, [Block(.refusal("no"))])], openAI: false).contains(#""content":"no""#)
        )
    }

    @Test func `C07: system text in the middle stays in place, and what came before keeps its bytes`() throws {
        let before = [Turn(.user, [.text("q")]), Turn(.assistant, [.text("a")])]
        let turns = before + [Turn(.system, [.text("note")]), Turn(.user, [.text("r")])]
        #expect(
            try Self.messages(turns).hasSuffix(#"{"role":"system","content":"note"},{"role":"user","content":"r"}]"#)
        )
        #expect(try Self.messages(turns).hasPrefix(String(Self.messages(before).dropLast())))
        let reminded = try Self.messages(turns) { $0.capabilities.midConversationSystem = false }
        #expect(reminded.contains(#"{"role":"user","content":"<system-reminder>\nnote\n</system-reminder>"}"#))
    }

    @Test func `documents are files, or text with their title`() throws {
        let pdf = Document(
            .media(Media(.base64("JVBERi0="), mediaType: "application/pdf")),
            title: "a.pdf",
            context: "ctx"
        )
        var text = Document(.text("body"), title: "t")
        text.wantsCitations = true
        let encoded = try ChatProbe.encode(
            ChatProbe.request { $0.turns = [Turn(.user, [Block(.document(pdf)), Block(.document(text)), .text("q")])] }
        )
        #expect(
            encoded.messages == """
                [{"role":"user","content":[{"type":"text","text":"ctx"},{"type":"file","file":{"filename":"a.pdf",\
                "file_data":"data:application/pdf;base64,JVBERi0="}},{"type":"text","text":"t"},\
                {"type":"text","text":"body"},{"type":"text","text":"q"}]}]
                """
        )
        #expect(encoded.warnings == ["dropped:messages:citations"])
    }

    @Test func `cache marks are OpenAI's breakpoints on models that know them`() throws {
        let turns = [Turn(.user, [.text("q", cache: .long)])]
        #expect(
            try Self.messages(turns)
                == #"[{"role":"user","content":[{"type":"text","text":"q","prompt_cache_breakpoint":{"mode":"explicit"}}]}]"#
        )
        #expect(try Self.messages(turns) { $0.capabilities.cacheMarks = false } == #"[{"role":"user","content":"q"}]"#)
        #expect(try Self.messages(turns, openAI: false) == #"[{"role":"user","content":"q"}]"#)
    }

    @Test func `sound goes as WAV or MP3`() throws {
        let sound = Block(.audio(Media(.base64("AAAA"), mediaType: "audio/mpeg")))
        #expect(
            try Self.messages([Turn(.user, [sound])])
                == #"[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}}]}]"#
        )
    }
}
