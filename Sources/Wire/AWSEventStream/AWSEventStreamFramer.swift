/// Cuts a binary event stream of AWS into whole frames.
///
/// A frame is total length, headers' length and a checksum of these (four bytes each, highest first), the headers, the
/// payload, and a checksum of everything before. A length is believed only after its checksum. Source: the event stream
/// encoding of the AWS SDKs, November 2026.
public struct AWSEventStreamFramer {
    /// Bytes that one frame may have.
    public let maxFrameBytes: Int

    /// Lengths of the frame that is coming in, once its beginning was verified.
    private var lengths: (total: Int, headers: Int)?

    private static let preludeBytes = 12
    private static let trailerBytes = 4
    private static let maxHeaderBytes = 128 << 10

    /// Makes a framer for one stream.
    public init(maxFrameBytes: Int = 16 << 20) {
        self.maxFrameBytes = max(maxFrameBytes, Self.preludeBytes + Self.trailerBytes)
    }

    /// The next whole frame.
    ///
    /// - Parameters:
    ///   - bytes: A buffer with the bytes of the stream that belong to no frame returned before.
    ///   - offset: Where they begin; moved past the frame. Between two calls the caller may drop the bytes before it and
    ///     pass it relative to the new beginning.
    /// - Returns: Ranges into `bytes`, or nil when the next frame is not complete. When the stream has ended, bytes after
    ///   the last frame mean that it was cut.
    /// - Throws: When the frame is damaged, or longer than allowed; the framer is then of no more use.
    /// - Complexity: Linear in the stream, however often it is called.
    public mutating func next(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int
    ) throws(AWSEventStreamError) -> AWSEventStreamFrame? {
        guard offset >= 0, bytes.count &- offset >= Self.preludeBytes else { return nil }
        let lengths: (total: Int, headers: Int)
        if let known = self.lengths { lengths = known } else { lengths = try self.prelude(bytes, offset) }
        self.lengths = lengths
        guard bytes.count &- offset >= lengths.total else { return nil }
        let end = offset &+ lengths.total
        let trailer = end &- Self.trailerBytes
        guard CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[offset..<trailer])) == Self.word(bytes, trailer)
        else { throw .checksumMismatch }
        let headers = offset &+ Self.preludeBytes
        var frame = AWSEventStreamFrame(
            range: offset..<end,
            headers: headers..<(headers &+ lengths.headers),
            payload: (headers &+ lengths.headers)..<trailer
        )
        try frame.readMeaning(bytes)
        self.lengths = nil
        offset = end
        return frame
    }

    private func prelude(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int
    ) throws(AWSEventStreamError) -> (total: Int, headers: Int) {
        let checked = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset &+ 8)])
        guard CRC32.checksum(of: checked) == Self.word(bytes, offset &+ 8) else { throw .checksumMismatch }
        let total = Int(Self.word(bytes, offset))
        let headers = Int(Self.word(bytes, offset &+ 4))
        guard total <= self.maxFrameBytes else { throw .frameTooLarge(limit: self.maxFrameBytes) }
        guard headers <= Self.maxHeaderBytes, total >= headers &+ Self.preludeBytes &+ Self.trailerBytes else {
            throw .impossibleLength
        }
        return (total, headers)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

extension AWSEventStreamFrame {
    /// Finds type and name among the headers, whose order is not fixed.
    fileprivate mutating func readMeaning(_ bytes: UnsafeRawBufferPointer) throws(AWSEventStreamError) {
        var event: Range<Int>?
        var exception: Range<Int>?
        var code: Range<Int>?
        var headers = AWSEventStreamHeaders(bytes, in: self.headers)
        while let header = try headers.next() {
            guard case .string(let value) = header.value else { continue }
            let name = bytes[header.name]
            if name.elementsEqual(":message-type".utf8) {
                self.kind = Kind(bytes[value])
            } else if name.elementsEqual(":event-type".utf8) {
                event = value
            } else if name.elementsEqual(":exception-type".utf8) {
                exception = value
            } else if name.elementsEqual(":error-code".utf8) {
                code = value
            } else if name.elementsEqual(":error-message".utf8) {
                self.errorMessage = value
            }
        }
        switch self.kind {
        case .event: self.name = event
        case .exception: self.name = exception
        case .error: self.name = code
        case .other: self.name = event ?? exception ?? code
        }
    }
}

extension AWSEventStreamFrame.Kind {
    fileprivate init(_ word: Slice<UnsafeRawBufferPointer>) {
        if word.elementsEqual("event".utf8) {
            self = .event
        } else if word.elementsEqual("exception".utf8) {
            self = .exception
        } else if word.elementsEqual("error".utf8) {
            self = .error
        } else {
            self = .other
        }
    }
}
