import Storage

/// Reads counts of durations from the bytes that `Durations` makes, one place after another and without a list of them.
struct DurationReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var place: UInt64 = 0

    /// Reads bytes, which must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next place, which is greater than those before and below `Durations.end`, and its count; `nil` after the last.
    ///
    /// - Throws: `.failed` when the bytes are no such list.
    mutating func next() throws(StorageError) -> (place: UInt16, count: Int64)? {
        let isFirst = self.position == 0
        guard self.position < self.bytes.count else { return nil }
        guard let distance = self.number(), let count = self.number() else { throw Self.damage }
        guard distance < Durations.end, count <= UInt64(Int64.max), distance > 0 || isFirst else { throw Self.damage }
        self.place += distance
        guard self.place < Durations.end else { throw Self.damage }
        return (UInt16(self.place), Int64(count))
    }

    private static let damage = StorageError(.failed, "durations cannot be read; the database is damaged")

    /// Seven bits a byte, the lowest first; the last byte has no eighth bit.
    private mutating func number() -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < self.bytes.count, shift < 64 {
            let byte = self.bytes[self.position]
            self.position += 1
            number |= UInt64(byte & 0x7F) << shift
            guard byte >= 0x80 else { return number }
            shift += 7
        }
        return nil
    }
}
