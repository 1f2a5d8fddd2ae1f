import Exchange
import Testing

@testable import Catalogue

@Suite("Tables of prices per token")
struct PerTokenTableTests {
    private func table(_ text: String) throws -> PriceDocument.PerTokenImport {
        try PriceDocument.readPerTokenTable(Array(text.utf8))
    }

    private func price(_ document: PriceDocument, _ name: String) throws -> ModelPrice {
        try #require(document.entries.first { $0.name == name }?.price)
    }

    @Test("costs per token become rates a million, by tier and size")
    func reading() throws {
        let result = try self.table(
            #"""
            {"sample_spec": {"input_cost_per_token": "a number", "litellm_provider": "one of many"},
             "gpt-x": {"litellm_provider": "openai", "mode": "chat", "max_tokens": 128000,
               "input_cost_per_token": 3.75e-08, "output_cost_per_token": 1.5e-07,
               "cache_read_input_token_cost": 3.75e-09, "cache_creation_input_token_cost": 4.6875e-08,
               "input_cost_per_token_above_272k_tokens": 7.5e-08, "output_cost_per_token_above_272k_tokens": 2.25e-07,
               "input_cost_per_token_flex": 1.875e-08, "output_cost_per_token_flex": 7.5e-08,
               "input_cost_per_token_priority": 7.5e-08, "input_cost_per_token_above_272k_tokens_priority": 1.5e-07,
               "input_cost_per_token_batches": 1.875e-08, "output_cost_per_token_batches": 7.5e-08,
               "output_cost_per_reasoning_token": 1.6e-07, "input_cost_per_audio_token": 4e-07,
               "output_cost_per_image": 0.04, "supports_vision": true, "deprecation_date": "2027-01-01",
               "search_context_cost_per_query": {"search_context_size_low": 0.01, "search_context_size_high": 0.025}},
             "anthropic.claude-y-v1:0": {"litellm_provider": "bedrock_converse", "input_cost_per_token": 3e-06,
               "output_cost_per_token": 1.5e-05, "cache_creation_input_token_cost": 3.75e-06,
               "cache_creation_input_token_cost_above_1hr": 6e-06,
               "cache_creation_input_token_cost_above_200k_tokens": 7.5e-06,
               "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05,
               "input_cost_per_token_above_200k_tokens": 6e-06, "output_cost_per_token_above_200k_tokens": null}}
            """#
        )
        #expect(result.skipped.isEmpty && result.conflicts.isEmpty)
        let gpt = try self.price(result.document, "openai/gpt-x")
        let base = gpt.rates(tier: nil, inputTokens: 272_000)
        #expect(base.input == 37_500_000 && base.output == 150_000_000 && base.cacheRead == 3_750_000)
        #expect(base.cacheWrite5m == 46_875_000 && base.reasoning == 160_000_000 && base.audioInput == 400_000_000)
        #expect(gpt.rates(tier: nil, inputTokens: 272_001).input == 75_000_000)
        #expect(gpt.rates(tier: .flex, inputTokens: 1).output == 75_000_000)
        #expect(gpt.rates(tier: .priority, inputTokens: 1).input == 75_000_000)
        #expect(gpt.rates(tier: .priority, inputTokens: 1).output == 300_000_000)
        #expect(gpt.rates(tier: .priority, inputTokens: 272_001).input == 150_000_000)
        #expect(gpt.rates(tier: .batch, inputTokens: 1).input == 18_750_000)
        #expect(gpt.webSearchNanoUSD == 25_000_000)
        let claude = try self.price(result.document, "bedrock/anthropic.claude-y-v1:0")
        #expect(claude.rates(tier: nil, inputTokens: 1).cacheWrite1h == 6_000_000_000)
        let long = claude.rates(tier: nil, inputTokens: 200_001)
        #expect(long.cacheWrite5m == 7_500_000_000 && long.cacheWrite1h == 12_000_000_000)
        #expect(long.output == 30_000_000_000)
    }

    @Test("vendors' prefixes go, and what is not priced by the token or unknown is told")
    func vendors() throws {
        let result = try self.table(
            #"""
            {"mistral/mistral-large": {"litellm_provider": "mistral", "input_cost_per_token": 2e-06, "output_cost_per_token": 6e-06},
             "azure/eu/gpt-x": {"litellm_provider": "azure", "input_cost_per_token": 2e-06, "output_cost_per_token": 6e-06},
             "together_ai/Qwen/QwQ": {"litellm_provider": "together_ai", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
             "gemini-x": {"litellm_provider": "vertex_ai-language-models", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
             "deepseek-chat": {"litellm_provider": "deepseek", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
             "deepseek/deepseek-chat": {"litellm_provider": "deepseek", "input_cost_per_token": 2e-06, "output_cost_per_token": 1e-06},
             "dall-e": {"litellm_provider": "openai", "input_cost_per_pixel": 1e-08},
             "elsewhere": {"litellm_provider": "nobody", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
             "nameless": {"input_cost_per_token": 1e-06}}
            """#
        )
        #expect(
            result.document.entries.map(\.name) == [
                "azure/eu/gpt-x", "deepseek/deepseek-chat", "mistral/mistral-large", "together/Qwen/QwQ",
                "vertex/gemini-x",
            ]
        )
        #expect(result.skipped == ["dall-e", "elsewhere", "nameless"])
        #expect(result.conflicts == ["deepseek/deepseek-chat"])
        let deepseek = try self.price(result.document, "deepseek/deepseek-chat").rates(tier: nil, inputTokens: 1)
        #expect(deepseek.input == 2_000_000_000)
        let text = #"{"x": {"litellm_provider": "xai", "input_cost_per_token": 1e-06}}"#
        let none = try PriceDocument.readPerTokenTable(Array(text.utf8), vendors: ["openai"])
        #expect(none.document == PriceDocument() && none.skipped == ["x"])
    }

    @Test("what is imported can be written and read as a document")
    func writing() throws {
        let text = #"{"x": {"litellm_provider": "xai", "input_cost_per_token": 1.23e-06}}"#
        let document = try PriceDocument.importPerTokenTable(Array(text.utf8))
        #expect(try PriceDocument.parse(document.json) == document)
    }

    @Test(
        "a table with one wrong number is refused whole",
        arguments: [
            ("-1e-06", PriceFileError.Code.badValue), ("\"1e-06\"", .badValue), ("0.02", .badValue),
            ("true", .badValue),
            ("[1e-06]", .badValue), ("1e300", .badValue), ("1e400", .notJSON), ("NaN", .notJSON),
            ("-Infinity", .notJSON),
        ]
    )
    func refused(_ number: String, _ code: PriceFileError.Code) {
        let text = #"""
            {"good": {"litellm_provider": "xai", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
             "bad": {"litellm_provider": "nobody", "input_cost_per_token": 1e-06, "output_cost_per_token_flex": \#(number)}}
            """#
        let error = #expect(throws: PriceFileError.self) { try self.table(text) }
        #expect(error?.code == code)
        if code == .badValue { #expect(error?.entry == "bad" && error?.field == "output_cost_per_token_flex") }
        if code == .notJSON { #expect(error?.message.contains("line 2") == true) }
    }

    @Test("a model twice, a model that is no object, too many models and half a table are refused")
    func malformed() {
        let one = #""x": {"litellm_provider": "xai", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06}"#
        for (text, code) in [
            ("{\(one),\(one)}", PriceFileError.Code.duplicate), (#"{"x": 1}"#, .badValue), ("{\(one)", .notJSON),
            ("[]", .notJSON),
            ("{" + (0..<100_000).map { #""m\#($0)":{}"# }.joined(separator: ",") + "}", .tooLarge),
        ] {
            let error = #expect(throws: PriceFileError.self) { try self.table(text) }
            #expect(error?.code == code)
        }
    }
}
