import Exchange

extension ProviderDescriptor {
    /// Any server that speaks OpenAI's formats below any base URL.
    static let openAICompatible = ProviderDescriptor(
        kind: .openAICompatible,
        displayName: "OpenAI-compatible",
        defaultBaseURL: nil,
        operations: [.chat, .completions, .embeddings, .moderations],
        selectableOperations: OpenAIPaths.operations.union([.messages, .countTokens]),
        secretRule: .optional,
        authentication: .bearer,
        ownSettings: ProviderSetting.authentication + [
            .matching(
                "operations",
                "What the server speaks, by comma: chat, responses, messages, count_tokens, embeddings, completions, moderations …",
                rule: "must be one or more of \(CompatibleOperations.names), by comma without spaces"
            ) { CompatibleOperations.read($0) != nil }
        ],
        refusedFields: configurationFields + CompatibleOperations.routingFields,
        forwardedHeaders: [.chat: .openAI, .responses: .openAI, .messages: .messages],
        requestIDHeaders: ["x-request-id", "request-id"],
        prepareBaseURL: { (url, _) throws(ProviderConfigurationError) in
            guard let url else {
                throw BaseURL.fault("is needed by openai-compatible, such as https://api.example.com/v1")
            }
            return url
        },
        targets: { path, settings in
            let chosen = settings["operations"].flatMap(CompatibleOperations.read)
            return OpenAIPaths.targets(
                under: path,
                (chosen ?? [.chat, .completions, .embeddings, .moderations]).union([.models])
            )
        }
    )
}

/// What a compatible server may speak, and the fields by which routers among them pick another model or vendor.
enum CompatibleOperations {
    private static let all: [Operation] = [
        .chat, .responses, .messages, .countTokens, .embeddings, .completions, .moderations, .responsesInputTokens,
        .responsesCompact,
    ]

    static let names = all.map(\.rawValue).joined(separator: ", ")

    /// Reads a list by comma; `nil` when it is empty or names something else.
    static func read(_ text: String) -> Set<Operation>? {
        var operations: Set<Operation> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let operation = self.all.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
                return nil
            }
            operations.insert(operation)
        }
        return operations
    }

    /// OpenRouter's routing and presets, Vercel's provider options.
    static let routingFields: [StaticString] = [
        "models", "route", "provider", "preset", "transforms", "providerOptions", "provider_options", "fallback_models",
    ]
}
