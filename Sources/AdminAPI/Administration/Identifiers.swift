import Crypto
import Policy

/// Makes ids and tokens of base62 characters.
struct Identifiers: Sendable {
    /// Characters after the prefix of a row's id.
    static let length = 16

    let randomness: Randomness

    func project() -> String { "prj_" + self.base62(Self.length) }
    func provider() -> String { "prv_" + self.base62(Self.length) }
    func model() -> String { "mdl_" + self.base62(Self.length) }
    func budget() -> String { "bud_" + self.base62(Self.length) }

    /// Random characters; bytes that would favour some of them are thrown away.
    func base62(_ count: Int) -> String {
        var characters: [UInt8] = []
        while characters.count < count {
            for byte in self.randomness.bytes(count * 2) where byte < 248 && characters.count < count {
                characters.append(Base62.alphabet[Int(byte % 62)])
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// The id of a row that is not stored: the same at every start.
    static func derived(_ prefix: String, from name: String) -> String {
        let characters = SHA256.hash(data: Array("\(prefix)\(name)".utf8)).prefix(self.length).map {
            Base62.alphabet[Int($0 % 62)]
        }
        return prefix + String(decoding: characters, as: UTF8.self)
    }
}

/// The digits and letters of ASCII.
enum Base62 {
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
