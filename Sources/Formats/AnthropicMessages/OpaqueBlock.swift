import Exchange
import Wire

/// A block that only this format knows, put together from its shell and its deltas.
struct OpaqueBlock {
    private let shell: Opaque
    /// Pieces of a server tool's input.
    var input = ""
    /// Strings that grow by deltas (compacted content), by member.
    private var strings: [(key: String, text: String)] = []

    init(_ block: JSONValue, type: String) {
        self.shell = Opaque(format: .messages, type: type, json: RawJSON(block))
    }

    mutating func add(_ delta: JSONValue) {
        for (key, value) in delta.members where !key.equals("type") {
            guard let name = key.string, let text = value.string else { continue }
            if let position = self.strings.firstIndex(where: { $0.key == name }) {
                self.strings[position].text += text
            } else {
                self.strings.append((name, text))
            }
        }
    }

    /// The block as it would have come in an answer that is not streamed.
    var whole: Opaque {
        let input = RawJSON(trusted: self.input)
        let hasInput = input.read { $0.kind == .object } ?? false
        guard hasInput || !self.strings.isEmpty else { return self.shell }
        let json = self.shell.json.read { shell in
            var writer = JSONWriter(capacity: self.input.utf8.count + 128)
            writer.beginObject()
            for (key, value) in shell.members {
                guard let name = key.string else { continue }
                if hasInput && name == "input" || self.strings.contains(where: { $0.key == name }) { continue }
                writer.key(name)
                writer.raw(value.bytes)
            }
            if hasInput { writer.member("input", input) }
            for (key, text) in self.strings {
                writer.key(key)
                writer.string(text)
            }
            writer.endObject()
            return RawJSON(writer)
        }
        return Opaque(format: .messages, type: self.shell.type, json: json ?? self.shell.json)
    }
}
