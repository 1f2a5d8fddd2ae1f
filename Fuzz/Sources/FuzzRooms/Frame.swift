import Wire

/// Writes frames of AWS's binary event streams.
public enum Frame {
    /// One frame with right lengths and checksums.
    ///
    /// - Parameters:
    ///   - headers: Their bytes, as they are.
    ///   - payload: Its bytes.
    /// - Returns: The frame.
    public static func make(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        var bytes = self.word(UInt32(headers.count + payload.count + 16)) + self.word(UInt32(headers.count))
        bytes += self.word(bytes.withUnsafeBytes { CRC32.checksum(of: $0) })
        bytes += headers + payload
        return bytes + self.word(bytes.withUnsafeBytes { CRC32.checksum(of: $0) })
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }
}
