extension PlainJSON {
    /// The value as compact JSON text.
    public var text: String {
        var text = ""
        self.write(into: &text)
        return text
    }

    /// The value as compact JSON, in UTF-8.
    public var bytes: [UInt8] {
        Array(self.text.utf8)
    }

    private func write(into text: inout String) {
        switch self {
        case .object(let members): Self.write(members, into: &text)
        case .array(let elements): Self.write(elements, into: &text)
        case .string(let string): Self.write(string, into: &text)
        case .number(let number): text += number
        case .bool(let flag): text += flag ? "true" : "false"
        case .null: text += "null"
        }
    }

    private static func write(_ members: [Member], into text: inout String) {
        text += "{"
        for (index, member) in members.enumerated() {
            if index > 0 { text += "," }
            Self.write(member.name, into: &text)
            text += ":"
            member.value.write(into: &text)
        }
        text += "}"
    }

    private static func write(_ elements: [PlainJSON], into text: inout String) {
        text += "["
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            element.write(into: &text)
        }
        text += "]"
    }

    private static func write(_ string: String, into text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
