import Exchange

extension ProviderDescriptor {
    /// The built-in vendor that needs no network: it answers in process.
    static let sandbox = ProviderDescriptor(
        kind: .sandbox,
        displayName: "Sandbox",
        defaultBaseURL: nil,
        operations: Set(Operation.allCases).subtracting([.models]),
        secretRule: .none,
        authentication: .bearer,
        refusedFields: configurationFields,
        forwardedHeaders: [.chat: .openAI, .responses: .openAI, .messages: .messages],
        forwardedQueryItems: ["beta"],
        requestIDHeaders: ["x-request-id", "request-id"],
        prepareBaseURL: { (url, _) throws(ProviderConfigurationError) in
            guard url == nil else {
                throw BaseURL.fault("is not taken by sandbox, which needs no network; leave it out")
            }
            return nil
        },
        targets: { _, _ in OpenAIPaths.targets(under: "/v1", Set(Operation.allCases)) }
    )
}
