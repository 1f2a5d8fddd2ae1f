public import Exchange

/// A provider's configuration after validation: only ``validate(name:kind:baseURL:settings:hasSecret:)`` makes one.
public struct ProviderConfiguration: Sendable {
    /// `^[a-z0-9][a-z0-9-]{0,62}$`
    public let name: String
    /// What kind of vendor it is.
    public let descriptor: ProviderDescriptor
    /// The base URL in normal form; empty when the kind has no network.
    public let baseURL: String
    /// Where connections go; `nil` when the kind has no network (the sandbox answers in process).
    public let route: UpstreamRoute?
    /// The settings as given.
    public let settings: [String: String]
    /// The only project that may use this provider; `nil` for all. Stored state at the vendor is then that project's own.
    public let project: String?
    /// Whether Martlet may ask Chat streams for usage on its own account.
    public let includesUsage: Bool
    /// Where the credential stands.
    public let authentication: AuthenticationHeader
    /// Headers that every request to this provider carries: lower-case names.
    public let fixedHeaders: [HeaderField]
    private let targets: [Operation: RequestTargetTemplate]
    /// How the vendor is asked, the usual way first.
    let routes: [VendorRoute]

    /// The kind.
    public var kind: ProviderKind { self.descriptor.kind }

    /// The operations this provider speaks natively.
    public var operations: Set<Operation> { Set(self.targets.keys).subtracting([.models]) }

    /// Whether an operation can be passed through. `.models` is answered by Martlet itself and never passed through.
    public func speaks(_ operation: Operation) -> Bool {
        operation != .models && self.targets[operation] != nil
    }

    /// Path and query of a request.
    ///
    /// - Parameters:
    ///   - operation: What is asked for; `.models` gives the vendor's list, for reachability checks.
    ///   - model: The upstream model (Azure: the deployment), percent-encoded where it stands in the path.
    ///   - query: The caller's query string without its `?`; only what the descriptor lists travels on.
    /// - Returns: `nil` when the operation is not spoken here, or the model's name cannot stand in the path.
    public func requestTarget(
        operation: Operation,
        model: String,
        query: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) -> String? {
        self.targets[operation].flatMap { self.target($0, model: model, query: query) }
    }

    /// Path and query by a template.
    func target(_ template: RequestTargetTemplate, model: String, query: UnsafeRawBufferPointer) -> String? {
        guard let path = template.path(model: model) else { return nil }
        let passed = QueryItems.filter(query, names: self.descriptor.forwardedQueryItems)
        switch (template.query.isEmpty, passed.isEmpty) {
        case (true, true): return path
        case (true, false): return "\(path)?\(passed)"
        case (false, true): return "\(path)?\(template.query)"
        case (false, false): return "\(path)?\(template.query)&\(passed)"
        }
    }

    /// The credential's header.
    ///
    /// - Returns: `nil` when there is no credential to send, or it is not sent itself but signs requests or is exchanged
    ///   for tokens; see ``credentialPlan(secret:environment:)``. The value is wrapped like the credential itself.
    public func authenticationHeader(secret: Secret?) -> (name: String, value: Secret)? {
        guard let secret, !secret.isEmpty, case .header = self.authenticationKind(secret: secret) else { return nil }
        guard !self.authentication.scheme.isEmpty else { return (self.authentication.name, secret) }
        return (self.authentication.name, Secret(Array("\(self.authentication.scheme) ".utf8) + secret.bytes))
    }

    init(
        name: String,
        descriptor: ProviderDescriptor,
        url: BaseURL?,
        settings: [String: String]
    ) {
        self.name = name
        self.descriptor = descriptor
        self.baseURL = url?.description ?? ""
        self.settings = settings
        self.route = url.map {
            UpstreamRoute($0, allowsPrivate: settings["allow_private"] == "true", caBundlePath: settings["ca_bundle"])
        }
        self.project = settings["project"]
        self.includesUsage = settings["include_usage"].map { $0 == "true" } ?? descriptor.includesUsage
        self.authentication = Self.authentication(descriptor, settings)
        self.fixedHeaders = Self.fixedHeaders(settings)
        let targets = descriptor.targets(url?.path ?? "", settings)
        self.targets = targets
        self.routes = descriptor.routes(url?.path ?? "", settings) + Self.routes(from: targets)
    }

    private static func authentication(
        _ descriptor: ProviderDescriptor,
        _ settings: [String: String]
    ) -> AuthenticationHeader {
        var header = descriptor.authentication
        if let name = settings["auth_header"] {
            header = AuthenticationHeader(
                name: String(decoding: ASCIIText.lowercased(name.utf8), as: UTF8.self),
                scheme: ""
            )
            if header.name == AuthenticationHeader.bearer.name { header.scheme = AuthenticationHeader.bearer.scheme }
        }
        if let scheme = settings["auth_scheme"] { header.scheme = scheme }
        return header
    }

    private static func fixedHeaders(_ settings: [String: String]) -> [HeaderField] {
        let names = [("organization", "openai-organization"), ("openai_project", "openai-project")]
        return names.compactMap { setting, header in settings[setting].map { HeaderField(header, $0) } }
    }
}
