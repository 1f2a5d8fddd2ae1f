import Exchange

extension ProviderDescriptor {
    /// Azure OpenAI and Foundry resources, by key or token. Source: learn.microsoft.com/azure/ai-foundry/openai, November 2026.
    static let azureOpenAI = ProviderDescriptor(
        kind: .azureOpenAI,
        displayName: "Azure OpenAI",
        defaultBaseURL: nil,
        operations: AzurePaths.v1Operations,
        secretRule: .required,
        authentication: AuthenticationHeader(name: "api-key", scheme: ""),
        proof: .azure,
        ownSettings: [
            .matching(
                "api_version",
                "Empty or v1 for the v1 paths, preview for their previews, or a date (2024-10-21) for deployment paths.",
                rule: "must be empty, v1, preview, or a date like 2024-10-21 or 2025-03-01-preview",
                AzurePaths.isVersion
            ),
            .matching(
                "resource",
                "The resource's name; stands for the base URL https://RESOURCE.openai.azure.com.",
                rule: "must be 1 to 63 lower-case letters, digits and hyphens",
                ProviderSetting.isResourceName
            ),
        ] + AzureSettings.all,
        refusedFields: configurationFields,
        forwardedHeaders: [.chat: .openAI, .responses: .openAI],
        requestIDHeaders: ["apim-request-id", "x-request-id"],
        prepareBaseURL: { (url, settings) throws(ProviderConfigurationError) in
            try AzureSettings.check(settings)
            return try AzurePaths.prepare(url, settings)
        },
        targets: { path, settings in AzurePaths.targets(under: path, version: settings["api_version"] ?? "") },
        worksWithoutSecret: AzureSettings.usesTokens
    )
}

/// Azure's two families of paths: v1, and dated with the deployment in the path.
enum AzurePaths {
    static let v1Operations: Set<Operation> = [
        .chat, .responses, .embeddings, .completions, .responsesInputTokens, .responsesCompact,
    ]

    /// Paths below the resource's root.
    static func targets(under base: String, version: String) -> [Operation: RequestTargetTemplate] {
        guard self.isDated(version) else {
            return OpenAIPaths.targets(under: base + "/openai/v1", self.v1Operations.union([.models])).mapValues {
                target in
                .fixed(target.prefix, query: version == "preview" ? "api-version=preview" : "")
            }
        }
        let query = "api-version=\(version)"
        var targets: [Operation: RequestTargetTemplate] = [
            .responses: .fixed(base + "/openai/responses", query: query),
            .models: .fixed(base + "/openai/models", query: query),
        ]
        for operation in [Operation.chat, .embeddings, .completions] {
            targets[operation] = RequestTargetTemplate(
                prefix: base + "/openai/deployments/",
                suffix: OpenAIPaths.path(operation),
                query: query
            )
        }
        return targets
    }

    /// The resource's root: from the setting, or from an endpoint that may end in `/openai` or `/openai/v1`.
    static func prepare(_ url: BaseURL?, _ settings: [String: String]) throws(ProviderConfigurationError) -> BaseURL {
        guard let url else {
            guard let resource = settings["resource"] else {
                throw BaseURL.fault(
                    "is needed by azure-openai: https://RESOURCE.openai.azure.com (or give the setting resource)"
                )
            }
            return try BaseURL(parsing: "https://\(resource).openai.azure.com")
        }
        try self.checkResource(url.host)
        for ending in ["/openai/v1", "/openai"] where url.path.hasSuffix(ending) {
            return url.withPath(String(url.path.dropLast(ending.count)))
        }
        return url
    }

    /// On Azure's own hosts what stands before the suffix must be one resource name.
    static func checkResource(_ host: String) throws(ProviderConfigurationError) {
        for suffix in self.hostSuffixes where host.hasSuffix(suffix) {
            guard ProviderSetting.isResourceName(String(host.dropLast(suffix.count))) else {
                throw BaseURL.fault(
                    "must name one resource of 1 to 63 lower-case letters, digits and hyphens before \(suffix)"
                )
            }
        }
    }

    private static let hostSuffixes = [
        ".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", ".openai.azure.us",
        ".openai.azure.cn",
    ]

    static func isVersion(_ text: String) -> Bool {
        text.isEmpty || text == "v1" || text == "preview" || self.isDated(text)
    }

    /// `YYYY-MM-DD`, or that with `-preview`.
    private static func isDated(_ text: String) -> Bool {
        let date = text.hasSuffix("-preview") ? Array(text.utf8.dropLast(8)) : Array(text.utf8)
        guard date.count == 10 else { return false }
        return date.indices.allSatisfy {
            $0 == 4 || $0 == 7 ? date[$0] == UInt8(ascii: "-") : ASCIIText.isDigit(date[$0])
        }
    }
}
