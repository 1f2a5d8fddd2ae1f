public import Storage

/// Ids of attempts as people see them: `att_` and a ULID of 26 characters in Crockford's base 32.
public enum AttemptText {
    private static let prefix = "att_"
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let length = 26

    /// The id as text.
    public static func text(_ id: AttemptID) -> String {
        var characters: [UInt8] = []
        for index in (0..<Self.length).reversed() {
            characters.append(Self.alphabet[Int(Self.bits(id, from: index * 5))])
        }
        return Self.prefix + String(decoding: characters, as: UTF8.self)
    }

    /// Reads what `text` wrote; `nil` for anything else.
    public static func parse(_ text: String) -> AttemptID? {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let characters = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        guard characters.count == Self.length else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, character) in characters.enumerated() {
            guard let value = Self.alphabet.firstIndex(of: character), index > 0 || value < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        return AttemptID(high: high, low: low)
    }

    /// Five bits of the 128, counted from the lowest; beyond the end they are 0.
    private static func bits(_ id: AttemptID, from offset: Int) -> UInt64 {
        if offset >= 64 { return id.high >> UInt64(offset - 64) & 31 }
        let spill = offset > 59 ? id.high << UInt64(64 - offset) : 0
        return (id.low >> UInt64(offset) | spill) & 31
    }
}
