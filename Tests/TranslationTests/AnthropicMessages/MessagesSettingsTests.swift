import Exchange
import Testing
import Wire

@Suite struct MessagesSettingsTests {
    private static func encode(
        _ change: (inout ExchangeRequest) -> Void,
        _ capabilities: (inout ModelCapabilities) -> Void = { _ in }
    ) throws -> MessagesRoom.Encoded {
        try MessagesRoom.encode(MessagesRoom.foreign([Turn(.user, [.text("Hi")])], change), capabilities)
    }

    private static func member(_ name: String, of body: String) throws -> String? {
        try MessagesRoom.parsed(body) { $0.member(name).map { RawJSON($0).text } }
    }

    private static func budget(_ capabilities: inout ModelCapabilities) {
        capabilities.reasoning = .budget(1024...40000, canDisable: true)
    }

    @Test(
        arguments: [
            (ReasoningIntent.Effort.low, #"{"type":"adaptive"}"#, #"{"effort":"low"}"#, ""),
            (.minimal, #"{"type":"adaptive"}"#, #"{"effort":"low"}"#, "approximated:output_config.effort:low"),
            (.xhigh, #"{"type":"adaptive"}"#, #"{"effort":"high"}"#, "approximated:output_config.effort:high"),
            (.max, #"{"type":"adaptive"}"#, #"{"effort":"max"}"#, ""), (.none, #"{"type":"disabled"}"#, nil, ""),
        ] as [(ReasoningIntent.Effort, String?, String?, String)]
    )
    func `R11 an effort makes a newer model think`(
        effort: ReasoningIntent.Effort,
        thinking: String?,
        config: String?,
        warning: String
    ) throws {
        let encoded = try Self.encode { $0.reasoning.effort = effort }
        #expect(try Self.member("thinking", of: encoded.body) == thinking)
        #expect(try Self.member("output_config", of: encoded.body) == config)
        #expect(encoded.warnings == (warning.isEmpty ? [] : [warning]))
    }

    @Test(arguments: [
        (ReasoningIntent.Effort.minimal, 1024), (.low, 2048), (.medium, 8192), (.high, 24576), (.max, 32000),
    ])
    func `R11 an effort is a budget for an older model`(effort: ReasoningIntent.Effort, tokens: Int) throws {
        let change: (inout ExchangeRequest) -> Void = { request in
            request.reasoning.effort = effort
            request.maxOutputTokens = 50000
        }
        let encoded = try Self.encode(change, Self.budget)
        let thinking = "{\"type\":\"enabled\",\"budget_tokens\":\(tokens)}"
        #expect(try Self.member("thinking", of: encoded.body) == thinking && encoded.warnings.isEmpty)
        let open = try Self.encode(
            {
                $0.reasoning.effort = effort; $0.maxOutputTokens = nil
            },
            Self.budget
        )
        #expect(try Self.member("max_tokens", of: open.body) == "\(4096 + tokens)")
    }

    @Test func `a budget stays below the cap, and goes where there is no room`() throws {
        let tight = try Self.encode(
            {
                $0.reasoning.effort = .high; $0.maxOutputTokens = 3000
            },
            Self.budget
        )
        #expect(try Self.member("thinking", of: tight.body) == #"{"type":"enabled","budget_tokens":2999}"#)
        #expect(tight.warnings == ["clamped:thinking.budget_tokens:2999"])
        let none = try Self.encode(
            {
                $0.reasoning.effort = .high; $0.maxOutputTokens = 1024
            },
            Self.budget
        )
        #expect(
            try Self.member("thinking", of: none.body) == nil
                && none.warnings == ["approximated:thinking:off_for_want_of_tokens"]
        )
    }

    @Test func `a Messages caller's own words are kept where the model knows them`() throws {
        let adaptive: (inout ExchangeRequest) -> Void = { request in
            request.origin = .messages
            request.reasoning.mode = .adaptive
            request.reasoning.isShown = false
        }
        let newer = try Self.encode(adaptive)
        #expect(try Self.member("thinking", of: newer.body) == #"{"type":"adaptive","display":"omitted"}"#)
        let older = try Self.encode(
            {
                adaptive(&$0); $0.maxOutputTokens = 30000
            },
            Self.budget
        )
        #expect(
            try Self.member("thinking", of: older.body)
                == #"{"type":"enabled","budget_tokens":24576,"display":"omitted"}"#
        )
        #expect(older.warnings == ["approximated:thinking:high_budget"])
        let budgeted = try Self.encode { request in
            request.origin = .messages
            request.reasoning.mode = .budgeted
            request.reasoning.budget = 5000
        }
        #expect(try Self.member("output_config", of: budgeted.body) == #"{"effort":"medium"}"#)
        #expect(budgeted.warnings == ["approximated:thinking.budget_tokens:medium"])
        let effort = try Self.encode {
            $0.origin = .messages; $0.reasoning.effort = .low
        }
        #expect(try Self.member("thinking", of: effort.body) == nil && effort.body.contains("\"effort\":\"low\""))
    }

    @Test func `R12 off is said, and where it cannot be, the least is asked for`() throws {
        let off: (inout ExchangeRequest) -> Void = { $0.reasoning.mode = .off }
        #expect(try Self.member("thinking", of: Self.encode(off).body) == #"{"type":"disabled"}"#)
        #expect(try Self.member("thinking", of: Self.encode(off, Self.budget).body) == #"{"type":"disabled"}"#)
        let always = try Self.encode(off) { $0.reasoning = .adaptive([.low, .high], canDisable: false) }
        #expect(try Self.member("thinking", of: always.body) == nil && always.body.contains("\"effort\":\"low\""))
        #expect(always.warnings == ["approximated:thinking:lowest_effort"])
        #expect(try Self.encode(off) { $0.reasoning = .none }.warnings.isEmpty)
        let deaf = try Self.encode({ $0.reasoning.effort = .high }, { $0.reasoning = .none })
        #expect(deaf.warnings == ["dropped:thinking"] && !deaf.body.contains("thinking"))
    }

    @Test func `a forced tool ends thinking where both cannot be`() throws {
        let forced: (inout ExchangeRequest) -> Void = { request in
            request.tools = [Tool(.function(schema: nil, strict: nil), name: "f")]
            request.toolChoice = .required
            request.reasoning.effort = .high
        }
        let adaptive = try Self.encode(forced)
        #expect(try Self.member("thinking", of: adaptive.body) == #"{"type":"disabled"}"#)
        #expect(adaptive.warnings == ["approximated:thinking:off_for_forced_tool"])
        let budget = try Self.encode(forced) {
            Self.budget(&$0)
            $0.maxOutputTokens = 64000
        }
        #expect(try Self.member("thinking", of: budget.body) == nil)
        let always: (inout ModelCapabilities) -> Void = { $0.reasoning = .adaptive([.low, .high], canDisable: false) }
        let refusal = #expect(throws: TranslationRefusal.self) { try Self.encode(forced, always) }
        #expect(refusal?.field == .parameter(.toolChoice))
        let native = try Self.encode(
            {
                forced(&$0); $0.origin = .messages; $0.reasoning.mode = .adaptive
            },
            always
        )
        #expect(try Self.member("thinking", of: native.body) == #"{"type":"adaptive"}"#)
    }

    @Test func `R09 a budget needs the thoughts of the running tool loop`() throws {
        var turns = [
            Turn(.user, [.text("Hi")]), Turn(.assistant, [.messagesCall("a")]), Turn(.user, [.messagesResult("a")]),
        ]
        let change: (inout ExchangeRequest) -> Void = {
            $0.reasoning.effort = .low; $0.maxOutputTokens = 9000
        }
        let lost = try MessagesRoom.encode(MessagesRoom.foreign(turns, change), Self.budget)
        #expect(try Self.member("thinking", of: lost.body) == nil)
        let declared = "approximated:tools:declared_from_history"
        #expect(lost.warnings == [declared, "approximated:thinking:off_in_tool_loop"])
        turns[1].blocks.insert(.messagesThoughts("", "S"), at: 0)
        let kept = try MessagesRoom.encode(MessagesRoom.foreign(turns, change), Self.budget)
        #expect(try Self.member("thinking", of: kept.body) == #"{"type":"enabled","budget_tokens":2048}"#)
        #expect(kept.body.contains(#"{"type":"thinking","thinking":"","signature":"S"}"#))
    }

    /// Sampling settings, capabilities, members written, warnings.
    static let samplings: [(Sampling, ModelCapabilities.SamplingRule, Bool, String, [String])] = [
        (Self.sampling(0, 0), .all, false, "0 0 -", []),
        (Self.sampling(1.5, nil), .all, false, "1 - -", ["clamped:temperature:1"]),
        (Self.sampling(-0.5, nil), .all, false, "0 - -", ["clamped:temperature:0"]),
        (Self.sampling(0.5, 0.9, 7), .temperatureOrTopP, false, "0.5 - 7", ["dropped:top_p"]),
        (Self.sampling(nil, 0.9), .temperatureOrTopP, false, "- 0.9 -", []),
        (Self.sampling(0.5, 0.9, 7), .none, false, "- - -", ["dropped:temperature", "dropped:top_p", "dropped:top_k"]),
        (Self.sampling(1, 1), .none, false, "- - -", []),
        (Self.sampling(0.5, 0.9, 7), .all, true, "- - -", ["dropped:temperature", "dropped:top_p", "dropped:top_k"]),
        (Self.sampling(1, 0.97), .all, true, "- 0.97 -", []),
    ]

    private static func sampling(_ temperature: Double?, _ topP: Double?, _ topK: Int? = nil) -> Sampling {
        var sampling = Sampling()
        if let temperature { sampling.temperature = .value(temperature) }
        if let topP { sampling.topP = .value(topP) }
        if let topK { sampling.topK = .value(topK) }
        return sampling
    }

    @Test(arguments: Self.samplings.indices)
    func `P11 P12 P13 sampling follows the model's rules`(index: Int) throws {
        let (sampling, rule, isThinking, written, warnings) = Self.samplings[index]
        let encoded = try Self.encode(
            { request in
                request.sampling = sampling
                if isThinking { request.reasoning.effort = .low }
            },
            { $0.sampling = rule }
        )
        let members = try ["temperature", "top_p", "top_k"].map { try Self.member($0, of: encoded.body) ?? "-" }
        #expect(members.joined(separator: " ") == written && encoded.warnings == warnings)
    }

    @Test func `P10 the cap is always there, and never above the model's`() throws {
        #expect(try Self.encode { $0.maxOutputTokens = nil }.body.contains("\"max_tokens\":4096"))
        let high = try Self.encode { $0.maxOutputTokens = 100_000 }
        #expect(high.body.contains("\"max_tokens\":64000") && high.warnings == ["clamped:max_tokens:64000"])
        #expect(try Self.encode({ $0.maxOutputTokens = nil }, { $0.maxOutputTokens = 1000 }).body.contains(":1000,"))
    }

    @Test func `what the vendor lacks is dropped, or refused where the caller relies on it`() throws {
        let encoded = try Self.encode { request in
            request.sampling.seed = .value(1)
            request.sampling.frequencyPenalty = .value(0.5)
            request.sampling.presencePenalty = .value(0)
            request.verbosity = "low"
            request.metadata = [.init(name: "a", value: "b")]
            request.store = true
            request.serviceTier = .flex
            request.cacheKey = "k"
            request.stop = [" ", "x"]
        }
        #expect(
            encoded.warnings == [
                "dropped:verbosity", "dropped:metadata", "dropped:store", "dropped:seed", "dropped:frequency_penalty",
                "dropped:stop_sequences:blank", "dropped:service_tier",
            ]
        )
        let refused: [(RequestField.Parameter, (inout ExchangeRequest) -> Void)] = [
            (.choiceCount, { $0.choiceCount = 2 }), (.logprobs, { $0.logprobs = 0 }),
            (.stop, { $0.stop = ["a", "b", "c", "d", "e"] }),
        ]
        for (parameter, change) in refused {
            let refusal = #expect(throws: TranslationRefusal.self) { try Self.encode(change) }
            #expect(refusal?.field == .parameter(parameter))
        }
    }

    @Test func `a strict caller is refused any loss`() {
        let request = MessagesRoom.foreign([Turn(.user, [.text("Hi")])]) { $0.sampling.seed = .value(1) }
        #expect(throws: TranslationRefusal.self) { try MessagesRoom.encode(request, isStrict: true) }
        #expect(throws: Never.self) { try MessagesRoom.encode(request) }
    }
}
