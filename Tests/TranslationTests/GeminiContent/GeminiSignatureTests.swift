import Exchange
import Testing

@Suite struct GeminiSignatureTests {
    private let ask = Gemini.user("go")

    private func parts(_ turns: [Turn], _ target: TranslationTarget = Gemini.target()) throws -> [String] {
        let contents = try Gemini.contents(turns, target)
        return contents.split(separator: "{\"role\":\"model\",\"parts\":").dropFirst().map {
            String($0.prefix { $0 != "]" }) + "]"
        }
    }

    @Test func `a lost signature is stood in for on the first call of every step (R01)`() throws {
        let turns = [
            self.ask, Gemini.model(.text("ok"), Gemini.call("1"), Gemini.call("2")),
            Gemini.results(Gemini.result("1"), Gemini.result("2")),
            Gemini.model(Gemini.call("3")), Gemini.results(Gemini.result("3")),
        ]
        let skip = #","thoughtSignature":"skip_thought_signature_validator"}"#
        let first = #"[{"text":"ok"},{"functionCall":{"id":"1","name":"f","args":{}}"# + skip
        #expect(
            try self.parts(turns) == [
                first + #",{"functionCall":{"id":"2","name":"f","args":{}}}]"#,
                #"[{"functionCall":{"id":"3","name":"f","args":{}}"# + skip + "]",
            ]
        )
        #expect(try Gemini.contents(turns, Gemini.older()).contains("thoughtSignature") == false)
    }

    @Test func `a signature stays on the call it came on (R01)`() throws {
        let turns = [
            self.ask, Gemini.model(Gemini.call("1", signed: "c2ln"), Gemini.call("2")),
            Gemini.results(Gemini.result("1"), Gemini.result("2")),
        ]
        #expect(
            try self.parts(turns) == [
                #"[{"functionCall":{"id":"1","name":"f","args":{}},"thoughtSignature":"c2ln"},"#
                    + #"{"functionCall":{"id":"2","name":"f","args":{}}}]"#
            ]
        )
    }

    @Test func `a carried signature goes to the call or text behind it, or on an empty text (R03)`() throws {
        let call = [
            self.ask, Gemini.model(Gemini.carrier("a"), Gemini.call("1")), Gemini.results(Gemini.result("1")),
            Gemini.model(Gemini.carrier("b"), .text("done")), self.ask,
            Gemini.model(.text("well"), Gemini.carrier("c")), self.ask,
            Gemini.model(Gemini.carrier("d"), Gemini.carrier("e"), Gemini.call("2")),
        ]
        #expect(
            try self.parts(call) == [
                #"[{"functionCall":{"id":"1","name":"f","args":{}},"thoughtSignature":"a"}]"#,
                #"[{"text":"done","thoughtSignature":"b"}]"#,
                #"[{"text":"well"},{"text":"","thoughtSignature":"c"}]"#,
                #"[{"text":"","thoughtSignature":"d"},"#
                    + #"{"functionCall":{"id":"2","name":"f","args":{}},"thoughtSignature":"e"}]"#,
            ]
        )
    }

    @Test func `thoughts of others, and thoughts without state, are removed (R07, R08)`() throws {
        let turns = [
            self.ask,
            Gemini.model(
                Gemini.carrier("x", owner: ReasoningState.anthropic),
                Block(.reasoning(Reasoning(text: "hm"))),
                .text("a")
            ),
            self.ask, Gemini.model(Gemini.carrier("y", owner: "my-openai")), self.ask,
        ]
        #expect(try self.parts(turns) == [#"[{"text":"a"}]"#])
        #expect(try Gemini.encode(Gemini.request(turns)).warnings.isEmpty)
    }

    @Test func `signed thoughts in words go back as thoughts, and a signed turn keeps its white space (R04)`() throws {
        let state = ReasoningState(owner: ReasoningState.gemini, value: "s")
        let turns = [
            self.ask, Gemini.model(Block(.reasoning(Reasoning(text: "hm", state: state))), .text("\n"), .text("")),
            self.ask,
        ]
        #expect(try self.parts(turns) == [#"[{"text":"hm","thought":true,"thoughtSignature":"s"},{"text":"\n"}]"#])
    }

    @Test func `an answer goes back as it came, part by part`() throws {
        let chunks = [
            Gemini.response(#"{"text":"plan","thought":true}"#, #"{"text":"Let me "}"#),
            Gemini.response(#"{"text":"look."}"#),
            Gemini.response(#"{"functionCall":{"name":"f","args":{"a":1.0}},"thoughtSignature":"c2ln"}"#),
            Gemini.response(
                #"{"functionCall":{"name":"g"}}"#,
                #"{"text":"","thoughtSignature":"ZW5k"}"#,
                finish: "STOP"
            ),
        ]
        var collector = AnswerCollector()
        for event in Gemini.stream(chunks) { collector.add(event) }
        let history = Turn(.assistant, collector.answer.blocks.map(\.block))
        #expect(
            try self.parts([self.ask, history]) == [
                #"[{"text":"Let me look."},"#
                    + #"{"functionCall":{"id":"call_s1_1","name":"f","args":{"a":1.0}},"thoughtSignature":"c2ln"},"#
                    + #"{"functionCall":{"id":"call_s1_2","name":"g","args":{}}},"#
                    + #"{"text":"","thoughtSignature":"ZW5k"}]"#
            ]
        )
    }
}
