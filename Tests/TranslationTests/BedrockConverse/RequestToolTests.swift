import Exchange
import Testing

@Suite struct ConverseToolTests {
    private static let used = [
        Turn(.user, [.text("go")]), Turn(.assistant, [Requests.call("c", "a.b")]),
        Turn(.user, [Requests.result("c", [.text("r")])]),
    ]

    private static func toolConfig(
        _ origin: FormatID = .chat,
        _ target: TranslationTarget = Requests.target(),
        _ turns: [Turn] = [Turn(.user, [.text("hi")])],
        _ change: (inout ExchangeRequest) -> Void
    ) throws -> (json: String, written: Requests.Written) {
        let request = Requests.request(origin, turns) { request in
            request.maxOutputTokens = 5
            change(&request)
        }
        let written = try Requests.write(request, target)
        return (written.from(#""toolConfig":"#, to: #","inferenceConfig""#), written)
    }

    @Test func `T40: definitions keep name, description, schema and order`() throws {
        let schema = #"{"properties":{"z":{"type":"integer"},"a":{}},"required":["z"]}"#
        let (json, written) = try Self.toolConfig { request in
            request.tools = [
                Requests.tool("zeta", schema: schema, strict: true), Requests.tool("alpha", schema: "{}", index: 1),
                Tool(.custom(format: nil), name: "my.patch", description: " ", index: 2),
                Tool(.hosted(type: "web_search"), name: "web", index: 3),
            ]
            request.tools[0].description = "does"
            request.tools[1].extras = ["defer_loading"]
        }
        let patch = SafeName.make("my.patch")
        #expect(
            json
                == parts(
                    #"{"tools":[{"toolSpec":{"name":"zeta","description":"does","inputSchema":{"json":"#,
                    #"{"type":"object","properties":{"z":{"type":"integer"},"a":{}},"required":["z"]}},"strict":true}},"#,
                    #"{"toolSpec":{"name":"alpha","inputSchema":{"json":{"type":"object"}}}},"#,
                    #"{"toolSpec":{"name":"\#(patch)","inputSchema":{"json":"#,
                    #"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}}}}]}"#
                )
        )
        #expect(
            written.warnings == [
                "dropped:tool1:defer_loading", "approximated:tool2:custom", "dropped:tool3:web_search",
            ]
        )
        #expect(written.notes.customTools == [patch] && written.notes.callerName(patch) == "my.patch")
        let loose = try Self.toolConfig(.chat, Requests.target { $0.strictTools = false }) {
            $0.tools = [Requests.tool(strict: true)]
        }
        #expect(!loose.json.contains("strict") && loose.written.warnings == ["dropped:tool0:strict"])
    }

    @Test func `T24: a choice is forwarded, or refused where it cannot be forced`() throws {
        let cases: [(ToolChoice, String)] = [
            (.auto, ""), (.required, #","toolChoice":{"any":{}}"#),
            (.named("f"), #","toolChoice":{"tool":{"name":"f"}}"#),
        ]
        for (choice, json) in cases {
            let found = try Self.toolConfig { request in
                request.tools = [Requests.tool()]
                request.toolChoice = choice
            }
            #expect(found.json.hasSuffix("}}]\(json)}") && found.written.warnings.isEmpty)
        }
        func refused(_ choice: ToolChoice, _ target: TranslationTarget = Requests.target()) -> String? {
            let request = Requests.request(.chat) { request in
                request.tools = [Requests.tool(), Tool(.hosted(type: "shell"), name: "shell", index: 1)]
                request.toolChoice = choice
            }
            return Requests.refused(request, target)
        }
        #expect(refused(.required, Requests.target { $0.forcesTools = false }) == "toolChoice")
        #expect(refused(.named("shell")) == "toolChoice" && refused(.hosted(type: "shell")) == "toolChoice")
        #expect(refused(.allowed(["x"], required: false)) == "toolChoice")
        let subset = try Self.toolConfig { request in
            request.tools = [Requests.tool("f"), Requests.tool("g", index: 1)]
            request.toolChoice = .allowed(["g"], required: true)
            request.parallelToolCalls = false
        }
        #expect(subset.json.contains(#""name":"g""#) && !subset.json.contains(#""name":"f""#))
        #expect(subset.json.hasSuffix(#""toolChoice":{"any":{}}}"#))
        #expect(subset.written.warnings == ["dropped:parallelToolCalls", "approximated:toolChoice:subset"])
    }

    @Test func `calls are forbidden by sending no tools, or in words where the history needs them`() throws {
        let without = try Self.toolConfig { request in
            request.tools = [Requests.tool()]
            request.toolChoice = ToolChoice.none
        }
        #expect(!without.written.body.contains("toolConfig") && without.written.warnings.isEmpty)
        let with = try Self.toolConfig(.chat, Requests.target(), Self.used) { request in
            request.tools = [Requests.tool("a.b")]
            request.toolChoice = ToolChoice.none
            request.system = [.text("s")]
        }
        #expect(with.written.body.contains(#""system":[{"text":"s"},{"text":"Do not call any tool now."#))
        #expect(with.written.body.contains("toolSpec") && !with.written.body.contains("toolChoice"))
        #expect(with.written.warnings == ["approximated:toolChoice:none_by_instruction"])
    }

    @Test func `T17: what a history calls is declared, when the request offers nothing`() throws {
        for tools in [[], [Tool(.hosted(type: "mcp"), name: "m")]] {
            let found = try Self.toolConfig(.chat, Requests.target(), Self.used) { $0.tools = tools }
            let name = SafeName.make("a.b")
            #expect(
                found.json.hasPrefix(
                    #"{"tools":[{"toolSpec":{"name":"\#(name)","inputSchema":{"json":{"type":"object"}}}}]}"#
                )
            )
            #expect(found.written.warnings.contains("approximated:tools:declared_from_history"))
            #expect(found.written.notes.callerName(name) == "a.b")
        }
    }

    @Test func `two tools by one name are refused`() {
        let request = Requests.request(.chat) { $0.tools = [Requests.tool(), Requests.tool(index: 1)] }
        #expect(Requests.refused(request) == "tool1")
    }
}

@Suite struct ConverseReasoningTests {
    private static let adaptive = Requests.target {
        $0.reasoning = .adaptive([.low, .medium, .high, .max], canDisable: true)
    }
    private static let always = Requests.target { $0.reasoning = .adaptive([.low, .high], canDisable: false) }
    private static let budget = Requests.target { $0.reasoning = .budget(1024...30_000, canDisable: true) }
    private static let nova = Requests.target("amazon.nova-2-lite-v1:0") {
        $0.reasoning = .effort([.low, .medium, .high])
    }

    private static func fields(
        _ target: TranslationTarget,
        _ origin: FormatID = .chat,
        cap: Int? = 20_000,
        _ change: (inout ReasoningIntent) -> Void
    ) throws -> (json: String, warnings: [String]) {
        let written = try Requests.write(
            Requests.request(origin) { request in
                request.maxOutputTokens = cap
                change(&request.reasoning)
            },
            target
        )
        guard written.body.contains("additionalModelRequestFields") else { return ("", written.warnings) }
        return (written.from(#""additionalModelRequestFields":"#, to: #","messages""#), written.warnings)
    }

    @Test func `R11: Claude thinks by grade, by budget, or not at all`() throws {
        typealias Change = (inout ReasoningIntent) -> Void
        let cases: [(TranslationTarget, FormatID, Change, String, [String])] = [
            (Self.adaptive, .chat, { _ in }, "", []),
            (
                Self.adaptive, .chat, { $0.effort = .high },
                #"{"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}}"#, []
            ),
            (
                Self.adaptive, .responses,
                {
                    $0.effort = .xhigh
                    $0.isShown = true
                }, #"{"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"}}"#,
                ["approximated:reasoningEffort:high"]
            ),
            (Self.adaptive, .messages, { $0.effort = .low }, #"{"output_config":{"effort":"low"}}"#, []),
            (Self.adaptive, .messages, { $0.mode = .adaptive }, #"{"thinking":{"type":"adaptive"}}"#, []),
            (Self.adaptive, .messages, { $0.mode = .off }, #"{"thinking":{"type":"disabled"}}"#, []),
            (
                Self.adaptive, .messages,
                {
                    $0.mode = .budgeted
                    $0.budget = 5000
                }, #"{"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}}"#,
                ["approximated:reasoningBudget:medium"]
            ),
            (
                Self.always, .chat, { $0.effort = ReasoningIntent.Effort.none },
                #"{"output_config":{"effort":"low"}}"#, ["approximated:reasoning:lowest_effort"]
            ),
            (Self.budget, .chat, { $0.effort = .medium }, #"{"thinking":{"type":"enabled","budget_tokens":8192}}"#, []),
            (
                Self.budget, .chat, { $0.effort = .max }, #"{"thinking":{"type":"enabled","budget_tokens":19999}}"#,
                ["clamped:reasoningEffort:19999"]
            ),
            (Self.budget, .chat, { $0.effort = ReasoningIntent.Effort.none }, "", []),
            (
                Self.budget, .messages,
                {
                    $0.mode = .budgeted
                    $0.budget = 99
                }, #"{"thinking":{"type":"enabled","budget_tokens":1024}}"#, ["clamped:reasoningBudget:1024"]
            ),
            (
                Self.budget, .messages, { $0.mode = .adaptive },
                #"{"thinking":{"type":"enabled","budget_tokens":8192}}"#, ["approximated:reasoning:medium_budget"]
            ),
        ]
        for (target, origin, change, json, warnings) in cases {
            let found = try Self.fields(target, origin, change)
            #expect(found.json == json)
            #expect(found.warnings == warnings)
        }
        let small = try Self.fields(Self.budget, .chat, cap: 1000) { $0.effort = .high }
        #expect(small.json.isEmpty && small.warnings == ["approximated:reasoning:off_for_want_of_tokens"])
        let open = try Requests.write(Requests.request(.chat) { $0.reasoning.effort = .high }, Self.budget)
        #expect(open.settings.contains(#""maxTokens":28672"#), "room for thoughts and answer")
    }

    @Test func `sampling gives way to Claude's thinking`() throws {
        let written = try Requests.write(
            Requests.request(.chat) { request in
                request.reasoning.effort = .high
                request.sampling.temperature = .value(0.3)
                request.sampling.topP = .value(0.5)
                request.sampling.topK = .value(3)
            },
            Self.adaptive
        )
        #expect(written.warnings == ["dropped:temperature", "dropped:topP", "dropped:topK"])
        #expect(written.notes.isReasoning)
    }

    @Test func `other makers have words of their own`() throws {
        let high = try Self.fields(Self.nova, cap: nil) { $0.effort = .high }
        #expect(high.json == #"{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}}"#)
        let capped = try Self.fields(Self.nova) { $0.effort = .high }
        #expect(capped.json == #"{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}}"#)
        #expect(capped.warnings == ["approximated:reasoningEffort:medium"])
        let off = try Self.fields(Self.nova) { $0.mode = .off }
        #expect(off.json == #"{"reasoningConfig":{"type":"disabled"}}"#)
        let oss = Requests.target("openai.gpt-oss-120b-1:0") { $0.reasoning = .effort([.low, .medium, .high]) }
        #expect(try Self.fields(oss) { $0.effort = .minimal }.json == #"{"reasoning_effort":"low"}"#)
        let qwen = Requests.target("qwen.qwen3-32b-v1:0") { $0.reasoning = .effort([.high]) }
        #expect(try Self.fields(qwen) { $0.effort = .high }.json == #"{"reasoning_config":"high"}"#)
        let other = Requests.target("deepseek.v3-v1:0") { $0.reasoning = .effort([.high]) }
        #expect(try Self.fields(other) { $0.effort = .high }.warnings == ["dropped:reasoningEffort"])
    }

    @Test func `a forced tool and thinking: thinking gives way where it can`() throws {
        func request(_ origin: FormatID) -> ExchangeRequest {
            Requests.request(origin) { request in
                request.maxOutputTokens = 9000
                request.reasoning.mode = .adaptive
                request.reasoning.effort = .high
                request.tools = [Requests.tool()]
                request.toolChoice = .required
            }
        }
        var target = Self.adaptive
        target.capabilities.forcesToolsWhileReasoning = false
        let chat = try Requests.write(request(.chat), target)
        #expect(chat.body.contains(#""thinking":{"type":"disabled"}"#))
        #expect(chat.warnings == ["approximated:reasoning:off_for_forced_tool"])
        let messages = try Requests.write(request(.messages), target)
        #expect(messages.body.contains(#""thinking":{"type":"adaptive"}"#) && messages.warnings.isEmpty)
        #expect(Requests.refused(request(.chat), Self.always) == "toolChoice")
    }
}

@Suite struct ConverseOutputTests {
    private static func write(
        _ shape: OutputShape,
        _ target: TranslationTarget,
        tools: [Tool] = []
    ) throws(TranslationRefusal) -> Requests.Written {
        let request = Requests.request(.chat) { request in
            request.output = shape
            request.tools = tools
        }
        return try Requests.write(request, target)
    }

    private static let schema = #"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#
    private static func shape(_ schema: String = Self.schema, strict: Bool? = nil) -> OutputShape {
        .schema(OutputSchema(schema: RawJSON(trusted: schema), name: "my shape", description: "d", strict: strict))
    }

    @Test func `a schema goes as text inside a string`() throws {
        let written = try Self.write(Self.shape(strict: true), Requests.target("qwen.qwen3-32b"))
        let text = Self.schema.replacing("\"", with: "\\\"")
        #expect(
            written.settings
                == parts(
                    #"{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":""#,
                    text,
                    #"","name":"\#(SafeName.make("my shape"))","description":"d"}}}},"messages":"#
                )
        )
        #expect(written.warnings.isEmpty)
    }

    @Test func `P15: for Claude a schema is closed, and bounds are said in words`() throws {
        let open =
            #"{"type":"object","properties":{"n":{"type":"integer","description":"count","minimum":1,"maximum":9},"#
            + #""minimum":{"type":"array","items":{"type":"object","properties":{}}}},"enum":[{"type":"object"}]}"#
        let written = try Self.write(Self.shape(open), Requests.target())
        let closed =
            #"{"type":"object","properties":{"n":{"type":"integer","description":"count (minimum: 1, maximum: 9)"},"#
            + #""minimum":{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false}}},"#
            + #""enum":[{"type":"object"}],"additionalProperties":false}"#
        #expect(written.body.contains(closed.replacing("\"", with: "\\\"")))
        #expect(written.warnings == ["approximated:outputFormat:schema"])
        let same = try Self.write(Self.shape(), Requests.target())
        #expect(same.body.contains(Self.schema.replacing("\"", with: "\\\"")) && same.warnings.isEmpty)
    }

    @Test func `without native schemas a forced tool stands in, else words, else nothing`() throws {
        let target = Requests.target { $0.structuredOutput = .none }
        let standIn = try Self.write(Self.shape(strict: true), target)
        #expect(standIn.notes.outputTool == "json_response")
        #expect(standIn.body.contains(#""toolChoice":{"tool":{"name":"json_response"}}"#))
        #expect(standIn.warnings == ["approximated:outputFormat:tool"])
        let words = try Self.write(Self.shape(), target, tools: [Requests.tool()])
        #expect(words.notes.outputTool == nil && words.warnings == ["approximated:outputFormat:instruction"])
        #expect(words.body.contains(#""system":[{"text":"Answer with one JSON value that conforms"#))
        #expect(throws: TranslationRefusal.self) {
            try Self.write(Self.shape(strict: true), target, tools: [Requests.tool()])
        }
        let map = #"{"type":"object","additionalProperties":{"type":"string"}}"#
        #expect(try Self.write(Self.shape(map), Requests.target()).notes.outputTool == "json_response")
    }

    @Test func `P17: any JSON object is asked for in words`() throws {
        let written = try Self.write(.json, Requests.target())
        #expect(written.body.contains(#""system":[{"text":"Answer with one JSON object and nothing else"#))
        #expect(written.warnings == ["approximated:outputFormat:instruction"])
    }
}
