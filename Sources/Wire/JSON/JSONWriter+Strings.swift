extension JSONWriter {
    /// Writes bytes between quotes, with the escapes JSON demands and no others.
    mutating func quote(_ text: UnsafeBufferPointer<UInt8>) {
        self.bytes.append(UInt8(ascii: "\""))
        if let base = text.baseAddress { self.escape(base, text.count) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Plain text is copied in one piece; from the first byte that is not, the rest goes through a small buffer, because
    /// code has an escape every few bytes and growing an array is dear.
    private mutating func escape(_ base: UnsafePointer<UInt8>, _ count: Int) {
        let plain = Self.plainRun(base, from: 0, to: count)
        self.bytes.append(contentsOf: UnsafeBufferPointer(start: base, count: plain))
        guard plain < count else { return }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.bufferBytes) { buffer in
            guard let out = buffer.baseAddress else { return }
            var i = plain
            while i < count {
                let used = Self.fill(out, base, &i, count)
                self.bytes.append(contentsOf: UnsafeBufferPointer(start: out, count: used))
            }
        }
    }

    private static let bufferBytes = 1024

    /// Offset of the first byte that is not written as it is without a look at it, or the end.
    @inline(__always)
    private static func plainRun(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var i = start
        while i &+ 8 <= end {
            let marks = Self.marks(Words.load(base, i))
            if marks != 0 { return i &+ Words.first(marks) }
            i &+= 8
        }
        while i < end, Self.isPlain(base[i]) { i &+= 1 }
        return i
    }

    /// Marks quotes, backslashes, control characters and what is not ASCII.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        Words.equal(word, UInt8(ascii: "\"")) | Words.equal(word, UInt8(ascii: "\\")) | Words.below(word, 0x20)
            | (word & Words.highs)
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Writes from `i` on until the text or the buffer ends; returns how many bytes were written.
    private static func fill(
        _ out: UnsafeMutablePointer<UInt8>,
        _ base: UnsafePointer<UInt8>,
        _ i: inout Int,
        _ count: Int
    ) -> Int {
        var used = 0
        var offset = i
        // A step writes seven plain bytes and an escape of six at most.
        while offset < count, used <= Self.bufferBytes &- 16 {
            if offset &+ 8 <= count {
                let word = Words.load(base, offset)
                let marks = Self.marks(word)
                UnsafeMutableRawPointer(out + used).storeBytes(of: word.littleEndian, as: UInt64.self)
                let plain = marks == 0 ? 8 : Words.first(marks)
                used &+= plain
                offset &+= plain
                if marks == 0 { continue }
            } else if Self.isPlain(base[offset]) {
                out[used] = base[offset]
                used &+= 1
                offset &+= 1
                continue
            }
            used &+= Self.writeOne(out + used, base, &offset, count)
        }
        i = offset
        return used
    }

    /// Writes the escape, or the well-formed sequence, at `i`; U+FFFD for what is no UTF-8.
    @inline(__always)
    private static func writeOne(
        _ out: UnsafeMutablePointer<UInt8>,
        _ base: UnsafePointer<UInt8>,
        _ i: inout Int,
        _ count: Int
    ) -> Int {
        let byte = base[i]
        guard byte >= 0x80 else {
            i &+= 1
            return Self.escape(byte, out)
        }
        let length = UTF8Scan.sequence(base, at: i, end: count)
        guard length > 0 else {
            i &-= length
            (out[0], out[1], out[2]) = (0xEF, 0xBF, 0xBD)
            return 3
        }
        for k in 0..<length { out[k] = base[i &+ k] }
        i &+= length
        return length
    }

    @inline(__always)
    private static func escape(_ byte: UInt8, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        out[0] = UInt8(ascii: "\\")
        // A quote or a backslash, unless it is a control character.
        guard byte < 0x20 else {
            out[1] = byte
            return 2
        }
        let letter = Self.letters.utf8Start[Int(byte)]
        out[1] = letter
        guard letter == UInt8(ascii: "u") else { return 2 }
        (out[2], out[3]) = (UInt8(ascii: "0"), UInt8(ascii: "0"))
        (out[4], out[5]) = (Self.hex(byte >> 4), Self.hex(byte & 15))
        return 6
    }

    /// What comes after the backslash, for each of the 32 control characters.
    private static let letters: StaticString = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu"

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10
    }
}
