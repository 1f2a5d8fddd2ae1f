/// The sandbox's rule for tokens: simple enough to count by hand, and the same wherever it counts.
///
/// A token is one optional white-space byte and up to four bytes of a word; further white space makes tokens of up to
/// four bytes. Characters are never cut: one that is longer than what is left of a token starts the next.
/// So `the quick fox` has 4 tokens: `the`, ` quic`, `k`, ` fox`.
enum SandboxTokens {
    /// Cuts a text into its tokens, at most `limit` of them; what is left of the text is dropped.
    static func split(_ text: String, limit: Int = .max) -> [String] {
        var tokens: [String] = []
        var start = text.startIndex
        var counter = Counter()
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            if counter.startsToken(UTF8.width(scalar), isSpace: self.isSpace(scalar)), index != start {
                tokens.append(String(text[start..<index]))
                start = index
                if tokens.count == limit { return tokens }
            }
        }
        if start != text.endIndex { tokens.append(String(text[start...])) }
        return tokens
    }

    /// Counts the tokens of a text without cutting it.
    static func count(_ text: String) -> Int {
        var counter = Counter()
        var count = 0
        for scalar in text.unicodeScalars where counter.startsToken(UTF8.width(scalar), isSpace: self.isSpace(scalar)) {
            count += 1
        }
        return count
    }

    /// Tokens of what is no text (schemas, arguments): four bytes each.
    static func count(bytes: Int) -> Int { bytes / 4 + (bytes % 4 == 0 ? 0 : 1) }

    /// Tokens of an image, a file or a recording, whatever its size.
    static let perAttachment = 256
    /// Tokens that surround each message.
    static let perMessage = 3

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x20 || (0x09...0x0d).contains(scalar.value)
    }

    /// What the current token holds.
    private struct Counter {
        private var spaceBytes = 0
        private var wordBytes = 0

        /// Takes a character, and says whether it begins a token.
        mutating func startsToken(_ width: Int, isSpace: Bool) -> Bool {
            let isFirst = self.spaceBytes == 0 && self.wordBytes == 0
            let fits =
                isSpace
                ? self.wordBytes == 0 && self.spaceBytes < 4
                : self.spaceBytes <= 1 && self.wordBytes + width <= 4
            if isFirst || !fits {
                self.spaceBytes = isSpace ? width : 0
                self.wordBytes = isSpace ? 0 : width
                return true
            }
            if isSpace { self.spaceBytes += width } else { self.wordBytes += width }
            return false
        }
    }
}
