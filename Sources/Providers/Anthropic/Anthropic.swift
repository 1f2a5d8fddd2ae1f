import Exchange

extension ProviderDescriptor {
    /// Anthropic, or any server that speaks Messages. Source: docs.claude.com/en/api, November 2026.
    static let anthropic = ProviderDescriptor(
        kind: .anthropic,
        displayName: "Anthropic",
        defaultBaseURL: "https://api.anthropic.com",
        operations: [.messages, .countTokens],
        secretRule: .required,
        authentication: AuthenticationHeader(name: "x-api-key", scheme: ""),
        ownSettings: ProviderSetting.authentication,
        refusedFields: configurationFields + ["fallback_credit_token"],
        forwardedHeaders: [.messages: .messages],
        defaultHeaders: [HeaderField("anthropic-version", "2023-06-01")],
        forwardedQueryItems: ["beta"],
        requestIDHeaders: ["request-id", "x-request-id"],
        prepareBaseURL: { (url, _) throws(ProviderConfigurationError) in
            guard let url else { return try BaseURL(parsing: "https://api.anthropic.com") }
            // Half of the clients' base URLs end in /v1, half do not: both mean the same server.
            return url.path.hasSuffix("/v1") ? url.withPath(String(url.path.dropLast(3))) : url
        },
        targets: { path, _ in OpenAIPaths.targets(under: path + "/v1", [.messages, .countTokens, .models]) }
    )
}

extension ForwardedHeaders {
    /// What Anthropic's SDKs and Claude Code send for the vendor to see. Their contract asks gateways to leave version and
    /// betas alone.
    static let messages = ForwardedHeaders(
        names: [
            "anthropic-version", "anthropic-beta", "anthropic-dangerous-direct-browser-access",
            "anthropic-user-profile-id", "x-app",
        ],
        prefixes: ["x-claude-code-"]
    )
}
