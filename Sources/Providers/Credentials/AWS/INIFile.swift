/// AWS's shared files: sections in brackets, `name = value` lines, and comments.
///
/// Read as AWS's own clients do where they agree: a comment begins a line with `#` or `;`, or follows white space inside
/// one; a section that comes again adds to the first; lines that are indented continue a value (nested settings, which
/// credentials do not use) and are skipped. What is none of these is skipped too. Source: docs.aws.amazon.com/sdkref,
/// "Shared config and credentials files".
struct INIFile: Sendable, Equatable {
    /// Settings by section; names of settings in lower case.
    private(set) var sections: [String: [String: String]] = [:]

    /// Reads a file. Never fails: what cannot be read is not there.
    init(parsing bytes: [UInt8]) {
        var section: String?
        for line in bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            guard let first = line.first, !Self.isSpace(first), !Self.isComment(first) else { continue }
            if first == UInt8(ascii: "[") {
                section = Self.sectionName(line)
                if let section, self.sections[section] == nil { self.sections[section] = [:] }
            } else if let section, let (name, value) = Self.setting(line) {
                self.sections[section]?[name] = value
            }
        }
    }

    /// The section's name with single spaces between its words (`profile dev`).
    private static func sectionName(_ line: ArraySlice<UInt8>) -> String? {
        guard let close = line.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let words = line[line.startIndex.advanced(by: 1)..<close].split(whereSeparator: self.isSpace)
        guard !words.isEmpty else { return nil }
        return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    private static func setting(_ line: ArraySlice<UInt8>) -> (String, String)? {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = self.trimmed(line[..<equals])
        guard !name.isEmpty else { return nil }
        let value = self.withoutComment(line[line.index(after: equals)...])
        return (
            String(decoding: ASCIIText.lowercased(name), as: UTF8.self),
            String(decoding: self.trimmed(value), as: UTF8.self)
        )
    }

    /// What comes before a comment that follows white space.
    private static func withoutComment(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var previous: UInt8 = 0x20
        for index in value.indices {
            if self.isComment(value[index]), self.isSpace(previous) { return value[..<index] }
            previous = value[index]
        }
        return value
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.drop(while: self.isSpace)
        let count = start.reversed().prefix(while: self.isSpace).count
        return start.dropLast(count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isComment(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") }
}
