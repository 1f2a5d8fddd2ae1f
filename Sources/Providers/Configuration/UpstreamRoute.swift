/// Where connections to a provider go and under which rules. Equal routes may share connections.
public struct UpstreamRoute: Sendable, Hashable {
    /// The host to resolve and to verify the certificate for; an IPv6 literal without brackets.
    public let host: String
    /// The raw bytes (4 or 16) when the host is a literal address: nothing to resolve, and no SNI.
    public let address: [UInt8]?
    /// The port.
    public let port: Int
    /// Whether TLS is spoken.
    public let isTLS: Bool
    /// The value of the `Host` header.
    public let hostHeader: String
    /// Whether private addresses may be connected to; see ``PrivateAddress/permits(_:allowPrivate:)``.
    public let allowsPrivate: Bool
    /// PEM file with further certificate authorities.
    public let caBundlePath: String?

    init(_ url: BaseURL, allowsPrivate: Bool, caBundlePath: String?) {
        self.host = url.host
        self.address = url.address
        self.port = url.port
        self.isTLS = url.isTLS
        self.hostHeader = url.authority
        self.allowsPrivate = allowsPrivate
        self.caBundlePath = caBundlePath
    }

    /// Whether an address that the resolver gave for this host may be connected to.
    public func permits(_ address: [UInt8]) -> Bool {
        PrivateAddress.permits(address, allowPrivate: self.allowsPrivate)
    }
}
