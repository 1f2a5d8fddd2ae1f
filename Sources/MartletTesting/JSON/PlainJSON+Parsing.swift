extension PlainJSON {
    /// Why a text is no JSON this reader takes.
    public struct ParseError: Error, Equatable {
        /// Where the reader stood, in bytes.
        public var offset: Int
        /// What it missed there.
        public var message: String
    }

    /// Reads one JSON document.
    ///
    /// - Parameter bytes: UTF-8, white space allowed around the value, at most 512 levels deep.
    /// - Throws: `ParseError` with the offset of the first byte that does not fit.
    public init(parsing bytes: some Sequence<UInt8>) throws(ParseError) {
        var reader = PlainJSONReader(bytes: Array(bytes))
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.isAtEnd else { throw reader.error("expected the end of the text") }
        self = value.json
    }

    /// Reads one JSON document from text.
    public init(parsing text: String) throws(ParseError) {
        try self.init(parsing: text.utf8)
    }
}

/// A recursive-descent reader over bytes. Strings must be UTF-8; a lone surrogate becomes U+FFFD.
struct PlainJSONReader {
    /// A value with where it stood, so that its raw bytes can be cut out of the document.
    struct Located {
        var json: PlainJSON
        var range: Range<Int>
    }

    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { self.offset >= self.bytes.count }

    func error(_ message: String) -> PlainJSON.ParseError {
        PlainJSON.ParseError(offset: self.offset, message: message)
    }

    private var current: UInt8? {
        self.isAtEnd ? nil : self.bytes[self.offset]
    }

    mutating func skipSpace() {
        while let byte = self.current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.offset += 1
        }
    }

    mutating func value(depth: Int) throws(PlainJSON.ParseError) -> Located {
        guard depth <= 512 else { throw self.error("deeper than 512 levels") }
        self.skipSpace()
        let start = self.offset
        let json = try self.bareValue(depth: depth)
        return Located(json: json, range: start..<self.offset)
    }

    private mutating func bareValue(depth: Int) throws(PlainJSON.ParseError) -> PlainJSON {
        switch self.current {
        case UInt8(ascii: "{"): return .object(try self.members(depth: depth).map { Member($0.name, $0.value.json) })
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        default: return try self.number()
        }
    }

    private typealias Member = PlainJSON.Member

    /// The members of the object that starts here, each with where its value stood.
    mutating func members(depth: Int) throws(PlainJSON.ParseError) -> [(name: String, value: Located)] {
        self.skipSpace()
        try self.take(UInt8(ascii: "{"))
        var members: [(name: String, value: Located)] = []
        self.skipSpace()
        if self.skip(UInt8(ascii: "}")) { return members }
        while true {
            self.skipSpace()
            let name = try self.string()
            self.skipSpace()
            try self.take(UInt8(ascii: ":"))
            members.append((name, try self.value(depth: depth + 1)))
            self.skipSpace()
            if self.skip(UInt8(ascii: "}")) { return members }
            try self.take(UInt8(ascii: ","))
        }
    }

    private mutating func array(depth: Int) throws(PlainJSON.ParseError) -> PlainJSON {
        try self.take(UInt8(ascii: "["))
        var elements: [PlainJSON] = []
        self.skipSpace()
        if self.skip(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try self.value(depth: depth + 1).json)
            self.skipSpace()
            if self.skip(UInt8(ascii: "]")) { return .array(elements) }
            try self.take(UInt8(ascii: ","))
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard self.current == byte else { return false }
        self.offset += 1
        return true
    }

    private mutating func take(_ byte: UInt8) throws(PlainJSON.ParseError) {
        guard self.skip(byte) else { throw self.error("expected \(Character(Unicode.Scalar(byte)))") }
    }

    private mutating func word(_ word: StaticString, _ value: PlainJSON) throws(PlainJSON.ParseError) -> PlainJSON {
        let text = "\(word)"
        guard self.bytes[self.offset...].starts(with: text.utf8) else { throw self.error("expected \(text)") }
        self.offset += text.utf8.count
        return value
    }

    private mutating func number() throws(PlainJSON.ParseError) -> PlainJSON {
        let start = self.offset
        while let byte = self.current, Self.isInNumber(byte) { self.offset += 1 }
        let text = String(decoding: self.bytes[start..<self.offset], as: UTF8.self)
        guard Double(text) != nil, text.first != "+" else {
            self.offset = start
            throw self.error("expected a value")
        }
        return .number(text)
    }

    private static func isInNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    mutating func string() throws(PlainJSON.ParseError) -> String {
        try self.take(UInt8(ascii: "\""))
        var units: [UInt8] = []
        while let byte = self.current {
            self.offset += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): try self.escape(into: &units)
            case 0..<0x20: throw self.error("control character in a string")
            default: units.append(byte)
            }
        }
        throw self.error("string without end")
    }

    private mutating func escape(into units: inout [UInt8]) throws(PlainJSON.ParseError) {
        guard let byte = self.current else { throw self.error("string without end") }
        self.offset += 1
        switch byte {
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "u"): units.append(contentsOf: String(try self.scalar()).utf8)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        default: throw self.error("unknown escape")
        }
    }

    private mutating func scalar() throws(PlainJSON.ParseError) -> Unicode.Scalar {
        let high = try self.codeUnit()
        guard UTF16.isLeadSurrogate(high), self.bytes[self.offset...].starts(with: [0x5C, UInt8(ascii: "u")]) else {
            return Unicode.Scalar(high) ?? "\u{FFFD}"
        }
        let mark = self.offset
        self.offset += 2
        let low = try self.codeUnit()
        guard UTF16.isTrailSurrogate(low) else {
            self.offset = mark
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (UInt32(high & 0x3FF) << 10) + UInt32(low & 0x3FF)) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(PlainJSON.ParseError) -> UInt16 {
        let end = self.offset + 4
        guard end <= self.bytes.count else { throw self.error("escape without end") }
        let digits = String(decoding: self.bytes[self.offset..<end], as: UTF8.self)
        guard let unit = UInt16(digits, radix: 16) else { throw self.error("expected four hexadecimal digits") }
        self.offset = end
        return unit
    }
}
