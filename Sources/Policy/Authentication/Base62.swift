/// The alphabet of key texts: digits, upper case, lower case, in ASCII order.
enum Base62 {
    static let alphabet = [UInt8]("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// The digit at a place of a number's six-digit text, most significant first (62⁶ > 2³²).
    static func digit(_ place: Int, of number: UInt32) -> UInt8 {
        var rest = number
        for _ in place..<5 { rest /= 62 }
        return self.alphabet[Int(rest % 62)]
    }

    /// Characters that are each equally likely: bytes past the last whole multiple of 62 are thrown away.
    static func random(count: Int, from randomness: Randomness) -> [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity(count)
        for _ in 0..<64 {
            for byte in randomness.bytes(count) where byte < 248 && characters.count < count {
                characters.append(self.alphabet[Int(byte % 62)])
            }
            if characters.count == count { return characters }
        }
        preconditionFailure("the source of randomness repeats one unusable byte")
    }
}
