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
        Self.always.names.contains { Self.matches($0, name, isPrefix: false) }
            || self.names.contains { Self.matches($0, name, isPrefix: false) }
            || self.prefixes.contains { Self.matches($0, name, isPrefix: true) }
    }

    /// Whether a header travels; see the buffer form.
    public func forwards(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { self.forwards(UnsafeRawBufferPointer($0)) }
    }

    private static func matches(_ rule: StaticString, _ name: UnsafeRawBufferPointer, isPrefix: Bool) -> Bool {
        let count = rule.utf8CodeUnitCount
        guard isPrefix ? name.count >= count : name.count == count else { return false }
        for index in 0..<count where ASCIIText.lowercased(name[index]) != rule.utf8Start[index] { return false }
        return true
    }
}
