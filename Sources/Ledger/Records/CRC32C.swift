internal import CChecksum

/// The Castagnoli checksum: by the processor's own instruction, or eight bytes a step from tables where it has none.
///
/// Source: RFC 3720, section 12.1 and appendix B.4 (reflected polynomial 0x82F63B78, initial value and final inversion all ones).
enum CRC32C {
    /// The state before the first byte.
    static let start = UInt32.max

    /// Eight tables of 256 words, one behind the other: table `k` answers for a byte that `k` zero bytes follow.
    private static let tables: [UInt32] = {
        var words = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 {
                value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
            }
            words[byte] = value
        }
        for index in 256..<words.count {
            let before = words[index - 256]
            words[index] = before >> 8 ^ words[Int(before & 0xFF)]
        }
        return words
    }()

    private static let hasInstruction = martlet_has_crc32c() != 0

    /// Carries the state over more bytes.
    static func update(_ state: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard Self.hasInstruction else { return Self.updateFromTables(state, bytes) }
        return martlet_crc32c(state, bytes.baseAddress, bytes.count)
    }

    /// The same, whatever the processor has.
    static func updateFromTables(_ state: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        Self.tables.withUnsafeBufferPointer { tables in
            var state = state
            var offset = 0
            while bytes.count - offset >= 8 {
                let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
                state = Self.step(state, word, tables)
                offset += 8
            }
            while offset < bytes.count {
                state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[offset])) & 0xFF)]
                offset += 1
            }
            return state
        }
    }

    /// Carries the state over three words, little end first.
    static func update(_ state: UInt32, _ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt32 {
        withUnsafeBytes(of: (first.littleEndian, second.littleEndian, third.littleEndian)) { Self.update(state, $0) }
    }

    /// The checksum of some bytes.
    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        ~Self.update(Self.start, bytes)
    }

    @inline(__always)
    private static func step(_ state: UInt32, _ word: UInt64, _ tables: UnsafeBufferPointer<UInt32>) -> UInt32 {
        let mixed = word ^ UInt64(state)
        var result: UInt32 = 0
        for byte in 0..<8 {
            result ^= tables[(7 &- byte) &* 256 &+ Int(truncatingIfNeeded: mixed >> UInt64(8 &* byte) & 0xFF)]
        }
        return result
    }
}
