import Storage

/// Writes numbers and texts one after the other, to be read by a `PackedReader`.
struct PackedWriter {
    private(set) var bytes: [UInt8] = []

    /// A number, seven bits to a byte, the lowest first.
    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number with a sign, which moves to the lowest bit, so that small numbers stay short.
    mutating func signed(_ value: Int64) {
        self.unsigned(UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63))
    }

    /// A text with its length in front; `nil` is told from an empty one.
    mutating func text(_ value: String?) {
        guard var value else { return self.unsigned(0) }
        value.withUTF8 { utf8 in
            self.unsigned(UInt64(utf8.count) + 1)
            self.bytes.append(contentsOf: utf8)
        }
    }
}

/// Reads what a `PackedWriter` wrote. Any bytes may come: none trap, and those that nobody wrote are told as damage.
struct PackedReader {
    private let bytes: UnsafeRawBufferPointer
    private let table: StaticString
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer, of table: StaticString) {
        self.bytes = bytes
        self.table = table
    }

    /// Whether everything was read.
    var isAtEnd: Bool { self.offset >= self.bytes.count }

    mutating func unsigned() throws(StorageError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard self.offset < self.bytes.count else { throw self.damage() }
            let byte = self.bytes[self.offset]
            self.offset += 1
            let bits = UInt64(byte & 0x7F)
            guard shift < 63 || bits <= 1 else { throw self.damage() }
            value |= bits << shift
            if byte & 0x80 == 0 { return value }
        }
        throw self.damage()
    }

    mutating func signed() throws(StorageError) -> Int64 {
        let value = try self.unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func integer() throws(StorageError) -> Int {
        guard let value = Int(exactly: try self.signed()) else { throw self.damage() }
        return value
    }

    mutating func text() throws(StorageError) -> String? {
        let length = try self.unsigned()
        guard length > 0 else { return nil }
        guard let count = Int(exactly: length - 1), count <= self.bytes.count - self.offset else { throw self.damage() }
        let end = self.offset + count
        defer { self.offset = end }
        return String(decoding: self.bytes[self.offset..<end], as: UTF8.self)
    }

    /// The error of bytes that no Martlet wrote.
    func damage() -> StorageError {
        StorageError(.failed, "a block of \(self.table) cannot be read at byte \(self.offset); the database is damaged")
    }
}
