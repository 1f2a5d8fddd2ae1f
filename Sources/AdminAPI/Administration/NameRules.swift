/// What names and texts may look like. Each rule throws a problem that names the field.
enum NameRules {
    /// Projects and providers: `^[a-z0-9][a-z0-9-]{0,62}$`.
    static func slug(_ text: String, field: String = "name") throws(AdminProblem) -> String {
        let bytes = Array(text.utf8)
        let isSlug = bytes.allSatisfy { self.isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        guard (1...63).contains(bytes.count), isSlug, bytes.first != UInt8(ascii: "-") else {
            throw .field(field, "must be 1 to 63 of a-z, 0-9 and -, not starting with -")
        }
        return text
    }

    /// Public model names and upstream models: 1 to 200 bytes, nothing invisible.
    static func modelName(_ text: String, field: String = "name") throws(AdminProblem) -> String {
        guard (1...200).contains(text.utf8.count), text.unicodeScalars.allSatisfy(self.isVisible) else {
            throw .field(field, "must be 1 to 200 bytes without spaces or control characters")
        }
        return text
    }

    /// Names for people: 1 to 100 bytes of one line.
    static func label(_ text: String, field: String = "name") throws(AdminProblem) -> String {
        guard (1...100).contains(text.utf8.count), self.isOneLine(text), text.first != " ", text.last != " " else {
            throw .field(field, "must be 1 to 100 bytes on one line, not starting or ending with a space")
        }
        return text
    }

    /// Whether nothing in a text is invisible but spaces.
    static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { self.isVisible($0) || $0 == " " }
    }

    /// A vendor credential: it travels in a header, so visible ASCII only.
    static func credential(_ text: String, field: String = "secret") throws(AdminProblem) -> String {
        guard (1...4_096).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .field(field, "must be 1 to 4096 visible ASCII characters without spaces")
        }
        return text
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }
}
