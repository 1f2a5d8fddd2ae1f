import Wire
import Yams

/// JSON as YAML, for files that people go on with.
enum YAMLText {
    /// The document; as it is when it cannot be written as YAML.
    static func text(_ json: [UInt8]) -> String {
        json.withUnsafeBytes { raw in
            let tape = JSONTape()
            guard let root = try? tape.parse(raw), root.count > 0,
                let text = try? Yams.serialize(node: self.node(root), width: -1, allowUnicode: true)
            else { return String(decoding: json, as: UTF8.self) }
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        }
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value.kind {
        case .object:
            let pairs = value.members.map { (Node(Self.text($0.key)), self.node($0.value)) }
            return .mapping(Node.Mapping(pairs))
        case .array: return .sequence(Node.Sequence(value.elements.map(self.node)))
        case .string:
            let text = Self.text(value)
            return .scalar(Node.Scalar(text, Tag(.implicit), Self.needsQuotes(text) ? .doubleQuoted : .any))
        case .number, .true, .false, .null:
            return .scalar(Node.Scalar(String(decoding: value.bytes, as: UTF8.self), Tag(.implicit), .plain))
        }
    }

    private static func text(_ value: JSONValue) -> String { value.string ?? "" }

    /// Texts that would read as something else without quotes, here or elsewhere, or as a variable.
    private static func needsQuotes(_ text: String) -> Bool {
        let words = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        return words.contains(text.lowercased()) || text.utf8.allSatisfy { (0x2B...0x3A).contains($0) || $0 == 0x5F }
    }
}
