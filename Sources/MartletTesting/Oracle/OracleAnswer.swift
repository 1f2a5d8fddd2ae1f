import NIOCore

/// An HTTP answer in parts, made into bytes the way a test asks for, sound or broken.
public struct OracleAnswer: Sendable, Equatable {
    /// How the end of the body is told.
    public enum Framing: Sendable, Equatable {
        /// `content-length` with the true length.
        case length
        /// `content-length` with this number, whatever the body holds.
        case statedLength(String)
        /// `transfer-encoding: chunked`, one chunk a piece, ended by the last chunk.
        case chunked
        /// Chunked, but these bytes stand in place of the size line of the chunk with this index.
        case brokenChunk(index: Int, sizeLine: String)
        /// Chunked without the last chunk; the connection closes.
        case unendedChunks
        /// No framing header; the connection closes after the body.
        case untilClose
        /// No framing header and no close.
        case none
    }

    /// The status code on the status line.
    public var status: Int
    /// The reason phrase.
    public var reason: String
    /// Fields before the framing field, exactly as given.
    public var headers: [OracleHeader]
    /// The body in pieces; with chunked framing each is a chunk.
    public var pieces: [[UInt8]]
    /// How the end of the body is told.
    public var framing: Framing
    /// What passes before the head.
    public var headDelay: Duration = .zero
    /// What passes between the head and the first piece.
    public var bodyDelay: Duration = .zero
    /// What passes between two pieces.
    public var interval: Duration = .zero

    /// An answer from its parts.
    public init(
        status: Int = 200,
        reason: String? = nil,
        headers: [OracleHeader] = [],
        pieces: [[UInt8]] = [],
        framing: Framing = .length
    ) {
        self.status = status
        self.reason = reason ?? Self.reasons[status] ?? "Status"
        self.headers = headers
        self.pieces = pieces
        self.framing = framing
    }

    /// A JSON answer with its true length.
    public init(status: Int = 200, headers: [OracleHeader] = [], json: PlainJSON) {
        self.init(
            status: status,
            headers: [OracleHeader("content-type", "application/json")] + headers,
            pieces: [json.bytes]
        )
    }

    /// A stream of server-sent events, one chunk each.
    ///
    /// - Parameters:
    ///   - headers: Fields beyond `content-type`.
    ///   - events: Whole events, blank line included.
    ///   - interval: What passes between two events.
    public init(headers: [OracleHeader] = [], events: [String], interval: Duration = .zero) {
        self.init(
            headers: [OracleHeader("content-type", "text/event-stream; charset=utf-8")] + headers,
            pieces: events.map { Array($0.utf8) },
            framing: .chunked
        )
        self.interval = interval
    }

    private static let reasons = [
        200: "OK", 201: "Created", 204: "No Content", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect",
        308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
        404: "Not Found", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large",
        422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 529: "Overloaded",
    ]
}

extension OracleAnswer {
    /// The body's bytes in pieces of `size` instead of the pieces given, cutting events wherever that falls.
    public func split(every size: Int) -> OracleAnswer {
        let body = self.pieces.flatMap { $0 }
        var answer = self
        answer.pieces = stride(from: 0, to: body.count, by: max(size, 1)).map { start in
            Array(body[start..<min(start + max(size, 1), body.count)])
        }
        return answer
    }

    /// The body's bytes cut at these offsets.
    public func split(at offsets: [Int]) -> OracleAnswer {
        let body = self.pieces.flatMap { $0 }
        let cuts = [0] + offsets.filter { $0 > 0 && $0 < body.count }.sorted() + [body.count]
        var answer = self
        answer.pieces = zip(cuts, cuts.dropFirst()).map { Array(body[$0..<$1]) }
        return answer
    }

    /// The status line and the header fields, blank line included.
    public var head: String {
        let fields = (self.headers + self.framingHeader).map { "\($0.name): \($0.value)\r\n" }.joined()
        return "HTTP/1.1 \(self.status) \(self.reason)\r\n\(fields)\r\n"
    }

    /// The steps that send the answer.
    public var steps: [OracleStep] {
        var steps: [OracleStep] = self.headDelay > .zero ? [.wait(self.headDelay)] : []
        var pending = ByteBuffer(string: self.head)
        for (index, piece) in self.pieces.enumerated() {
            let pause = index == 0 ? self.bodyDelay : self.interval
            if pause > .zero {
                steps += [.send(pending), .wait(pause)]
                pending = ByteBuffer()
            } else if index > 0, !self.isJoined {
                steps.append(.send(pending))
                pending = ByteBuffer()
            }
            self.write(piece, index: index, into: &pending)
        }
        self.writeEnd(into: &pending)
        steps.append(.send(pending))
        return self.closesAtEnd ? steps + [.close] : steps
    }

    /// Whether pieces without a pause between them may share one write.
    private var isJoined: Bool {
        self.framing == .length
    }

    private var framingHeader: [OracleHeader] {
        switch self.framing {
        case .length: [OracleHeader("content-length", String(self.pieces.reduce(0) { $0 + $1.count }))]
        case .statedLength(let text): [OracleHeader("content-length", text)]
        case .chunked, .brokenChunk, .unendedChunks: [OracleHeader("transfer-encoding", "chunked")]
        case .untilClose: [OracleHeader("connection", "close")]
        case .none: []
        }
    }

    private var closesAtEnd: Bool {
        switch self.framing {
        case .unendedChunks, .untilClose: true
        case .length, .statedLength, .chunked, .brokenChunk, .none: false
        }
    }

    private func write(_ piece: [UInt8], index: Int, into buffer: inout ByteBuffer) {
        switch self.framing {
        case .length, .statedLength, .untilClose, .none:
            buffer.writeBytes(piece)
        case .brokenChunk(index, let sizeLine):
            buffer.writeString(sizeLine)
            buffer.writeBytes(piece)
            buffer.writeString("\r\n")
        case .chunked, .brokenChunk, .unendedChunks:
            guard !piece.isEmpty else { return }
            buffer.writeString(String(piece.count, radix: 16) + "\r\n")
            buffer.writeBytes(piece)
            buffer.writeString("\r\n")
        }
    }

    private func writeEnd(into buffer: inout ByteBuffer) {
        switch self.framing {
        case .chunked, .brokenChunk: buffer.writeString("0\r\n\r\n")
        case .length, .statedLength, .unendedChunks, .untilClose, .none: break
        }
    }
}
