/// One frame of AWS's binary event stream, built here so that the gateway's own reader is not its only witness. Source: AWS
/// SDK reference, "Amazon event stream encoding": big-endian lengths, CRC-32 of the prelude, headers, payload, CRC-32 of all.
enum AWSFrame {
    /// A frame from its text form: the event's name, a space, the payload. A name that begins with `!` is an exception's.
    static func bytes(_ text: String) -> [UInt8] {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        let name = parts.first ?? ""
        let isException = name.hasPrefix("!")
        let headers =
            self.header(isException ? ":exception-type" : ":event-type", isException ? String(name.dropFirst()) : name)
            + self.header(":content-type", "application/json")
            + self.header(":message-type", isException ? "exception" : "event")
        return self.bytes(headers: headers, payload: Array((parts.count > 1 ? parts[1] : "{}").utf8))
    }

    static func bytes(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        let prelude = self.word(UInt32(16 + headers.count + payload.count)) + self.word(UInt32(headers.count))
        let checked = prelude + self.word(self.checksum(prelude)) + headers + payload
        return checked + self.word(self.checksum(checked))
    }

    /// A header whose value is a string, type 7.
    private static func header(_ name: String, _ value: String) -> [UInt8] {
        let length = UInt16(value.utf8.count)
        return [UInt8(name.utf8.count)] + Array(name.utf8)
            + [7, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)] + Array(value.utf8)
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    /// CRC-32 of IEEE 802.3, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
    }
}
