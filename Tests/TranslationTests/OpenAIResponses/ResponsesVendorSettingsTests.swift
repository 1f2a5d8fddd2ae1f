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
        (nil, nil, .unset, nil, nil), (nil, 2000, .budgeted, "low", nil), (nil, 10_000, .budgeted, "medium", nil),
        (nil, 40_000, .budgeted, "high", nil),
    ])
    func `R11 effort is the nearest the model knows`(
        _ effort: ReasoningIntent.Effort?,
        _ budget: Int?,
        _ mode: ReasoningIntent.Mode,
        _ sent: String?,
        _ warning: String?
    ) throws {
        let request = chatRequest {
            $0.reasoning.effort = effort
            $0.reasoning.budget = budget
            $0.reasoning.mode = mode
        }
        let result = try Sent(request)
        #expect(result.body["reasoning"]?["effort"]?.string == sent)
        #expect(result.warnings == (warning.map { [$0] } ?? []))
    }

    @Test func `models that can do without thinking are told to think when asked to adapt`() throws {
        let target = reasoningTarget { $0.reasoning = .effort([ReasoningIntent.Effort.none, .low, .medium, .high]) }
        let adaptive = chatRequest { $0.reasoning.mode = .adaptive }
        #expect(try Sent(adaptive, target).body["reasoning"]?["effort"]?.string == "medium")
        let off = chatRequest { $0.reasoning.mode = .off }
        #expect(try Sent(off, target).body["reasoning"]?["effort"]?.string == "none")
    }

    @Test func `thoughts are shown when asked for, and asking a model without any is dropped`() throws {
        let shown = chatRequest {
            $0.reasoning.isShown = true
            $0.reasoning.display = "summarized"
        }
        #expect(try Sent(shown).body["reasoning"]?["summary"]?.string == "auto")
        #expect(try Sent(shown, plainTarget()).warnings == ["dropped:reasoning.summary"])
        let effort = chatRequest { $0.reasoning.effort = .high }
        #expect(try Sent(effort, plainTarget()).warnings == ["dropped:reasoning.effort"])
        #expect(try Sent(chatRequest { $0.reasoning.mode = .off }, plainTarget()).warnings == [])
    }

    @Test func `P13 sampling is left out for models that refuse it`() throws {
        let request = chatRequest {
            $0.sampling.temperature = .value(0.2)
            $0.sampling.topP = .value(1)
            $0.sampling.topK = .value(4)
            $0.sampling.seed = .value(1)
            $0.sampling.presencePenalty = .value(0)
            $0.sampling.frequencyPenalty = .value(1)
        }
        let sent = try Sent(request)
        #expect(sent.body["temperature"] == nil && sent.body["top_p"] == nil)
        #expect(
            sent.warnings == ["dropped:top_k", "dropped:seed", "dropped:frequency_penalty", "dropped:temperature"]
        )
    }

    @Test func `P11 P12 values are sent as they are, or clamped`() throws {
        let zero = chatRequest {
            $0.sampling.temperature = .value(0)
            $0.sampling.topP = .value(0)
        }
        let sent = try Sent(zero, plainTarget())
        #expect(sent.body["temperature"] == .number("0") && sent.body["top_p"] == .number("0"))
        let hot = chatRequest { $0.sampling.temperature = .value(1.5) }
        let clamped = try Sent(hot, plainTarget { $0.maxTemperature = 1 })
        #expect(clamped.body["temperature"] == .number("1") && clamped.warnings == ["clamped:temperature:1"])
        let either = chatRequest {
            $0.sampling.temperature = .value(1)
            $0.sampling.topP = .value(0.5)
        }
        #expect(try Sent(either, plainTarget { $0.sampling = .temperatureOrTopP }).warnings == ["dropped:top_p"])
    }

    @Test(arguments: [
        (nil as Int?, nil as String?, 0), (5, "16", 1), (16, "16", 0), (900, "900", 0), (9000, "1000", 1),
    ])
    func `output caps are sixteen at least, and what the model gives at most`(
        _ cap: Int?,
        _ sent: String?,
        _ warnings: Int
    ) throws {
        let result = try Sent(chatRequest { $0.maxOutputTokens = cap }, plainTarget { $0.maxOutputTokens = 1000 })
        #expect(result.body["max_output_tokens"] == sent.map { .number($0) } && result.warnings.count == warnings)
    }

    @Test func `what the API has not is refused by name`() {
        #expect(refusalOfSending(chatRequest { $0.stop = ["x"] }) == "stop")
        #expect(refusalOfSending(chatRequest { $0.choiceCount = 2 }) == "n")
        #expect(refusalOfSending(chatRequest { $0.maxOutputTokens = 0 }) == "max_output_tokens")
        let prefill = chatRequest {
            $0.origin = .messages
            $0.turns.append(Turn(.assistant, [.text("{")], place: Place(message: 1)))
        }
        #expect(refusalOfSending(prefill, plainTarget { $0.prefill = false }) == "input[1]")
        #expect(refusalOfSending(prefill) == nil)
    }

    @Test func `output by a schema is flat, and asked for in words where there is no better way`() throws {
        var schema = OutputSchema(schema: RawJSON(trusted: #"{"type":"object"}"#))
        let request = chatRequest {
            $0.output = .schema(schema)
            $0.verbosity = "low"
        }
        #expect(
            try Sent(request).body["text"]?.text
                == #"{"format":{"type":"json_schema","name":"response","schema":{"type":"object"}},"verbosity":"low"}"#
        )
        let worded = try Sent(chatRequest { $0.output = .schema(schema) }, plainTarget { $0.structuredOutput = .none })
        #expect(worded.body["text"] == nil && worded.warnings == ["approximated:text.format:instruction"])
        #expect(worded.body["instructions"]?.string?.contains(#"{"type":"object"}"#) ?? false)
        let jsonOnly = try Sent(
            chatRequest { $0.output = .schema(schema) },
            plainTarget { $0.structuredOutput = .jsonOnly }
        )
        #expect(jsonOnly.body["text"]?["format"]?["type"]?.string == "json_object")
        schema.strict = true
        let strict = chatRequest { $0.output = .schema(schema) }
        #expect(refusalOfSending(strict, plainTarget { $0.structuredOutput = .none }) == "text.format")
        let withTool = chatRequest {
            $0.output = .schema(schema)
            $0.tools = [Tool(.custom(format: nil), name: "a")]
        }
        #expect(refusalOfSending(withTool, plainTarget { $0.structuredOutputWithTools = false }) == "text.format")
        #expect(try Sent(chatRequest { $0.verbosity = "low" }, plainTarget()).warnings == ["dropped:text.verbosity"])
        #expect(try Sent(chatRequest { $0.verbosity = "medium" }, plainTarget()).warnings == [])
    }

    @Test func `JSON mode comes with the word, whatever later turns say`() throws {
        var request = chatRequest { $0.output = .json }
        let first = try Sent(request)
        #expect(first.body["instructions"]?.string == "Respond with JSON." && first.warnings == [])
        request.turns += [Turn(.assistant, [.text("a")]), Turn(.user, [.text("JSON please")])]
        #expect(try Sent(request).bytes.starts(with: first.bytes.dropLast(2)))
        request.system = [.text("Answer in json.")]
        #expect(try Sent(request).body["instructions"]?.string == "Answer in json.")
        let none = try Sent(chatRequest { $0.output = .json }, plainTarget { $0.structuredOutput = .none })
        #expect(none.body["text"] == nil && none.warnings == ["approximated:text.format:instruction"])
    }

    @Test func `account members`() throws {
        let request = chatRequest {
            $0.store = true
            $0.serviceTier = .flex
            $0.endUser = String(repeating: "u", count: 300)
            $0.cacheKey = "k"
            $0.metadata = (0..<20).map { ExchangeRequest.Label(name: "k\($0)", value: "v") }
            $0.isStream = true
            $0.logprobs = 2
        }
        let sent = try Sent(request, plainTarget())
        #expect(sent.body["store"] == .bool(false) && sent.body["service_tier"]?.string == "flex")
        #expect(
            sent.body["safety_identifier"]?.string?.utf8.count == 128 && sent.body["prompt_cache_key"]?.string == "k"
        )
        #expect(sent.body["metadata"]?.members.count == 16 && sent.body["stream"] == .bool(true))
        #expect(
            sent.body["include"]?[0]?.string == "message.output_text.logprobs" && sent.body["top_logprobs"]?.int == 2
        )
        #expect(sent.warnings == ["dropped:store", "dropped:metadata"])
        #expect(try Sent(chatRequest { $0.serviceTier = .other }).warnings == ["dropped:service_tier"])
        let own = try Sent(
            chatRequest {
                $0.origin = .responses
                $0.store = true
            }
        )
        #expect(own.body["store"] == .bool(true))
    }

    @Test func `cache marks go to models that are known to take them`() throws {
        let request = chatRequest { $0.turns = [Turn(.user, [.text("a", cache: .long)])] }
        #expect(try Sent(request).input[0].contains(#""prompt_cache_breakpoint":{"mode":"explicit"}"#))
        #expect(try !Sent(request, plainTarget()).input[0].contains("prompt_cache"))
        #expect(try !Sent(request, reasoningTarget { $0.cacheMarks = false }).input[0].contains("prompt_cache"))
    }
}
