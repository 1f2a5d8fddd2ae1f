/// Replaces `${VAR}`, `${VAR:-default}` and `${file:/path}` inside one scalar. It runs after the file was parsed, so what
/// comes in can never become structure, and what it brings in is not looked at again. `$${` stands for `${` itself.
struct SettingSubstitution {
    let environment: [String: String]
    let readFile: (String) throws -> [UInt8]

    /// Largest file a scalar may bring in.
    static let maximumFileBytes = 64 << 10

    func expand(_ text: String) throws(SettingMistake) -> String {
        var out = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            let before = rest[..<start.lowerBound]
            if before.last == "$" {
                out += before + "{"
                rest = rest[start.upperBound...]
                continue
            }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw SettingMistake("has a ${ that is never closed; write $${ for the two characters themselves")
            }
            out += before
            out += try self.value(of: rest[start.upperBound..<end])
            rest = rest[rest.index(after: end)...]
        }
        return out + rest
    }

    private func value(of expression: Substring) throws(SettingMistake) -> String {
        if expression.hasPrefix("file:") {
            return try self.contents(of: String(expression.dropFirst(5)))
        }
        let split = expression.firstRange(of: ":-")
        let name = String(split.map { expression[..<$0.lowerBound] } ?? expression)
        guard Self.isVariableName(name) else {
            throw SettingMistake("refers to ${\(expression)}, which is not a variable name")
        }
        if let value = self.environment[name], !value.isEmpty || split == nil { return value }
        guard let split else {
            throw SettingMistake("refers to ${\(name)}, which is not set; give it, or write ${\(name):-default}")
        }
        return String(expression[split.upperBound...])
    }

    private func contents(of path: String) throws(SettingMistake) -> String {
        guard path.hasPrefix("/") else { throw SettingMistake("refers to file \(path): the path must be absolute") }
        guard let bytes = try? self.readFile(path) else {
            throw SettingMistake("refers to file \(path), which cannot be read")
        }
        guard bytes.count <= Self.maximumFileBytes else {
            throw SettingMistake(
                "refers to file \(path), which is larger than \(SizeText.format(Self.maximumFileBytes))"
            )
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw SettingMistake("refers to file \(path), which is not UTF-8 text")
        }
        if text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    /// `^[A-Za-z_][A-Za-z0-9_]*$`
    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !Self.isDigit(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
            default: Self.isDigit(byte)
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
