import Exchange

extension ProviderDescriptor {
    /// AWS Bedrock's runtime: every model by Converse, Claude by its own body too. Source: docs.aws.amazon.com/bedrock,
    /// November 2026.
    static let bedrock = ProviderDescriptor(
        kind: .bedrock,
        displayName: "AWS Bedrock",
        defaultBaseURL: nil,
        operations: [],
        secretRule: .optional,
        authentication: .bearer,
        proof: .aws(service: "bedrock"),
        ownSettings: [
            .matching(
                "region",
                "The region of endpoint and signatures, such as us-east-1.",
                rule: "must be 1 to 63 lower-case letters, digits and hyphens",
                ProviderSetting.isResourceName
            ),
            .matching(
                "profile",
                "The profile of AWS's shared files whose credentials are used, when no secret is given.",
                rule: "must be 1 to 64 letters, digits, dots, hyphens and underscores",
                PlainWord.isOne
            ),
            AnthropicBetas.setting,
        ],
        refusedFields: configurationFields,
        forwardedHeaders: [.messages: .always],
        requestIDHeaders: ["x-amzn-requestid"],
        prepareBaseURL: { (url, settings) throws(ProviderConfigurationError) in
            guard let url else {
                guard let region = settings["region"] else { throw BedrockHost.noRegion }
                return try BaseURL(parsing: "https://\(BedrockHost.name(in: region))")
            }
            guard settings["region"] != nil || BedrockHost.region(of: url.host) != nil else {
                throw BedrockHost.noRegion
            }
            return url
        },
        targets: { _, _ in [:] },
        routes: { path, settings in BedrockHost.routes(under: path, settings) }
    )
}

/// Bedrock's hosts and paths.
enum BedrockHost {
    static let noRegion = ProviderConfigurationError(
        .invalidSetting,
        field: "settings.region",
        "is needed by bedrock, such as us-east-1"
    )

    /// The host of a region.
    static func name(in region: String) -> String {
        "bedrock-runtime.\(region).\(AWSRegion.domain(of: region))"
    }

    /// The region in a host's name; `nil` when it is not one of AWS's own.
    static func region(of host: String) -> String? {
        let labels = host.split(separator: ".").map(String.init)
        guard let index = labels.firstIndex(where: { $0.hasPrefix("bedrock-runtime") }), index + 2 < labels.count,
            labels.dropFirst(index + 2).joined(separator: ".").hasSuffix(AWSRegion.domain(of: labels[index + 1]))
        else { return nil }
        return labels[index + 1]
    }

    static func routes(under path: String, _ settings: [String: String]) -> [VendorRoute] {
        func at(_ suffix: String) -> RequestTargetTemplate {
            RequestTargetTemplate(prefix: "\(path)/model/", suffix: suffix)
        }
        return [
            VendorRoute(
                format: .converse,
                paths: [
                    .generate: at("/converse"), .stream: at("/converse-stream"), .countTokens: at("/count-tokens"),
                    .embed: at("/invoke"),
                ]
            ),
            VendorRoute(
                format: .messages,
                models: .claude,
                paths: [.generate: at("/invoke"), .stream: at("/invoke-with-response-stream")],
                passes: [.messages],
                messages: NativeMessages(
                    version: "bedrock-2023-05-31",
                    keepsModel: false,
                    keepsStream: false,
                    betas: AnthropicBetas.chosen(settings),
                    framesEvents: true
                )
            ),
        ]
    }
}
