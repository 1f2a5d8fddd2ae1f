/// Finds credentials, mail addresses and card numbers in text. Each byte is looked at a bounded number of times.
struct TokenPatterns {
    var findsEmail = false
    var findsCards = false

    /// The longest local part of an address, and the longest domain (RFC 5321, section 4.5.3.1).
    private static let longestLocal = 64
    private static let longestDomain = 255
    private static let cardDigits = 13...19
    /// What credentials begin with, and how many bytes follow at least.
    private static let prefixes = Self.bytes([
        ("sk-", 12), ("mt-admin-", 12), ("AKIA", 12), ("ASIA", 12), ("AIza", 20), ("ghp_", 16), ("gho_", 16),
        ("ghs_", 16), ("ghu_", 16), ("github_pat_", 16), ("glpat-", 12), ("xoxb-", 10), ("xoxp-", 10), ("xoxa-", 10),
        ("hf_", 20), ("gsk_", 16), ("eyJ", 24), ("ya29.", 16), ("xai-", 20), ("pplx-", 20), ("nvapi-", 20),
        ("r8_", 20), ("csk-", 20), ("ABSK", 24), ("bedrock-api-key-", 16), ("sk_live_", 12), ("rk_live_", 12),
        ("whsec_", 16),
    ])
    /// Those that stand for nothing else, whatever is written right before them.
    private static let unmistakable = Self.bytes([
        ("sk-mt-", 12), ("sk-ant-", 12), ("sk-proj-", 12), ("mt-admin-", 12), ("github_pat_", 16),
    ])
    private static let schemes = ["bearer", "basic"].map { Array($0.utf8) }
    /// Spaces that may stand behind a scheme.
    private static let longestGap = 8
    private static let schemeEnd = Array("://".utf8)
    private static let longestAuthority = 512
    private static let keyBegin = Array("-----BEGIN ".utf8)
    private static let keyEnd = Array("-----END ".utf8)

    /// Ranges to be masked, in order, not overlapping.
    func find(in text: ArraySlice<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var i = text.startIndex
        while i < text.endIndex {
            guard let match = self.match(at: i, in: text, after: found.last?.upperBound ?? text.startIndex) else {
                i += 1
                continue
            }
            found.append(match)
            i = match.upperBound
        }
        return found
    }

    private func match(at i: Int, in text: ArraySlice<UInt8>, after floor: Int) -> Range<Int>? {
        let byte = text[i]
        if byte == UInt8(ascii: "@") { return self.findsEmail ? Self.email(at: i, in: text, after: floor) : nil }
        if byte == UInt8(ascii: ":") { return Self.password(at: i, in: text) }
        guard Self.isBoundary(i, in: text) else { return Self.credential(of: Self.unmistakable, at: i, in: text) }
        if self.findsCards, Self.isDigit(byte), let card = Self.card(at: i, in: text) { return card }
        switch byte {
        case UInt8(ascii: "-"): return Self.privateKey(at: i, in: text)
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
            return Self.scheme(at: i, in: text) ?? Self.credential(of: Self.prefixes, at: i, in: text)
        default: return Self.credential(of: Self.prefixes, at: i, in: text)
        }
    }

    /// Whether a word may begin here. What looks like a letter before it may be the end of an escape that nobody has undone:
    /// `\n`, `\u0022`, `%20`.
    private static func isBoundary(_ i: Int, in text: ArraySlice<UInt8>) -> Bool {
        func before(_ count: Int) -> UInt8 { i - count >= text.startIndex ? text[i - count] : 0 }
        guard self.isAlphanumeric(before(1)) else { return true }
        if before(2) == UInt8(ascii: "\\") { return "nrtbf".utf8.contains(before(1)) }
        if before(6) == UInt8(ascii: "\\"), before(5) == UInt8(ascii: "u") { return true }
        return before(3) == UInt8(ascii: "%")
    }

    private static func credential(
        of prefixes: [(text: [UInt8], rest: Int)],
        at i: Int,
        in text: ArraySlice<UInt8>
    ) -> Range<Int>? {
        let first = text[i]
        for (prefix, least) in prefixes where prefix.first == first && text[i...].starts(with: prefix) {
            let end = self.tokenEnd(from: i + prefix.count, in: text)
            return end - i - prefix.count >= least ? i..<end : nil
        }
        return nil
    }

    private static func scheme(at i: Int, in text: ArraySlice<UInt8>) -> Range<Int>? {
        for scheme in self.schemes where text.endIndex - i > scheme.count {
            guard zip(text[i...], scheme).allSatisfy({ ($0 | 0x20) == $1 }) else { continue }
            let rest = text[(i + scheme.count)...]
            let start = rest.prefix(self.longestGap).firstIndex { $0 != 0x20 && $0 != 0x09 } ?? rest.startIndex
            guard start > rest.startIndex else { continue }
            let end = self.tokenEnd(from: start, in: text)
            return end - start >= 12 ? start..<end : nil
        }
        return nil
    }

    /// The user and the password in an address: `scheme://user:password@host` (RFC 3986, section 3.2.1). Either may be the secret.
    private static func password(at i: Int, in text: ArraySlice<UInt8>) -> Range<Int>? {
        guard let authority = self.authority(at: i, in: text), let colon = authority.firstIndex(of: UInt8(ascii: ":")),
            let sign = authority.lastIndex(of: UInt8(ascii: "@")), colon + 1 < sign
        else { return nil }
        return authority.startIndex..<sign
    }

    /// What stands before the path; and beyond it, where that may be a password which nobody has escaped.
    private static func authority(at i: Int, in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard text[i...].starts(with: self.schemeEnd) else { return nil }
        let word = text[(i + self.schemeEnd.count)...].prefix(self.longestAuthority)
            .prefix { $0 > 0x20 && $0 != UInt8(ascii: "\"") }
        let authority = word.prefix { !"/?#<>\\".utf8.contains($0) }
        return self.endsInPassword(authority) ? word : authority
    }

    /// Whether a user stands here and what is no port behind it.
    private static func endsInPassword(_ authority: ArraySlice<UInt8>) -> Bool {
        guard authority.first != UInt8(ascii: "["), !authority.contains(UInt8(ascii: "@")),
            let colon = authority.firstIndex(of: UInt8(ascii: ":"))
        else { return false }
        let port = authority[(colon + 1)...]
        return port.count > 5 || port.isEmpty || !port.allSatisfy(self.isDigit)
    }

    /// Where an address begins, behind its scheme, whose user and password may reach beyond the end.
    static func openAddress(in text: ArraySlice<UInt8>) -> Int? {
        let tail = text.suffix(self.longestAuthority)
        guard
            let colon = tail.indices.last(where: {
                tail[$0] == UInt8(ascii: ":") && tail[$0...].starts(with: self.schemeEnd)
            }),
            let authority = self.authority(at: colon, in: tail), authority.endIndex == tail.endIndex
        else { return nil }
        return authority.startIndex
    }

    private static func privateKey(at i: Int, in text: ArraySlice<UInt8>) -> Range<Int>? {
        guard text[i...].starts(with: self.keyBegin) else { return nil }
        let label = text[i...].prefix(48)
        guard self.index(of: Array("PRIVATE KEY".utf8), in: label) != nil else { return nil }
        guard let end = self.index(of: self.keyEnd, in: text[i...]) else { return i..<text.endIndex }
        return i..<self.tokenEnd(from: end, in: text)
    }

    private static func index(of needle: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        var i = text.startIndex
        while i + needle.count <= text.endIndex {
            if text[i] == needle[0], text[i...].starts(with: needle) { return i }
            i += 1
        }
        return nil
    }

    private static func tokenEnd(from start: Int, in text: ArraySlice<UInt8>) -> Int {
        var end = start
        while end < text.endIndex, self.isToken(text[end]) { end += 1 }
        return end
    }

    // MARK: Mail

    private static func email(at sign: Int, in text: ArraySlice<UInt8>, after floor: Int) -> Range<Int>? {
        var start = sign
        while start > floor, sign - start < self.longestLocal, self.isLocal(text[start - 1]) { start -= 1 }
        var end = sign + 1
        var lastDot: Int?
        while end < text.endIndex, end - sign <= self.longestDomain, self.isDomain(text[end]) {
            if text[end] == UInt8(ascii: ".") {
                guard end + 1 < text.endIndex, self.isWord(text[end + 1]) else { break }
                lastDot = end
            }
            end += 1
        }
        guard start < sign, let lastDot, end - lastDot > 2 else { return nil }
        return start..<end
    }

    // MARK: Cards

    /// The longest card number that begins here: digits with at most one space or dash between two of them.
    private static func card(at start: Int, in text: ArraySlice<UInt8>) -> Range<Int>? {
        var digits: [UInt8] = []
        var best: Int?
        var i = start
        while i < text.endIndex, digits.count <= self.cardDigits.upperBound {
            if self.isDigit(text[i]) {
                digits.append(text[i] & 0x0F)
                let isEnd = i + 1 == text.endIndex || !self.isDigit(text[i + 1])
                if isEnd, self.cardDigits.contains(digits.count), self.isLuhn(digits) { best = i + 1 }
                i += 1
            } else if text[i] == 0x20 || text[i] == UInt8(ascii: "-"), i + 1 < text.endIndex, self.isDigit(text[i + 1])
            {
                i += 1
            } else {
                break
            }
        }
        return best.map { start..<$0 }
    }

    /// ISO/IEC 7812-1, annex B.
    private static func isLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place % 2 == 0 ? Int(digit) : Int(digit) * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    // MARK: Bytes

    private static func bytes(_ list: [(String, Int)]) -> [(text: [UInt8], rest: Int)] {
        list.map { (Array($0.0.utf8), $0.1) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// What a credential does not begin behind. Scripts without spaces, quotes and signs may stand right before one.
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte < 0x80 && byte != UInt8(ascii: "_") && self.isWord(byte)
    }

    static func isWord(_ byte: UInt8) -> Bool {
        self.isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
            || byte >= 0x80
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        byte < 0x80 && (self.isWord(byte) || "-.~+/=".utf8.contains(byte))
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        self.isWord(byte) || "!#$%&'*+-/=?^`{|}~.".utf8.contains(byte)
    }

    private static func isDomain(_ byte: UInt8) -> Bool { self.isWord(byte) || byte == 0x2D || byte == 0x2E }
}
