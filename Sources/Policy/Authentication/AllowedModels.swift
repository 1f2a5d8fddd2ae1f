/// Which public model names a key may ask for.
public struct AllowedModels: Sendable {
    /// The list as it was given; `nil` allows all.
    public let patterns: [String]?
    private let names: Set<ModelName>
    private let prefixes: [[UInt8]]
    private let allowsAll: Bool

    /// Everything.
    public static let all = AllowedModels(nil)

    /// Reads a key's list.
    /// - Parameter patterns: Public names, or `provider/*` for all names beginning `provider/`; `nil` allows all, an
    ///   empty list nothing. A `*` anywhere else stands for itself.
    public init(_ patterns: [String]?) {
        self.patterns = patterns
        self.allowsAll = patterns == nil
        let wildcards = (patterns ?? []).filter(Self.isWildcard)
        self.prefixes = wildcards.map { Array($0.utf8.dropLast()) }
        self.names = Set((patterns ?? []).filter { !Self.isWildcard($0) }.map(ModelName.init))
    }

    /// Whether a public name may be asked for. Bytes are compared.
    public func contains(_ model: String) -> Bool {
        if self.allowsAll || self.names.contains(ModelName(model)) { return true }
        return self.prefixes.contains { prefix in
            model.utf8.starts(with: prefix) && Self.isPlain(model.utf8.dropFirst(prefix.count))
        }
    }

    private static func isWildcard(_ pattern: String) -> Bool {
        pattern.utf8.count > 2 && pattern.utf8.suffix(2).elementsEqual("/*".utf8)
    }

    /// What a wildcard covers has no empty, `.` or `..` part, so that it cannot climb out of its provider in an
    /// upstream path.
    private static func isPlain(_ rest: Substring.UTF8View) -> Bool {
        rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }
}
