/// Tells JSON, and the beginning of some, from what only begins as JSON does: there, `LooseJSON` sees names and texts where there
/// are none, or none where there are some. Several objects or lists may follow one another; what is in a text, and how a number is
/// written, does not matter here.
struct JSONGrammar {
    private enum Place {
        case value, name, colon, end
    }

    private static let words = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    /// What closes each container that is open.
    private var closers: [UInt8] = []
    private var place = Place.value

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        self.position = self.bytes.startIndex
    }

    /// Whether it is an object or a list, or several, of which the last one may not be whole.
    static func holds(_ bytes: ArraySlice<UInt8>) -> Bool {
        var grammar = JSONGrammar(bytes)
        while grammar.position < grammar.bytes.endIndex {
            guard grammar.step() else { return false }
        }
        return true
    }

    /// Takes what stands here, unless it may not.
    private mutating func step() -> Bool {
        let byte = self.bytes[self.position]
        switch byte {
        case UInt8(ascii: "\""): return self.takeText()
        case 0...0x20, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"):
            self.position += 1
            return byte <= 0x20 || self.take(sign: byte)
        default: return self.takeWord()
        }
    }

    private mutating func take(sign: UInt8) -> Bool {
        switch (sign, self.place) {
        case (UInt8(ascii: "{"), .value), (UInt8(ascii: "["), .value): self.open(sign)
        case (UInt8(ascii: "{"), .end) where self.closers.isEmpty: self.open(sign)
        case (UInt8(ascii: "["), .end) where self.closers.isEmpty: self.open(sign)
        case (UInt8(ascii: "}"), .name), (UInt8(ascii: "}"), .end), (UInt8(ascii: "]"), .value),
            (UInt8(ascii: "]"), .end):
            guard self.closers.popLast() == sign else { return false }
            self.place = .end
        case (UInt8(ascii: ","), .end):
            guard let closer = self.closers.last else { return false }
            self.place = closer == UInt8(ascii: "}") ? .name : .value
        case (UInt8(ascii: ":"), .colon): self.place = .value
        default: return false
        }
        return true
    }

    private mutating func open(_ sign: UInt8) {
        let isObject = sign == UInt8(ascii: "{")
        self.closers.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        self.place = isObject ? .name : .value
    }

    private mutating func takeText() -> Bool {
        guard !self.closers.isEmpty, self.place == .name || self.place == .value else { return false }
        self.place = self.place == .name ? .colon : .end
        self.position += 1
        while self.position < self.bytes.endIndex, self.bytes[self.position] != UInt8(ascii: "\"") {
            self.position += self.bytes[self.position] == UInt8(ascii: "\\") ? 2 : 1
        }
        self.position = min(self.position + 1, self.bytes.endIndex)
        return true
    }

    private mutating func takeWord() -> Bool {
        guard !self.closers.isEmpty, self.place == .value else { return false }
        let word = self.bytes[self.position...].prefix { $0 > 0x20 && !"{}[],:\"".utf8.contains($0) }
        self.position = word.endIndex
        self.place = .end
        if Self.isNumber(word) { return true }
        let isCut = word.endIndex == self.bytes.endIndex
        return Self.words.contains { isCut ? $0.starts(with: word) : word.elementsEqual($0) }
    }

    private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
        word.allSatisfy { TokenPatterns.isDigit($0) || "+-.eE".utf8.contains($0) }
    }
}
