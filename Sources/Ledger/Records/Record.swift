import Storage

/// What a record says of its attempt. The numbers are on disk.
enum RecordType: UInt8, Sendable {
    /// Money is set aside; holds the entry to be written if the process died.
    case reserve = 1
    /// The request is about to leave, or has left.
    case sent = 2
    /// What has been used so far.
    case checkpoint = 3
    /// What it came to.
    case settle = 4
    /// It came to nothing.
    case release = 5
    /// Nothing of any attempt: written after a sync, to attest it.
    case mark = 6
}

/// The form of a record on disk: a header of sixteen bytes, the payload, zeros up to a multiple of eight.
///
/// The header's four little-endian words are: the payload's length in 24 bits and the type in the upper eight; the CRC32C of the
/// padded payload, the other words and the record's own place; the segment and the offset up to which all is known to
/// be on the disk. Because the place is part of the sum, a record found anywhere else is not one.
enum RecordFormat {
    static let headerBytes = 16
    static let alignment = 8
    /// The longest record, padded.
    static let maximumBytes = 16_384

    /// Bytes on disk of a record with a payload of this length.
    static func paddedBytes(payload: Int) -> Int {
        (Self.headerBytes + payload + Self.alignment - 1) & ~(Self.alignment - 1)
    }

    static func lengthWord(payload: Int, type: RecordType) -> UInt32 {
        UInt32(truncatingIfNeeded: payload) & 0xFF_FFFF | UInt32(type.rawValue) << 24
    }

    /// The checksum, given the state after the padded payload.
    static func checksum(
        _ payloadState: UInt32,
        _ lengthWord: UInt32,
        at place: JournalPosition,
        synced: JournalPosition
    ) -> UInt32 {
        let first = UInt64(lengthWord) | synced.segment << 32
        let second = synced.offset & 0xFFFF_FFFF | place.offset << 32
        return ~CRC32C.update(payloadState, first, second, place.segment)
    }
}

/// One record that was read and whose checksum holds.
struct Record {
    var type: RecordType
    /// Where its payload lies in the bytes it was read from.
    var payload: Range<Int>
    /// Where the next record begins.
    var end: Int
    /// How far the journal was known to be on the disk when this was written.
    var synced: JournalPosition

    /// Reads the record at an offset of a segment's bytes; `nil` when there is none whose checksum holds.
    static func read(_ bytes: UnsafeRawBufferPointer, at offset: Int, segment: UInt64) -> Record? {
        guard offset >= 0, bytes.count - offset >= RecordFormat.headerBytes else { return nil }
        let lengthWord = Self.word(bytes, offset)
        guard let type = RecordType(rawValue: UInt8(lengthWord >> 24)) else { return nil }
        let length = Int(lengthWord & 0xFF_FFFF)
        let size = RecordFormat.paddedBytes(payload: length)
        guard size <= RecordFormat.maximumBytes, size <= bytes.count - offset else { return nil }
        let synced = JournalPosition(
            segment: UInt64(Self.word(bytes, offset + 8)),
            offset: UInt64(Self.word(bytes, offset + 12))
        )
        let start = offset + RecordFormat.headerBytes
        let state = CRC32C.update(CRC32C.start, UnsafeRawBufferPointer(rebasing: bytes[start..<(offset + size)]))
        let place = JournalPosition(segment: segment, offset: UInt64(offset))
        let sum = RecordFormat.checksum(state, lengthWord, at: place, synced: synced)
        guard sum == Self.word(bytes, offset + 4) else { return nil }
        return Record(type: type, payload: start..<(start + length), end: offset + size, synced: synced)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
    }
}
