/// Makes any text fit for one field of one line: cut to a bound, and nothing in it that ends a line, moves a cursor or
/// turns the reading direction (RELIABILITY N050).
enum LogText {
    /// Most bytes of one field.
    static let maximumBytes = 2_048

    /// How much of a text is kept.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > self.maximumBytes else { return text }
        let bytes = Array(text.utf8.prefix(self.maximumBytes + 1))
        var end = self.maximumBytes
        while end > 0, bytes[end] & 0xC0 == 0x80 {
            end -= 1
        }
        return String(decoding: bytes[..<end], as: UTF8.self) + "…"
    }

    /// Appends a text as a JSON string.
    static func appendJSON(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for scalar in self.cut(text).unicodeScalars {
            switch scalar {
            case "\"", "\\": line += [UInt8(ascii: "\\"), UInt8(scalar.value)]
            case "\n": line += "\\n".utf8
            case "\t": line += "\\t".utf8
            case _ where self.isUnsafe(scalar):
                for unit in String(scalar).utf16 {
                    line += "\\u\(self.hexadecimal(UInt32(unit), width: 4))".utf8
                }
            default: line += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    /// Appends a text for people: bare when it is plain and short of surprises, else quoted.
    static func appendPlain(_ text: String, quoted: Bool, to line: inout [UInt8]) {
        let text = self.cut(text)
        let needsQuotes = quoted && (text.isEmpty || text.contains { " \"=".contains($0) })
        if needsQuotes { line.append(UInt8(ascii: "\"")) }
        for scalar in text.unicodeScalars {
            if self.isUnsafe(scalar) {
                line += "\\u{\(self.hexadecimal(scalar.value, width: 1))}".utf8
            } else if needsQuotes, scalar == "\"" {
                line += "\\\"".utf8
            } else {
                line += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
        if needsQuotes { line.append(UInt8(ascii: "\"")) }
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value < 0x20 || scalar.value > 0x7E else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: return true
        default: return false
        }
    }

    private static func hexadecimal(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
