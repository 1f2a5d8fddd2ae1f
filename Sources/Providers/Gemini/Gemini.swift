import Exchange

extension ProviderDescriptor {
    /// Google's Gemini Developer API, by key. Source: ai.google.dev/api, November 2026.
    static let gemini = ProviderDescriptor(
        kind: .gemini,
        displayName: "Google Gemini",
        defaultBaseURL: "https://generativelanguage.googleapis.com",
        operations: [],
        secretRule: .required,
        // Never `?key=`: keys in URLs end up in logs.
        authentication: AuthenticationHeader(name: "x-goog-api-key", scheme: ""),
        ownSettings: [
            .matching("api_version", "The version in the path.", rule: "must be v1 or v1beta") {
                $0 == "v1" || $0 == "v1beta"
            }
        ],
        refusedFields: configurationFields,
        forwardedHeaders: [:],
        requestIDHeaders: ["x-request-id", "x-cloud-trace-context"],
        prepareBaseURL: { (url, _) throws(ProviderConfigurationError) in
            guard let url else { return try BaseURL(parsing: "https://generativelanguage.googleapis.com") }
            for ending in ["/v1beta", "/v1"] where url.path.hasSuffix(ending) {
                return url.withPath(String(url.path.dropLast(ending.count)))
            }
            return url
        },
        targets: { path, settings in [.models: .fixed("\(path)/\(GeminiPaths.version(settings))/models")] },
        routes: { path, settings in
            [
                GeminiPaths.route(
                    under: "\(path)/\(GeminiPaths.version(settings))/",
                    .gemini,
                    embed: ":batchEmbedContents"
                )
            ]
        }
    )
}

/// The paths of generateContent, which Gemini and Vertex share.
enum GeminiPaths {
    static func version(_ settings: [String: String]) -> String { settings["api_version"] ?? "v1beta" }

    /// The verbs after a model.
    static func route(
        under base: String,
        _ place: RequestTargetTemplate.ModelPlace,
        models: ModelRule = .any,
        embed: String?
    ) -> VendorRoute {
        func path(_ verb: String, query: String = "") -> RequestTargetTemplate {
            RequestTargetTemplate(prefix: base, suffix: verb, query: query, place: place)
        }
        var paths: [VendorAction: RequestTargetTemplate] = [
            .generate: path(":generateContent"),
            // Without it the answer is one JSON array.
            .stream: path(":streamGenerateContent", query: "alt=sse"),
            .countTokens: path(":countTokens"),
        ]
        paths[.embed] = embed.map { path($0) }
        return VendorRoute(format: .gemini, models: models, paths: paths)
    }
}

extension RequestTargetTemplate.ModelPlace {
    /// `models/…` unless the name brings its collection.
    static let gemini = RequestTargetTemplate.ModelPlace.resource(
        usual: "models",
        others: ["models", "tunedModels"]
    )
    /// Google's own models unless the name brings its collection.
    static let vertex = RequestTargetTemplate.ModelPlace.resource(
        usual: "publishers/google/models",
        others: ["publishers/google/models", "endpoints"]
    )
}
