/// Reads JSON as far as it goes: what was cut, or is not quite JSON, is read to its end all the same, for what is masked must
/// not depend on what comes after it. One pass; a stack of bounded depth.
struct LooseJSON {
    /// A text that is a value.
    struct Text {
        /// Between the quotes.
        var range: Range<Int>
        /// Names of the members it stands in, from the root.
        var path: [[UInt8]]
    }

    /// What was found.
    private(set) var texts: [Text] = []
    /// Values that a rule masks whole.
    private(set) var masked: [(range: Range<Int>, isText: Bool)] = []
    /// Numbers under names that tell the pieces of a stream apart, in order.
    private(set) var positions: [UInt8] = []
    /// Numbers of as many digits as a card has.
    private(set) var longNumbers: [Range<Int>] = []

    private struct Frame {
        var isObject: Bool
        var key: [UInt8]?
    }

    private static let maximumDepth = 256
    private static let positionNames = ["index", "output_index", "content_index", "summary_index"].map {
        Array($0.utf8)
    }
    private let bytes: ArraySlice<UInt8>
    private let isMasked: ([[UInt8]]) -> Bool
    private var stack: [Frame] = []

    init(_ bytes: ArraySlice<UInt8>, isMasked: @escaping ([[UInt8]]) -> Bool) {
        self.bytes = bytes
        self.isMasked = isMasked
        self.read()
    }

    /// Whether text may be JSON.
    static func looksLike(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first(where: { $0 > 0x20 }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    private var path: [[UInt8]] { self.stack.compactMap { $0.isObject ? $0.key : nil } }

    private mutating func read() {
        var i = self.bytes.startIndex
        while i < self.bytes.endIndex {
            switch self.bytes[i] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                i = self.open(at: i)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = self.stack.popLast()
                i += 1
            case UInt8(ascii: ","):
                if let last = self.stack.indices.last { self.stack[last].key = nil }
                i += 1
            case UInt8(ascii: "\""):
                i = self.text(at: i)
            case UInt8(ascii: ":"), 0...0x20:
                i += 1
            default:
                i = self.scalar(at: i)
            }
        }
    }

    private mutating func open(at i: Int) -> Int {
        let path = self.path
        // Deeper than any body may be: all that is inside goes.
        if self.stack.count >= Self.maximumDepth || (!path.isEmpty && self.isMasked(path)) {
            let end = self.endOfContainer(from: i)
            self.masked.append((i..<end, false))
            return end
        }
        self.stack.append(Frame(isObject: self.bytes[i] == UInt8(ascii: "{"), key: nil))
        return i + 1
    }

    private mutating func text(at i: Int) -> Int {
        let end = self.endOfText(from: i + 1)
        let next = min(end + 1, self.bytes.endIndex)
        if let last = self.stack.indices.last, self.stack[last].isObject, self.stack[last].key == nil {
            self.stack[last].key = DecodedText(self.bytes, i + 1..<end).bytes
            return next
        }
        let path = self.path
        if self.isMasked(path) {
            self.masked.append((i + 1..<end, true))
        } else {
            self.texts.append(Text(range: i + 1..<end, path: path))
        }
        return next
    }

    private mutating func scalar(at i: Int) -> Int {
        var end = i
        while end < self.bytes.endIndex, !Self.endsScalar(self.bytes[end]) { end += 1 }
        let path = self.path
        if self.isMasked(path) {
            self.masked.append((i..<end, false))
        } else if let name = path.last, Self.positionNames.contains(name) {
            self.positions += self.bytes[i..<end] + [UInt8(ascii: ",")]
        } else if end - i >= 13 {
            self.longNumbers.append(i..<end)
        }
        return end
    }

    private static func endsScalar(_ byte: UInt8) -> Bool { byte <= 0x20 || "{}[],:\"".utf8.contains(byte) }

    private func endOfText(from start: Int) -> Int {
        var i = start
        while i < self.bytes.endIndex, self.bytes[i] != UInt8(ascii: "\"") {
            i += self.bytes[i] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(i, self.bytes.endIndex)
    }

    private func endOfContainer(from start: Int) -> Int {
        var depth = 0
        var i = start
        while i < self.bytes.endIndex {
            switch self.bytes[i] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return i + 1 }
            case UInt8(ascii: "\""): i = self.endOfText(from: i + 1)
            default: break
            }
            i += 1
        }
        return self.bytes.endIndex
    }
}

/// A text as it reads once its escapes are undone, and where each of its bytes stood.
struct DecodedText {
    private(set) var bytes: [UInt8] = []
    /// One more than bytes: the last is where the text ends.
    private(set) var places: [Int] = []

    init(_ source: ArraySlice<UInt8>, _ range: Range<Int>) {
        var i = range.lowerBound
        while i < range.upperBound {
            guard source[i] == UInt8(ascii: "\\"), i + 1 < range.upperBound else {
                self.add([source[i]], at: i)
                i += 1
                continue
            }
            switch source[i + 1] {
            case UInt8(ascii: "n"): self.add([0x0A], at: i)
            case UInt8(ascii: "r"): self.add([0x0D], at: i)
            case UInt8(ascii: "t"): self.add([0x09], at: i)
            case UInt8(ascii: "b"), UInt8(ascii: "f"): self.add([0x20], at: i)
            case UInt8(ascii: "u"):
                let digits = source[i + 2..<min(i + 6, range.upperBound)]
                let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
                // Half of a pair stands for itself: no pattern is looked for beyond it.
                let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
                self.add(Array(String(scalar).utf8), at: i)
                i += digits.count
            default: self.add([source[i + 1]], at: i)
            }
            i += 2
        }
        self.places.append(range.upperBound)
    }

    private mutating func add(_ bytes: [UInt8], at place: Int) {
        self.bytes += bytes
        for _ in bytes { self.places.append(place) }
    }
}
