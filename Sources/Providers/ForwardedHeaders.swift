import Wire

/// An allow-list of request headers. What it does not name stays behind: credentials, cookies, hop-by-hop fields,
/// `openai-organization`, `openai-project`, `x-martlet-*`, `x-stainless-*`, and other gateways' control headers.
public struct ForwardedHeaders: Sendable {
    /// Exact names, lower case.
    public var names: [StaticString]
    /// Beginnings of names, lower case.
    public var prefixes: [StaticString]

    /// An allow-list.
    public init(names: [StaticString], prefixes: [StaticString] = []) {
        self.names = names
        self.prefixes = prefixes
    }

    /// What travels in every format.
    public static let always = ForwardedHeaders(names: ["content-type", "accept", "user-agent"])

    /// Whether a header travels.
    ///
    /// - Parameter name: As received, of either case.
    /// - Returns: `true` for names on the list.
    /// - Complexity: One comparison of lengths per entry, and of bytes where they agree; no allocation.
    public func forwards(_ name: UnsafeRawBufferPointer) -> Bool {
        Self.always.names.contains { ASCII.caseInsensitiveEquals(name, $0) }
            || self.names.contains { ASCII.caseInsensitiveEquals(name, $0) }
            || self.prefixes.contains { Self.begins(name, with: $0) }
    }

    /// Whether a header travels; see the buffer form.
    public func forwards(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { self.forwards(UnsafeRawBufferPointer($0)) }
    }

    private static func begins(_ name: UnsafeRawBufferPointer, with prefix: StaticString) -> Bool {
        ASCII.caseInsensitiveEquals(UnsafeRawBufferPointer(rebasing: name.prefix(prefix.utf8CodeUnitCount)), prefix)
    }
}
