public import Wire

/// Where a body caps its answer's length, and where it could: enough to lower the cap, or to put one in, without reading
/// the body again.
public struct OutputCap: Sendable, Equatable {
    /// The names that caps have.
    public enum Name: String, Sendable {
        /// Messages, completions, and Chat's older spelling.
        case maxTokens = "max_tokens"
        /// Chat's newer spelling.
        case maxCompletionTokens = "max_completion_tokens"
        /// Responses.
        case maxOutputTokens = "max_output_tokens"

        /// The name as a key to look up.
        var key: StaticString {
            switch self {
            case .maxTokens: "max_tokens"
            case .maxCompletionTokens: "max_completion_tokens"
            case .maxOutputTokens: "max_output_tokens"
            }
        }
    }

    /// A field that caps the answer; `null` is one that does not.
    public struct Field: Sendable, Equatable {
        /// Its name.
        public var name: Name
        /// Its value's bytes.
        public var range: Range<Int>
        /// The cap; `nil` for `null`.
        public var tokens: Int?
    }

    /// Where a further member can be put, with a comma after it.
    public let insertion: Int
    private var first: Field?
    private var second: Field?

    /// A body without such a field.
    ///
    /// - Parameter root: An object that has members; of any other value `nil` is made.
    public init?(into root: JSONValue) {
        guard root.kind == .object, root.count > 0 else { return nil }
        self.insertion = root.contentRange.lowerBound
    }

    /// The fields that are there, in order of appearance; Chat may have two.
    public var fields: [Field] {
        [self.first, self.second].compactMap { $0 }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Takes a field that is there; of more than two, the last counts.
    mutating func add(_ field: Field) {
        if self.first == nil { self.first = field } else { self.second = field }
    }

    /// The edits that cap the answer: every field that says more is lowered, for it is not known which of several the
    /// vendor reads; where none says anything, one is put in.
    ///
    /// - Parameters:
    ///   - tokens: The most that the answer may have.
    ///   - field: The field to put in, or whose `null` to replace, when the body caps nothing.
    /// - Returns: Ascending and disjoint patches; none when the caller's own cap is no larger.
    public func capPatches(_ tokens: Int, field: String) -> [BytePatch] {
        let fields = self.fields
        if fields.contains(where: { $0.tokens != nil }) {
            return fields.filter { $0.tokens ?? 0 > tokens }.map {
                BytePatch(range: $0.range, replacement: "\(tokens)")
            }
        }
        if let null = fields.first(where: { $0.name.rawValue == field }) {
            return [BytePatch(range: null.range, replacement: "\(tokens)")]
        }
        return [BytePatch(range: self.insertion..<self.insertion, replacement: "\"\(field)\":\(tokens),")]
    }
}

extension RequestFields {
    /// A cap on the answer's length.
    ///
    /// - Parameters:
    ///   - name: The field.
    ///   - bounds: What the vendor takes.
    ///   - cap: Notes where the field is.
    /// - Returns: The cap; `nil` when absent or `null`.
    /// - Throws: When it is no whole number inside the bounds.
    public func cap(
        _ name: OutputCap.Name,
        in bounds: ClosedRange<Int>,
        noting cap: inout OutputCap?
    ) throws(GatewayFailure) -> Int? {
        guard let value = self.root[name.key] else { return nil }
        let tokens = try Self.count(value, name.key, in: bounds)
        cap?.add(OutputCap.Field(name: name, range: value.range, tokens: tokens))
        return tokens
    }
}
