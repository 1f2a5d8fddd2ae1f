/// Reads the head of an HTTP/1 response, as strictly as requests are read.
///
/// One head after the other, interim ones (status 1xx) included: they are reported like the final one.
public struct HTTPResponseParser {
    /// The bounds in force.
    public let limits: HTTPLimits

    private var hasStatus = false
    private var lines = HTTPLines()
    private var fields = HTTPFields(isRequest: false)
    private var head = HTTPResponseHead()

    /// Makes a parser.
    public init(limits: HTTPLimits = .init()) {
        self.limits = limits
    }

    /// Looks for a whole head at the start of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: What has been received and not consumed; the same bytes as at the last call, and more.
    ///   - requestWasHead: Whether this answers a HEAD, so that there is no body whatever the fields say.
    ///   - head: Filled when the head is complete, otherwise untouched.
    /// - Returns: Whether it is complete; then `head.byteCount` bytes are to be dropped before the next call.
    /// - Throws: What is wrong, as early as it can be known. The parser is then of no more use.
    public mutating func parse(
        _ bytes: UnsafeRawBufferPointer,
        requestWasHead: Bool = false,
        into head: inout HTTPResponseHead
    ) throws(HTTPParseError) -> Bool {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
        while let line = try self.lines.next(base, count: bytes.count, limits: self.limits) {
            if !self.hasStatus {
                try self.statusLine(base, line)
                self.hasStatus = true
            } else if line.isEmpty {
                try self.finish(requestWasHead: requestWasHead)
                swap(&head, &self.head)
                self.reset()
                return true
            } else {
                try self.fields.add(base, line, limits: self.limits)
            }
        }
        return false
    }

    /// `HTTP/1.x SP 3DIGIT [SP reason]`.
    private mutating func statusLine(_ base: UnsafePointer<UInt8>, _ line: Range<Int>) throws(HTTPParseError) {
        let start = line.lowerBound
        guard line.count >= 12, base[start &+ 8] == HTTPBytes.space else { throw HTTPParseError(.badStatusLine) }
        self.head.isHTTP10 = try HTTPVersion.isHTTP10(base, start..<(start &+ 8), else: .badStatusLine)
        var status = 0
        for i in (start &+ 9)..<(start &+ 12) {
            let digit = base[i] &- UInt8(ascii: "0")
            guard digit < 10 else { throw HTTPParseError(.badStatusLine) }
            status = status &* 10 &+ Int(digit)
        }
        let reason = start &+ 12
        guard status >= 100, status < 600, reason == line.upperBound || base[reason] == HTTPBytes.space,
            HTTPBytes.areValue(base, reason, line.upperBound)
        else { throw HTTPParseError(.badStatusLine) }
        self.head.status = status
    }

    /// Draws the conclusions from the fields (RFC 9112, section 6.3).
    private mutating func finish(requestWasHead: Bool) throws(HTTPParseError) {
        let isHTTP10 = self.head.isHTTP10
        guard !isHTTP10 || !self.fields.isChunked else { throw HTTPParseError(.badTransferEncoding) }
        let status = self.head.status
        if requestWasHead || status < 200 || status == 204 || status == 304 {
            self.head.framing = .none
        } else if self.fields.isChunked {
            self.head.framing = .chunked
        } else if let length = self.fields.contentLength {
            self.head.framing = length == 0 ? .none : .length(length)
        } else {
            self.head.framing = .untilClose
        }
        self.head.keepAlive = self.fields.keepAlive(isHTTP10: isHTTP10) && self.head.framing != .untilClose
        self.head.byteCount = self.lines.lineStart
        swap(&self.head.headers, &self.fields.headers)
    }

    private mutating func reset() {
        self.hasStatus = false
        self.lines = HTTPLines()
        self.fields.reset()
    }
}
