/// Cuts an event stream into whole events (WHATWG HTML, section 9.2.5).
///
/// Lines end with LF, CRLF or CR. After a CR the next byte is waited for, so that where the stream is cut never changes
/// what an event is. Blank lines that end nothing are events of their own, with `isCommentOnly` set.
public struct SSEFramer {
    /// Bytes that one event may have.
    public let maxEventBytes: Int

    /// All offsets count from the beginning of the current event, for the caller may drop what is before it.
    private var scanned = 0
    private var lineStart = 0
    private var name: Range<Int>?
    private var data: Range<Int>?
    private var dataLines = 0
    private var hasFields = false
    private var isFirstLine = true
    private var markBytes = 0

    /// Makes a framer for one stream.
    public init(maxEventBytes: Int = 16 << 20) {
        self.maxEventBytes = max(maxEventBytes, 1)
    }

    /// The next whole event.
    ///
    /// - Parameters:
    ///   - bytes: A buffer with the bytes of the stream that belong to no event returned before.
    ///   - offset: Where they begin; moved past the event. Between two calls the caller may drop the bytes before it
    ///     and pass it relative to the new beginning.
    /// - Returns: Ranges into `bytes`, or nil when the next event is not complete.
    /// - Throws: When the event is longer than allowed, complete or not; the framer is then of no more use.
    /// - Complexity: Linear in the stream, however often it is called.
    public mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int
    ) throws(SSEError) -> SSEEvent? {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), offset >= 0 else { return nil }
        let count = bytes.count &- offset
        while self.scanned < count {
            let end = SSELine.end(base + offset, self.scanned, count)
            self.scanned = end
            guard end <= self.maxEventBytes else { throw .eventTooLarge(limit: self.maxEventBytes) }
            guard end < count else { return nil }
            var next = end &+ 1
            if base[offset &+ end] == UInt8(ascii: "\r") {
                guard next < count else { return nil }
                if base[offset &+ next] == UInt8(ascii: "\n") { next &+= 1 }
            }
            guard next <= self.maxEventBytes else { throw .eventTooLarge(limit: self.maxEventBytes) }
            if let event = self.takeLine(base, offset, end: end, next: next) {
                offset &+= next
                return event
            }
        }
        return nil
    }

    /// What is left when the stream has ended: an event without a blank line after it. To be called until it is nil.
    ///
    /// A client that keeps to the letter drops such an event; it is for the caller to judge whether it is whole.
    public mutating func finish(_ bytes: UnsafeRawBufferPointer, from offset: inout Int) -> SSEEvent? {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), offset >= 0 else { return nil }
        let count = bytes.count &- offset
        guard count > 0 else { return nil }
        while self.lineStart < count {
            let end = SSELine.end(base + offset, max(self.scanned, self.lineStart), count)
            var next = min(end &+ 1, count)
            if next < count, base[offset &+ end] == UInt8(ascii: "\r"), base[offset &+ next] == UInt8(ascii: "\n") {
                next &+= 1
            }
            if let event = self.takeLine(base, offset, end: end, next: next) {
                offset &+= next
                return event
            }
        }
        let event = self.takeEvent(offset, byteCount: count)
        offset = bytes.count
        return event
    }

    /// Takes the line that ends at `end` and whose successor begins at `next`; a blank one ends the event.
    @inline(__always)
    private mutating func takeLine(
        _ base: UnsafePointer<UInt8>,
        _ offset: Int,
        end: Int,
        next: Int
    ) -> SSEEvent? {
        let event = base + offset
        var start = self.lineStart
        if self.isFirstLine {
            self.markBytes = SSELine.byteOrderMark(event, start, end)
            start &+= self.markBytes
            self.isFirstLine = false
        }
        if start == end { return self.takeEvent(offset, byteCount: next) }
        let line = SSELine(event, start, end)
        switch line.field {
        case .data:
            self.data = line.value
            self.dataLines &+= 1
            self.hasFields = true
        case .event:
            self.name = line.value
            self.hasFields = true
        case .other:
            self.hasFields = true
        case .comment:
            break
        }
        self.lineStart = next
        self.scanned = next
        return nil
    }

    /// The event as gathered, and a clean slate for the next one.
    @inline(__always)
    private mutating func takeEvent(_ offset: Int, byteCount: Int) -> SSEEvent {
        func moved(_ range: Range<Int>) -> Range<Int> {
            (range.lowerBound &+ offset)..<(range.upperBound &+ offset)
        }
        var event = SSEEvent(
            range: offset..<(offset &+ byteCount),
            name: self.name.map(moved),
            data: self.dataLines == 1 ? self.data.map(moved) : nil,
            isMultiLine: self.dataLines > 1,
            isCommentOnly: !self.hasFields
        )
        event.markBytes = self.markBytes
        self.markBytes = 0
        self.scanned = 0
        self.lineStart = 0
        self.name = nil
        self.data = nil
        self.dataLines = 0
        self.hasFields = false
        return event
    }
}
