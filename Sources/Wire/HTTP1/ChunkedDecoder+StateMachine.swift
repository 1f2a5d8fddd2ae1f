extension ChunkedDecoder {
    enum State {
        case sizeStart, size, extensionStart, extensionName, valueStart, value, sizeLF
        case data, dataCR, dataLF
        case trailerStart, trailerName, trailerValue, trailerLF, endLF, finished
    }

    /// Takes one byte that is not payload.
    mutating func step(_ byte: UInt8) throws(HTTPParseError) {
        switch self.state {
        case .sizeStart, .size:
            try self.sizeByte(byte)
        case .extensionStart, .extensionName, .valueStart, .value:
            try self.extensionByte(byte)
        case .sizeLF:
            try self.expect(byte, HTTPBytes.lf)
            self.state = self.remaining > 0 ? .data : .trailerStart
        case .dataCR:
            try self.expect(byte, HTTPBytes.cr)
            self.state = .dataLF
        case .dataLF:
            try self.expect(byte, HTTPBytes.lf)
            self.state = .sizeStart
        case .trailerStart, .trailerName, .trailerValue, .trailerLF, .endLF:
            try self.trailerByte(byte)
        case .data, .finished:
            break
        }
    }

    @inline(__always)
    private func expect(_ byte: UInt8, _ expected: UInt8) throws(HTTPParseError) {
        guard byte == expected else { throw HTTPParseError(.badChunk) }
    }

    /// Up to 15 hexadecimal digits, so that no size overflows.
    private mutating func sizeByte(_ byte: UInt8) throws(HTTPParseError) {
        if let digit = ASCII.hexDigit(byte) {
            if self.state == .sizeStart { (self.remaining, self.lineBytes) = (0, 0) }
            guard self.lineBytes < 15 else { throw HTTPParseError(.badChunk) }
            self.remaining = self.remaining << 4 | Int(digit)
            self.lineBytes &+= 1
            self.state = .size
            return
        }
        guard self.state == .size else { throw HTTPParseError(.badChunk) }
        self.lineBytes = 0
        try self.endOrExtension(byte)
    }

    /// `;` begins an extension, CR ends the line.
    private mutating func endOrExtension(_ byte: UInt8) throws(HTTPParseError) {
        switch byte {
        case HTTPBytes.cr: self.state = .sizeLF
        case UInt8(ascii: ";"): self.state = .extensionStart
        default: throw HTTPParseError(.badChunk)
        }
    }

    /// `*( ";" token [ "=" token ] )`; quoted values are refused.
    private mutating func extensionByte(_ byte: UInt8) throws(HTTPParseError) {
        self.lineBytes &+= 1
        self.extensionBytes &+= 1
        guard self.lineBytes <= Self.maxExtension, self.extensionBytes <= Self.maxExtensions else {
            throw HTTPParseError(.chunkExtensionsTooLong)
        }
        if HTTPBytes.isToken(byte) {
            if self.state == .extensionStart { self.state = .extensionName }
            if self.state == .valueStart { self.state = .value }
            return
        }
        guard self.state == .extensionName || self.state == .value else { throw HTTPParseError(.badChunk) }
        if self.state == .extensionName, byte == UInt8(ascii: "=") {
            self.state = .valueStart
        } else {
            try self.endOrExtension(byte)
        }
    }

    private mutating func trailerByte(_ byte: UInt8) throws(HTTPParseError) {
        self.trailerBytes &+= 1
        guard self.trailerBytes <= Self.maxTrailers else { throw HTTPParseError(.trailersTooLarge) }
        switch self.state {
        case .trailerStart where byte == HTTPBytes.cr:
            self.state = .endLF
        case .trailerStart where HTTPBytes.isToken(byte):
            self.trailerName = TrailerName()
            self.trailerName.append(byte)
            self.state = .trailerName
        case .trailerName where HTTPBytes.isToken(byte):
            self.trailerName.append(byte)
        case .trailerName where byte == UInt8(ascii: ":") && !self.trailerName.isForbidden:
            self.state = .trailerValue
        case .trailerValue where byte == HTTPBytes.cr:
            self.state = .trailerLF
        case .trailerValue where HTTPBytes.isValue(byte):
            break
        case .trailerLF where byte == HTTPBytes.lf:
            self.state = .trailerStart
        case .endLF where byte == HTTPBytes.lf:
            self.state = .finished
        default:
            throw HTTPParseError(.badTrailer)
        }
    }
}

/// Enough of a trailer's name to recognise those that may not come late: those that frame, route or authenticate.
struct TrailerName {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var count = 0

    mutating func append(_ byte: UInt8) {
        let byte = UInt64(ASCII.lowercased(byte)) << UInt64((self.count & 7) &* 8)
        switch self.count >> 3 {
        case 0: self.words.0 |= byte
        case 1: self.words.1 |= byte
        case 2: self.words.2 |= byte
        default: break
        }
        self.count &+= 1
    }

    /// Whether this field may not stand in a trailer (RFC 9110, section 6.5.1).
    var isForbidden: Bool {
        Self.forbidden.contains { self.count == $0.count && self.words == $0.words }
    }

    private static let forbidden: [TrailerName] =
        ["content-length", "transfer-encoding", "host", "connection", "upgrade", "expect", "authorization", "trailer"]
        .map { text in
            var name = TrailerName()
            for byte in text.utf8 { name.append(byte) }
            return name
        }
}
