import NIOCore

/// Reads answers for the load client: as much HTTP as it takes to know status, end, and events of a stream.
struct LoadResponseReader {
    /// What is known of the answer that is arriving.
    struct Progress: Equatable {
        var status: Int?
        var isEventStream = false
        var bodyBytes = 0
        /// `data:` lines seen.
        var events = 0
        /// A terminal event of any of the three formats was seen.
        var sawTerminal = false
        var isComplete = false
        /// The server said it will close.
        var closes = false
        var failure: String?
    }

    private enum State {
        case head, fixed(Int), chunkSize, chunk(Int), chunkEnd, trailers, untilClose, done
    }

    private(set) var progress = Progress()
    private var state = State.head
    private var lines = EventLineCounter()

    /// Takes what it can out of the buffer.
    mutating func read(_ buffer: inout ByteBuffer) {
        while self.progress.failure == nil, self.step(&buffer) {}
        buffer.discardReadBytes()
    }

    /// The connection ended.
    mutating func end() {
        if case .untilClose = self.state { self.progress.isComplete = true }
        if !self.progress.isComplete, self.progress.failure == nil { self.progress.failure = "cut" }
    }

    /// One part of the answer; `false` when there is nothing more to take.
    private mutating func step(_ buffer: inout ByteBuffer) -> Bool {
        switch self.state {
        case .head: return self.readHead(&buffer)
        case .fixed(let left): return self.readBody(&buffer, left: left) { $0 == 0 ? .done : .fixed($0) }
        case .chunk(let left): return self.readBody(&buffer, left: left) { $0 == 0 ? .chunkEnd : .chunk($0) }
        case .untilClose: return self.readBody(&buffer, left: .max) { _ in .untilClose }
        case .chunkSize:
            guard let line = buffer.readLine() else { return false }
            guard let size = Int(line.prefix { $0.isHexDigit }, radix: 16) else { return self.fail("bad chunk") }
            self.state = size == 0 ? .trailers : .chunk(size)
        case .chunkEnd:
            guard buffer.readLine() != nil else { return false }
            self.state = .chunkSize
        case .trailers:
            guard let line = buffer.readLine() else { return false }
            if line.isEmpty { self.state = .done }
        case .done:
            self.progress.isComplete = true
            return false
        }
        return true
    }

    private mutating func fail(_ message: String) -> Bool {
        self.progress.failure = message
        return false
    }

    private mutating func readHead(_ buffer: inout ByteBuffer) -> Bool {
        guard let end = buffer.readableBytesView.endOfHead, let text = buffer.readString(length: end) else {
            return false
        }
        let lines = text.utf8.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self).lowercased() }
        guard let words = lines.first?.split(separator: " "), words.count > 1, let status = Int(words[1]) else {
            return self.fail("bad head")
        }
        let value = { (name: String) -> String? in
            lines.first { $0.hasPrefix(name + ":") }.map { line in
                String(line.dropFirst(name.count + 1).filter { $0 != " " && $0 != "\r" })
            }
        }
        if (100..<200).contains(status) { return true }
        self.progress.status = status
        self.progress.isEventStream = value("content-type")?.hasPrefix("text/event-stream") ?? false
        self.progress.closes = value("connection") == "close"
        self.state = Self.framing(length: value("content-length"), coding: value("transfer-encoding"))
        return true
    }

    private static func framing(length: String?, coding: String?) -> State {
        if coding?.contains("chunked") ?? false { return .chunkSize }
        guard let length = length.flatMap({ Int($0) }) else { return .untilClose }
        return length == 0 ? .done : .fixed(length)
    }

    private mutating func readBody(_ buffer: inout ByteBuffer, left: Int, next: (Int) -> State) -> Bool {
        guard let slice = buffer.readSlice(length: min(left, buffer.readableBytes)), slice.readableBytes > 0 else {
            return false
        }
        self.progress.bodyBytes += slice.readableBytes
        if self.progress.isEventStream {
            self.lines.count(slice)
            self.progress.events = self.lines.events
            self.progress.sawTerminal = self.lines.sawTerminal
        }
        self.state = next(left - slice.readableBytes)
        return true
    }
}

/// Counts `data:` lines and looks for the events that end a stream well, whatever the cuts between reads.
struct EventLineCounter {
    private(set) var events = 0
    private(set) var sawTerminal = false
    private var column = 0
    private var isData = true
    /// The latest bytes, in which a terminal is looked for.
    private var tail: [UInt8] = []

    private static let dataField = Array("data:".utf8)
    private static let terminals = ["data: [DONE]", "event: message_stop", "event: response.completed"]
        .map { Array($0.utf8) }

    mutating func count(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { raw in
            for byte in raw { self.count(byte) }
            self.keep(raw)
        }
    }

    private mutating func count(_ byte: UInt8) {
        guard byte != 0x0A else {
            self.column = 0
            self.isData = true
            return
        }
        guard self.isData else { return }
        self.isData = byte == Self.dataField[self.column]
        self.column += 1
        guard self.column == Self.dataField.count else { return }
        if self.isData { self.events += 1 }
        self.isData = false
    }

    private mutating func keep(_ raw: UnsafeRawBufferPointer) {
        guard !self.sawTerminal else { return }
        self.tail.append(contentsOf: raw)
        self.sawTerminal = Self.terminals.contains { self.tail.firstRange(of: $0) != nil }
        self.tail.removeFirst(max(self.tail.count - 32, 0))
    }
}

extension ByteBufferView {
    /// How many bytes the head takes, blank line included.
    fileprivate var endOfHead: Int? {
        var newlines = 0
        for (offset, byte) in self.enumerated() {
            switch byte {
            case 0x0A: newlines += 1
            case 0x0D: continue
            default: newlines = 0
            }
            if newlines == 2 { return offset + 1 }
        }
        return nil
    }
}

extension ByteBuffer {
    /// A line without its end.
    fileprivate mutating func readLine() -> String? {
        guard let end = self.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        let line = self.readString(length: end - self.readerIndex)
        self.moveReaderIndex(forwardBy: 1)
        return line.map { String(decoding: $0.utf8.filter { $0 != 0x0D }, as: UTF8.self) }
    }
}
