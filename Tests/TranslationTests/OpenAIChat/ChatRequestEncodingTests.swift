import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatRequestEncodingTests {
    private static let openAI = ChatProbe.target()
    private static let local = ChatProbe.target(openAI: false)

    @Test func `C05: the model comes first and the messages last`() throws {
        let request = ChatProbe.request {
            $0.system = [.text("be brief")]
            $0.isStream = true
            $0.maxOutputTokens = 10
            $0.tools = [
                Tool(.function(schema: RawJSON(trusted: #"{"type":"object","z":1,"a":1.0}"#), strict: nil), name: "f")
            ]
        }
        let body = try ChatProbe.encode(request).body
        #expect(
            body == """
                {"model":"big","max_completion_tokens":10,"tools":[{"type":"function","function":{"name":"f",\
                "parameters":{"type":"object","z":1,"a":1.0}}}],"stream":true,"stream_options":{"include_usage":true},\
                "messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}]}
                """
        )
        for _ in 0..<100 { #expect(try ChatProbe.encode(request).body == body, "C04") }
    }

    @Test func `a compatible server gets the older names`() throws {
        let request = ChatProbe.request {
            $0.system = [.text("a"), .text("b")]
            $0.maxOutputTokens = 10
            $0.endUser = "u"
            $0.cacheKey = "k"
            $0.serviceTier = .flex
            $0.isStream = true
        }
        let target = ChatProbe.target(openAI: false) { $0.chat.includesUsage = false }
        let encoded = try ChatProbe.encode(request, to: target)
        #expect(encoded.settings == #""max_tokens":10,"user":"u","stream":true"#)
        #expect(encoded.messages == #"[{"role":"system","content":"a\n\nb"},{"role":"user","content":"hi"}]"#)
        #expect(encoded.warnings == ["dropped:service_tier"])
        let newer = try ChatProbe.encode(request, to: ChatProbe.target { $0.capabilities.usesDeveloperRole = true })
        #expect(
            newer.settings == """
                "max_completion_tokens":10,"safety_identifier":"u","prompt_cache_key":"k","service_tier":"flex",\
                "stream":true,"stream_options":{"include_usage":true}
                """
        )
        #expect(newer.messages.hasPrefix(#"[{"role":"developer","content":[{"type":"text","text":"a"},{"type""#))
    }

    struct Setting: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var target: TranslationTarget = ChatProbe.target()
        var change: @Sendable (inout ExchangeRequest) -> Void
        var settings: String
        var warnings: [String] = []

        init(
            _ name: String,
            to target: TranslationTarget = ChatProbe.target(),
            _ settings: String,
            _ warnings: [String] = [],
            _ change: @escaping @Sendable (inout ExchangeRequest) -> Void
        ) {
            self.testDescription = name
            self.target = target
            self.change = change
            self.settings = settings
            self.warnings = warnings
        }
    }

    private static let thinking = ChatProbe.target {
        $0.capabilities.sampling = .none
        $0.capabilities.maxStopSequences = 0
        $0.capabilities.reasoning = .effort([.none, .low, .medium, .high])
    }

    private static let settings: [Setting] = [
        Setting("P11: zero is sent", #""temperature":0,"top_p":0"#) {
            $0.sampling.temperature = .value(0)
            $0.sampling.topP = .value(0)
        },
        Setting(
            "P12: out of range is clamped",
            #""temperature":2,"frequency_penalty":-2"#,
            ["clamped:temperature:2", "clamped:frequency_penalty:-2"]
        ) {
            $0.sampling.temperature = .value(2.5)
            $0.sampling.frequencyPenalty = .value(-3)
        },
        Setting(
            "P13: models without sampling get none",
            to: Self.thinking,
            "",
            ["dropped:temperature", "dropped:top_k", "dropped:presence_penalty"]
        ) {
            $0.sampling.temperature = .value(0.2)
            $0.sampling.topP = .value(1)
            $0.sampling.topK = .value(5)
            $0.sampling.presencePenalty = .value(1)
        },
        Setting(
            "one of temperature and top_p",
            to: ChatProbe.target { $0.capabilities.sampling = .temperatureOrTopP },
            #""temperature":0.5"#,
            ["dropped:top_p"]
        ) {
            $0.sampling.temperature = .value(0.5)
            $0.sampling.topP = .value(0.5)
        },
        Setting(
            "the cap is clamped",
            to: ChatProbe.target { $0.capabilities.maxOutputTokens = 100 },
            #""max_completion_tokens":100"#,
            ["clamped:max_completion_tokens:100"]
        ) { $0.maxOutputTokens = 101 },
        Setting("stop and seed", #""stop":["a","b"],"seed":3"#) {
            $0.stop = ["a", "b"]
            $0.sampling.seed = .value(3)
        },
        Setting("log probabilities", #""logprobs":true,"top_logprobs":2"#) { $0.logprobs = 2 },
        Setting(
            "OpenAI takes randomness of a model that is told not to think",
            to: Self.thinking,
            #""reasoning_effort":"none","temperature":0.5,"logprobs":true"#,
            ["dropped:frequency_penalty"]
        ) {
            $0.reasoning.mode = .off
            $0.sampling.temperature = .value(0.5)
            $0.sampling.frequencyPenalty = .value(1)
            $0.logprobs = 0
        },
        Setting("effort that is known", to: Self.thinking, #""reasoning_effort":"low""#) { $0.reasoning.effort = .low },
        Setting(
            "effort downwards",
            to: Self.thinking,
            #""reasoning_effort":"high""#,
            ["approximated:reasoning_effort:high"]
        ) {
            $0.reasoning.effort = .max
        },
        Setting(
            "minimal is never none",
            to: Self.thinking,
            #""reasoning_effort":"low""#,
            ["approximated:reasoning_effort:low"]
        ) {
            $0.reasoning.effort = .minimal
        },
        Setting("R12: off is none", to: Self.thinking, #""reasoning_effort":"none""#) { $0.reasoning.mode = .off },
        Setting(
            "off where it cannot be is the lowest",
            to: ChatProbe.target { $0.capabilities.reasoning = .effort([.low, .high]) },
            #""reasoning_effort":"low""#,
            ["approximated:reasoning_effort:low"]
        ) { $0.reasoning.mode = .off },
        Setting(
            "R11: a budget is a grade",
            to: Self.thinking,
            #""reasoning_effort":"medium""#,
            ["approximated:reasoning_effort:medium"]
        ) {
            $0.reasoning.mode = .budgeted
            $0.reasoning.budget = 8000
        },
        Setting("R11: adaptive thinks where the default is not to", to: Self.thinking, #""reasoning_effort":"medium""#)
        {
            $0.reasoning.mode = .adaptive
        },
        Setting("effort of a model that does not think", "", ["dropped:reasoning_effort"]) {
            $0.reasoning.effort = .high
        },
        Setting("off of a model that does not think", "") { $0.reasoning.mode = .off },
        Setting("thoughts cannot be shown", to: Self.thinking, "", ["dropped:reasoning_effort"]) {
            $0.reasoning.isShown = true
        },
        Setting("verbosity", to: Self.thinking, #""verbosity":"low""#) { $0.verbosity = "low" },
        Setting("verbosity elsewhere", to: ChatProbe.target(openAI: false), "", ["dropped:verbosity"]) {
            $0.verbosity = "low"
        },
        Setting("labels and storing", "", ["dropped:metadata", "dropped:store"]) {
            $0.metadata = [.init(name: "a", value: "b")]
            $0.store = true
        },
    ]

    @Test(arguments: Self.settings)
    func `settings are mapped, clamped or reported`(_ setting: Setting) throws {
        let request = ChatProbe.request(setting.change)
        let encoded = try ChatProbe.encode(request, to: setting.target)
        #expect(encoded.settings == setting.settings)
        #expect(encoded.warnings == setting.warnings)
        guard !setting.warnings.isEmpty else { return }
        #expect(throws: TranslationRefusal.self) { try ChatProbe.encode(request, to: setting.target, isStrict: true) }
    }

    private static let output: [(target: TranslationTarget, shape: OutputShape, body: String, warnings: [String])] = {
        let schema = OutputShape.schema(OutputSchema(schema: RawJSON(trusted: #"{"b":1}"#), name: "x y"))
        let user = #""messages":[{"role":"user","content":"hi"}]}"#
        let told = #"{"role":"system","content":"Answer with one JSON object and nothing else."#
        return [
            (
                ChatProbe.target(), schema,
                #"{"model":"big","response_format":{"type":"json_schema","json_schema":{"name":"\#(SafeName.make("x y"))","schema":{"b":1}}},\#(user)"#,
                []
            ),
            (
                ChatProbe.target(), .json,
                #"{"model":"big","response_format":{"type":"json_object"},"messages":[\#(told)"},{"role":"user","content":"hi"}]}"#,
                []
            ),
            (
                ChatProbe.target { $0.capabilities.structuredOutput = .jsonOnly }, schema,
                #"{"model":"big","response_format":{"type":"json_object"},"messages":[\#(told) It must be valid by this JSON Schema:\n{\"b\":1}"},{"role":"user","content":"hi"}]}"#,
                ["approximated:response_format:instruction"]
            ),
            (
                ChatProbe.target { $0.capabilities.structuredOutput = .none }, .json,
                #"{"model":"big","messages":[\#(told)"},{"role":"user","content":"hi"}]}"#,
                ["approximated:response_format:instruction"]
            ),
        ]
    }()

    @Test(arguments: Self.output)
    func `the shape of the output`(
        target: TranslationTarget,
        shape: OutputShape,
        body: String,
        warnings: [String]
    ) throws {
        let encoded = try ChatProbe.encode(ChatProbe.request { $0.output = shape }, to: target)
        #expect(encoded.body == body)
        #expect(encoded.warnings == warnings)
    }

    @Test func `JSON is not spoken of twice`() throws {
        let request = ChatProbe.request {
            $0.output = .json
            $0.system = [.text("Give me Json.")]
        }
        #expect(try ChatProbe.encode(request).messages.hasPrefix(#"[{"role":"system","content":"Give me Json."},"#))
    }

    private static let refusals:
        [(field: String, target: TranslationTarget, change: @Sendable (inout ExchangeRequest) -> Void)] = [
            ("max_completion_tokens", ChatProbe.target(), { $0.maxOutputTokens = 0 }),
            ("n", ChatProbe.target(), { $0.choiceCount = 2 }),
            ("stop", ChatProbe.target(), { $0.stop = ["a", "b", "c", "d", "e"] }),
            ("stop", Self.thinking, { $0.stop = ["a"] }),
            ("logprobs", Self.thinking, { $0.logprobs = 0 }),
            (
                "response_format", ChatProbe.target { $0.capabilities.structuredOutput = .jsonOnly },
                { $0.output = .schema(OutputSchema(schema: .emptyObject, strict: true)) }
            ),
            ("tool_choice", ChatProbe.target(), { $0.toolChoice = .required }),
            ("tool_choice", ChatProbe.target(), { $0.toolChoice = .hosted(type: "computer") }),
            (
                "tool_choice", ChatProbe.target { $0.capabilities.forcesTools = false },
                {
                    $0.tools = [Tool(.function(schema: nil, strict: nil), name: "f")]
                    $0.toolChoice = .named("f")
                }
            ),
            (
                "tools[1]", ChatProbe.target(),
                {
                    $0.tools = [
                        Tool(.function(schema: nil, strict: nil), name: "f"),
                        Tool(.custom(format: nil), name: "f", index: 1),
                    ]
                }
            ),
            (
                "messages[0]", ChatProbe.target(),
                { $0.turns = [Turn(.user, [Block(.image(Media(.stored("x"))), place: Place(message: 0))])] }
            ),
            (
                "messages[0]", ChatProbe.target { $0.capabilities.imageTypes = ["image/png"] },
                {
                    let image = Media(.base64("AA"), mediaType: "image/heic")
                    $0.turns = [Turn(.user, [Block(.image(image), place: Place(message: 0))])]
                }
            ),
            (
                "messages[0]", ChatProbe.target { $0.capabilities.fetchesImages = false },
                {
                    $0.turns = [Turn(.user, [Block(.image(Media(.url("https://x"))), place: Place(message: 0))])]
                }
            ),
            (
                "messages[0].content[2]", ChatProbe.target(),
                {
                    let document = Document(.media(Media(.url("https://x/a.pdf"))))
                    $0.turns = [Turn(.user, [Block(.document(document), place: Place(message: 0, part: 2))])]
                }
            ),
            (
                "messages[0]", ChatProbe.target(),
                {
                    let audio = Media(.base64("AA"), mediaType: "audio/flac")
                    $0.turns = [Turn(.user, [Block(.audio(audio), place: Place(message: 0))])]
                }
            ),
            (
                "messages[3]", ChatProbe.target(),
                {
                    let opaque = Opaque(format: .messages, type: "server_tool_use", json: .emptyObject)
                    $0.turns = [Turn(.assistant, [Block(.opaque(opaque), place: Place(message: 3))])]
                }
            ),
            (
                "messages[1]", ChatProbe.target { $0.capabilities.prefill = false },
                {
                    $0.turns.append(Turn(.assistant, [.text("{")], place: Place(message: 1)))
                }
            ),
        ]

    @Test(arguments: Self.refusals.indices)
    func `what the target cannot do is refused by field`(index: Int) throws {
        let (field, target, change) = Self.refusals[index]
        let error = #expect(throws: TranslationRefusal.self) {
            try ChatProbe.encode(ChatProbe.request(change), to: target)
        }
        let failure = try #require(error).failure(ChatProbe.format.spelling)
        #expect(
            failure.parameter == field && failure.kind == .invalidRequest && failure.code == "unsupported_by_target"
        )
    }
}
