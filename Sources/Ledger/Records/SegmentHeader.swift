import Storage

/// The first 64 bytes of a segment that is or was in use; those of one kept ready are zero.
struct SegmentHeader: Equatable {
    static let bytes = 64
    private static let magic: UInt64 = 0x4C4E_524A_4C54_524D  // "MRTLJRNL", little end first
    private static let version: UInt32 = 1

    /// The segment's number, as in its name.
    var number: UInt64
    /// Where the journal stood before it: the records of that segment end there, whatever lies behind, and segments
    /// between the two hold nothing. Segment 0 stands for none.
    var previous: JournalPosition
    /// How far the journal was known to be on the disk.
    var synced: JournalPosition

    /// The header's bytes.
    func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.bytes)
        bytes.withUnsafeMutableBytes { out in
            let words = [
                self.number, self.previous.segment, self.previous.offset, self.synced.segment, self.synced.offset,
            ]
            out.storeBytes(of: Self.magic.littleEndian, as: UInt64.self)
            out.storeBytes(of: Self.version.littleEndian, toByteOffset: 8, as: UInt32.self)
            for (index, word) in words.enumerated() {
                out.storeBytes(of: word.littleEndian, toByteOffset: 16 + 8 * index, as: UInt64.self)
            }
            out.storeBytes(
                of: Self.checksum(UnsafeRawBufferPointer(out)).littleEndian,
                toByteOffset: 12,
                as: UInt32.self
            )
        }
        return bytes
    }

    /// Reads a header; `nil` when there is none, or not this segment's.
    static func read(_ bytes: UnsafeRawBufferPointer, number: UInt64) -> SegmentHeader? {
        guard bytes.count >= Self.bytes else { return nil }
        func word(_ offset: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian }
        func half(_ offset: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian }
        guard word(0) == Self.magic, half(8) == Self.version, half(12) == Self.checksum(bytes), word(16) == number
        else {
            return nil
        }
        return SegmentHeader(
            number: number,
            previous: JournalPosition(segment: word(24), offset: word(32)),
            synced: JournalPosition(segment: word(40), offset: word(48))
        )
    }

    /// Of all but the checksum's own four bytes.
    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let head = CRC32C.update(CRC32C.start, UnsafeRawBufferPointer(rebasing: bytes[0..<12]))
        return ~CRC32C.update(head, UnsafeRawBufferPointer(rebasing: bytes[16..<Self.bytes]))
    }

    /// The file name of a segment.
    static func fileName(_ number: UInt64) -> String {
        let digits = String(number)
        return "journal-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// The number in a file name; `nil` when it is not a segment's.
    static func number(fileName: String) -> UInt64? {
        guard fileName.hasPrefix("journal-"), let number = UInt64(fileName.dropFirst(8)), number > 0,
            Self.fileName(number) == fileName
        else { return nil }
        return number
    }
}
