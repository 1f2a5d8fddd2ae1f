import Wire

/// JSON for people: two spaces a level, one item a line. Texts and numbers keep their bytes.
enum PrettyJSON {
    /// The document, indented; as it is when it is not JSON.
    static func indented(_ json: [UInt8]) -> [UInt8] {
        var limits = JSONLimits()
        // A translated body is deeper than what came in, by the vendor's own wrapping.
        limits.maxDepth = 1_000
        limits.maxBytes = 1 << 28
        return json.withUnsafeBytes { raw in
            let tape = JSONTape(limits: limits)
            guard let root = try? tape.parse(raw) else { return json }
            var out: [UInt8] = []
            out.reserveCapacity(json.count * 2)
            Self.write(root, 0, &out)
            return out
        }
    }

    private static func write(_ value: JSONValue, _ level: Int, _ out: inout [UInt8]) {
        switch value.kind {
        case .object where value.count > 0:
            Self.items(value.members, level, "{", "}", &out) { member, out in
                out += member.key.bytes
                out += ": ".utf8
                Self.write(member.value, level + 1, &out)
            }
        case .array where value.count > 0:
            Self.items(value.elements, level, "[", "]", &out) { element, out in Self.write(element, level + 1, &out) }
        case .object: out += "{}".utf8
        case .array: out += "[]".utf8
        case .string, .number, .true, .false, .null: out += value.bytes
        }
    }

    private static func items<Items: Sequence>(
        _ items: Items,
        _ level: Int,
        _ opening: String,
        _ closing: String,
        _ out: inout [UInt8],
        _ write: (Items.Element, inout [UInt8]) -> Void
    ) {
        out += opening.utf8
        var isFirst = true
        for item in items {
            if !isFirst { out += ",".utf8 }
            isFirst = false
            Self.line(level + 1, &out)
            write(item, &out)
        }
        Self.line(level, &out)
        out += closing.utf8
    }

    private static func line(_ level: Int, _ out: inout [UInt8]) {
        out.append(UInt8(ascii: "\n"))
        for _ in 0..<level { out += "  ".utf8 }
    }
}
