extension JSONParser {
    /// Moves the cursor from an opening quote past the closing one.
    ///
    /// - Returns: Whether the string has escapes.
    @inline(__always)
    mutating func scanString() throws(JSONError) -> Bool {
        var i = self.cursor &+ 1
        var escapes = false
        while true {
            i = self.plainRun(from: i)
            guard i < self.end else { throw JSONError(.truncated, at: self.end) }
            let byte = self.base[i]
            if byte == UInt8(ascii: "\"") {
                self.cursor = i &+ 1
                return escapes
            }
            if byte == UInt8(ascii: "\\") {
                escapes = true
                i = try self.escape(at: i)
            } else {
                i = try self.multibyteRun(from: i)
            }
        }
    }

    /// Offset of the first quote, backslash, control or non-ASCII byte at or after `start`, or the end.
    @inline(__always)
    private func plainRun(from start: Int) -> Int {
        var i = start
        while i &+ 8 <= self.end {
            let word = Words.load(self.base, i)
            let marks =
                Words.equal(word, UInt8(ascii: "\"")) | Words.equal(word, UInt8(ascii: "\\"))
                | Words.below(word, 0x20) | (word & Words.highs)
            if marks != 0 { return i &+ Words.first(marks) }
            i &+= 8
        }
        while i < self.end {
            let byte = self.base[i]
            if byte < 0x20 || byte > 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return i }
            i &+= 1
        }
        return i
    }

    /// Validates UTF-8 from a byte that is a control character or not ASCII, up to the next ASCII byte.
    @inline(never)
    private func multibyteRun(from start: Int) throws(JSONError) -> Int {
        guard self.base[start] >= 0x80 else { throw JSONError(.controlCharacter, at: start) }
        var i = start
        while i < self.end, self.base[i] >= 0x80 {
            let length = UTF8Scan.sequence(self.base, at: i, end: self.end)
            guard length > 0 else { throw JSONError(.invalidUTF8, at: i) }
            i &+= length
        }
        return i
    }

    /// Validates the escape at `start` and returns the offset past it.
    @inline(__always)
    private func escape(at start: Int) throws(JSONError) -> Int {
        guard start &+ 1 < self.end else { throw JSONError(.truncated, at: self.end) }
        switch self.base[start &+ 1] {
        case UInt8(ascii: "n"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "t"),
            UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"):
            return start &+ 2
        case UInt8(ascii: "u"):
            return try self.unicodeEscape(at: start)
        default:
            throw JSONError(.badEscape, at: start)
        }
    }

    @inline(never)
    private func unicodeEscape(at start: Int) throws(JSONError) -> Int {
        let unit = try self.hexUnit(at: start)
        switch unit {
        case 0 where self.refusesNUL:
            throw JSONError(.nulCharacter, at: start)
        case 0xD800...0xDBFF:
            let second = start &+ 6
            guard second &+ 1 < self.end, self.base[second] == UInt8(ascii: "\\"),
                self.base[second &+ 1] == UInt8(ascii: "u")
            else { throw JSONError(.loneSurrogate, at: start) }
            let low = try self.hexUnit(at: second)
            guard low >= 0xDC00, low <= 0xDFFF else { throw JSONError(.loneSurrogate, at: start) }
            return second &+ 6
        case 0xDC00...0xDFFF:
            throw JSONError(.loneSurrogate, at: start)
        default:
            return start &+ 6
        }
    }

    /// The UTF-16 code unit of the `\uXXXX` at `start`.
    private func hexUnit(at start: Int) throws(JSONError) -> UInt32 {
        guard start &+ 6 <= self.end else { throw JSONError(.badEscape, at: start) }
        guard let unit = ASCII.hexQuad(self.base + (start &+ 2)) else { throw JSONError(.badEscape, at: start) }
        return unit
    }
}
