/// One event of an event stream: offsets into the buffer it was found in.
public struct SSEEvent: Sendable, Equatable {
    /// All its bytes: comments before it, its lines, and the blank line that ends it.
    public var range: Range<Int>
    /// The value of its last `event` line.
    public var name: Range<Int>?
    /// The value of its only `data` line; `nil` when there is none or more than one.
    public var data: Range<Int>?
    /// Whether there is more than one `data` line; `joinedData` then puts them together.
    public var isMultiLine: Bool
    /// Whether there is nothing but comments and blank lines, so that it tells a client nothing.
    public var isCommentOnly: Bool

    /// Bytes of a byte order mark before the first line: 3 at most once in a stream.
    var markBytes = 0

    /// Makes an event.
    public init(range: Range<Int>, name: Range<Int>?, data: Range<Int>?, isMultiLine: Bool, isCommentOnly: Bool) {
        self.range = range
        self.name = name
        self.data = data
        self.isMultiLine = isMultiLine
        self.isCommentOnly = isCommentOnly
    }

    /// The values of all `data` lines with LF between them, as a client reads them.
    ///
    /// - Parameter bytes: The buffer the event was found in.
    /// - Returns: An empty array when there is no `data` line.
    public func joinedData(in bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard self.range.lowerBound >= 0, self.range.upperBound <= bytes.count else { return [] }
        if let data = self.data { return data.upperBound <= bytes.count ? Array(bytes[data]) : [] }
        guard self.isMultiLine, let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return [] }
        var joined: [UInt8] = []
        var isFirst = true
        var start = min(self.range.lowerBound &+ self.markBytes, self.range.upperBound)
        while start < self.range.upperBound {
            let end = SSELine.end(base, start, self.range.upperBound)
            let line = SSELine(base, start, end)
            if line.field == .data {
                if !isFirst { joined.append(UInt8(ascii: "\n")) }
                joined.append(contentsOf: bytes[line.value])
                isFirst = false
            }
            start = end &+ 1
        }
        return joined
    }
}

/// Why a stream was given up.
public enum SSEError: Error, Equatable, Sendable {
    /// One event is longer than the limit, given in bytes.
    case eventTooLarge(limit: Int)
}

/// One line of an event stream, taken apart (WHATWG HTML, section 9.2.6, read in 2025).
struct SSELine {
    enum Field { case comment, event, data, other }

    let field: Field
    /// The value, without one space before it.
    let value: Range<Int>

    /// Takes apart the line from `start` to `end`, its terminator not included.
    @inline(__always)
    init(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
        let count = end &- start
        if count >= 4, Words.load4(base, start) == 0x6174_6164, count == 4 || base[start &+ 4] == UInt8(ascii: ":") {
            self.field = .data
            self.value = Self.value(base, start &+ 5, end)
        } else if count >= 5, Words.load4(base, start) == 0x6E65_7665, base[start &+ 4] == UInt8(ascii: "t"),
            count == 5 || base[start &+ 5] == UInt8(ascii: ":")
        {
            self.field = .event
            self.value = Self.value(base, start &+ 6, end)
        } else {
            self.field = count > 0 && base[start] != UInt8(ascii: ":") ? .other : .comment
            self.value = end..<end
        }
    }

    @inline(__always)
    private static func value(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        guard start < end else { return end..<end }
        return (base[start] == UInt8(ascii: " ") ? start &+ 1 : start)..<end
    }

    /// Offset of the first CR or LF from `start`, or `end`.
    @inline(__always)
    static func end(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var i = start
        while i &+ 8 <= end {
            let word = Words.load(base, i)
            let marks = Words.equal(word, UInt8(ascii: "\n")) | Words.equal(word, UInt8(ascii: "\r"))
            if marks != 0 { return i &+ Words.first(marks) }
            i &+= 8
        }
        while i < end, base[i] != UInt8(ascii: "\n"), base[i] != UInt8(ascii: "\r") { i &+= 1 }
        return i
    }

    /// 3 when the line begins with a byte order mark, otherwise 0.
    static func byteOrderMark(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        end &- start >= 3 && base[start] == 0xEF && base[start &+ 1] == 0xBB && base[start &+ 2] == 0xBF ? 3 : 0
    }
}
