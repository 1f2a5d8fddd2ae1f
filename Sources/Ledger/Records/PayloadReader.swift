/// A payload whose checksum holds but whose parts cannot be read: written by another version, or forged.
struct MalformedPayload: Error, Equatable {}

/// Reads the parts of a payload. Any bytes may come; none trap.
struct PayloadReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func byte() throws(MalformedPayload) -> UInt8 {
        guard self.offset < self.bytes.count else { throw MalformedPayload() }
        defer { self.offset += 1 }
        return self.bytes[self.offset]
    }

    mutating func unsigned() throws(MalformedPayload) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try self.byte()
            let bits = UInt64(byte & 0x7F)
            guard shift < 63 || bits <= 1 else { throw MalformedPayload() }
            value |= bits << shift
            if byte & 0x80 == 0 { return value }
        }
        throw MalformedPayload()
    }

    mutating func signed() throws(MalformedPayload) -> Int64 {
        let value = try self.unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func integer() throws(MalformedPayload) -> Int {
        guard let value = Int(exactly: try self.signed()) else { throw MalformedPayload() }
        return value
    }

    mutating func text() throws(MalformedPayload) -> String {
        guard let count = Int(exactly: try self.unsigned()), count <= self.bytes.count - self.offset else {
            throw MalformedPayload()
        }
        let text = String(decoding: self.bytes[self.offset..<(self.offset + count)], as: UTF8.self)
        self.offset += count
        return text
    }

    /// A length for a list whose elements take at least `bytesEach`.
    mutating func count(bytesEach: Int) throws(MalformedPayload) -> Int {
        guard let count = Int(exactly: try self.unsigned()), count <= (self.bytes.count - self.offset) / bytesEach
        else {
            throw MalformedPayload()
        }
        return count
    }

    mutating func word() throws(MalformedPayload) -> UInt64 {
        guard self.bytes.count - self.offset >= 8 else { throw MalformedPayload() }
        defer { self.offset += 8 }
        return self.bytes.loadUnaligned(fromByteOffset: self.offset, as: UInt64.self).littleEndian
    }

    mutating func named<Name: RawRepresentable>(_: Name.Type) throws(MalformedPayload) -> Name
    where Name.RawValue == String {
        guard let value = Name(rawValue: try self.text()) else { throw MalformedPayload() }
        return value
    }
}
