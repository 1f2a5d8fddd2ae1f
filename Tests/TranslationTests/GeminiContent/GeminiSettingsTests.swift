import Exchange
import Testing

@Suite struct GeminiSettingsTests {
    private func config(
        _ target: TranslationTarget = Gemini.target(),
        _ change: (inout ExchangeRequest) -> Void
    ) throws(TranslationRefusal) -> (config: String, warnings: [String]) {
        let (body, warnings, _) = try Gemini.encode(Gemini.request([Gemini.user("a")], change), target)
        let contents = #""contents":[{"role":"user","parts":[{"text":"a"}]}]}"#
        let head = #"{"generationConfig":"#
        guard body.hasPrefix(head) else { return ("", warnings) }
        return (String(body.dropFirst(head.count).dropLast(contents.count + 1)), warnings)
    }

    @Test func `zeros are values (P11), absent and null ones are silent`() throws {
        let (config, warnings) = try self.config { request in
            request.sampling.temperature = .value(0)
            request.sampling.topP = .value(0)
            request.sampling.topK = .null
            request.sampling.seed = .value(0)
            request.sampling.presencePenalty = .value(0)
        }
        #expect(config == #"{"temperature":0,"topP":0,"seed":0}"#)
        #expect(warnings.isEmpty)
    }

    @Test func `all sampling settings have their names (P10, E12)`() throws {
        let (config, warnings) = try self.config { request in
            request.maxOutputTokens = 100
            request.sampling.temperature = .value(0.5)
            request.sampling.topP = .value(0.9)
            request.sampling.topK = .value(40)
            request.sampling.seed = .value(-7)
            request.sampling.presencePenalty = .value(1)
            request.sampling.frequencyPenalty = .value(-0.5)
            request.stop = ["x", "", "y"]
            request.logprobs = 3
        }
        #expect(
            config == #"{"maxOutputTokens":100,"temperature":0.5,"topP":0.9,"topK":40,"seed":-7,"presencePenalty":1,"#
                + #""frequencyPenalty":-0.5,"stopSequences":["x","y"],"responseLogprobs":true,"logprobs":3}"#
        )
        #expect(warnings.isEmpty)
    }

    @Test func `what is out of range is brought into it and told (P12)`() throws {
        let target = Gemini.target { $0.maxOutputTokens = 50 }
        let (config, warnings) = try self.config(target) { request in
            request.maxOutputTokens = 100
            request.sampling.temperature = .value(2.5)
            request.sampling.topP = .value(1.5)
            request.sampling.presencePenalty = .value(2)
        }
        #expect(config == #"{"maxOutputTokens":50,"temperature":2,"topP":1,"presencePenalty":1.99}"#)
        #expect(
            warnings == [
                "clamped:maxOutputTokens:50", "clamped:temperature:2", "clamped:topP:1", "clamped:presencePenalty:1.99",
            ]
        )
    }

    @Test func `a seed is folded to 32 bits, always the same way`() throws {
        for seed in [Int.max, Int.min, 1 << 40, Int(Int32.max) + 1] {
            let (config, warnings) = try self.config { $0.sampling.seed = .value(seed) }
            let sent = Int(config.dropFirst(8).dropLast())
            #expect(sent.map { Int32(exactly: $0) != nil } == true)
            #expect(warnings == ["approximated:seed:folded"])
            #expect(try self.config { $0.sampling.seed = .value(seed) }.config == config)
        }
        #expect(try self.config { $0.sampling.seed = .value(-1) }.config == #"{"seed":-1}"#)
    }

    @Test func `settings a model refuses are dropped and told (P13, P19)`() throws {
        let fixed = Gemini.target { $0.sampling = .none }
        let all = try self.config(fixed) { request in
            request.sampling.temperature = .value(1)
            request.sampling.topP = .value(1)
            request.sampling.topK = .value(1)
            request.sampling.frequencyPenalty = .value(1)
        }
        #expect(all.config.isEmpty)
        #expect(all.warnings == ["dropped:temperature", "dropped:topP", "dropped:topK", "dropped:frequencyPenalty"])
        let older = try self.config(Gemini.older()) { $0.sampling.presencePenalty = .value(1) }
        #expect(older.warnings == ["dropped:presencePenalty"])
        var vertex = Gemini.older()
        vertex.gemini.isVertex = true
        #expect(try self.config(vertex) { $0.sampling.presencePenalty = .value(1) }.config == #"{"presencePenalty":1}"#)
    }

    @Test func `what shapes the answer and cannot be had is refused`() {
        #expect(throws: TranslationRefusal.self) { try self.config { $0.stop = ["a", "b", "c", "d", "e", "f"] } }
        #expect(throws: TranslationRefusal.self) { try self.config { $0.choiceCount = 2 } }
        #expect(throws: TranslationRefusal.self) { try self.config { $0.maxOutputTokens = 0 } }
        let endless = Gemini.target { $0.maxStopSequences = 0 }
        #expect(throws: TranslationRefusal.self) { try self.config(endless) { $0.stop = ["a"] } }
    }

    @Test func `a schema is carried as it is (C10)`() throws {
        let schema = OutputSchema(
            schema: RawJSON(trusted: #"{"type":"object","properties":{"z":{},"a":{}}}"#),
            strict: true
        )
        let (config, warnings) = try self.config { $0.output = .schema(schema) }
        #expect(
            config == #"{"responseMimeType":"application/json","#
                + #""responseJsonSchema":{"type":"object","properties":{"z":{},"a":{}}}}"#
        )
        #expect(warnings.isEmpty)
        #expect(try self.config { $0.output = .json }.config == #"{"responseMimeType":"application/json"}"#)
    }

    @Test func `beside tools an older model is asked for a shape in words, or refused`() throws {
        func request(_ shape: OutputShape) -> ExchangeRequest {
            Gemini.request([Gemini.user("a")]) { request in
                request.tools = [Gemini.function("f")]
                request.output = shape
                request.system = [.text("be brief")]
            }
        }
        let loose = OutputSchema(schema: RawJSON(trusted: "{}"))
        let (body, warnings, _) = try Gemini.encode(request(.schema(loose)), Gemini.older())
        #expect(
            body.hasPrefix(
                #"{"systemInstruction":{"parts":[{"text":"be brief"},"#
                    + #"{"text":"Answer with JSON by this schema and nothing else:\n{}"}]}"#
            )
        )
        #expect(!body.contains("responseMimeType") && warnings == ["approximated:outputFormat:instruction"])
        #expect(try Gemini.encode(request(.json), Gemini.older()).warnings == ["approximated:outputFormat:instruction"])
        #expect(try Gemini.encode(request(.json)).body.contains("responseMimeType"))
        var strict = loose
        strict.strict = true
        #expect(throws: TranslationRefusal.self) { try Gemini.encode(request(.schema(strict)), Gemini.older()) }
    }

    @Test func `how much to think becomes a level (R11)`() throws {
        typealias Row = (change: (inout ReasoningIntent) -> Void, config: String, warnings: [String])
        let rows: [Row] = [
            ({ _ in }, "", []),
            ({ $0.mode = .adaptive }, "", []),
            ({ $0.effort = .minimal }, #"{"thinkingLevel":"MINIMAL"}"#, []),
            ({ $0.effort = .high }, #"{"thinkingLevel":"HIGH"}"#, []),
            ({ $0.effort = .max }, #"{"thinkingLevel":"HIGH"}"#, ["approximated:reasoningEffort:high"]),
            ({ $0.mode = .off }, #"{"thinkingLevel":"MINIMAL"}"#, ["approximated:reasoning:minimal"]),
            (
                { $0.effort = ReasoningIntent.Effort.none }, #"{"thinkingLevel":"MINIMAL"}"#,
                ["approximated:reasoning:minimal"]
            ),
            (
                { intent in
                    intent.mode = .budgeted
                    intent.budget = 10_000
                }, #"{"thinkingLevel":"MEDIUM"}"#, ["approximated:reasoningBudget:medium"]
            ),
            (
                { intent in
                    intent.effort = .low
                    intent.isShown = true
                }, #"{"thinkingLevel":"LOW","includeThoughts":true}"#, []
            ),
            ({ $0.isShown = true }, #"{"includeThoughts":true}"#, []),
            ({ $0.isShown = false }, "", []),
        ]
        for row in rows {
            let (config, warnings) = try self.config { row.change(&$0.reasoning) }
            #expect(config == (row.config.isEmpty ? "" : #"{"thinkingConfig":\#(row.config)}"#))
            #expect(warnings == row.warnings)
        }
        let pro = Gemini.target { $0.reasoning = .effort([.low, .high]) }
        #expect(try self.config(pro) { $0.reasoning.effort = .medium }.config.contains("HIGH"))
        #expect(try self.config(pro) { $0.reasoning.effort = .minimal }.config.contains("LOW"))
    }

    @Test func `how much to think becomes a budget on older models`() throws {
        typealias Row = (change: (inout ReasoningIntent) -> Void, budget: Int?, warnings: [String])
        let rows: [Row] = [
            ({ _ in }, nil, []),
            ({ $0.mode = .adaptive }, -1, []),
            ({ $0.mode = .off }, 0, []),
            ({ $0.effort = .minimal }, 512, []),
            ({ $0.effort = .low }, 1024, []),
            ({ $0.effort = .medium }, 8192, []),
            ({ $0.effort = .high }, 24_576, []),
            ({ $0.effort = .xhigh }, 24_576, []),
            (
                { intent in
                    intent.mode = .budgeted
                    intent.budget = 100_000
                }, 24_576, ["clamped:reasoningBudget:24576"]
            ),
        ]
        for row in rows {
            let (config, warnings) = try self.config(Gemini.older()) { row.change(&$0.reasoning) }
            #expect(config == (row.budget.map { #"{"thinkingConfig":{"thinkingBudget":\#($0)}}"# } ?? ""))
            #expect(warnings == row.warnings)
        }
        let pro = Gemini.older { $0.reasoning = .budget(128...32_768, canDisable: false) }
        let off = try self.config(pro) { $0.reasoning.mode = .off }
        #expect(off.config.contains("128") && off.warnings == ["approximated:reasoning:128"])
    }

    @Test func `a model that does not think is not asked to`() throws {
        let plain = Gemini.target { $0.reasoning = .none }
        #expect(try self.config(plain) { $0.reasoning.effort = .low }.warnings == ["dropped:reasoning"])
        #expect(try self.config(plain) { $0.reasoning.mode = .off } == ("", []))
        #expect(try self.config(plain) { $0.reasoning.isShown = true } == ("", []))
    }

    @Test func `labels reach Vertex where they fit`() throws {
        var target = Gemini.target()
        target.gemini.isVertex = true
        let request = Gemini.request([Gemini.user("a")]) { request in
            request.metadata = [.init(name: "team", value: "a-1"), .init(name: "Team", value: "x")]
        }
        let (body, warnings, _) = try Gemini.encode(request, target)
        #expect(body.hasPrefix(#"{"labels":{"team":"a-1"},"contents""#))
        #expect(warnings == ["dropped:metadata"])
    }
}
