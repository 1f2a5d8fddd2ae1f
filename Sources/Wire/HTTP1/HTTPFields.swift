/// The fields of one head, and what they say about framing and the connection.
struct HTTPFields {
    var headers: [HTTPHeaderField] = []
    var contentLength: Int?
    var isChunked = false
    var closes = false
    var keepsAlive = false
    var hasUpgrade = false
    var hasHost = false
    var expectsContinue = false
    let isRequest: Bool

    init(isRequest: Bool) {
        self.isRequest = isRequest
    }

    /// Forgets everything but the memory.
    mutating func reset() {
        var headers: [HTTPHeaderField] = []
        swap(&headers, &self.headers)
        headers.removeAll(keepingCapacity: true)
        self = HTTPFields(isRequest: self.isRequest)
        self.headers = headers
    }

    /// Takes one line, which is not empty.
    @inline(__always)
    mutating func add(
        _ base: UnsafePointer<UInt8>,
        _ line: Range<Int>,
        limits: HTTPLimits
    ) throws(HTTPParseError) {
        guard self.headers.count < limits.maxHeaderCount else { throw HTTPParseError(.tooManyHeaders) }
        let start = line.lowerBound
        let end = line.upperBound
        let colon = HTTPBytes.tokenEnd(base, start, end)
        guard colon > start, colon < end, base[colon] == UInt8(ascii: ":") else {
            let isFold = base[start] == HTTPBytes.space || base[start] == HTTPBytes.tab
            throw HTTPParseError(isFold ? .obsFold : .badHeader)
        }
        guard HTTPBytes.areValue(base, colon &+ 1, end) else { throw HTTPParseError(.badHeader) }
        let value = Self.trimmed(base, colon &+ 1, end)
        self.headers.append(HTTPHeaderField(name: start..<colon, value: value))
        try self.note(base, start..<colon, value, rawStart: colon &+ 1)
    }

    /// Remembers what the fields with a meaning for us say.
    @inline(__always)
    private mutating func note(
        _ base: UnsafePointer<UInt8>,
        _ name: Range<Int>,
        _ value: Range<Int>,
        rawStart: Int
    ) throws(HTTPParseError) {
        switch name.count {
        case 4 where self.isRequest && HTTPBytes.matches(base, name, "host"):
            try self.noteHost(base, value)
        case 6 where self.isRequest && HTTPBytes.matches(base, name, "expect"):
            guard HTTPBytes.matches(base, value, "100-continue") else { throw HTTPParseError(.unsupportedExpectation) }
            self.expectsContinue = true
        case 7 where HTTPBytes.matches(base, name, "upgrade"):
            self.hasUpgrade = true
        case 10 where HTTPBytes.matches(base, name, "connection"):
            self.noteConnection(base, value)
        case 14 where HTTPBytes.matches(base, name, "content-length"):
            guard self.contentLength == nil, !self.isChunked else { throw HTTPParseError(.conflictingFraming) }
            self.contentLength = try Self.decimal(base, value)
        case 17 where HTTPBytes.matches(base, name, "transfer-encoding"):
            guard self.contentLength == nil, !self.isChunked else { throw HTTPParseError(.conflictingFraming) }
            try self.noteTransferEncoding(base, value, rawStart)
        default:
            break
        }
    }

    /// Requests: `chunked` in lower case after at most one space. Responses: `chunked` in any case.
    private mutating func noteTransferEncoding(
        _ base: UnsafePointer<UInt8>,
        _ value: Range<Int>,
        _ rawStart: Int
    ) throws(HTTPParseError) {
        guard HTTPBytes.matches(base, value, "chunked") else { throw HTTPParseError(.badTransferEncoding) }
        if self.isRequest {
            let lead = value.lowerBound &- rawStart
            let isPlain = lead == 0 || (lead == 1 && base[rawStart] == HTTPBytes.space)
            let isLower = value.allSatisfy { base[$0] >= UInt8(ascii: "a") }
            guard isPlain, isLower else { throw HTTPParseError(.badTransferEncoding) }
        }
        self.isChunked = true
    }

    private mutating func noteHost(_ base: UnsafePointer<UInt8>, _ value: Range<Int>) throws(HTTPParseError) {
        guard !self.hasHost else { throw HTTPParseError(.duplicateHost) }
        for i in value {
            let byte = base[i]
            guard ASCII.isAlphanumeric(byte) || Self.isHostPunctuation(byte) else { throw HTTPParseError(.badHost) }
        }
        self.hasHost = true
    }

    /// Unreserved, brackets of an IP literal, colon, percent; not the sub-delimiters, which no host here has.
    private static func isHostPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
            true
        default:
            false
        }
    }

    /// Reads the comma-separated options of `connection`.
    private mutating func noteConnection(_ base: UnsafePointer<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        while start < value.upperBound {
            var end = start
            while end < value.upperBound, base[end] != UInt8(ascii: ",") { end &+= 1 }
            let option = Self.trimmed(base, start, end)
            if HTTPBytes.matches(base, option, "close") { self.closes = true }
            if HTTPBytes.matches(base, option, "keep-alive") { self.keepsAlive = true }
            if HTTPBytes.matches(base, option, "upgrade") { self.hasUpgrade = true }
            start = end &+ 1
        }
    }

    /// `1*DIGIT` in the range of `Int`.
    private static func decimal(_ base: UnsafePointer<UInt8>, _ value: Range<Int>) throws(HTTPParseError) -> Int {
        guard !value.isEmpty, value.count <= 19 else { throw HTTPParseError(.badContentLength) }
        var number = 0
        for i in value {
            let digit = base[i] &- UInt8(ascii: "0")
            let (shifted, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int(digit))
            guard digit < 10, !overflow, !carry else { throw HTTPParseError(.badContentLength) }
            number = sum
        }
        return number
    }

    @inline(__always)
    private static func trimmed(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        var (start, end) = (start, end)
        while start < end, base[start] == HTTPBytes.space || base[start] == HTTPBytes.tab { start &+= 1 }
        while end > start, base[end &- 1] == HTTPBytes.space || base[end &- 1] == HTTPBytes.tab { end &-= 1 }
        return start..<end
    }
}

extension HTTPFields {
    /// Whether the connection outlives the message, by version and `connection`.
    func keepAlive(isHTTP10: Bool) -> Bool {
        !self.closes && (!isHTTP10 || self.keepsAlive)
    }

    /// The first value of the field with this name, which is given in lower case.
    static func value(
        _ name: StaticString,
        of headers: [HTTPHeaderField],
        in bytes: UnsafeRawBufferPointer
    ) -> Range<Int>? {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        for field in headers where field.value.upperBound <= bytes.count {
            if HTTPBytes.matches(base, field.name, name) { return field.value }
        }
        return nil
    }
}
