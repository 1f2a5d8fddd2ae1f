/// Eight bytes at a time: the shared arithmetic of the scanners.
///
/// Every test answers with the high bit of a byte set where it holds; only the lowest set bit is exact,
/// because a borrow may mark bytes above the first true one. The scanners never look past the lowest.
enum Words {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Loads eight bytes in memory order, the first one lowest.
    @inline(__always)
    static func load(_ base: UnsafePointer<UInt8>, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Loads four bytes in memory order, the first one lowest.
    @inline(__always)
    static func load4(_ base: UnsafePointer<UInt8>, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Marks the bytes equal to `byte`.
    @inline(__always)
    static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (Self.ones &* UInt64(byte))
        return (difference &- Self.ones) & ~difference & Self.highs
    }

    /// Marks the bytes below `byte`, which is at most 0x80.
    @inline(__always)
    static func below(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        (word &- (Self.ones &* UInt64(byte))) & ~word & Self.highs
    }

    /// The bytes, with `A`–`Z` as `a`–`z`.
    @inline(__always)
    static func lowercased(_ word: UInt64) -> UInt64 {
        let sevens = word & ~Self.highs
        let fromA = sevens &+ Self.ones &* UInt64(0x80 - UInt8(ascii: "A"))
        let aboveZ = sevens &+ Self.ones &* UInt64(0x7F - UInt8(ascii: "Z"))
        return word | ((fromA & ~aboveZ & ~word & Self.highs) &>> 2)
    }

    /// Index of the first marked byte.
    @inline(__always)
    static func first(_ marks: UInt64) -> Int {
        marks.trailingZeroBitCount >> 3
    }

    /// Whether two runs of `count` bytes are the same.
    @inline(__always)
    static func same(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var i = 0
        while i &+ 8 <= count {
            guard load(a, i) == load(b, i) else { return false }
            i &+= 8
        }
        while i < count {
            guard a[i] == b[i] else { return false }
            i &+= 1
        }
        return true
    }
}
