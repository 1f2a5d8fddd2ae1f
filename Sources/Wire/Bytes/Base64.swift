/// Base64 of RFC 4648, with either alphabet.
public enum Base64 {
    /// The two alphabets.
    public enum Alphabet: Sendable {
        /// `+` and `/`, padded.
        case standard
        /// `-` and `_`, not padded.
        case url
    }

    /// Encodes bytes.
    public static func encode(_ bytes: some Sequence<UInt8>, _ alphabet: Alphabet = .standard) -> String {
        let digits = alphabet == .standard ? Self.standardDigits : Self.urlDigits
        var text: [UInt8] = []
        text.reserveCapacity(bytes.underestimatedCount / 3 * 4 + 4)
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(digits[Int(bits >> UInt32(held) & 0x3F)])
            }
        }
        if held > 0 { text.append(digits[Int(bits << UInt32(6 - held) & 0x3F)]) }
        if alphabet == .standard { while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) } }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes text in either alphabet, padded or not; white space between digits is skipped.
    ///
    /// - Returns: The bytes; `nil` when something else is among the digits, or their number is impossible.
    public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.underestimatedCount / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        var count = 0
        var isPadding = false
        for character in text {
            if character == UInt8(ascii: "=") {
                isPadding = true
                continue
            }
            if character == 0x0A || character == 0x0D || character == 0x20 || character == 0x09 { continue }
            guard !isPadding, let value = Self.value(character) else { return nil }
            bits = bits << 6 | value
            held += 6
            count += 1
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
        return count % 4 == 1 ? nil : bytes
    }

    private static let standardDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
