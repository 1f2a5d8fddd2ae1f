/// Reads JSON as far as it goes: what was cut, or is not quite JSON, is read to its end all the same, for what is masked must
/// not depend on what comes after it. One pass, a finding at a time; what is kept meanwhile is a stack of bounded depth and, where
/// texts are followed from event to event, one node of each container.
struct LooseJSON {
    /// A text: a value, or the name of a member.
    struct Text {
        /// Between the quotes.
        var range: Range<Int>
        var isName: Bool
        /// Its end is not there.
        var isOpen: Bool
        /// The name it stands under.
        var name: [UInt8]
        /// Where it stands; see `StreamPlaces`.
        var node: Int
        var ordinal: Int
    }

    /// What the caller of `next` is to look at.
    enum Finding {
        case text(Text)
        /// A value that a rule masks whole.
        case masked(Range<Int>, isText: Bool)
        /// A number of as many digits as a card has, or one whose end is not there.
        case number(Range<Int>, isOpen: Bool)
    }

    private struct Frame {
        var isObject: Bool
        /// Of the member that is read, or of the array.
        var name: [UInt8] = []
        var hasName = false
        var isMasked = false
        /// Paths of rules that led here, and those that lead on through the name.
        var alive: [Int]
        var aliveInName: [Int] = []
        var depth: Int
        var node = -1
        /// How many values came before in an array.
        var ordinal = 0
    }

    private static let maximumDepth = 256
    /// As many bytes as the shortest number of a card.
    private static let longNumber = 13
    private let bytes: ArraySlice<UInt8>
    private let rules: MaskRules
    private var position: Int
    private var stack: [Frame] = []
    private(set) var places: StreamPlaces?

    /// - Parameters:
    ///   - bytes: What is read.
    ///   - rules: What is masked whole.
    ///   - followsPlaces: It is an event of a stream, whose texts go on in the next one.
    init(_ bytes: ArraySlice<UInt8>, rules: MaskRules, followsPlaces: Bool = false) {
        self.bytes = bytes
        self.rules = rules
        self.position = bytes.startIndex
        self.places = followsPlaces ? StreamPlaces() : nil
    }

    /// Whether text may be JSON, a mark of its encoding or the fence of a block of code before it notwithstanding.
    static func looksLike(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop { $0 <= 0x20 }
        if rest.starts(with: "```".utf8) { rest = rest.drop { $0 != 0x0A }.drop { $0 <= 0x20 } }
        return rest.first == UInt8(ascii: "{") || rest.first == UInt8(ascii: "[")
    }

    /// Whether it ended before all that was opened was closed.
    var isOpen: Bool { !self.stack.isEmpty }

    /// Bytes kept beside the text itself.
    var heldBytes: Int {
        self.stack.count * MemoryLayout<Frame>.stride + (self.places?.heldBytes ?? 0)
    }

    /// The next finding; `nil` at the end.
    mutating func next() -> Finding? {
        while self.position < self.bytes.endIndex {
            switch self.bytes[self.position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if let masked = self.open() { return masked }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = self.stack.popLast()
                self.endValue()
                self.position += 1
            case UInt8(ascii: ","):
                self.beginNext()
                self.position += 1
            case UInt8(ascii: "\""): return self.text()
            case UInt8(ascii: ":"), 0...0x20: self.position += 1
            default:
                if let found = self.scalar() { return found }
            }
        }
        return nil
    }
}

// MARK: - Containers

extension LooseJSON {
    private mutating func beginNext() {
        guard let last = self.stack.indices.last else { return }
        self.stack[last].ordinal += 1
        self.endValue()
    }

    /// A name is good for one value.
    private mutating func endValue() {
        guard let last = self.stack.indices.last, self.stack[last].isObject else { return }
        self.stack[last].hasName = false
        self.stack[last].isMasked = false
    }

    private mutating func open() -> Finding? {
        let start = self.position
        // Deeper than any body may be: all that is inside goes.
        if self.stack.count >= Self.maximumDepth || self.isMaskedContainer(at: start) {
            self.position = self.endOfContainer(from: start)
            self.endValue()
            return .masked(start..<self.position, isText: false)
        }
        let outer = self.stack.last
        let isMember = outer?.isObject == true && outer?.hasName == true
        var frame = Frame(
            isObject: self.bytes[start] == UInt8(ascii: "{"),
            name: outer?.name ?? [],
            alive: isMember ? outer?.aliveInName ?? [] : outer?.alive ?? self.rules.atRoot,
            depth: (outer?.depth ?? 0) + (isMember ? 1 : 0)
        )
        if let node = self.places?.open(in: outer?.node, name: frame.name, ordinal: Self.ordinal(outer)) {
            frame.node = node
        }
        self.stack.append(frame)
        self.position += 1
        return nil
    }

    private static func ordinal(_ frame: Frame?) -> Int {
        guard let frame, !frame.isObject else { return 0 }
        return frame.ordinal
    }

    private func isMaskedContainer(at start: Int) -> Bool {
        guard let frame = self.stack.last, !frame.isObject || frame.hasName else { return false }
        if frame.isObject, frame.isMasked { return true }
        if frame.isObject, MaskRules.repeats(frame.name) { return !self.isEmptyContainer(at: start) }
        // A member of the body, or one of several prompts.
        guard self.stack.count == (frame.isObject ? 1 : 2), MaskRules.isTokenized(frame.name) else { return false }
        let first = self.bytes[start...].first { $0 > 0x20 && $0 != UInt8(ascii: "[") }
        return first.map(TokenPatterns.isDigit) ?? false
    }

    private func isEmptyContainer(at start: Int) -> Bool {
        guard let next = self.bytes[(start + 1)...].first(where: { $0 > 0x20 }) else { return false }
        return next == UInt8(ascii: "]") || next == UInt8(ascii: "}")
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

// MARK: - Texts and numbers

extension LooseJSON {
    private mutating func text() -> Finding {
        let start = self.position + 1
        let end = self.endOfText(from: start)
        self.position = min(end + 1, self.bytes.endIndex)
        var text = Text(
            range: start..<end,
            isName: false,
            isOpen: end == self.bytes.endIndex,
            name: self.stack.last?.name ?? [],
            node: self.stack.last?.node ?? -1,
            ordinal: Self.ordinal(self.stack.last)
        )
        guard let last = self.stack.indices.last, self.stack[last].isObject else { return .text(text) }
        guard self.stack[last].hasName else {
            self.begin(member: DecodedText(self.bytes, start..<end).bytes, in: last)
            text.isName = true
            return .text(text)
        }
        let frame = self.stack[last]
        self.endValue()
        if frame.isMasked || MaskRules.repeats(frame.name) { return .masked(start..<end, isText: true) }
        self.places?.note(text: self.bytes[start..<end], under: frame.name, node: frame.node)
        return .text(text)
    }

    private mutating func begin(member name: [UInt8], in last: Int) {
        let (alive, isMasked) = self.rules.follow(name, alive: self.stack[last].alive, depth: self.stack[last].depth)
        self.stack[last].name = name
        self.stack[last].hasName = true
        self.stack[last].aliveInName = alive
        self.stack[last].isMasked = isMasked
    }

    private mutating func scalar() -> Finding? {
        let start = self.position
        while self.position < self.bytes.endIndex, !Self.endsScalar(self.bytes[self.position]) { self.position += 1 }
        let range = start..<self.position
        if let frame = self.stack.last, frame.isObject, frame.hasName {
            self.endValue()
            if frame.isMasked { return .masked(range, isText: false) }
            self.places?.note(number: self.bytes[range], under: frame.name, node: frame.node)
        }
        let isOpen = range.upperBound == self.bytes.endIndex
        guard isOpen || range.count >= Self.longNumber else { return nil }
        return .number(range, isOpen: isOpen)
    }

    private static func endsScalar(_ byte: UInt8) -> Bool { byte <= 0x20 || "{}[],:\"".utf8.contains(byte) }

    private func endOfText(from start: Int) -> Int {
        var i = start
        while i < self.bytes.endIndex, self.bytes[i] != UInt8(ascii: "\"") {
            i += self.bytes[i] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(i, self.bytes.endIndex)
    }
}
