/// An HTTP proxy that tunnels by CONNECT, as named by `HTTPS_PROXY`, and the hosts that go without it (`NO_PROXY`).
public struct ProxyAddress: Sendable, Equatable {
    /// The proxy's host.
    public let host: String
    /// The proxy's port.
    public let port: Int

    /// An address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The proxy for a host, or `nil` when it is to be reached directly.
    ///
    /// Reads `HTTPS_PROXY` or `https_proxy` (`http://host:port`, credentials are not taken) and `NO_PROXY` or `no_proxy`
    /// (a comma list of hosts, `.suffix`es, or `*`). A malformed value counts as none.
    public static func forHost(_ host: String, environment: [String: String]) -> ProxyAddress? {
        guard let value = environment["HTTPS_PROXY"] ?? environment["https_proxy"],
            let proxy = Self.parse(value)
        else { return nil }
        let exceptions = (environment["NO_PROXY"] ?? environment["no_proxy"] ?? "").split(separator: ",")
        for entry in exceptions {
            let pattern = entry.drop(while: { $0 == " " }).prefix(while: { $0 != " " })
            if pattern == "*" || Self.matches(host, pattern) { return nil }
        }
        return proxy
    }

    private static func matches(_ host: String, _ pattern: Substring) -> Bool {
        let suffix = pattern.hasPrefix(".") ? pattern.dropFirst() : pattern
        guard !suffix.isEmpty else { return false }
        return host == suffix || host.hasSuffix("." + suffix)
    }

    private static func parse(_ value: String) -> ProxyAddress? {
        var rest = Substring(value)
        if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains("@"), !rest.contains("/") else { return nil }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return ProxyAddress(host: String(host), port: 3128) }
        guard let port = Int(parts[1]), (1...65535).contains(port) else { return nil }
        return ProxyAddress(host: String(host), port: port)
    }
}
