/// One header field as text, exactly as received or to be sent: neither case nor order is changed, repeats stay.
public struct OracleHeader: Sendable, Equatable {
    /// The field's name.
    public var name: String
    /// The field's value, without white space around it.
    public var value: String

    /// A field from its two halves; nothing is checked, so that broken heads can be sent.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [OracleHeader] {
    /// Every value under this name, case aside, in order.
    public func values(_ name: String) -> [String] {
        let folded = name.lowercased()
        return self.filter { $0.name.lowercased() == folded }.map(\.value)
    }

    /// The first value under this name, case aside.
    public func first(_ name: String) -> String? {
        self.values(name).first
    }
}
