/// UTF-8 as RFC 3629, section 4, has it: no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Scan {
    /// Looks at one sequence whose first byte is not ASCII.
    ///
    /// - Returns: The sequence's length when it is well formed; otherwise minus the number of bytes that one
    ///   replacement character stands for (the maximal subpart, Unicode 15, section 3.9).
    @inline(__always)
    static func sequence(_ base: UnsafePointer<UInt8>, at i: Int, end: Int) -> Int {
        let lead = base[i]
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, low) = (3, 0xA0)
        case 0xED: (length, high) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, low) = (4, 0x90)
        case 0xF4: (length, high) = (4, 0x8F)
        case 0xF1...0xF3: length = 4
        default: return -1
        }
        var k = 1
        while k < length {
            guard i &+ k < end, base[i &+ k] >= low, base[i &+ k] <= high else { return -k }
            (low, high) = (0x80, 0xBF)
            k &+= 1
        }
        return length
    }

    /// Writes a scalar value, which the caller knows to be one, and returns how many bytes it took.
    @inline(__always)
    static func encode(_ scalar: UInt32, to out: UnsafeMutablePointer<UInt8>) -> Int {
        switch scalar {
        case 0..<0x80:
            out[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case 0x80..<0x800:
            out[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
            out[1] = self.tail(scalar, 0)
            return 2
        case 0x800..<0x10000:
            out[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
            out[1] = self.tail(scalar, 6)
            out[2] = self.tail(scalar, 0)
            return 3
        default:
            out[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
            out[1] = self.tail(scalar, 12)
            out[2] = self.tail(scalar, 6)
            out[3] = self.tail(scalar, 0)
            return 4
        }
    }

    @inline(__always)
    private static func tail(_ scalar: UInt32, _ shift: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: 0x80 | (scalar &>> shift) & 0x3F)
    }
}
