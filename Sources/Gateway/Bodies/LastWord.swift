/// The end of a text that was cut: half a credential, half an address or half a number is not known for one.
enum LastWord {
    /// Longest address of electronic mail, which alone may have other letters than ASCII's (RFC 5321, section 4.5.3.1).
    private static let longestAddress = 320

    /// What goes with the end of a text: its last word, and the digits or the user of an address before that.
    static func range(in text: ArraySlice<UInt8>) -> Range<Int> {
        let finished = text[..<self.unfinishedEscape(in: text)]
        var rest = finished
        while let last = rest.last, self.isPart(last) {
            let isBeyond = text.count - rest.count >= self.longestAddress
            // Not in the middle of a character.
            let removed = rest.endIndex < text.endIndex ? text[rest.endIndex] : 0
            if isBeyond, last >= 0x80, !(0x80...0xBF).contains(removed) { break }
            rest.removeLast()
        }
        let digits = rest.suffix(from: self.number(in: rest))
        let start = digits.firstIndex(where: TokenPatterns.isDigit) ?? rest.endIndex
        return min(start, TokenPatterns.openAddress(in: finished) ?? start)..<text.endIndex
    }

    /// Where an escape begins that the cut has broken off: `\`, `\u00`. What it would have been, nobody knows.
    private static func unfinishedEscape(in text: ArraySlice<UInt8>) -> Int {
        let tail = text.suffix(5)
        guard let slash = tail.lastIndex(of: UInt8(ascii: "\\")) else { return text.endIndex }
        let rest = tail[(slash + 1)...]
        guard rest.isEmpty || rest.first == UInt8(ascii: "u") && rest.dropFirst().allSatisfy(self.isHex) else {
            return text.endIndex
        }
        // Of JSON in JSON there are several.
        return text[..<slash].lastIndex { $0 != UInt8(ascii: "\\") }.map { $0 + 1 } ?? text.startIndex
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        TokenPatterns.isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    /// Where digits begin that reach to the end, with spaces and dashes between them.
    private static func number(in text: ArraySlice<UInt8>) -> Int {
        let other = text.lastIndex { !TokenPatterns.isDigit($0) && $0 != 0x20 && $0 != 0x2D }
        return other.map { $0 + 1 } ?? text.startIndex
    }

    /// What no other pattern reaches over is no part of a word.
    private static func isPart(_ byte: UInt8) -> Bool { byte > 0x20 && !"\",:[]\\()<>;".utf8.contains(byte) }
}
