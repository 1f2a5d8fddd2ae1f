/// Byte classes of the small grammars in this target.
enum ASCIIText {
    /// The value of a hexadecimal digit of either case.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// `0` to `9`.
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// A letter or a digit.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }

    /// A byte that RFC 3986 never asks to be escaped.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        self.isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e
    }

    /// A token character of RFC 9110, of which header names are made.
    static func isToken(_ byte: UInt8) -> Bool {
        self.isAlphanumeric(byte) || self.tokenMarks.contains(byte)
    }

    /// Lower case of an ASCII letter; other bytes stay.
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }

    /// Lower case of the ASCII letters of a text.
    static func lowercased(_ text: some Collection<UInt8>) -> [UInt8] {
        text.map { self.lowercased($0) }
    }

    /// One path segment, percent-encoded but for unreserved bytes; `nil` for what some server would read as a step up
    /// or as no segment at all.
    static func percentEncodedSegment(_ text: String) -> String? {
        guard !text.utf8.allSatisfy({ $0 == 0x2e }) else { return nil }
        if text.utf8.allSatisfy(self.isUnreserved) { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if self.isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, self.hexDigits[Int(byte >> 4)], self.hexDigits[Int(byte & 0xf)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let tokenMarks = Array("!#$%&'*+-.^_`|~".utf8)
    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
