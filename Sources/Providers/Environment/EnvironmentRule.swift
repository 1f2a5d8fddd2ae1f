/// A variable that may hold a provider's credential.
public struct EnvironmentSecret: Sendable {
    /// The variable.
    public let variable: String
    /// Variables that hold further parts, joined to the first by colons, and whether each is needed.
    public let parts: [(variable: String, isNeeded: Bool)]
    /// Settings that this credential brings.
    public let settings: [String: String]
    /// Variables that hold settings which only this credential brings.
    public let settingVariables: [(variable: String, setting: String)]
    /// Variables of which one must be set for this credential to count; empty when it counts by itself.
    public let onlyWith: [String]

    init(
        _ variable: String,
        parts: [(variable: String, isNeeded: Bool)] = [],
        settings: [String: String] = [:],
        settingVariables: [(variable: String, setting: String)] = [],
        onlyWith: [String] = []
    ) {
        self.variable = variable
        self.parts = parts
        self.settings = settings
        self.settingVariables = settingVariables
        self.onlyWith = onlyWith
    }

    /// Whether the credential is there and meant.
    func applies(_ values: [String: String]) -> Bool {
        values[self.variable] != nil && (self.onlyWith.isEmpty || self.onlyWith.contains { values[$0] != nil })
    }
}

/// Which environment variables make a provider, as data.
public struct EnvironmentRule: Sendable {
    /// The provider's name.
    public let name: String
    /// Its kind.
    public let kind: ProviderKind
    /// Variables that may hold the credential, the first set one wins.
    public let secrets: [EnvironmentSecret]
    /// Settings that must come from variables for a provider to be made without a credential, which the cloud's own places
    /// then hold; `nil` when there must be one.
    public let keylessSettings: [String]?
    /// The variable that may hold the base URL, if any.
    public let baseURLVariable: String?
    /// The base URL when that variable is not set; `nil` when the kind's default serves, or when there is none.
    public let baseURL: String?
    /// Whether the rule applies only when the base URL's variable is set.
    public let needsBaseURL: Bool
    /// Variables that hold settings; of several for one setting the first set one wins.
    public let settingVariables: [(variable: String, setting: String)]
    /// Settings that always apply.
    public let settings: [String: String]
    /// The vendor's name in the catalogue of models; `nil` when model names are the account's own (Azure deployments).
    public let catalogueVendor: String?

    init(
        _ name: String,
        _ kind: ProviderKind,
        secrets: [EnvironmentSecret],
        keylessSettings: [String]? = nil,
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
        self.keylessSettings = keylessSettings
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
            secrets: [EnvironmentSecret(variable)],
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
            secrets: [EnvironmentSecret("OPENAI_API_KEY")],
            baseURLVariable: "OPENAI_BASE_URL",
            settingVariables: [("OPENAI_ORG_ID", "organization"), ("OPENAI_PROJECT_ID", "openai_project")],
            catalogueVendor: "openai"
        ),
        EnvironmentRule(
            "anthropic",
            .anthropic,
            secrets: [
                EnvironmentSecret("ANTHROPIC_API_KEY"),
                EnvironmentSecret("ANTHROPIC_AUTH_TOKEN", settings: ["auth_header": "authorization"]),
            ],
            baseURLVariable: "ANTHROPIC_BASE_URL",
            catalogueVendor: "anthropic"
        ),
        EnvironmentRule(
            "azure",
            .azureOpenAI,
            secrets: [
                EnvironmentSecret("AZURE_OPENAI_API_KEY"),
                EnvironmentSecret(
                    "AZURE_CLIENT_SECRET",
                    settingVariables: [("AZURE_TENANT_ID", "tenant_id"), ("AZURE_CLIENT_ID", "client_id")],
                    onlyWith: ["AZURE_OPENAI_ENDPOINT"]
                ),
            ],
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
        EnvironmentRule(
            "gemini",
            .gemini,
            secrets: [EnvironmentSecret("GEMINI_API_KEY"), EnvironmentSecret("GOOGLE_API_KEY")],
            baseURLVariable: "GOOGLE_GEMINI_BASE_URL",
            catalogueVendor: "gemini"
        ),
        EnvironmentRule(
            "vertex",
            .vertex,
            secrets: [],
            keylessSettings: ["google_project", "location"],
            settingVariables: [
                ("GOOGLE_VERTEX_PROJECT", "google_project"), ("ANTHROPIC_VERTEX_PROJECT_ID", "google_project"),
                ("GOOGLE_CLOUD_PROJECT", "google_project"), ("GOOGLE_VERTEX_LOCATION", "location"),
                ("CLOUD_ML_REGION", "location"), ("GOOGLE_CLOUD_LOCATION", "location"),
            ],
            catalogueVendor: nil
        ),
        EnvironmentRule(
            "bedrock",
            .bedrock,
            secrets: [
                EnvironmentSecret("AWS_BEARER_TOKEN_BEDROCK"),
                // Keys alone are there for many a purpose; with a region they may be meant for this one.
                EnvironmentSecret(
                    "AWS_ACCESS_KEY_ID",
                    parts: [("AWS_SECRET_ACCESS_KEY", true), ("AWS_SESSION_TOKEN", false)],
                    onlyWith: ["AWS_REGION", "AWS_DEFAULT_REGION"]
                ),
            ],
            settingVariables: [("AWS_REGION", "region"), ("AWS_DEFAULT_REGION", "region")],
            catalogueVendor: nil
        ),
        EnvironmentRule(
            "azure-anthropic",
            .azureAnthropic,
            secrets: [EnvironmentSecret("ANTHROPIC_FOUNDRY_API_KEY")],
            baseURLVariable: "ANTHROPIC_FOUNDRY_BASE_URL",
            settingVariables: [("ANTHROPIC_FOUNDRY_RESOURCE", "resource")],
            catalogueVendor: nil
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
