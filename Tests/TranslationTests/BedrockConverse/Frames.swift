import Exchange
import Testing
import Wire

/// Writes frames of a binary event stream.
enum Frames {
    /// One frame with string headers.
    static func frame(_ headers: [(String, String)], _ payload: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in headers {
            bytes.append(UInt8(name.utf8.count))
            bytes += Array(name.utf8)
            bytes.append(7)
            bytes += [UInt8(value.utf8.count >> 8), UInt8(value.utf8.count & 0xFF)]
            bytes += Array(value.utf8)
        }
        return self.frame(headers: bytes, payload: Array(payload.utf8))
    }

    /// One frame with raw headers.
    static func frame(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        var bytes = self.word(headers.count + payload.count + 16) + self.word(headers.count)
        bytes += self.word(Int(bytes.withUnsafeBytes { CRC32.checksum(of: $0) }))
        bytes += headers + payload
        return bytes + self.word(Int(bytes.withUnsafeBytes { CRC32.checksum(of: $0) }))
    }

    static func event(_ name: String, _ payload: String) -> [UInt8] {
        self.frame(
            [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")],
            payload
        )
    }

    static func exception(_ name: String, _ payload: String) -> [UInt8] {
        self.frame([(":message-type", "exception"), (":exception-type", name)], payload)
    }

    static func word(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    static func bytes(hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// A frame as read: name and payload.
    struct Reading: Equatable {
        var kind: AWSEventStreamFrame.Kind
        var name: String?
        var payload: String
    }

    /// Frames of a stream that arrives in pieces; bytes before the offset are dropped now and then. Says how many bytes
    /// were left.
    static func read(
        _ pieces: [[UInt8]],
        maxFrameBytes: Int = 1 << 20,
        _ body: (AWSEventStreamFrame, UnsafeRawBufferPointer) -> Void
    ) throws(AWSEventStreamError) -> Int {
        var framer = AWSEventStreamFramer(maxFrameBytes: maxFrameBytes)
        var buffer: [UInt8] = []
        var offset = 0
        for (index, piece) in pieces.enumerated() {
            buffer += piece
            let result = buffer.withUnsafeBytes { bytes in
                Result { () throws(AWSEventStreamError) in
                    while let frame = try framer.next(bytes, from: &offset) { body(frame, bytes) }
                }
            }
            try result.get()
            if index % 2 == 0 {
                buffer.removeFirst(offset)
                offset = 0
            }
        }
        return buffer.count - offset
    }

    static func readings(_ pieces: [[UInt8]], maxFrameBytes: Int = 1 << 20) throws -> [Reading] {
        var found: [Reading] = []
        _ = try self.read(pieces, maxFrameBytes: maxFrameBytes) { frame, bytes in
            let name = frame.name.map { String(decoding: bytes[$0], as: UTF8.self) }
            let payload = String(decoding: bytes[frame.payload], as: UTF8.self)
            found.append(Reading(kind: frame.kind, name: name, payload: payload))
        }
        return found
    }
}
