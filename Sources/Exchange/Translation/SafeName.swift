/// Names and ids that a target can take, as a pure function of the original, so that the same call has the same name in
/// every turn and in every request.
public enum SafeName {
    /// Replaces what is not in `[A-Za-z0-9_-]` by `_`; a name that was changed, or is over the limit, is cut and gets a hash
    /// of the original, so that different names stay different.
    ///
    /// - Parameters:
    ///   - name: The original.
    ///   - limit: Bytes at most, at least 20.
    ///   - startsWithLetter: The first character must be a letter or `_` (Gemini).
    /// - Returns: The original where it fits, otherwise a name made of it.
    public static func make(_ name: String, limit: Int = 64, startsWithLetter: Bool = false) -> String {
        if name.utf8.count <= limit, !name.isEmpty, name.utf8.allSatisfy(Self.isAllowed),
            !startsWithLetter || name.utf8.first.map({ Self.isLetter($0) || $0 == UInt8(ascii: "_") }) ?? false
        {
            return name
        }
        var bytes = name.utf8.map { Self.isAllowed($0) ? $0 : UInt8(ascii: "_") }
        if startsWithLetter, let first = bytes.first, !Self.isLetter(first), first != UInt8(ascii: "_") {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes.prefix(limit - 9), as: UTF8.self) + "_" + Self.hash(name)
    }

    /// Eight hexadecimal digits (FNV-1a, folded to 32 bits).
    public static func hash(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let folded = UInt32(truncatingIfNeeded: hash ^ hash >> 32)
        let digits = String(folded, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        Self.isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}
