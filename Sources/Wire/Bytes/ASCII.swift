/// Small tests on ASCII bytes.
public enum ASCII {
    /// Whether `bytes` equal `text`, which is in lower case, when their ASCII letters are taken as lower case.
    public static func caseInsensitiveEquals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            for i in 0..<text.count where self.lowercased(bytes[i]) != text[i] { return false }
            return true
        }
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
