import Exchange

extension ProviderDescriptor {
    /// Google's Vertex AI: Gemini, Claude, and open models behind OpenAI's format. Source: cloud.google.com/vertex-ai,
    /// November 2026.
    static let vertex = ProviderDescriptor(
        kind: .vertex,
        displayName: "Google Vertex AI",
        defaultBaseURL: nil,
        operations: [],
        secretRule: .optional,
        authentication: .bearer,
        proof: .google,
        ownSettings: [
            .matching(
                "google_project",
                "The id of the Google Cloud project.",
                rule: "must be 1 to 63 lower-case letters, digits and hyphens",
                ProviderSetting.isResourceName
            ),
            .matching(
                "location",
                "The location of the endpoint, such as us-central1; global by default.",
                rule: "must be 1 to 63 lower-case letters, digits and hyphens",
                ProviderSetting.isResourceName
            ),
            AnthropicBetas.setting,
        ],
        refusedFields: configurationFields,
        forwardedHeaders: [.chat: .openAI, .messages: .always],
        requestIDHeaders: ["request-id", "x-request-id", "x-cloud-trace-context"],
        prepareBaseURL: { (url, settings) throws(ProviderConfigurationError) in
            guard settings["google_project"] != nil else {
                throw ProviderConfigurationError(
                    .invalidSetting,
                    field: "settings.google_project",
                    "is needed by vertex: the id of the Google Cloud project"
                )
            }
            if let url { return url.path.hasSuffix("/v1") ? url.withPath(String(url.path.dropLast(3))) : url }
            return try BaseURL(parsing: "https://\(VertexPaths.host(VertexPaths.location(settings)))")
        },
        targets: { _, _ in [:] },
        routes: { path, settings in VertexPaths.routes(under: path, settings) }
    )
}

/// Vertex's hosts and paths.
enum VertexPaths {
    static func location(_ settings: [String: String]) -> String { settings["location"] ?? "global" }

    /// The host of a location: one for all the world, one for a continent, or a region's own.
    static func host(_ location: String) -> String {
        switch location {
        case "global": "aiplatform.googleapis.com"
        case "us", "eu": "aiplatform.\(location).rep.googleapis.com"
        default: "\(location)-aiplatform.googleapis.com"
        }
    }

    static func routes(under path: String, _ settings: [String: String]) -> [VendorRoute] {
        let project = settings["google_project"] ?? ""
        let base = "\(path)/v1/projects/\(project)/locations/\(self.location(settings))/"
        let claude = "\(base)publishers/anthropic/models/"
        return [
            GeminiPaths.route(under: base, .vertex, models: .other, embed: ":predict"),
            VendorRoute(
                format: .messages,
                models: .claude,
                paths: [
                    .generate: RequestTargetTemplate(prefix: claude, suffix: ":rawPredict"),
                    .stream: RequestTargetTemplate(prefix: claude, suffix: ":streamRawPredict"),
                    .countTokens: .fixed("\(claude)count-tokens:rawPredict"),
                ],
                passes: [.messages, .countTokens],
                messages: NativeMessages(
                    version: "vertex-2023-10-16",
                    keepsModel: false,
                    keepsStream: true,
                    betas: AnthropicBetas.chosen(settings),
                    framesEvents: false
                )
            ),
            VendorRoute(
                format: .chat,
                models: .published,
                paths: [
                    .generate: .fixed("\(base)endpoints/openapi/chat/completions"),
                    .stream: .fixed("\(base)endpoints/openapi/chat/completions"),
                ],
                passes: [.chat]
            ),
        ]
    }
}
