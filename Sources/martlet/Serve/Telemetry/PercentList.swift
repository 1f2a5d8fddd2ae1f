/// Lists as OpenTelemetry's variables write them: `name=value` by comma, values percent-encoded.
///
/// Source: OpenTelemetry specification, "OTLP exporter configuration" and "Resource SDK", of 2025.
enum PercentList {
    /// Reads a list.
    ///
    /// - Parameter text: The list; empty members count as not there.
    /// - Returns: `nil` when a member has no name, no equals sign, or a percent sign that encodes nothing.
    static func parse(_ text: String) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for member in text.utf8.split(separator: UInt8(ascii: ",")) {
            let member = Self.trimmed(member)
            guard !member.isEmpty else { continue }
            guard let equals = member.firstIndex(of: UInt8(ascii: "=")), equals > member.startIndex,
                let value = Self.decoded(Self.trimmed(member[member.index(after: equals)...]))
            else { return nil }
            pairs.append((String(decoding: Self.trimmed(member[..<equals]), as: UTF8.self), value))
        }
        return pairs
    }

    private static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
        var bytes = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { bytes.removeLast() }
        return bytes
    }

    private static func decoded(_ bytes: Substring.UTF8View) -> String? {
        var out: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit) else {
                return nil
            }
            out.append(high << 4 | low)
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
