/// What a chunked body holds next.
public enum ChunkedEvent: Sendable, Equatable {
    /// Payload: offsets into the buffer that was given.
    case data(Range<Int>)
    /// The body is complete, trailers included.
    case end
    /// Everything given is consumed.
    case needMore
}

/// Takes the chunked coding off a body (RFC 9112, section 7.1), strictly, cut anywhere.
///
/// Extensions are tokens, bounded and ignored; so are trailers, which may not name a field that frames or routes.
public struct ChunkedDecoder {
    /// Bytes of one chunk's extensions, and of all of a body.
    static let maxExtension = 256
    static let maxExtensions = 16_384
    /// Bytes of all trailers.
    static let maxTrailers = 8192

    var state = State.sizeStart
    /// Bytes left of the current chunk; its size while that is read.
    var remaining = 0
    /// Digits of the size, or bytes of the extensions, that were read.
    var lineBytes = 0
    var extensionBytes = 0
    var trailerBytes = 0
    var trailerName = TrailerName()

    /// Makes a decoder for one body.
    public init() {}

    /// Whether the body is complete.
    public var isFinished: Bool {
        self.state == .finished
    }

    /// Takes the next piece.
    ///
    /// - Parameters:
    ///   - bytes: A buffer with bytes of the body that were not consumed yet.
    ///   - offset: Where they begin; moved past what is consumed, which need not be given again.
    /// - Returns: Payload as far as it is there, the end, or that more bytes are needed.
    /// - Throws: What is wrong; the decoder is then of no more use.
    public mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int
    ) throws(HTTPParseError) -> ChunkedEvent {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), offset >= 0 else {
            return self.isFinished ? .end : .needMore
        }
        while self.state != .finished {
            guard offset < bytes.count else { return .needMore }
            if self.state == .data {
                let start = offset
                let taken = min(self.remaining, bytes.count &- start)
                offset = start &+ taken
                self.remaining &-= taken
                if self.remaining == 0 { self.state = .dataCR }
                return .data(start..<offset)
            }
            let byte = base[offset]
            offset &+= 1
            try self.step(byte)
        }
        return .end
    }
}
