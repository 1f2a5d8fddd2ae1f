import Exchange

/// Keeps credentials out of a vendor's words, which sometimes repeat them.
struct SecretMask: Sendable {
    /// Most bytes of an excerpt.
    static let maximumBytes = 1_000
    /// How the credentials of vendors begin: keys, access keys, tokens.
    private static let marks = [
        "sk-", "sk_", "pk-", "gsk_", "xai-", "fw_", "AIza", "ya29.", "eyJ", "AKIA", "ASIA", "pplx-",
    ]

    private let secret: [UInt8]

    /// A mask for one credential, and for whatever looks like one.
    init(_ secret: Secret?) {
        self.secret = (secret?.count ?? 0) >= 8 ? secret?.bytes ?? [] : []
    }

    /// The beginning of a text on one line, with credentials cut to their first characters.
    func excerpt(_ bytes: [UInt8]) -> String {
        let masked = self.masked(Array(bytes.prefix(Self.maximumBytes * 4)))
        let line = String(decoding: masked, as: UTF8.self).unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? Unicode.Scalar(UInt8(ascii: " ")) : scalar
        }
        let words = String(String.UnicodeScalarView(line)).split(separator: " ").joined(separator: " ")
        return words.utf8.count <= Self.maximumBytes ? words : String(words.prefix(Self.maximumBytes)) + "…"
    }

    private func masked(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if !self.secret.isEmpty, bytes[index...].starts(with: self.secret) {
                out += "<credential>".utf8
                index += self.secret.count
                continue
            }
            guard Self.isWord(bytes[index]) else {
                out.append(bytes[index])
                index += 1
                continue
            }
            let word = bytes[index...].prefix(while: Self.isWord)
            // The credential itself may hold bytes that are no word's, or stand inside a word.
            if !self.secret.isEmpty, let inside = Self.firstIndex(of: self.secret, in: bytes, word.indices) {
                out += bytes[index..<inside]
                index = inside
                continue
            }
            let looksLikeOne =
                word.count >= 12 && Self.marks.contains { word.starts(with: $0.utf8) }
            out += looksLikeOne ? Array(word.prefix(5)) + "…".utf8 : Array(word)
            index += word.count
        }
        return out
    }

    private static func firstIndex(of secret: [UInt8], in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        range.first { bytes[$0...].starts(with: secret) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "/"),
            UInt8(ascii: "+"):
            true
        default: false
        }
    }
}
