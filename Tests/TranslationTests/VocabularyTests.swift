import Exchange
import Testing
import Wire

@Suite struct VocabularyTests {
    @Test func `an envelope gives back exactly what was sealed`() {
        let samples = [
            Reasoning(text: "thought \u{1F426} \"x\"\n", state: ReasoningState(owner: "anthropic", value: "EuYBCkQ=")),
            Reasoning(text: "", state: ReasoningState(owner: "my-openai", value: "gAAAA")),
            Reasoning(text: nil, state: ReasoningState(owner: "gemini", value: "a/b+c="), isRedacted: true),
        ]
        for sample in samples {
            let sealed = ReasoningEnvelope.seal(sample)
            #expect(sealed?.hasPrefix("mt1.") == true)
            #expect(sealed.flatMap(ReasoningEnvelope.open) == sample)
        }
        #expect(ReasoningEnvelope.seal(Reasoning(text: "unsigned")) == nil)
        let damagedOwner = "mt1.\u{E9}\n.eyJ2IjoicyJ9"
        for damaged in [
            "", "mt1.", "mt1.a", "mt1.a.b.c", "mt1..e30", "mt1.a.e30", "mt1.a.***", "EuYB", "mt1.a.W10", damagedOwner,
        ] {
            #expect(ReasoningEnvelope.open(damaged) == nil)
        }
    }

    @Test func `base64 goes both ways and refuses what it is not`() {
        for count in 0..<67 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
            #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, .url).utf8) == bytes)
        }
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
        #expect(Base64.decode("a".utf8) == nil && Base64.decode("ab=c".utf8) == nil && Base64.decode("ab!".utf8) == nil)
    }

    @Test func `a safe name is the original where it fits, and else unlike any other`() {
        #expect(SafeName.make("get_weather-2") == "get_weather-2")
        let dotted = SafeName.make("mcp.server/tool")
        #expect(dotted.hasPrefix("mcp_server_tool_") && dotted.utf8.count <= 64)
        #expect(dotted != SafeName.make("mcp.server.tool"))
        #expect(SafeName.make(String(repeating: "x", count: 200)).utf8.count == 64)
        #expect(SafeName.make("1st", startsWithLetter: true).hasPrefix("_1st_"))
    }

    @Test func `a custom tool's text is read whatever way its pieces are cut`() {
        let text = "line\n\"quoted\" \\ \u{1F426}\u{E9}\tend"
        let json = "{ \"input\": \"line\\n\\\"quoted\\\" \\\\ \\ud83d\\udc26\u{E9}\\tend\" }"
        let scalars = Array(json.unicodeScalars)
        for size in 1...scalars.count {
            var reader = CustomToolInput()
            var read = ""
            for start in stride(from: 0, to: scalars.count, by: size) {
                var piece = ""
                piece.unicodeScalars.append(contentsOf: scalars[start..<min(start + size, scalars.count)])
                read += reader.read(piece)
            }
            #expect(read + reader.finish() == text)
        }
        var empty = CustomToolInput()
        #expect(empty.read("{}") + empty.finish() == "")
        var odd = CustomToolInput()
        #expect(odd.read("{\"query\":1}") + odd.finish() == "{\"query\":1}")
    }

    @Test func `arguments are objects where objects are needed, and never an empty string`() {
        #expect(ToolInput(.claimedObject, " ").objectText == "{}")
        #expect(ToolInput(.claimedObject, "").argumentsText == "{}")
        #expect(
            ToolInput(.claimedObject, "{\"b\":1.0,\"a\":12345678901234567890}").objectText
                == "{\"b\":1.0,\"a\":12345678901234567890}"
        )
        #expect(ToolInput(.claimedObject, "[1]").objectText == "{\"raw_arguments\":\"[1]\"}")
        #expect(ToolInput(.freeText, "a\"b").argumentsText == "{\"input\":\"a\\\"b\"}")
    }

    @Test func `a zero character that a model wrote spoils neither an envelope nor arguments`() {
        let reasoning = Reasoning(text: "a\u{0}b", state: ReasoningState(owner: "gemini", value: "s\u{0}"))
        #expect(ReasoningEnvelope.seal(reasoning).flatMap(ReasoningEnvelope.open) == reasoning)
        let arguments = #"{"text":"\u0000"}"#
        #expect(ToolInput(.claimedObject, arguments).objectText == arguments)
        #expect(RawJSON(trusted: arguments).read { $0["text"]?.string } == "\u{0}")
    }

    @Test func `data addresses are read, and the bytes tell their type`() {
        let png = Base64.encode([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        let image = Media.address("data:image/jpeg;charset=x;base64,\(png)")
        #expect(image?.mediaType == "image/png" && image?.source == .base64(png))
        #expect(Media.address("data:text/plain,a%20b")?.source == .base64("YSBi"))
        #expect(Media.address("data:text/plain,a%2") == nil && Media.address("data:nothing") == nil)
        #expect(Media.address("https://x/y.png")?.source == .url("https://x/y.png"))
    }

    @Test func `an answer and the events of it tell the same`() {
        var answer = Answer()
        answer.head.id = "a"
        answer.blocks = [
            .reasoning(Reasoning(text: "hm", state: ReasoningState(owner: "anthropic", value: "s"))),
            .reasoning(Reasoning(text: nil, state: ReasoningState(owner: "anthropic", value: "r"), isRedacted: true)),
            .text(AnswerText("hello")), .refusal("no"),
            .toolCall(ToolCall(id: "c", name: "f", input: ToolInput(.claimedObject, "{\"a\":1}"))),
            .toolCall(ToolCall(id: "d", name: "g", input: ToolInput(.freeText, "free"))),
        ]
        answer.usage = TokenUsage()
        answer.finish = .toolCalls
        var collector = AnswerCollector()
        for event in answer.events { collector.add(event) }
        #expect(collector.isComplete && collector.answer == answer)
    }

    @Test func `tools for a model that takes none are refused`() {
        var request = ExchangeRequest(origin: .chat, model: "m")
        request.tools = [Tool(.function(schema: nil, strict: nil), name: "f")]
        var capabilities = ModelCapabilities()
        capabilities.takesTools = false
        let target = TranslationTarget(provider: "p", model: "m", capabilities: capabilities, reasoningOwner: "p")
        var report = TranslationReport(target: target.description)
        #expect(throws: TranslationRefusal.self) { try report.judge(request, for: target) }
        request.tools = []
        #expect(throws: Never.self) { try report.judge(request, for: target) }
    }

    @Test func `a warning is one printable token, a refusal names field, target and way out`() throws {
        var report = TranslationReport(target: "gemini/g-3")
        try report.dropped(.parameter(.seed))
        try report.dropped(.parameter(.seed))
        try report.clamped(.parameter(.temperature), to: "1,\u{E9}")
        let tokens = report.warnings.map {
            $0.token { "\($0)" == "parameter(Exchange.RequestField.Parameter.seed)" ? "seed" : "t" }
        }
        #expect(tokens == ["dropped:seed", "clamped:t:1___"])
        let failure = report.refusal(.parameter(.stop), "has no stop texts", wayOut: "Leave them out.").failure { _ in
            "stop"
        }
        #expect(
            failure.message == "'stop': gemini/g-3 has no stop texts. Leave them out." && failure.parameter == "stop"
        )
    }
}
