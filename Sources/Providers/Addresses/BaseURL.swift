/// A provider's base URL, read by a grammar so small that no two readers can disagree about it:
/// `http[s]://host[:port][/path]`, ASCII only.
///
/// Not a general URL parser on purpose (RELIABILITY N037): what is unusual is refused with a reason, not interpreted.
public struct BaseURL: Sendable, Equatable, CustomStringConvertible {
    /// Whether the scheme is `https`.
    public let isTLS: Bool
    /// Lower case. An IPv6 literal stands without its brackets, in the form it was given.
    public let host: String
    /// The raw bytes (4 or 16) when the host is a literal address.
    public let address: [UInt8]?
    /// The port, the scheme's own when none was given.
    public let port: Int
    /// Empty, or starts with a slash and does not end with one.
    public let path: String

    /// The host as it stands in a URL or a `Host` header, with the port unless it is the scheme's own.
    public var authority: String {
        let host = self.address?.count == 16 ? "[\(self.host)]" : self.host
        return self.port == (self.isTLS ? 443 : 80) ? host : "\(host):\(self.port)"
    }

    /// The normal form: lower-case scheme and host, no default port, no trailing slash.
    public var description: String {
        "\(self.isTLS ? "https" : "http")://\(self.authority)\(self.path)"
    }

    /// The same server with another path.
    func withPath(_ path: String) -> BaseURL {
        BaseURL(isTLS: self.isTLS, host: self.host, address: self.address, port: self.port, path: path)
    }

    init(isTLS: Bool, host: String, address: [UInt8]?, port: Int, path: String) {
        self.isTLS = isTLS
        self.host = host
        self.address = address
        self.port = port
        self.path = path
    }
}

extension BaseURL {
    /// Reads a base URL.
    ///
    /// - Parameter text: At most 2,048 bytes.
    /// - Throws: `.invalidBaseURL` with what was wrong and what would be right. Whether the address may be used is
    ///   another question; see ``PrivateAddress``.
    public init(parsing text: String) throws(ProviderConfigurationError) {
        let bytes = Array(text.utf8)
        try Self.checkCharacters(bytes)
        var rest = bytes[...]
        let isTLS = try Self.takeScheme(&rest)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        let (hostBytes, address, portBytes) = try Self.splitAuthority(authority)
        let port = try Self.readPort(portBytes) ?? (isTLS ? 443 : 80)
        self.init(
            isTLS: isTLS,
            host: String(decoding: ASCIIText.lowercased(hostBytes), as: UTF8.self),
            address: address,
            port: port,
            path: try Self.readPath(rest.dropFirst(authority.count))
        )
    }

    static func fault(_ message: String) -> ProviderConfigurationError {
        ProviderConfigurationError(.invalidBaseURL, field: "base_url", message)
    }

    /// Refuses every byte that some reader treats specially, before anything is taken apart.
    private static func checkCharacters(_ bytes: [UInt8]) throws(ProviderConfigurationError) {
        guard !bytes.isEmpty else { throw self.fault("is empty; give one such as https://api.example.com/v1") }
        guard bytes.count <= 2_048 else { throw self.fault("is longer than 2048 bytes") }
        for byte in bytes {
            switch byte {
            case 0x80...:
                throw self.fault("holds a non-ASCII character; write an international host name in punycode (xn--…)")
            case 0...0x20, 0x7f: throw self.fault("holds a space, tab or control character; remove it")
            case UInt8(ascii: "\\"): throw self.fault("holds a backslash; use / between path segments")
            case UInt8(ascii: "?"): throw self.fault("holds a query; give the URL up to the path only")
            case UInt8(ascii: "#"): throw self.fault("holds a fragment; give the URL up to the path only")
            case UInt8(ascii: "@"):
                throw self.fault("holds user information; give the credential as the provider's secret")
            case UInt8(ascii: "%"): throw self.fault("holds a percent escape; write host and path in plain characters")
            default: continue
            }
        }
    }

    private static func takeScheme(_ rest: inout ArraySlice<UInt8>) throws(ProviderConfigurationError) -> Bool {
        for (prefix, isTLS) in [("https://", true), ("http://", false)] {
            guard ASCIIText.lowercased(rest.prefix(prefix.utf8.count)).elementsEqual(prefix.utf8) else { continue }
            rest = rest.dropFirst(prefix.utf8.count)
            return isTLS
        }
        throw self.fault("must start with https:// (or http:// for a server on your own network)")
    }

    /// Splits `host[:port]`; brackets mark an IPv6 literal.
    private static func splitAuthority(
        _ authority: ArraySlice<UInt8>
    ) throws(ProviderConfigurationError) -> (host: ArraySlice<UInt8>, address: [UInt8]?, port: ArraySlice<UInt8>?) {
        let colon = UInt8(ascii: ":")
        guard authority.first != UInt8(ascii: "[") else {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else {
                throw self.fault("lacks the ] of its IPv6 address")
            }
            let host = authority[authority.startIndex.advanced(by: 1)..<close]
            let tail = authority[close.advanced(by: 1)...]
            guard let address = AddressText.v6(host) else {
                throw self.fault("holds a malformed IPv6 address (zones are not taken)")
            }
            guard tail.isEmpty || tail.first == colon else { throw self.fault("has text between ] and the port") }
            return (host, address, tail.isEmpty ? nil : tail.dropFirst())
        }
        let host = authority.prefix { $0 != colon }
        let tail = authority.dropFirst(host.count)
        return (host, try self.checkHostName(host), tail.isEmpty ? nil : tail.dropFirst())
    }

    private static func readPath(_ path: ArraySlice<UInt8>) throws(ProviderConfigurationError) -> String {
        let trimmed = path.last == UInt8(ascii: "/") ? path.dropLast() : path
        guard !trimmed.isEmpty else { return "" }
        for segment in trimmed.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !segment.isEmpty else { throw self.fault("has an empty path segment (//); use single slashes") }
            guard !segment.allSatisfy({ $0 == UInt8(ascii: ".") }) else {
                throw self.fault("has a . or .. path segment; write the path it leads to")
            }
            guard segment.allSatisfy(self.isPathByte) else {
                throw self.fault("has a path character that is neither letter, digit nor one of -._~!$&'()*+,;=:")
            }
        }
        return String(decoding: trimmed, as: UTF8.self)
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        ASCIIText.isUnreserved(byte) || self.pathMarks.contains(byte)
    }

    private static let pathMarks = Array("!$&'()*+,;=:".utf8)
}
