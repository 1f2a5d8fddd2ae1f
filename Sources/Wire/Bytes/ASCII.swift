import Glibc

/// Small tests on ASCII bytes.
public enum ASCII {
    /// Whether `bytes` equal `text`, which is in lower case, when their ASCII letters are taken as lower case.
    @inlinable
    public static func caseInsensitiveEquals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        bytes.count == text.utf8CodeUnitCount && self.caseInsensitiveEquals(bytes, sameCount: text)
    }

    /// Looks at the bytes of names that are as long as each other: most are not.
    @usableFromInline
    static func caseInsensitiveEquals(_ bytes: UnsafeRawBufferPointer, sameCount text: StaticString) -> Bool {
        guard let bytes = bytes.baseAddress else { return true }
        let (own, text, count) = (bytes.assumingMemoryBound(to: UInt8.self), text.utf8Start, text.utf8CodeUnitCount)
        guard count >= 8 else {
            for i in 0..<count where self.lowercased(own[i]) != text[i] { return false }
            return true
        }
        // Eight at a time, and at last the last eight.
        var i = 0
        while i < count {
            let start = min(i, count &- 8)
            guard Words.lowercased(Words.load(own, start)) == Words.load(text, start) else { return false }
            i &+= 8
        }
        return true
    }

    /// Offset of the first byte of this value.
    public static func firstIndex(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress else { return nil }
        return memchr(start, Int32(byte), bytes.count).map { UnsafeRawPointer($0) - start }
    }

    /// The byte, with `A`–`Z` as `a`–`z`.
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// Whether the byte is a letter or a digit.
    @inline(__always)
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        self.lowercased(byte) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }

    /// The number that four hexadecimal digits stand for.
    @inline(__always)
    static func hexQuad(_ digits: UnsafePointer<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for k in 0..<4 {
            guard let digit = self.hexDigit(digits[k]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// The number that one hexadecimal digit stands for.
    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }
}
