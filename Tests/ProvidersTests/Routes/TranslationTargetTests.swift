import Exchange
import Testing

@testable import Providers

@Suite("Targets of translation")
struct TranslationTargetTests {
    private func target(
        _ provider: ProviderConfiguration,
        _ format: FormatID,
        family: String = ""
    ) -> TranslationTarget {
        var capabilities = ModelCapabilities()
        capabilities.family = family
        return provider.translationTarget(model: "m-1", format: format, capabilities: capabilities)
    }

    @Test("provider, model and capabilities are handed on, and no seed")
    func plain() throws {
        let provider = try configure(.openAICompatible, "https://lab.example/v1", [:])
        let target = self.target(provider, .chat, family: "llama")
        #expect(target.provider == provider.name && target.model == "m-1" && target.seed.isEmpty)
        #expect(target.capabilities.family == "llama")
        #expect(!target.chat.isOpenAI && target.chat.includesUsage && !target.gemini.isVertex)
    }

    @Test("OpenAI's own names are for OpenAI and Azure; usage is asked for where settings allow")
    func dialect() throws {
        #expect(self.target(try configure(.openAI, nil, [:]), .chat).chat.isOpenAI)
        #expect(self.target(try configure(.azureOpenAI, nil, ["resource": "r"]), .chat).chat.isOpenAI)
        let quiet = try configure(.openAICompatible, "https://lab.example/v1", ["include_usage": "false"])
        #expect(!self.target(quiet, .chat).chat.includesUsage)
        let vertex = try configure(.vertex, nil, ["google_project": "p-1"], hasSecret: false)
        #expect(self.target(vertex, .gemini).gemini.isVertex)
    }

    @Test("Claude's reasoning and Gemini's is theirs on every cloud, OpenAI's is the account's")
    func owners() throws {
        let bedrock = try configure(.bedrock, nil, ["region": "us-east-1"])
        #expect(self.target(bedrock, .converse, family: "claude-opus-5").reasoningOwner == ReasoningState.anthropic)
        #expect(self.target(bedrock, .converse, family: "nova").reasoningOwner == bedrock.name)
        let anthropic = try configure(.anthropic, nil, [:])
        #expect(self.target(anthropic, .messages).reasoningOwner == ReasoningState.anthropic)
        #expect(self.target(try configure(.gemini, nil, [:]), .gemini).reasoningOwner == ReasoningState.gemini)
        let openAI = try configure(.openAI, nil, [:])
        #expect(self.target(openAI, .responses, family: "gpt-5").reasoningOwner == openAI.name)
    }
}
