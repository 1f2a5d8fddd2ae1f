import Exchange
import MartletTesting
import OpenAIResponses
import Testing

@Suite struct ResponsesVendorSettingsTests {
    @Test(arguments: [
        (ReasoningIntent.Effort?.some(.low), Int?.none, ReasoningIntent.Mode.unset, String?.some("low"), String?.none),
        (.xhigh, nil, .unset, "high", "approximated:reasoning.effort:high"),
        (.max, nil, .adaptive, "high", "approximated:reasoning.effort:high"),
        (ReasoningIntent.Effort.none, nil, .off, "minimal", "approximated:reasoning.effort:minimal"),
        (nil, nil, .off, "minimal", "approximated:reasoning.effort:minimal"), (nil, nil, .adaptive, nil, nil),
        (nil, nil, .unset, nil, nil), (nil, 2000, .budgeted, "low", "approximated:reasoning:low"),
        (nil, 10_000, .budgeted, "medium", "approximated:reasoning:medium"),
        (nil, 40_000, .budgeted, "high", "approximated:reasoning:high"),
    ])
    func `R11 effort is the nearest the model knows`(
        _ effort: ReasoningIntent.Effort?,
        _ budget: Int?,
        _ mode: ReasoningIntent.Mode,
        _ sent: String?,
        _ warning: String?
    ) throws {
        let request = requestForResponses {
            $0.reasoning.effort = effort
            $0.reasoning.budget = budget
            $0.reasoning.mode = mode
        }
        let result = try SentToResponses(request)
        #expect(result.body["reasoning"]?["effort"]?.string == sent)
        #expect(result.warnings == (warning.map { [$0] } ?? []))
    }

    @Test func `models that can do without thinking are told to think when asked to adapt`() throws {
        let target = responsesReasoningTarget {
            $0.reasoning = .effort([ReasoningIntent.Effort.none, .low, .medium, .high])
        }
        let adaptive = requestForResponses { $0.reasoning.mode = .adaptive }
        #expect(try SentToResponses(adaptive, target).body["reasoning"]?["effort"]?.string == "medium")
        let off = requestForResponses { $0.reasoning.mode = .off }
        #expect(try SentToResponses(off, target).body["reasoning"]?["effort"]?.string == "none")
    }

    @Test func `thoughts are shown when asked for, and asking a model without any is dropped`() throws {
        let shown = requestForResponses {
            $0.reasoning.isShown = true
            $0.reasoning.display = "summarized"
        }
        #expect(try SentToResponses(shown).body["reasoning"]?["summary"]?.string == "auto")
        #expect(try SentToResponses(shown, responsesPlainTarget()).warnings == ["dropped:reasoning.summary"])
        let effort = requestForResponses { $0.reasoning.effort = .high }
        #expect(try SentToResponses(effort, responsesPlainTarget()).warnings == ["dropped:reasoning.effort"])
        #expect(
            try SentToResponses(requestForResponses { $0.reasoning.mode = .off }, responsesPlainTarget()).warnings == []
        )
    }

    @Test func `P13 sampling is left out for models that refuse it`() throws {
        let request = requestForResponses {
            $0.sampling.temperature = .value(0.2)
            $0.sampling.topP = .value(1)
            $0.sampling.topK = .value(4)
            $0.sampling.seed = .value(1)
            $0.sampling.presencePenalty = .value(0)
            $0.sampling.frequencyPenalty = .value(1)
        }
        let sent = try SentToResponses(request)
        #expect(sent.body["temperature"] == nil && sent.body["top_p"] == nil)
        #expect(
            sent.warnings == ["dropped:top_k", "dropped:seed", "dropped:frequency_penalty", "dropped:temperature"]
        )
    }

    @Test func `P11 P12 values are sent as they are, or clamped`() throws {
        let zero = requestForResponses {
            $0.sampling.temperature = .value(0)
            $0.sampling.topP = .value(0)
        }
        let sent = try SentToResponses(zero, responsesPlainTarget())
        #expect(sent.body["temperature"] == .number("0") && sent.body["top_p"] == .number("0"))
        let hot = requestForResponses { $0.sampling.temperature = .value(1.5) }
        let clamped = try SentToResponses(hot, responsesPlainTarget { $0.maxTemperature = 1 })
        #expect(clamped.body["temperature"] == .number("1") && clamped.warnings == ["clamped:temperature:1"])
        let either = requestForResponses {
            $0.sampling.temperature = .value(1)
            $0.sampling.topP = .value(0.5)
        }
        #expect(
            try SentToResponses(either, responsesPlainTarget { $0.sampling = .temperatureOrTopP }).warnings == [
                "dropped:top_p"
            ]
        )
    }

    @Test(arguments: [
        (nil as Int?, nil as String?, 0), (5, "16", 1), (16, "16", 0), (900, "900", 0), (9000, "1000", 1),
    ])
    func `output caps are sixteen at least, and what the model gives at most`(
        _ cap: Int?,
        _ sent: String?,
        _ warnings: Int
    ) throws {
        let result = try SentToResponses(
            requestForResponses { $0.maxOutputTokens = cap },
            responsesPlainTarget { $0.maxOutputTokens = 1000 }
        )
        #expect(result.body["max_output_tokens"] == sent.map { .number($0) } && result.warnings.count == warnings)
    }

    @Test func `what the API has not is refused by name`() {
        #expect(refusalOfSendingToResponses(requestForResponses { $0.stop = ["x"] }) == "stop")
        #expect(refusalOfSendingToResponses(requestForResponses { $0.choiceCount = 2 }) == "n")
        #expect(refusalOfSendingToResponses(requestForResponses { $0.maxOutputTokens = 0 }) == "max_output_tokens")
        let prefill = requestForResponses {
            $0.origin = .messages
            $0.turns.append(Turn(.assistant, [.text("{")], place: Place(message: 1)))
        }
        #expect(refusalOfSendingToResponses(prefill, responsesPlainTarget { $0.prefill = false }) == "input[1]")
        #expect(refusalOfSendingToResponses(prefill) == nil)
    }

    @Test func `output by a schema is flat, and asked for in words where there is no better way`() throws {
        var schema = OutputSchema(schema: RawJSON(trusted: #"{"type":"object"}"#))
        let request = requestForResponses {
            $0.output = .schema(schema)
            $0.verbosity = "low"
        }
        #expect(
            try SentToResponses(request).body["text"]?.text
                == #"{"format":{"type":"json_schema","name":"response","schema":{"type":"object"}},"verbosity":"low"}"#
        )
        let worded = try SentToResponses(
            requestForResponses { $0.output = .schema(schema) },
            responsesPlainTarget { $0.structuredOutput = .none }
        )
        #expect(worded.body["text"] == nil && worded.warnings == ["approximated:text.format:instruction"])
        #expect(worded.body["instructions"]?.string?.contains(#"{"type":"object"}"#) ?? false)
        let jsonOnly = try SentToResponses(
            requestForResponses { $0.output = .schema(schema) },
            responsesPlainTarget { $0.structuredOutput = .jsonOnly }
        )
        #expect(jsonOnly.body["text"]?["format"]?["type"]?.string == "json_object")
        schema.strict = true
        let strict = requestForResponses { $0.output = .schema(schema) }
        #expect(
            refusalOfSendingToResponses(strict, responsesPlainTarget { $0.structuredOutput = .none }) == "text.format"
        )
        let withTool = requestForResponses {
            $0.output = .schema(schema)
            $0.tools = [Tool(.custom(format: nil), name: "a")]
        }
        #expect(
            refusalOfSendingToResponses(withTool, responsesPlainTarget { $0.structuredOutputWithTools = false })
                == "text.format"
        )
        #expect(
            try SentToResponses(requestForResponses { $0.verbosity = "low" }, responsesPlainTarget()).warnings == [
                "dropped:text.verbosity"
            ]
        )
        #expect(
            try SentToResponses(requestForResponses { $0.verbosity = "medium" }, responsesPlainTarget()).warnings == []
        )
    }

    @Test func `JSON mode comes with the word, whatever later turns say`() throws {
        var request = requestForResponses { $0.output = .json }
        let first = try SentToResponses(request)
        #expect(first.body["instructions"]?.string == "Respond with JSON." && first.warnings == [])
        request.turns += [Turn(.assistant, [.text("a")]), Turn(.user, [.text("JSON please")])]
        #expect(try SentToResponses(request).bytes.starts(with: first.bytes.dropLast(2)))
        request.system = [.text("Answer in json.")]
        #expect(try SentToResponses(request).body["instructions"]?.string == "Answer in json.")
        let none = try SentToResponses(
            requestForResponses { $0.output = .json },
            responsesPlainTarget { $0.structuredOutput = .none }
        )
        #expect(none.body["text"] == nil && none.warnings == ["approximated:text.format:instruction"])
    }

    @Test func `account members`() throws {
        let request = requestForResponses {
            $0.store = true
            $0.serviceTier = .flex
            $0.endUser = String(repeating: "u", count: 300)
            $0.cacheKey = "k"
            $0.metadata = (0..<20).map { ExchangeRequest.Label(name: "k\($0)", value: "v") }
            $0.isStream = true
            $0.logprobs = 2
        }
        let sent = try SentToResponses(request, responsesPlainTarget())
        #expect(sent.body["store"] == .bool(false) && sent.body["service_tier"]?.string == "flex")
        #expect(
            sent.body["safety_identifier"]?.string?.utf8.count == 128 && sent.body["prompt_cache_key"]?.string == "k"
        )
        #expect(sent.body["metadata"]?.members.count == 16 && sent.body["stream"] == .bool(true))
        #expect(
            sent.body["include"]?[0]?.string == "message.output_text.logprobs" && sent.body["top_logprobs"]?.int == 2
        )
        #expect(sent.warnings == ["dropped:store", "dropped:metadata"])
        #expect(
            try SentToResponses(requestForResponses { $0.serviceTier = .other }).warnings == ["dropped:service_tier"]
        )
        let own = try SentToResponses(
            requestForResponses {
                $0.origin = .responses
                $0.store = true
            }
        )
        #expect(own.body["store"] == .bool(true))
    }

    @Test func `cache marks go to models that are known to take them`() throws {
        let request = requestForResponses { $0.turns = [Turn(.user, [.text("a", cache: .long)])] }
        #expect(try SentToResponses(request).input[0].contains(#""prompt_cache_breakpoint":{"mode":"explicit"}"#))
        #expect(try !SentToResponses(request, responsesPlainTarget()).input[0].contains("prompt_cache"))
        #expect(
            try !SentToResponses(request, responsesReasoningTarget { $0.cacheMarks = false }).input[0].contains(
                "prompt_cache"
            )
        )
    }
}
