import Catalogue
import Exchange
import Testing

@Suite("Capability table: what is known of models")
struct CapabilityTableTests {
    static func find(_ kind: String, _ model: String) -> ModelCapabilities {
        CapabilityTable.builtIn.capabilities(provider: kind, model: model)
    }

    @Test("a name finds its family", arguments: Self.nameCases)
    func names(_ kind: String, _ model: String, _ family: String) {
        #expect(Self.find(kind, model).family == family, "\(kind) \(model)")
    }

    static let nameCases: [(String, String, String)] = [
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o"),
        ("openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("openai", "gpt-4o-audio-preview-2025-06-03", "gpt-4o-audio"),
        ("openai", "gpt-4.1-nano", "gpt-4.1"),
        ("openai", "gpt-4-0613", "gpt-4"),
        ("openai", "gpt-4-1106-preview", "gpt-4-1106"),
        ("openai", "ft:gpt-4.1-mini-2025-04-14:acme::x", "gpt-4.1"),
        ("openai", "gpt-audio-1.5", "gpt-audio"),
        ("openai", "o1-2024-12-17", "o1"),
        ("openai", "o3-mini-2025-01-31", "o3-mini"),
        ("openai", "o4-mini-deep-research-2025-06-26", "o4-mini-deep-research"),
        ("openai", "gpt-5-mini-2025-08-07", "gpt-5"),
        ("openai", "gpt-5-chat-latest", "gpt-5-chat"),
        ("openai", "gpt-5.1-codex-mini", "gpt-5.1-codex"),
        ("openai", "gpt-5.1-codex-max", "gpt-5.1-codex-max"),
        ("openai", "gpt-5.4-nano-2026-03-17", "gpt-5.4-nano"),
        ("openai", "gpt-5.6-luna", "gpt-5.6"),
        ("openai", "gpt-6-astra-law", "gpt-6-astra"),
        ("openai", "chatgpt-4o-latest", "chatgpt-4o"),
        ("openai", "gpt-oss-120b", "gpt-oss"),
        ("azure-openai", "gpt-35-turbo-16k", "gpt-35-turbo"),
        ("azure-openai", "gpt-5-1", "gpt-5.1"),
        ("azure-openai", "grok-4.5", "grok-4.5"),
        ("anthropic", "claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("anthropic", "claude-sonnet-4-0", "claude-sonnet-4"),
        ("anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("anthropic", "claude-opus-4-6-20260205", "claude-opus-4-6"),
        ("anthropic", "claude-fable-5-1", "claude-fable-5-1"),
        ("gemini", "models/gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"),
        ("gemini", "gemini-2.0-flash-lite-001", "gemini-2.0-flash-lite"),
        ("gemini", "gemini-3.1-pro-preview-customtools", "gemini-3.1-pro"),
        ("gemini", "gemma-4-31b-it", "gemma-4"),
        ("vertex", "publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("vertex", "claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("vertex", "claude-sonnet-4-6@default", "claude-sonnet-4-6"),
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("bedrock", "anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet-20240620"),
        ("bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0", "nova-pro"),
        ("bedrock", "amazon.nova-2-lite-v1:0", "nova-2-lite"),
        ("bedrock", "amazon.titan-text-express-v1", "titan-text-express"),
        ("bedrock", "meta.llama3-1-70b-instruct-v1:0", "llama-3-1"),
        ("bedrock", "meta.llama4-scout-17b-instruct-v1:0", "llama-4-scout"),
        ("bedrock", "mistral.mistral-large-2407-v1:0", "mistral-large-2407"),
        ("bedrock", "mistral.mistral-large-3-675b-instruct", "mistral-large-3"),
        ("bedrock", "cohere.command-r-plus-v1:0", "command-r"),
        ("bedrock", "deepseek.r1-v1:0", "deepseek-r1"),
        ("bedrock", "deepseek.v3.2", "deepseek-v3.2"),
        ("bedrock", "openai.gpt-oss-20b-1:0", "gpt-oss"),
        ("bedrock", "qwen.qwen3-coder-480b-a35b-v1:0", "qwen-3-coder"),
        ("mistral", "mistral-large-2512", "mistral-large"),
        ("mistral", "mistral-medium-3.5", "mistral-medium"),
        ("mistral", "codestral-2508", "codestral"),
        ("xai", "grok-4-0709", "grok-4"),
        ("xai", "grok-4.20-beta-0309-non-reasoning", "grok-4.20-beta-0309-non-reasoning"),
        ("xai", "grok-code-fast-1-0825", "grok-code-fast"),
        ("deepseek", "deepseek-v4-flash-vision-exp", "deepseek-v4-flash"),
        ("groq", "openai/gpt-oss-120b", "gpt-oss"),
        ("groq", "meta-llama/llama-prompt-guard-2-22m", "llama-prompt-guard"),
        ("fireworks", "accounts/fireworks/models/glm-4p6", "glm-4.6"),
        ("together", "zai-org/GLM-5.3", "glm-5.3"),
        ("together", "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", "meta-llama-3.1"),
        ("ollama", "llama3.2:3b", "llama-3.2"),
        ("openai-compatible", "anthropic/claude-opus-4.6", "claude-opus-4-6"),
        ("openrouter", "google/gemini-2.5-pro:free", "gemini-2.5-pro"),
    ]

    @Test("a release that is not known inherits the newest before it", arguments: Self.releaseCases)
    func releases(_ kind: String, _ model: String, _ family: String) {
        #expect(Self.find(kind, model).family == family, "\(kind) \(model)")
    }

    static let releaseCases: [(String, String, String)] = [
        ("anthropic", "claude-opus-9", "claude-opus-5-5"),
        ("anthropic", "claude-opus-4-9", "claude-opus-4-8"),
        ("anthropic", "claude-sonnet-10-1-20300101", "claude-sonnet-5-5"),
        ("anthropic", "claude-haiku-6", "claude-haiku-5-5"),
        ("anthropic", "claude-mythos-7", "claude-mythos-5-1"),
        ("anthropic", "claude-saga-1", "claude"),
        ("anthropic", "claude-7-saga", "claude"),
        ("openai", "gpt-7", "gpt-6.1"),
        ("openai", "gpt-5.3", "gpt-5.2"),
        ("openai", "gpt-5.9-codex", "gpt-5.3-codex"),
        ("openai", "gpt-7-astra", "gpt-6-astra"),
        ("openai", "gpt-8-pro", "gpt-5.5-pro"),
        ("openai", "gpt-9.2-unheard", "gpt-6.1"),
        ("openai", "o5", "o3"),
        ("openai", "o5-mini-2027-01-01", "o4-mini"),
        ("gemini", "gemini-5-pro", "gemini-3.1-pro"),
        ("gemini", "gemini-5-flash-lite-preview", "gemini-3.5-flash-lite"),
        ("gemini", "gemini-flash-latest", "gemini-3.8-flash"),
        ("gemini", "gemini-pro-latest", "gemini-3.1-pro"),
        ("gemini", "gemini-9-nova", "gemini"),
        ("gemini", "gemini-1.5-pro", "gemini-2.0-pro"),
        ("vertex", "gemini-3.9-flash", "gemini-3.8-flash"),
        ("vertex", "claude-sonnet-9", "claude-sonnet-5-5"),
        ("bedrock", "us.anthropic.claude-opus-9-20300101-v1:0", "claude-opus-5-5"),
        ("bedrock", "amazon.nova-3-pro-v1:0", "nova-2-pro"),
        ("bedrock", "meta.llama5-70b-instruct-v1:0", "llama-4"),
        ("mistral", "mistral-large-9", "mistral-large-4"),
        ("xai", "grok-9", "grok-4.7"),
        ("deepseek", "deepseek-v9-pro", "deepseek-v4-pro"),
        ("zai", "glm-7", "glm-5.3"),
        ("moonshot", "kimi-k5", "kimi-k3"),
    ]

    @Test(
        "an unknown family has the kind's defaults and no family",
        arguments: [
            "openai", "azure-openai", "anthropic", "gemini", "vertex", "bedrock", "openai-compatible", "mistral",
            "deepseek", "xai", "groq", "cerebras", "perplexity", "cohere", "sandbox", "", "no-such-kind",
        ]
    )
    func unknown(_ kind: String) {
        for model in ["prod-eu-2", "my-deployment", "gpt-neox-20b", ""] {
            let found = Self.find(kind, model)
            #expect(found.family.isEmpty, "\(kind) \(model)")
            #expect(found.reasoning == .none)
            #expect(found.imageTypes == nil && found.documentTypes == nil && found.audioTypes == nil)
            #expect(found.contextTokens == nil && found.maxOutputTokens == nil)
        }
    }

    @Test("the kind's defaults differ by what every server of that kind has")
    func defaults() {
        #expect(Self.find("anthropic", "x").maxTemperature == 1)
        #expect(!Self.find("gemini", "x").parallelFlag)
        #expect(!Self.find("bedrock", "x").fetchesImages)
        #expect(Self.find("sandbox", "x") == ModelCapabilities())
    }

    @Test("a configured base model answers for an arbitrary name")
    func baseModel() {
        let table = CapabilityTable.builtIn
        let base = table.capabilities(provider: "azure-openai", model: "prod-eu-2", baseModel: "gpt-5.1")
        #expect(base == Self.find("azure-openai", "gpt-5.1"))
        let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456"
        #expect(Self.find("bedrock", profile).family.isEmpty)
        let claude = table.capabilities(provider: "bedrock", model: profile, baseModel: "anthropic.claude-opus-5")
        #expect(claude.family == "claude-opus-5")
        #expect(table.capabilities(provider: "openai", model: "gpt-4o", baseModel: "").family == "gpt-4o")
    }

    @Test("a compatible server's vendor counts, and no other kind's does")
    func vendor() {
        let table = CapabilityTable.builtIn
        let groq = table.capabilities(provider: "openai-compatible", vendor: "groq", model: "openai/gpt-oss-120b")
        #expect(groq == Self.find("groq", "openai/gpt-oss-120b"))
        #expect(groq != Self.find("openai-compatible", "openai/gpt-oss-120b"))
        for vendor in ["openai", "bedrock", "my-server", ""] {
            let found = table.capabilities(provider: "openai-compatible", vendor: vendor, model: "gpt-5.6")
            #expect(found == Self.find("openai-compatible", "gpt-5.6"))
        }
        let own = table.capabilities(provider: "openai", vendor: "groq", model: "gpt-5.6")
        #expect(own == Self.find("openai", "gpt-5.6"))
    }

    @Test("a lookup takes any name of any kind", arguments: Garbage.names)
    func garbage(_ name: String) {
        for kind in ["openai", "anthropic", "gemini", "vertex", "bedrock", "openai-compatible", name] {
            _ = Self.find(kind, name)
            _ = CapabilityTable.builtIn.capabilities(provider: kind, model: "m", baseModel: name)
        }
    }
}
