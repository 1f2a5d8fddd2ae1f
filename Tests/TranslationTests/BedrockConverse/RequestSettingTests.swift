import Exchange
import Testing

@Suite struct ConverseSettingTests {
    private static let nova = "us.amazon.nova-2-lite-v1:0"

    /// Settings as written, without the cap that Claude always gets.
    private static func written(
        _ target: TranslationTarget = Requests.target(),
        _ origin: FormatID = .chat,
        _ change: (inout ExchangeRequest) -> Void
    ) throws -> (json: String, warnings: [String]) {
        let request = Requests.request(origin) { request in
            request.maxOutputTokens = 9000
            change(&request)
        }
        let written = try Requests.write(request, target)
        let json = written.settings.replacing(#""maxTokens":9000,"#, with: "").replacing(#""maxTokens":9000"#, with: "")
        return (json.replacing(#""inferenceConfig":{},"#, with: ""), written.warnings)
    }

    @Test func `P11 P12: values count, not their truth, and none is out of range`() throws {
        let cases: [((inout ExchangeRequest) -> Void, String, [String])] = [
            ({ $0.sampling.temperature = .value(0) }, #""temperature":0"#, []),
            ({ $0.sampling.topP = .value(0) }, #""topP":0"#, []),
            ({ $0.sampling.temperature = .value(1.5) }, #""temperature":1"#, ["clamped:temperature:1"]),
            ({ $0.sampling.temperature = .value(-1) }, #""temperature":0"#, ["clamped:temperature:0.0"]),
            ({ $0.sampling.topP = .value(7) }, #""topP":1"#, ["clamped:topP:1"]),
            ({ $0.stop = ["END", " ", ""] }, #""stopSequences":["END"]"#, []),
        ]
        for (change, json, warnings) in cases {
            let written = try Self.written(Requests.target(Self.nova), .chat, change)
            #expect(written.json == #"{"inferenceConfig":{\#(json)},"messages":"#)
            #expect(written.warnings == warnings)
        }
        let null = try Self.written { $0.sampling.temperature = .null }
        #expect(null.json == #"{"messages":"# && null.warnings.isEmpty)
    }

    @Test func `what only steers is left out with a warning, and defaults without`() throws {
        let cases: [((inout ExchangeRequest) -> Void, [String])] = [
            ({ $0.sampling.seed = .value(1) }, ["dropped:seed"]),
            ({ $0.sampling.frequencyPenalty = .value(0.1) }, ["dropped:frequencyPenalty"]),
            ({ $0.sampling.presencePenalty = .value(-2) }, ["dropped:presencePenalty"]),
            ({ $0.sampling.presencePenalty = .value(0) }, []), ({ $0.verbosity = "low" }, ["dropped:verbosity"]),
            ({ $0.store = true }, ["dropped:store"]), ({ $0.store = false }, []), ({ $0.cacheKey = "k" }, []),
            ({ $0.serviceTier = .auto }, []), ({ $0.serviceTier = .standard }, []),
            ({ $0.serviceTier = .other }, ["dropped:serviceTier"]), ({ $0.stop = [] }, []),
            ({ $0.reasoning.effort = .high }, ["dropped:reasoning"]), ({ $0.reasoning.mode = .off }, []),
            ({ $0.toolChoice = .auto }, []), ({ $0.parallelToolCalls = false }, []),
        ]
        for (change, warnings) in cases {
            let written = try Self.written(Requests.target(Self.nova), .chat, change)
            #expect(written.json == #"{"messages":"# && written.warnings == warnings)
        }
        var strict = Requests.request()
        strict.sampling.seed = .value(1)
        #expect(throws: TranslationRefusal.self) { try Requests.write(strict, isStrict: true) }
    }

    @Test func `what the caller relies on and cannot be had is refused by name`() {
        let cases: [((inout ExchangeRequest) -> Void, String)] = [
            ({ $0.choiceCount = 2 }, "choiceCount"), ({ $0.logprobs = 0 }, "logprobs"),
            ({ $0.maxOutputTokens = 0 }, "maxOutputTokens"),
            ({ $0.stop = [String](repeating: "x", count: 9) }, "stop"), ({ $0.toolChoice = .required }, "toolChoice"),
            ({ $0.toolChoice = .named("f") }, "toolChoice"), ({ $0.toolChoice = .hosted(type: "web") }, "toolChoice"),
            ({ $0.toolChoice = .allowed(["f"], required: true) }, "toolChoice"),
        ]
        for (change, field) in cases { #expect(Requests.refused(Requests.request(.chat, change: change)) == field) }
    }

    @Test func `caps are the caller's, up to the model's own`() throws {
        let target = Requests.target {
            $0.maxOutputTokens = 8000
            $0.defaultOutputTokens = 5000
        }
        func cap(_ tokens: Int?, _ target: TranslationTarget) throws -> (String, [String]) {
            let written = try Requests.write(Requests.request { $0.maxOutputTokens = tokens }, target)
            return (written.settings, written.warnings)
        }
        #expect(try cap(nil, target) == (#"{"inferenceConfig":{"maxTokens":5000},"messages":"#, []))
        #expect(try cap(1, target) == (#"{"inferenceConfig":{"maxTokens":1},"messages":"#, []))
        #expect(
            try cap(9000, target)
                == (#"{"inferenceConfig":{"maxTokens":8000},"messages":"#, ["clamped:maxOutputTokens:8000"])
        )
        #expect(try cap(nil, Requests.target(Self.nova)) == (#"{"messages":"#, []))
    }

    @Test func `P13 P14: each maker's own fields hold what Converse has none for`() throws {
        func topK(_ model: String) throws -> String {
            try Self.written(Requests.target(model)) { $0.sampling.topK = .value(5) }.json
        }
        #expect(try topK("anthropic.claude-3-haiku") == #"{"additionalModelRequestFields":{"top_k":5},"messages":"#)
        #expect(
            try topK("amazon.nova-lite-v1:0")
                == #"{"additionalModelRequestFields":{"inferenceConfig":{"topK":5}},"messages":"#
        )
        #expect(try topK("cohere.command-r-v1:0") == #"{"additionalModelRequestFields":{"k":5},"messages":"#)
        #expect(try topK("meta.llama3-8b") == #"{"messages":"#)
        let none = try Self.written(Requests.target { $0.sampling = .none }) {
            $0.sampling.temperature = .value(0.5)
            $0.sampling.topP = .value(0.5)
            $0.sampling.topK = .value(5)
        }
        #expect(none.json == #"{"messages":"#)
        #expect(none.warnings == ["dropped:temperature", "dropped:topP", "dropped:topK"])
        let either = try Self.written(Requests.target { $0.sampling = .temperatureOrTopP }) {
            $0.sampling.temperature = .value(0.5)
            $0.sampling.topP = .value(0.5)
        }
        #expect(either.json == #"{"inferenceConfig":{"temperature":0.5},"messages":"#)
        #expect(either.warnings == ["dropped:topP"])
    }

    @Test func `stop texts, tiers, labels and betas have their places`() throws {
        let written = try Self.written { request in
            request.stop = ["END"]
            request.betas = ["interleaved-thinking-2025-05-14,unknown-1"]
            request.serviceTier = .priority
            request.endUser = "user-1"
            request.metadata = [
                ExchangeRequest.Label(name: "team", value: "a:b"), ExchangeRequest.Label(name: "x", value: "\u{E9}"),
                ExchangeRequest.Label(name: "", value: "a"),
            ]
        }
        #expect(
            written.json
                == parts(
                    #"{"inferenceConfig":{"stopSequences":["END"]},"additionalModelRequestFields":{"anthropic_beta":["#,
                    #""interleaved-thinking-2025-05-14"]},"additionalModelResponseFieldPaths":["/stop_sequence"],"#,
                    #""serviceTier":{"type":"priority"},"requestMetadata":{"team":"a:b","user":"user-1"},"messages":"#
                )
        )
        #expect(written.warnings == ["dropped:metadata"])
        let adaptive = Requests.target { $0.reasoning = .adaptive([.low, .high], canDisable: true) }
        let newer = try Self.written(adaptive) { $0.betas = ["interleaved-thinking-2025-05-14"] }
        #expect(!newer.json.contains("anthropic_beta"), "newer models refuse what they do by themselves")
        let many = try Self.written { request in
            request.metadata = (0..<20).map { ExchangeRequest.Label(name: "k\($0)", value: "v") }
            request.endUser = "u"
        }
        #expect(many.warnings == ["dropped:metadata", "dropped:endUser"] && many.json.contains("k15"))
    }

    @Test func `C01 C02 C09: every mark is an element after what it marks`() throws {
        let image = Media(.base64("AA=="), mediaType: "image/png")
        var tool = Requests.tool()
        tool.cache = .long
        let turns = [
            Turn(.user, [.text("a", cache: .short), Block(.image(image), cache: .short)]),
            Turn(.assistant, [Block(Requests.call("c").content, cache: .short)]),
            Turn(.user, [Requests.result("c", [.text("r", cache: .long)]), .text("z")]),
        ]
        func write(_ change: (inout ModelCapabilities) -> Void) throws -> Requests.Written {
            try Requests.write(
                Requests.request(.messages, turns) { request in
                    request.system = [.text("s", cache: .short)]
                    request.tools = [tool]
                },
                Requests.target("anthropic.claude-x", change)
            )
        }
        let mark = #"{"cachePoint":{"type":"default"}}"#
        let long = #"{"cachePoint":{"type":"default","ttl":"1h"}}"#
        let written = try write { _ in }
        let body = written.messages
        // Four of six marks fit, the first two go.
        #expect(!written.settings.contains("cachePoint"))
        #expect(
            body.contains(#"[{"text":"a"},\#(mark),{"image":{"format":"png","source":{"bytes":"AA=="}}},\#(mark)]"#)
        )
        #expect(body.contains(#""input":{}}},\#(mark)]"#))
        #expect(body.contains(#""content":[{"text":"r"}]}},\#(long),{"text":"z"}]"#))
        #expect(!(try write { $0.longCache = false }).body.contains("ttl"))
        #expect(!(try write { $0.cacheMarks = false }).body.contains("cachePoint"))
        let whole = try Requests.write(
            Requests.request(.messages) { request in
                request.cache = .short
                request.tools = [tool]
            }
        )
        #expect(whole.messages == #"[{"role":"user","content":[{"text":"hi"},\#(mark)]}]"#)
        #expect(whole.body.contains(#"{"json":{"type":"object","properties":{}}}}},\#(long)]"#))
    }
}
