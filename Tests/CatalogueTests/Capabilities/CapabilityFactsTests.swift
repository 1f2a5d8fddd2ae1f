import Catalogue
import Exchange
import Testing

/// Facts of the wire sheets that translations rest on, spot by spot.
@Suite("Capability table: facts")
struct CapabilityFactsTests {
    private func find(_ kind: String, _ model: String) -> ModelCapabilities {
        CapabilityTable.builtIn.capabilities(provider: kind, model: model)
    }

    @Test("limits", arguments: Self.limitCases)
    func limits(_ kind: String, _ model: String, _ context: Int, _ output: Int) {
        #expect(self.find(kind, model).contextTokens == context)
        #expect(self.find(kind, model).maxOutputTokens == output)
    }

    static let limitCases: [(String, String, Int, Int)] = [
        ("openai", "gpt-4o", 128_000, 16_384), ("openai", "gpt-4o-2024-05-13", 128_000, 4_096),
        ("openai", "gpt-4.1", 1_047_576, 32_768), ("openai", "o3", 200_000, 100_000),
        ("openai", "gpt-5", 400_000, 128_000), ("openai", "gpt-5-pro", 400_000, 272_000),
        ("openai", "gpt-5.4", 1_050_000, 128_000), ("openai", "gpt-5.4-mini", 400_000, 128_000),
        ("openai", "gpt-6-luna", 1_050_000, 128_000),
        ("anthropic", "claude-3-opus", 200_000, 4_096), ("anthropic", "claude-opus-4-1", 200_000, 32_000),
        ("anthropic", "claude-sonnet-4-5", 200_000, 64_000), ("anthropic", "claude-opus-5", 1_000_000, 128_000),
        ("vertex", "claude-sonnet-4-6", 1_000_000, 64_000), ("bedrock", "claude-sonnet-4-6", 1_000_000, 64_000),
        ("vertex", "gemini-2.5-pro", 1_114_111, 65_535), ("gemini", "gemini-2.5-pro", 1_114_112, 65_536),
        ("bedrock", "amazon.nova-micro-v1:0", 128_000, 10_000), ("xai", "grok-4.5", 500_000, 500_000),
    ]

    @Test("OpenAI: who samples, who stops, who wants developer and Responses")
    func openAI() {
        let plain = self.find("openai", "gpt-4.1")
        #expect(plain.sampling == .all && plain.maxStopSequences == 4 && !plain.usesDeveloperRole)
        #expect(plain.reasoning == .none && !plain.prefersResponses && plain.parallelFlag)

        let o3 = self.find("openai", "o3")
        #expect(o3.reasoning == .effort([.low, .medium, .high]))
        #expect(o3.sampling == .none && o3.maxStopSequences == 0 && o3.usesDeveloperRole && !o3.parallelFlag)
        #expect(self.find("openai", "o3-mini").maxStopSequences == 4)

        #expect(self.find("openai", "gpt-5").reasoning == .effort([.minimal, .low, .medium, .high]))
        let newer = self.find("openai", "gpt-5.1")
        #expect(newer.reasoning == .effort([.none, .low, .medium, .high]))
        #expect(newer.sampling == .all && !newer.samplesWhileReasoning && !newer.reasonsByDefault)
        #expect(self.find("openai", "gpt-5-chat-latest").reasoning == .none)
    }

    @Test("OpenAI: where tools and thinking meet only on Responses")
    func responses() {
        #expect(!self.find("openai", "gpt-5.2").toolsNeedResponses)
        #expect(self.find("openai", "gpt-5.4").toolsNeedResponses)
        #expect(!self.find("openai", "gpt-5.5").reasonsByDefault)
        #expect(self.find("openai", "gpt-5.6-sol").reasonsByDefault)
        #expect(self.find("openai", "gpt-7").toolsNeedResponses)
        #expect(self.find("openai", "gpt-5.2").speaksChat)
        for model in ["gpt-5-codex", "gpt-5.5-pro", "o1-pro", "o3-deep-research"] {
            #expect(!self.find("openai", model).speaksChat)
        }
    }

    @Test("OpenAI: cache marks from 5.6, max from 6")
    func newest() {
        #expect(!self.find("openai", "gpt-5.5").cacheMarks)
        #expect(self.find("openai", "gpt-5.6").cacheMarks)
        #expect(self.find("openai", "gpt-6-sol").reasoning == .effort([.none, .low, .medium, .high, .xhigh, .max]))
        #expect(self.find("openai", "gpt-6.1-sol").reasoning == .effort([.low, .medium, .high, .xhigh, .max]))
    }

    @Test("Claude: budget up to 4.5, adaptive from 4.6, always on for Fable and Mythos")
    func claudeThinking() {
        #expect(self.find("anthropic", "claude-3-5-sonnet-latest").reasoning == .none)
        #expect(self.find("anthropic", "claude-opus-4-1").reasoning == .budget(1024...31_999, canDisable: true))
        #expect(self.find("anthropic", "claude-haiku-4-5").reasoning == .budget(1024...63_999, canDisable: true))
        let grades: Set<ReasoningIntent.Effort> = [.low, .medium, .high, .max]
        #expect(self.find("anthropic", "claude-sonnet-4-6").reasoning == .adaptive(grades, canDisable: true))
        let more = grades.union([.xhigh])
        #expect(self.find("anthropic", "claude-opus-4-7").reasoning == .adaptive(more, canDisable: true))
        #expect(self.find("anthropic", "claude-fable-5-1").reasoning == .adaptive(more, canDisable: false))
        #expect(!self.find("anthropic", "claude-opus-4-8").reasonsByDefault)
        #expect(self.find("anthropic", "claude-sonnet-5").reasonsByDefault)
    }

    @Test("Claude: sampling, prefill, forced tools, system turns")
    func claude() {
        #expect(self.find("anthropic", "claude-3-7-sonnet").sampling == .all)
        #expect(self.find("anthropic", "claude-opus-4-1").sampling == .temperatureOrTopP)
        #expect(self.find("anthropic", "claude-opus-4-6").sampling == .temperatureOrTopP)
        #expect(self.find("anthropic", "claude-opus-4-7").sampling == .none)
        #expect(self.find("anthropic", "claude-sonnet-4-5").prefill)
        #expect(!self.find("anthropic", "claude-sonnet-4-6").prefill)
        #expect(!self.find("anthropic", "claude-sonnet-4-5").forcesToolsWhileReasoning)
        #expect(self.find("anthropic", "claude-sonnet-4-5").forcesTools)
        #expect(!self.find("anthropic", "claude-mythos-5-1").forcesTools)
        #expect(self.find("anthropic", "claude-opus-4-8").midConversationSystem)
        #expect(!self.find("anthropic", "claude-opus-4-7").midConversationSystem)
        #expect(self.find("anthropic", "claude-sonnet-4-5").structuredOutput == .native)
        #expect(self.find("anthropic", "claude-opus-4-1").structuredOutput == .none)
        #expect(self.find("anthropic", "claude-opus-9").sampling == .none)
    }

    @Test("Claude elsewhere has less")
    func clouds() {
        #expect(!self.find("vertex", "claude-opus-5").midConversationSystem)
        #expect(!self.find("vertex", "claude-opus-5").fetchesImages)
        let bedrock = self.find("bedrock", "us.anthropic.claude-opus-4-7")
        #expect(bedrock.structuredOutput == .none && !bedrock.strictTools && !bedrock.parallelFlag)
        #expect(bedrock.sampling == .none && bedrock.longCache && bedrock.defaultOutputTokens == 16_384)
        #expect(self.find("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0").strictTools)
        #expect(!self.find("bedrock", "anthropic.claude-opus-4-1-20250805-v1:0").longCache)
        #expect(!self.find("bedrock", "anthropic.claude-3-opus-20240229-v1:0").cacheMarks)
    }

    @Test("Gemini: budgets for 2.5, levels from 3")
    func gemini() {
        #expect(self.find("gemini", "gemini-2.0-flash").reasoning == .none)
        #expect(self.find("gemini", "gemini-2.5-pro").reasoning == .budget(128...32_768, canDisable: false))
        #expect(self.find("gemini", "gemini-2.5-flash").reasoning == .budget(0...24_576, canDisable: true))
        #expect(self.find("gemini", "gemini-2.5-flash-lite").reasoning == .budget(512...24_576, canDisable: true))
        #expect(self.find("gemini", "gemini-3-pro").reasoning == .effort([.low, .high]))
        #expect(self.find("gemini", "gemini-3.1-pro").reasoning == .effort([.low, .medium, .high]))
        #expect(self.find("gemini", "gemini-3.5-flash").reasoning == .effort([.minimal, .low, .medium, .high]))
        #expect(!self.find("gemini", "gemini-2.5-pro").structuredOutputWithTools)
        #expect(self.find("gemini", "gemini-3-pro").structuredOutputWithTools)
        #expect(self.find("gemini", "gemini-3-pro").maxStopSequences == 5)
        #expect(self.find("gemini", "gemini-3-pro").imageTypes?.contains("image/gif") == false)
        #expect(!self.find("gemini", "gemini-2.5-pro").takesPenalties)
        #expect(self.find("vertex", "gemini-2.5-pro").takesPenalties)
    }

    @Test("Bedrock: Llama cannot be forced, Titan takes no tools, Nova stops at four")
    func bedrock() {
        #expect(!self.find("bedrock", "meta.llama3-3-70b-instruct-v1:0").forcesTools)
        #expect(!self.find("bedrock", "amazon.titan-text-lite-v1").takesTools)
        #expect(self.find("bedrock", "amazon.nova-pro-v1:0").maxStopSequences == 4)
        #expect(self.find("bedrock", "amazon.nova-2-lite-v1:0").reasoning == .effort([.low, .medium, .high]))
    }

    @Test("through a Chat server thinking is asked for by grade, and OpenAI's own ways are left out")
    func throughChat() {
        let claude = self.find("openrouter", "anthropic/claude-opus-4.6")
        #expect(claude.reasoning == .effort([.none, .low, .medium, .high, .max]))
        let gemini = self.find("openai-compatible", "gemini-2.5-pro")
        #expect(gemini.reasoning == .effort([.low, .medium, .high]))
        let gpt = self.find("openrouter", "openai/gpt-5.6")
        #expect(!gpt.usesDeveloperRole && !gpt.prefersResponses && !gpt.toolsNeedResponses && gpt.speaksChat)
        #expect(self.find("deepseek", "deepseek-chat").structuredOutput == .jsonOnly)
        #expect(self.find("together", "deepseek-ai/DeepSeek-V3.1").structuredOutput == .native)
        #expect(!self.find("groq", "openai/gpt-oss-20b").structuredOutputWithTools)
    }
}
