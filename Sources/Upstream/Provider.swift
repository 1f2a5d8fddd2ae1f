public import Exchange
public import NIOCore
public import Providers
public import Wire

/// One vendor account, ready to be sent to: its configuration, where it is, and the head lines that every request carries.
public final class Provider: Sendable {
    /// The validated configuration.
    public let configuration: ProviderConfiguration
    /// Where connections go.
    public let endpoint: UpstreamEndpoint
    /// Keeps the credential where it is fetched or signs; `nil` where it stands in the head lines, or there is none.
    public let credentials: CredentialHolder?
    let credentialPlan: CredentialPlan
    /// The response headers that carry the vendor's own request id, the likeliest first.
    public let requestIDHeaders: [StaticString]
    /// Whether the trace of a request is told to the vendor.
    public let forwardsTrace: Bool
    private let headLines: [UInt8]
    private let defaultHeaders: [HeaderField]
    private let refusedFields: Set<String>
    // A few: they are looked through.
    private let forwarded: [(format: FormatID, headers: ForwardedHeaders)]

    /// Every body field that some kind of provider refuses; what the road looks out for before it knows the target.
    public static let sensitiveFields = SensitiveFields(
        ProviderDescriptor.all.flatMap { $0.refusedFields.map(\.description) }
    )

    /// A provider.
    ///
    /// - Parameters:
    ///   - configuration: What was configured.
    ///   - secret: The credential, when the vendor needs one. It stays in memory, in the head lines or the holder.
    ///   - environment: For proxies, and for the places where clouds keep credentials.
    ///   - services: What fetching credentials takes; by default real sockets, files and time.
    /// - Throws: When its CA bundle cannot be read, or the credential is not of the form that its kind needs.
    public init(
        configuration: ProviderConfiguration,
        secret: Secret?,
        environment: [String: String],
        services: CredentialServices? = nil
    ) throws {
        self.configuration = configuration
        self.requestIDHeaders = configuration.descriptor.requestIDHeaders
        self.refusedFields = Set(configuration.descriptor.refusedFields.map(\.description))
        self.forwardsTrace = configuration.settings["forward_traceparent"] == "true"
        self.defaultHeaders = configuration.descriptor.defaultHeaders
        self.forwarded = configuration.descriptor.forwardedHeaders.map { ($0.key, $0.value) }
        let plan = try configuration.credentialPlan(secret: secret, environment: environment)
        self.credentialPlan = plan
        self.credentials =
            plan.chain == nil
            ? nil
            : try CredentialHolder(
                name: configuration.name,
                plan: plan,
                services: services ?? CredentialServices(transport: SocketCredentialTransport(environment: environment))
            )
        self.headLines = Self.headLines(configuration, plan)
        self.endpoint = try Self.endpoint(configuration, environment)
    }

    /// The provider's name.
    public var name: String { self.configuration.name }

    /// The only project whose callers may refer to state stored in this account; `nil` when the account is shared.
    public var boundProject: String? { self.configuration.project }

    /// Whether Martlet may ask streams for usage on its own account.
    public var reportsStreamUsage: Bool { self.configuration.includesUsage }

    /// Whether a vendor's answer is read on for its final count when its caller has left.
    public var drainsOnDisconnect: Bool { self.configuration.settings["on_disconnect"] == "drain" }

    /// Whether an operation can be passed through.
    public func speaks(_ operation: Exchange.Operation) -> Bool { self.configuration.speaks(operation) }

    /// Whether a top-level body field is refused.
    public func refuses(field: String) -> Bool { self.refusedFields.contains(field) }

    /// Which of the caller's headers travel, for one format.
    public func forwardedHeaders(for format: FormatID) -> ForwardedHeaders {
        self.forwarded.first { $0.format == format }?.headers ?? .always
    }

    /// Writes request line and headers.
    ///
    /// - Parameters:
    ///   - method: The request's method.
    ///   - bytes: Where to.
    ///   - target: Path and query.
    ///   - bodyCount: The body's length.
    ///   - credentials: What ``authorization(method:target:contentType:body:at:)`` gave for this attempt.
    ///   - forward: Writes the caller's own headers that travel. Called again when they find no room.
    ///   - callerGave: Says of a default header whether the caller gave it.
    public func writeHead(
        method: StaticString = "POST",
        to bytes: inout ByteBuffer,
        target: String,
        bodyCount: Int,
        credentials: [SecretHeader] = [],
        forward: (_ head: inout HeadWriter) -> Void,
        callerGave: (_ name: String) -> Bool
    ) {
        bytes.writeHead { head in
            head.write(fixed: method)
            head.write(fixed: " ")
            head.write(target)
            head.write(fixed: " HTTP/1.1\r\n")
            self.headLines.withUnsafeBytes { head.write($0) }
            for header in credentials {
                head.write(header.name)
                head.write(fixed: ": ")
                header.value.withBytes { head.write($0) }
                head.endLine()
            }
            forward(&head)
            for header in self.defaultHeaders where !callerGave(header.name) { head.write(header.name, header.value) }
            head.write(field: "content-length", bodyCount)
            head.endLine()
        }
    }

    private static func headLines(_ configuration: ProviderConfiguration, _ plan: CredentialPlan) -> [UInt8] {
        var lines: [UInt8] = []
        func add(_ name: String, _ value: some Sequence<UInt8>) {
            lines += name.utf8
            lines += ": ".utf8
            lines += value
            lines += "\r\n".utf8
        }
        add("host", configuration.hostHeader.utf8)
        if case .header(let header) = plan { add(header.name, header.value.bytes) }
        for header in configuration.fixedHeaders { add(header.name, header.value.utf8) }
        return lines
    }

    private static func endpoint(
        _ configuration: ProviderConfiguration,
        _ environment: [String: String]
    ) throws -> UpstreamEndpoint {
        guard let route = configuration.route else {
            return UpstreamEndpoint(name: configuration.name, transport: .sandbox, allowsPrivateAddresses: true)
        }
        let tls = route.isTLS ? try TLSClientSettings(serverName: route.host, caBundlePath: route.caBundlePath) : nil
        return UpstreamEndpoint(
            name: configuration.name,
            transport: .tcp(host: route.host, port: route.port, tls: tls),
            allowsPrivateAddresses: route.allowsPrivate,
            proxy: route.isTLS ? ProxyAddress.forHost(route.host, environment: environment) : nil
        )
    }
}
