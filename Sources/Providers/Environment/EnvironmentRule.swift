/// Which environment variables make a provider, as data.
public struct EnvironmentRule: Sendable {
    /// The provider's name.
    public let name: String
    /// Its kind.
    public let kind: ProviderKind
    /// Variables that may hold the credential, the first set one wins; each may bring settings of its own.
    public let secrets: [(variable: String, settings: [String: String])]
    /// The variable that may hold the base URL, if any.
    public let baseURLVariable: String?
    /// The base URL when that variable is not set; `nil` when the kind's default serves, or when there is none.
    public let baseURL: String?
    /// Whether the rule applies only when the base URL's variable is set.
    public let needsBaseURL: Bool
    /// Variables that hold settings.
    public let settingVariables: [(variable: String, setting: String)]
    /// Settings that always apply.
    public let settings: [String: String]
    /// The vendor's name in the catalogue of models; `nil` when model names are the account's own (Azure deployments).
    public let catalogueVendor: String?

    init(
        _ name: String,
        _ kind: ProviderKind,
        secrets: [(variable: String, settings: [String: String])],
        baseURLVariable: String? = nil,
        baseURL: String? = nil,
        needsBaseURL: Bool = false,
        settingVariables: [(variable: String, setting: String)] = [],
        settings: [String: String] = [:],
        catalogueVendor: String?
    ) {
        self.name = name
        self.kind = kind
        self.secrets = secrets
        self.baseURLVariable = baseURLVariable
        self.baseURL = baseURL
        self.needsBaseURL = needsBaseURL
        self.settingVariables = settingVariables
        self.settings = settings
        self.catalogueVendor = catalogueVendor
    }

    /// A vendor that speaks OpenAI's formats at a base URL of its own.
    private static func compatible(
        _ name: String,
        _ variable: String,
        _ baseURL: String,
        operations: String = "chat",
        listed: Bool = true
    ) -> EnvironmentRule {
        EnvironmentRule(
            name,
            .openAICompatible,
            secrets: [(variable, [:])],
            baseURL: baseURL,
            settings: ["operations": operations],
            catalogueVendor: listed ? name : nil
        )
    }

    /// Every rule, in the order providers are listed. Base URLs are those of the vendors' own documentation,
    /// November 2026.
    public static let all: [EnvironmentRule] = [
        EnvironmentRule(
            "openai",
            .openAI,
            secrets: [("OPENAI_API_KEY", [:])],
            baseURLVariable: "OPENAI_BASE_URL",
            settingVariables: [("OPENAI_ORG_ID", "organization"), ("OPENAI_PROJECT_ID", "openai_project")],
            catalogueVendor: "openai"
        ),
        EnvironmentRule(
            "anthropic",
            .anthropic,
            secrets: [
                ("ANTHROPIC_API_KEY", [:]),
                ("ANTHROPIC_AUTH_TOKEN", ["auth_header": "authorization"]),
            ],
            baseURLVariable: "ANTHROPIC_BASE_URL",
            catalogueVendor: "anthropic"
        ),
        EnvironmentRule(
            "azure",
            .azureOpenAI,
            secrets: [("AZURE_OPENAI_API_KEY", [:])],
            baseURLVariable: "AZURE_OPENAI_ENDPOINT",
            needsBaseURL: true,
            settingVariables: [("OPENAI_API_VERSION", "api_version")],
            catalogueVendor: nil
        ),
        .compatible(
            "openrouter",
            "OPENROUTER_API_KEY",
            "https://openrouter.ai/api/v1",
            operations: "chat,responses,completions,embeddings",
            listed: false
        ),
        .compatible("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1", operations: "chat,responses"),
        .compatible("mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1", operations: "chat,embeddings"),
        .compatible("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
        .compatible("xai", "XAI_API_KEY", "https://api.x.ai/v1", operations: "chat,responses"),
        .compatible(
            "together",
            "TOGETHER_API_KEY",
            "https://api.together.xyz/v1",
            operations: "chat,completions,embeddings"
        ),
        .compatible(
            "fireworks",
            "FIREWORKS_API_KEY",
            "https://api.fireworks.ai/inference/v1",
            operations: "chat,completions,embeddings"
        ),
        .compatible("cerebras", "CEREBRAS_API_KEY", "https://api.cerebras.ai/v1", operations: "chat,completions"),
        .compatible("perplexity", "PERPLEXITY_API_KEY", "https://api.perplexity.ai"),
        .compatible(
            "gemini",
            "GEMINI_API_KEY",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            operations: "chat,embeddings"
        ),
        .compatible(
            "cohere",
            "COHERE_API_KEY",
            "https://api.cohere.ai/compatibility/v1",
            operations: "chat,embeddings"
        ),
        .compatible(
            "nvidia",
            "NVIDIA_API_KEY",
            "https://integrate.api.nvidia.com/v1",
            operations: "chat,completions,embeddings",
            listed: false
        ),
        .compatible(
            "deepinfra",
            "DEEPINFRA_API_KEY",
            "https://api.deepinfra.com/v1/openai",
            operations: "chat,embeddings",
            listed: false
        ),
        .compatible(
            "sambanova",
            "SAMBANOVA_API_KEY",
            "https://api.sambanova.ai/v1",
            operations: "chat,embeddings",
            listed: false
        ),
        .compatible("moonshot", "MOONSHOT_API_KEY", "https://api.moonshot.ai/v1", listed: false),
        .compatible("zai", "ZAI_API_KEY", "https://api.z.ai/api/paas/v4", listed: false),
    ]
}
