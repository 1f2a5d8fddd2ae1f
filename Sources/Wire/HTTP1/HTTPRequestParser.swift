/// Reads the head of an HTTP/1 request, strictly (RFC 9112, narrowed where receivers are known to disagree).
///
/// One head after the other: after a complete one, the next call begins the next.
public struct HTTPRequestParser {
    /// The bounds in force.
    public let limits: HTTPLimits

    private enum Stage { case beforeLine, requestLine, fields }

    private var stage = Stage.beforeLine
    private var lines = HTTPLines()
    private var fields = HTTPFields(isRequest: true)
    private var head = HTTPRequestHead()

    /// Makes a parser.
    public init(limits: HTTPLimits = .init()) {
        self.limits = limits
    }

    /// Looks for a whole head at the start of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: What has been received and not consumed; the same bytes as at the last call, and more.
    ///   - head: Filled when the head is complete, otherwise untouched.
    /// - Returns: Whether it is complete; then `head.byteCount` bytes are to be dropped before the next call.
    /// - Throws: What is wrong, as early as it can be known. The parser is then of no more use.
    public mutating func parse(
        _ bytes: UnsafeRawBufferPointer,
        into head: inout HTTPRequestHead
    ) throws(HTTPParseError) -> Bool {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
        if self.stage != .fields { try self.checkBeginning(base, bytes.count) }
        while let line = try self.nextLine(base, bytes.count) {
            switch self.stage {
            case .beforeLine where line.isEmpty:
                self.stage = .requestLine
                try self.checkBeginning(base, bytes.count)
            case .beforeLine, .requestLine:
                try self.requestLine(base, line)
                self.stage = .fields
            case .fields where line.isEmpty:
                try self.finish()
                swap(&head, &self.head)
                self.reset()
                return true
            case .fields:
                try self.fields.add(base, line, limits: self.limits)
            }
        }
        return false
    }

    /// The next line; a request line that grows too long is named as such.
    @inline(__always)
    private mutating func nextLine(
        _ base: UnsafePointer<UInt8>,
        _ count: Int
    ) throws(HTTPParseError) -> Range<Int>? {
        do throws(HTTPParseError) {
            return try self.lines.next(base, count: count, limits: self.limits)
        } catch {
            let isTarget = error.code == .headersTooLarge && self.stage != .fields
            throw isTarget ? HTTPParseError(.targetTooLong) : error
        }
    }

    /// Refuses at once what cannot become a request line, such as a TLS handshake, and targets that are too long.
    private func checkBeginning(_ base: UnsafePointer<UInt8>, _ count: Int) throws(HTTPParseError) {
        let start = self.lines.lineStart
        guard start < count else { return }
        let isEmptyLine = self.stage == .beforeLine && base[start] == HTTPBytes.cr
        guard HTTPBytes.isToken(base[start]) || isEmptyLine else {
            throw HTTPParseError(base[start] == HTTPBytes.lf ? .bareLF : .badRequestLine)
        }
        guard count &- start > self.limits.maxTargetBytes else { return }
        let bound = min(count, start &+ self.limits.maxTargetBytes &+ 64)
        guard count <= bound || HTTPBytes.lineFeed(base, start, bound) != nil else {
            throw HTTPParseError(.targetTooLong)
        }
    }

    /// `method SP target SP HTTP/1.x`, nothing else.
    private mutating func requestLine(_ base: UnsafePointer<UInt8>, _ line: Range<Int>) throws(HTTPParseError) {
        let methodEnd = HTTPBytes.tokenEnd(base, line.lowerBound, line.upperBound)
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, base[methodEnd] == HTTPBytes.space else {
            throw HTTPParseError(.badRequestLine)
        }
        var end = methodEnd &+ 1
        while end < line.upperBound, base[end] &- 0x21 < 0x5E { end &+= 1 }
        guard end < line.upperBound, base[end] == HTTPBytes.space else {
            throw HTTPParseError(end < line.upperBound ? .badTarget : .badRequestLine)
        }
        self.head.methodRange = line.lowerBound..<methodEnd
        self.head.target = (methodEnd &+ 1)..<end
        self.head.method = HTTPMethod(base, self.head.methodRange)
        self.head.isHTTP10 = try HTTPVersion.isHTTP10(base, (end &+ 1)..<line.upperBound, else: .badRequestLine)
        try self.checkTarget(base)
    }

    private func checkTarget(_ base: UnsafePointer<UInt8>) throws(HTTPParseError) {
        let target = self.head.target
        guard target.count <= self.limits.maxTargetBytes else { throw HTTPParseError(.targetTooLong) }
        guard let first = target.first.map({ base[$0] }) else { throw HTTPParseError(.badTarget) }
        let isAsterisk = target.count == 1 && first == UInt8(ascii: "*")
        let isForm: Bool
        switch self.head.method {
        case .connect: isForm = first != UInt8(ascii: "/") && !isAsterisk
        case .options: isForm = first == UInt8(ascii: "/") || isAsterisk
        default: isForm = first == UInt8(ascii: "/")
        }
        guard isForm, !target.contains(where: { base[$0] == UInt8(ascii: "#") }) else {
            throw HTTPParseError(.badTarget)
        }
    }

    /// Draws the conclusions from the fields.
    private mutating func finish() throws(HTTPParseError) {
        let isHTTP10 = self.head.isHTTP10
        guard isHTTP10 || self.fields.hasHost else { throw HTTPParseError(.missingHost) }
        guard !isHTTP10 || !self.fields.isChunked else { throw HTTPParseError(.badTransferEncoding) }
        if self.fields.isChunked {
            self.head.framing = .chunked
        } else if let length = self.fields.contentLength, length > 0 {
            self.head.framing = .length(length)
        } else {
            self.head.framing = .none
        }
        self.head.keepAlive = self.fields.keepAlive(isHTTP10: isHTTP10)
        self.head.expectsContinue = self.fields.expectsContinue && !isHTTP10
        self.head.isUpgrade = self.fields.hasUpgrade
        self.head.byteCount = self.lines.lineStart
        swap(&self.head.headers, &self.fields.headers)
    }

    private mutating func reset() {
        self.stage = .beforeLine
        self.lines = HTTPLines()
        self.fields.reset()
    }
}

extension HTTPMethod {
    /// The method these bytes name.
    init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) {
        func matches(_ text: StaticString) -> Bool {
            text.utf8CodeUnitCount == range.count && Words.same(base + range.lowerBound, text.utf8Start, range.count)
        }
        switch base[range.lowerBound] {
        case UInt8(ascii: "G") where matches("GET"): self = .get
        case UInt8(ascii: "P") where matches("POST"): self = .post
        case UInt8(ascii: "P") where matches("PUT"): self = .put
        case UInt8(ascii: "P") where matches("PATCH"): self = .patch
        case UInt8(ascii: "H") where matches("HEAD"): self = .head
        case UInt8(ascii: "D") where matches("DELETE"): self = .delete
        case UInt8(ascii: "O") where matches("OPTIONS"): self = .options
        case UInt8(ascii: "C") where matches("CONNECT"): self = .connect
        case UInt8(ascii: "T") where matches("TRACE"): self = .trace
        default: self = .other
        }
    }
}

/// The version at the end or the beginning of a first line.
enum HTTPVersion {
    /// Whether the bytes say 1.0 rather than 1.1; other versions are refused as such, other bytes with `code`.
    static func isHTTP10(
        _ base: UnsafePointer<UInt8>,
        _ range: Range<Int>,
        else code: HTTPParseError.Code
    ) throws(HTTPParseError) -> Bool {
        let start = base + range.lowerBound
        guard range.count == 8, Words.load4(start, 0) == 0x5054_5448, start[4] == UInt8(ascii: "/"),
            start[5] &- UInt8(ascii: "0") < 10, start[6] == UInt8(ascii: "."), start[7] &- UInt8(ascii: "0") < 10
        else { throw HTTPParseError(code) }
        guard start[5] == UInt8(ascii: "1"), start[7] <= UInt8(ascii: "1") else {
            throw HTTPParseError(.unsupportedVersion)
        }
        return start[7] == UInt8(ascii: "0")
    }
}
