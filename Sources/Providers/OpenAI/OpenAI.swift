import Exchange

extension ProviderDescriptor {
    /// OpenAI. Source: platform.openai.com/docs/api-reference, November 2026.
    static let openAI = ProviderDescriptor(
        kind: .openAI,
        displayName: "OpenAI",
        defaultBaseURL: "https://api.openai.com/v1",
        operations: OpenAIPaths.operations,
        secretRule: .required,
        authentication: .bearer,
        ownSettings: [
            .matching(
                "organization",
                "Sent as OpenAI-Organization.",
                rule: OpenAIPaths.identifierRule,
                OpenAIPaths.isIdentifier
            ),
            .matching(
                "openai_project",
                "Sent as OpenAI-Project.",
                rule: OpenAIPaths.identifierRule,
                OpenAIPaths.isIdentifier
            ),
        ],
        refusedFields: configurationFields,
        forwardedHeaders: [.chat: .openAI, .responses: .openAI],
        requestIDHeaders: ["x-request-id"],
        prepareBaseURL: { (url, _) throws(ProviderConfigurationError) in
            guard let url else { return try BaseURL(parsing: "https://api.openai.com/v1") }
            // OPENAI_BASE_URL without its /v1 is the commonest mistake, and no OpenAI lives at the root.
            return url.path.isEmpty ? url.withPath("/v1") : url
        },
        targets: { path, _ in OpenAIPaths.targets(under: path, OpenAIPaths.operations.union([.models])) }
    )
}

extension ForwardedHeaders {
    /// What OpenAI's SDKs and Codex send for the vendor to see. `openai-organization` and `openai-project` are not here:
    /// they come from the provider's configuration only.
    static let openAI = ForwardedHeaders(
        names: [
            "openai-beta", "x-client-request-id", "session-id", "session_id", "thread-id", "conversation_id",
            "originator",
        ],
        prefixes: ["x-codex-"]
    )
}

/// The paths of OpenAI's API below a base URL, shared by all who copy it.
enum OpenAIPaths {
    /// What api.openai.com speaks natively.
    static let operations: Set<Operation> = [
        .chat, .responses, .embeddings, .completions, .moderations, .responsesInputTokens, .responsesCompact,
    ]

    /// One path per operation.
    static func targets(under base: String, _ operations: Set<Operation>) -> [Operation: RequestTargetTemplate] {
        var targets: [Operation: RequestTargetTemplate] = [:]
        for operation in operations { targets[operation] = .fixed(base + self.path(operation)) }
        return targets
    }

    /// The path of an operation below a base URL that ends in `/v1`.
    static func path(_ operation: Operation) -> String {
        switch operation {
        case .chat: "/chat/completions"
        case .responses: "/responses"
        case .messages: "/messages"
        case .countTokens: "/messages/count_tokens"
        case .embeddings: "/embeddings"
        case .completions: "/completions"
        case .moderations: "/moderations"
        case .responsesInputTokens: "/responses/input_tokens"
        case .responsesCompact: "/responses/compact"
        case .models: "/models"
        }
    }

    static let identifierRule = "must be 1 to 128 letters, digits, hyphens and underscores"

    /// An organisation's or project's id.
    static func isIdentifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ASCIIText.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}
