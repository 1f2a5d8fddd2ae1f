/// Character classes of RFC 9110, section 5.6, and scans over them. Offsets must be inside the buffer.
enum HTTPBytes {
    static let cr = UInt8(ascii: "\r")
    static let lf = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")

    /// `tchar`, one bit a byte: 0–63 and 64–127.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// Whether a byte may stand in a method or a field name.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let mask = byte < 64 ? self.tokenLow : byte < 128 ? self.tokenHigh : 0
        return mask &>> UInt64(byte & 63) & 1 == 1
    }

    /// Whether a byte may stand in a field's value: visible, space, tab, or outside ASCII.
    @inline(__always)
    static func isValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7F : byte == self.tab
    }

    /// Offset of the first byte from `start` that no token holds, or `end`.
    @inline(__always)
    static func tokenEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var i = start
        while i < end, self.isToken(base[i]) { i &+= 1 }
        return i
    }

    /// Whether all bytes may stand in a field's value.
    @inline(__always)
    static func areValue(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var i = start
        while i &+ 8 <= end {
            let word = Words.load(base, i)
            if Words.below(word, 0x20) | Words.equal(word, 0x7F) != 0 { break }
            i &+= 8
        }
        while i < end {
            guard self.isValue(base[i]) else { return false }
            i &+= 1
        }
        return true
    }

    /// Offset of the first LF from `start`, or nil.
    @inline(__always)
    static func lineFeed(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var i = start
        while i &+ 8 <= end {
            let marks = Words.equal(Words.load(base, i), self.lf)
            if marks != 0 { return i &+ Words.first(marks) }
            i &+= 8
        }
        while i < end {
            if base[i] == self.lf { return i }
            i &+= 1
        }
        return nil
    }

    /// Whether the bytes equal `text`, which is in lower case, whatever their case.
    @inline(__always)
    static func matches(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
        ASCII.caseInsensitiveEquals(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count), text)
    }
}
