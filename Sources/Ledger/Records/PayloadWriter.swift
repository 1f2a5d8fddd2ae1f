/// Writes the parts of a payload into memory that was measured beforehand.
struct PayloadWriter {
    private let out: UnsafeMutableRawBufferPointer
    /// Bytes written so far.
    private(set) var count = 0
    /// Something did not fit and was left out.
    private(set) var hasOverflown = false

    init(_ out: UnsafeMutableRawBufferPointer) {
        self.out = out
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        guard self.count < self.out.count else { return self.hasOverflown = true }
        self.out[self.count] = value
        self.count += 1
    }

    /// Seven bits a byte, low ones first.
    @inline(__always)
    mutating func unsigned(_ value: UInt64) {
        if value < 0x80 { self.byte(UInt8(truncatingIfNeeded: value)) } else { self.long(value) }
    }

    @inline(never)
    private mutating func long(_ value: UInt64) {
        // No number takes more than ten bytes.
        guard let start = self.out.baseAddress, self.out.count - self.count >= 10 else { return self.tight(value) }
        var (place, rest) = (start + self.count, value)
        while rest >= 0x80 {
            place.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            place += 1
            rest >>= 7
        }
        place.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        self.count = place - start + 1
    }

    /// Where it may not fit.
    private mutating func tight(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.byte(UInt8(truncatingIfNeeded: rest))
    }

    /// Zigzag, so that small negative numbers are short too.
    mutating func signed(_ value: Int64) {
        self.unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func integer(_ value: Int) {
        self.signed(Int64(value))
    }

    /// A length and UTF-8.
    mutating func text(_ value: String) {
        let isWritten: Void? = value.utf8.withContiguousStorageIfAvailable { self.text(UnsafeRawBufferPointer($0)) }
        if isWritten == nil { Array(value.utf8).withUnsafeBytes { self.text($0) } }
    }

    private mutating func text(_ bytes: UnsafeRawBufferPointer) {
        self.unsigned(UInt64(bytes.count))
        self.raw(bytes)
    }

    /// Texts that have their lengths before them already.
    mutating func texts(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.raw($0) }
    }

    mutating func attempt(_ high: UInt64, _ low: UInt64) {
        guard self.out.count - self.count >= 16 else { return self.hasOverflown = true }
        self.out.storeBytes(of: high.littleEndian, toByteOffset: self.count, as: UInt64.self)
        self.out.storeBytes(of: low.littleEndian, toByteOffset: self.count + 8, as: UInt64.self)
        self.count += 16
    }

    @inline(__always)
    private mutating func raw(_ bytes: UnsafeRawBufferPointer) {
        guard self.out.count - self.count >= bytes.count else { return self.hasOverflown = true }
        guard let out = self.out.baseAddress, let start = bytes.baseAddress else { return }
        (out + self.count).copyMemory(from: start, byteCount: bytes.count)
        self.count += bytes.count
    }
}
