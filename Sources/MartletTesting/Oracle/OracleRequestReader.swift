import NIOCore

/// Reads HTTP/1.1 requests as leniently as a careless vendor: LF or CRLF ends a line, the last `content-length` that
/// is a number counts, anything with `chunked` in `transfer-encoding` is chunked. It shares no code with the gateway.
struct OracleRequestReader {
    enum Event: Equatable {
        case head(OracleRequestHead)
        case body(ByteBuffer)
        case end
        /// Bytes that no lenience makes a request of; the rest of the connection is not read as HTTP.
        case nonsense(String)
    }

    private enum State: Equatable {
        case head, fixed(left: Int), chunkSize, chunk(left: Int), chunkEnd, trailers, dead
    }

    private var state = State.head

    /// The next event in `buffer`, its bytes taken out; `nil` when more bytes are needed.
    mutating func next(from buffer: inout ByteBuffer) -> Event? {
        switch self.state {
        case .head: self.readHead(from: &buffer)
        case .fixed(let left): self.readFixed(left, from: &buffer)
        case .chunkSize: self.readChunkSize(from: &buffer)
        case .chunk(let left): self.readChunk(left, from: &buffer)
        case .chunkEnd: self.readChunkEnd(from: &buffer)
        case .trailers: self.readTrailers(from: &buffer)
        case .dead: nil
        }
    }

    private mutating func readHead(from buffer: inout ByteBuffer) -> Event? {
        while let byte = buffer.readableBytesView.first, byte == 0x0D || byte == 0x0A {
            buffer.moveReaderIndex(forwardBy: 1)
        }
        guard let length = Self.headLength(buffer.readableBytesView) else { return nil }
        let text = buffer.readString(length: length) ?? ""
        guard let head = OracleRequestHead(text) else { return self.fail("no request line in: \(text.prefix(80))") }
        if head.isChunked {
            self.state = .chunkSize
        } else {
            self.state = .fixed(left: head.contentLength)
        }
        return .head(head)
    }

    private static func headLength(_ view: ByteBufferView) -> Int? {
        var lineIsEmpty = false
        for (offset, byte) in view.enumerated() {
            switch byte {
            case 0x0A where lineIsEmpty: return offset + 1
            case 0x0A: lineIsEmpty = true
            case 0x0D: break
            default: lineIsEmpty = false
            }
        }
        return nil
    }

    private mutating func readFixed(_ left: Int, from buffer: inout ByteBuffer) -> Event? {
        guard left > 0 else {
            self.state = .head
            return .end
        }
        guard let slice = buffer.readSlice(length: min(left, buffer.readableBytes)), slice.readableBytes > 0 else {
            return nil
        }
        self.state = .fixed(left: left - slice.readableBytes)
        return .body(slice)
    }

    private mutating func readChunkSize(from buffer: inout ByteBuffer) -> Event? {
        guard let line = Self.readLine(from: &buffer) else { return nil }
        let digits = line.prefix { $0.isHexDigit }
        guard let size = Int(digits, radix: 16), size < 1 << 40 else {
            return self.fail("no chunk size in: \(line.prefix(80))")
        }
        self.state = size == 0 ? .trailers : .chunk(left: size)
        return self.next(from: &buffer)
    }

    private mutating func readChunk(_ left: Int, from buffer: inout ByteBuffer) -> Event? {
        guard let slice = buffer.readSlice(length: min(left, buffer.readableBytes)), slice.readableBytes > 0 else {
            return nil
        }
        let rest = left - slice.readableBytes
        self.state = rest == 0 ? .chunkEnd : .chunk(left: rest)
        return .body(slice)
    }

    private mutating func readChunkEnd(from buffer: inout ByteBuffer) -> Event? {
        guard Self.readLine(from: &buffer) != nil else { return nil }
        self.state = .chunkSize
        return self.next(from: &buffer)
    }

    private mutating func readTrailers(from buffer: inout ByteBuffer) -> Event? {
        while let line = Self.readLine(from: &buffer) {
            guard line.isEmpty else { continue }
            self.state = .head
            return .end
        }
        return nil
    }

    private mutating func fail(_ message: String) -> Event {
        self.state = .dead
        return .nonsense(message)
    }

    private static func readLine(from buffer: inout ByteBuffer) -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        var line = buffer.readString(length: end - buffer.readerIndex) ?? ""
        buffer.moveReaderIndex(forwardBy: 1)
        if line.utf8.last == 0x0D { line = String(decoding: line.utf8.dropLast(), as: UTF8.self) }
        return line
    }
}

/// A request head as received.
struct OracleRequestHead: Equatable {
    var text: String
    var method: String
    var target: String
    var headers: [OracleHeader]

    /// `nil` when the first line has fewer than two words.
    init?(_ text: String) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: true).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
        guard let words = lines.first?.split(separator: " "), words.count >= 2 else { return nil }
        self.text = text
        self.method = String(words[0])
        self.target = String(words[1])
        self.headers = lines.dropFirst().filter { !$0.isEmpty }.map(Self.header)
    }

    private static func header(_ line: String) -> OracleHeader {
        guard let colon = line.firstIndex(of: ":") else { return OracleHeader(line, "") }
        let value = line[line.index(after: colon)...]
        return OracleHeader(String(line[..<colon]), value.trimmed)
    }

    var isChunked: Bool {
        self.headers.values("transfer-encoding").contains { $0.lowercased().contains("chunked") }
    }

    var contentLength: Int {
        max(self.headers.values("content-length").compactMap { Int($0) }.last ?? 0, 0)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let first = self.firstIndex(where: { !isSpace($0) }), let last = self.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }
}
