import NIOSSL
import Synchronization

/// Where one provider's requests go: everything a connection needs, nothing a request needs. Immutable and shared by loops.
public final class UpstreamEndpoint: Sendable {
    /// How connections come to be.
    public enum Transport: Sendable {
        /// TCP, with TLS when a context is there.
        case tcp(host: String, port: Int, tls: TLSClientSettings?)
        /// Inside this process, without any network: the sandbox.
        case sandbox
    }

    /// Identifies the endpoint in pools; never used twice in one process.
    public let id: Int
    /// The provider's name, for logs and metrics.
    public let name: String
    /// How connections come to be.
    public let transport: Transport
    /// Which addresses may be connected to, directly. A proxy may have any address but a metadata service's.
    let addresses: AddressRule
    /// The tunnel to use, when the environment names one for this host.
    public let proxy: ProxyAddress?

    private static let nextID = Atomic<Int>(1)

    /// An endpoint of a provider.
    ///
    /// - Parameters:
    ///   - name: The provider's name.
    ///   - transport: How connections come to be.
    ///   - allowsPrivateAddresses: Whether loopback, private and other special addresses may be connected to. Link-local
    ///     ones and metadata services never are.
    ///   - proxy: The tunnel to use.
    public convenience init(
        name: String,
        transport: Transport,
        allowsPrivateAddresses: Bool,
        proxy: ProxyAddress? = nil
    ) {
        self.init(
            name: name,
            transport: transport,
            addresses: allowsPrivateAddresses ? .local : .global,
            proxy: proxy
        )
    }

    /// An endpoint under a rule of the caller's choice.
    init(name: String, transport: Transport, addresses: AddressRule, proxy: ProxyAddress?) {
        self.id = Self.nextID.add(1, ordering: .relaxed).oldValue
        self.name = name
        self.transport = transport
        self.addresses = addresses
        self.proxy = proxy
    }
}

/// A TLS client context, made once per endpoint: verification always on, HTTP/1.1 only, TLS 1.2 at least.
public struct TLSClientSettings: Sendable {
    let context: NIOSSLContext
    let serverName: String
    let identity: CertificateIdentity

    /// Makes a context.
    ///
    /// - Parameters:
    ///   - serverName: What the certificate must be for, a name or a literal address; a name is sent as SNI.
    ///   - caBundlePath: A PEM file of extra roots, added to the system's.
    /// - Throws: When the bundle cannot be read.
    public init(serverName: String, caBundlePath: String?) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        let identity = CertificateIdentity(host: serverName)
        // For an address the library would look at the connection's, which may be a proxy's. Ours is looked for in any case.
        configuration.certificateVerification = identity.isAddress ? .noHostnameVerification : .fullVerification
        if let caBundlePath {
            configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(caBundlePath))]
        }
        self.context = try NIOSSLContext(configuration: configuration)
        self.serverName = serverName
        self.identity = identity
    }
}
