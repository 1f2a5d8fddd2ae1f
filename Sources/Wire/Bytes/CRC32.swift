/// The CRC-32 of IEEE 802.3, reflected, as zlib, PNG and AWS event streams use it.
public enum CRC32 {
    /// The checksum of a run of bytes.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - before: The checksum of what came before them, when they are not the first.
    /// - Returns: The checksum of all so far.
    /// - Complexity: Linear; eight bytes at a time.
    public static func checksum(of bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return before }
        return Self.tables.withUnsafeBufferPointer { tables in
            guard let table = tables.baseAddress else { return 0 }
            var crc = ~before
            var i = 0
            while i &+ 8 <= bytes.count {
                let word = Words.load(base, i) ^ UInt64(crc)
                crc = 0
                for byte in 0..<8 {
                    let index = Int(truncatingIfNeeded: (word >> UInt64(8 &* byte)) & 0xFF)
                    crc ^= table[(7 &- byte) &* 256 &+ index]
                }
                i &+= 8
            }
            while i < bytes.count {
                crc = table[Int((crc ^ UInt32(base[i])) & 0xFF)] ^ (crc >> 8)
                i &+= 1
            }
            return ~crc
        }
    }

    /// Eight tables of 256: table `n` is a byte's remainder with `n` bytes of zeros behind it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
            tables.append(value)
        }
        for index in 256..<2048 {
            let before: UInt32 = tables[index - 256]
            tables.append(tables[Int(before & 0xFF)] ^ (before >> 8))
        }
        return tables
    }()
}
