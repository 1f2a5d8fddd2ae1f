public import Exchange

/// What Martlet knows of a kind of vendor, as data. Each vendor's folder holds one; ``all`` is where they register.
public struct ProviderDescriptor: Sendable {
    /// Whether accounts of a kind have a credential.
    public enum SecretRule: Sendable, Equatable {
        /// None may be given.
        case none
        /// One may be given (servers on a LAN often have none).
        case optional
        /// One must be given.
        case required
    }

    /// Which kind this is.
    public var kind: ProviderKind
    /// The name for people.
    public var displayName: String
    /// The base URL when the configuration gives none; `nil` when there is no sensible one.
    public var defaultBaseURL: String?
    /// The operations that are spoken natively unless a setting says otherwise.
    public var operations: Set<Operation>
    /// The operations that the setting `operations` may name; empty when the set is fixed.
    public var selectableOperations: Set<Operation> = []
    /// Whether accounts have a credential.
    public var secretRule: SecretRule
    /// The credential's header, unless settings name another.
    public var authentication: AuthenticationHeader
    /// Which other ways of proof there are.
    var proof = ProofRule.header
    /// The settings that are taken, beyond ``ProviderSetting/common``.
    public var ownSettings: [ProviderSetting] = []
    /// Top-level body fields that are refused with a 400, because by them a vendor (or a gateway in front of it) would
    /// choose another model, vendor, account or server than the plan did (RELIABILITY N031).
    public var refusedFields: [StaticString]
    /// Request headers that travel from the caller to the vendor, by format.
    public var forwardedHeaders: [FormatID: ForwardedHeaders]
    /// Headers sent when the caller gave none of that name: lower-case names.
    public var defaultHeaders: [HeaderField] = []
    /// Query items of the caller's that travel on.
    public var forwardedQueryItems: [StaticString] = []
    /// Response headers that carry the vendor's own request id, the likeliest first: lower-case names.
    public var requestIDHeaders: [StaticString]
    /// Whether a Chat stream may be asked for usage (`stream_options.include_usage`) unless settings say otherwise.
    public var includesUsage = true
    /// Turns the base URL that was read (or `nil`) into the one that is used; `nil` when the kind has no network.
    var prepareBaseURL: @Sendable (BaseURL?, [String: String]) throws(ProviderConfigurationError) -> BaseURL?
    /// Where each operation is sent, given the base URL's path and the settings.
    var targets: @Sendable (_ path: String, _ settings: [String: String]) -> [Operation: RequestTargetTemplate]
    /// How the vendor is asked in formats that are not a client's own, or for some models alone; those of `targets` follow
    /// by themselves.
    var routes: @Sendable (_ path: String, _ settings: [String: String]) -> [VendorRoute] = { _, _ in [] }
    /// Whether settings make a credential unnecessary that is `required` otherwise.
    var worksWithoutSecret: @Sendable (_ settings: [String: String]) -> Bool = { _ in false }

    /// All settings that are taken.
    public var settings: [ProviderSetting] { ProviderSetting.common + self.ownSettings }

    /// Every kind there is, in the order they are listed to people.
    public static let all: [ProviderDescriptor] = [
        .openAI, .anthropic, .gemini, .vertex, .bedrock, .azureOpenAI, .azureAnthropic, .openAICompatible, .sandbox,
    ]

    /// The descriptor of a kind.
    public static func descriptor(for kind: ProviderKind) -> ProviderDescriptor? {
        self.all.first { $0.kind == kind }
    }

    /// The headers that travel in one format; those that always travel when the format is not spoken here.
    public func forwardedHeaders(for format: FormatID) -> ForwardedHeaders {
        self.forwardedHeaders[format] ?? .always
    }
}

/// A header by name and value.
public struct HeaderField: Sendable, Equatable {
    /// Lower case.
    public var name: String
    /// Visible ASCII.
    public var value: String

    /// Names a header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Where a credential stands in a request.
public struct AuthenticationHeader: Sendable, Equatable {
    /// Lower case.
    public var name: String
    /// The word before the credential (`Bearer`); empty when it stands alone.
    public var scheme: String

    /// Describes where a credential stands.
    public init(name: String, scheme: String) {
        self.name = name
        self.scheme = scheme
    }

    /// `Authorization: Bearer …`
    public static let bearer = AuthenticationHeader(name: "authorization", scheme: "Bearer")
}

/// Fields that never mean anything good in a body, whoever the vendor is: other gateways and SDK wrappers read them as
/// configuration.
let configurationFields: [StaticString] = [
    "api_base", "base_url", "api_key", "api_version", "api_type", "azure_endpoint", "extra_headers", "extra_body",
    "extra_query",
    "organization", "custom_llm_provider", "model_list", "fallbacks", "context_window_fallbacks",
    "content_policy_fallbacks",
]
