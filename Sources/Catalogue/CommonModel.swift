public import Exchange

/// A model that a vendor's account has without being configured: what an environment-owned provider is listed with.
///
/// Facts as published in November 2026. Prices and capabilities join here; one home for what is known of models.
public struct CommonModel: Sendable, Equatable {
    /// The vendor, as `EnvironmentProviders` names it.
    public let vendor: String
    /// The model's name at the vendor, which is its public name too.
    public let name: String
    /// The most tokens a request may hold; 0 where the vendor does not say.
    public let contextTokens: Int
    /// The most tokens an answer may hold; 0 where the vendor does not say.
    public let outputTokens: Int
    /// What it is mainly for.
    public let operation: Exchange.Operation

    init(_ vendor: String, _ name: String, contextTokens: Int, outputTokens: Int, _ operation: Exchange.Operation) {
        self.vendor = vendor
        self.name = name
        self.contextTokens = contextTokens
        self.outputTokens = outputTokens
        self.operation = operation
    }

    /// A vendor's models, in the table's order.
    public static func all(of vendor: String) -> [CommonModel] {
        self.all.filter { $0.vendor == vendor }
    }

    /// The whole table.
    public static let all: [CommonModel] = [
        CommonModel("openai", "gpt-4o", contextTokens: 128_000, outputTokens: 16_384, .chat),
        CommonModel("openai", "gpt-4o-mini", contextTokens: 128_000, outputTokens: 16_384, .chat),
        CommonModel("openai", "gpt-4.1", contextTokens: 1_047_576, outputTokens: 32_768, .chat),
        CommonModel("openai", "gpt-4.1-mini", contextTokens: 1_047_576, outputTokens: 32_768, .chat),
        CommonModel("openai", "gpt-5", contextTokens: 272_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5-mini", contextTokens: 272_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5-nano", contextTokens: 272_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.1", contextTokens: 272_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.2", contextTokens: 272_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.4", contextTokens: 1_050_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.5", contextTokens: 1_050_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.6-luna", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.6-sol", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-5.6-terra", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-6-luna", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-6-sol", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-6-astra", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-6.1-sol", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "gpt-6.1-terra", contextTokens: 922_000, outputTokens: 128_000, .chat),
        CommonModel("openai", "o3", contextTokens: 200_000, outputTokens: 100_000, .chat),
        CommonModel("openai", "o3-mini", contextTokens: 200_000, outputTokens: 100_000, .chat),
        CommonModel("openai", "o4-mini", contextTokens: 200_000, outputTokens: 100_000, .chat),
        CommonModel("openai", "text-embedding-3-small", contextTokens: 8_191, outputTokens: 0, .embeddings),
        CommonModel("openai", "text-embedding-3-large", contextTokens: 8_191, outputTokens: 0, .embeddings),
        CommonModel("anthropic", "claude-haiku-4-5", contextTokens: 200_000, outputTokens: 64_000, .chat),
        CommonModel("anthropic", "claude-haiku-5-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-sonnet-4-5", contextTokens: 200_000, outputTokens: 64_000, .chat),
        CommonModel("anthropic", "claude-sonnet-4-6", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-sonnet-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-sonnet-5-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-opus-4-5", contextTokens: 200_000, outputTokens: 64_000, .chat),
        CommonModel("anthropic", "claude-opus-4-6", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-opus-4-7", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-opus-4-8", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-opus-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-opus-5-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-fable-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-fable-5-1", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-mythos-5", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("anthropic", "claude-mythos-5-1", contextTokens: 1_000_000, outputTokens: 128_000, .chat),
        CommonModel("mistral", "mistral-large-latest", contextTokens: 262_144, outputTokens: 262_144, .chat),
        CommonModel("mistral", "mistral-medium-latest", contextTokens: 262_144, outputTokens: 262_144, .chat),
        CommonModel("mistral", "mistral-small-latest", contextTokens: 262_144, outputTokens: 262_144, .chat),
        CommonModel("mistral", "codestral-latest", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("mistral", "devstral-latest", contextTokens: 256_000, outputTokens: 256_000, .chat),
        CommonModel("mistral", "magistral-medium-latest", contextTokens: 262_144, outputTokens: 262_144, .chat),
        CommonModel("mistral", "ministral-8b-latest", contextTokens: 262_144, outputTokens: 262_144, .chat),
        CommonModel("mistral", "open-mistral-nemo", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("mistral", "pixtral-large-latest", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("mistral", "mistral-embed", contextTokens: 8_192, outputTokens: 0, .embeddings),
        CommonModel("xai", "grok-4.3", contextTokens: 1_000_000, outputTokens: 1_000_000, .chat),
        CommonModel("xai", "grok-4.5", contextTokens: 500_000, outputTokens: 500_000, .chat),
        CommonModel("xai", "grok-4.6", contextTokens: 500_000, outputTokens: 500_000, .chat),
        CommonModel("xai", "grok-4.7", contextTokens: 500_000, outputTokens: 500_000, .chat),
        CommonModel("xai", "grok-code-fast-1", contextTokens: 256_000, outputTokens: 256_000, .chat),
        CommonModel("deepseek", "deepseek-chat", contextTokens: 131_072, outputTokens: 8_192, .chat),
        CommonModel("deepseek", "deepseek-reasoner", contextTokens: 131_072, outputTokens: 65_536, .chat),
        CommonModel("deepseek", "deepseek-v4-flash", contextTokens: 1_000_000, outputTokens: 393_216, .chat),
        CommonModel("deepseek", "deepseek-v4-pro", contextTokens: 1_000_000, outputTokens: 393_216, .chat),
        CommonModel("groq", "openai/gpt-oss-120b", contextTokens: 131_072, outputTokens: 65_536, .chat),
        CommonModel("groq", "openai/gpt-oss-20b", contextTokens: 131_072, outputTokens: 65_536, .chat),
        CommonModel("groq", "qwen/qwen3.8-27b", contextTokens: 131_072, outputTokens: 16_384, .chat),
        CommonModel("cerebras", "gpt-oss-120b", contextTokens: 131_072, outputTokens: 32_768, .chat),
        CommonModel("cerebras", "qwen-3-32b", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("cerebras", "qwen-3.8-27b", contextTokens: 65_536, outputTokens: 32_768, .chat),
        CommonModel("cerebras", "llama-3.3-70b", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("together", "zai-org/GLM-5.3", contextTokens: 1_048_575, outputTokens: 128_000, .chat),
        CommonModel("together", "zai-org/GLM-5.2", contextTokens: 1_048_575, outputTokens: 128_000, .chat),
        CommonModel("together", "zai-org/GLM-4.6", contextTokens: 202_752, outputTokens: 202_752, .chat),
        CommonModel("together", "deepseek-ai/DeepSeek-V3.1", contextTokens: 131_072, outputTokens: 131_072, .chat),
        CommonModel("together", "openai/gpt-oss-120b", contextTokens: 131_072, outputTokens: 131_072, .chat),
        CommonModel("perplexity", "sonar", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("perplexity", "sonar-pro", contextTokens: 200_000, outputTokens: 8_000, .chat),
        CommonModel("perplexity", "sonar-reasoning", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("perplexity", "sonar-reasoning-pro", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("perplexity", "sonar-deep-research", contextTokens: 128_000, outputTokens: 128_000, .chat),
        CommonModel("gemini", "gemini-2.5-pro", contextTokens: 1_048_576, outputTokens: 65_536, .chat),
        CommonModel("gemini", "gemini-2.5-flash", contextTokens: 1_048_576, outputTokens: 65_536, .chat),
        CommonModel("gemini", "gemini-2.5-flash-lite", contextTokens: 1_048_576, outputTokens: 65_536, .chat),
        CommonModel("gemini", "gemini-3-flash-preview", contextTokens: 1_048_576, outputTokens: 65_536, .chat),
        CommonModel("gemini", "gemini-embedding-001", contextTokens: 2_048, outputTokens: 0, .embeddings),
        CommonModel("cohere", "embed-v4.0", contextTokens: 128_000, outputTokens: 0, .embeddings),
    ]
}
