import Exchange

extension ProviderDescriptor {
    /// Claude on an Azure Foundry resource, by key or token. Source: learn.microsoft.com/azure/ai-foundry, "Claude models",
    /// November 2026.
    static let azureAnthropic = ProviderDescriptor(
        kind: .azureAnthropic,
        displayName: "Claude on Azure Foundry",
        defaultBaseURL: nil,
        operations: [.messages, .countTokens],
        secretRule: .required,
        authentication: AuthenticationHeader(name: "x-api-key", scheme: ""),
        proof: .azure,
        ownSettings: [
            .matching(
                "resource",
                "The resource's name; stands for the base URL https://RESOURCE.services.ai.azure.com/anthropic.",
                rule: "must be 1 to 63 lower-case letters, digits and hyphens",
                ProviderSetting.isResourceName
            )
        ] + AzureSettings.all,
        refusedFields: configurationFields + ["fallback_credit_token"],
        forwardedHeaders: [.messages: .messages],
        defaultHeaders: [HeaderField("anthropic-version", "2023-06-01")],
        forwardedQueryItems: ["beta"],
        requestIDHeaders: ["request-id", "apim-request-id", "x-request-id"],
        prepareBaseURL: { (url, settings) throws(ProviderConfigurationError) in
            try AzureSettings.check(settings)
            guard let url else {
                guard let resource = settings["resource"] else {
                    throw BaseURL.fault(
                        "is needed by azure-anthropic: https://RESOURCE.services.ai.azure.com/anthropic "
                            + "(or give the setting resource)"
                    )
                }
                return try BaseURL(parsing: "https://\(resource).services.ai.azure.com/anthropic")
            }
            try AzurePaths.checkResource(url.host)
            for ending in ["/v1/messages", "/v1"] where url.path.hasSuffix(ending) {
                return url.withPath(String(url.path.dropLast(ending.count)))
            }
            // The resource itself: Claude stands below it.
            return url.path.isEmpty && url.host.hasSuffix(".azure.com") ? url.withPath("/anthropic") : url
        },
        targets: { path, _ in OpenAIPaths.targets(under: path + "/v1", [.messages, .countTokens, .models]) },
        worksWithoutSecret: AzureSettings.usesTokens
    )
}
