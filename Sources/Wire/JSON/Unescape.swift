/// Decoding of strings that the gate has accepted. Never writes more bytes than it reads.
enum Unescape {
    /// Up to four decoded bytes, the first one lowest, and how many raw bytes they took.
    struct Unit {
        var bytes: UInt32
        var count: Int
        var rawCount: Int
    }

    /// Decodes `count` raw bytes to `out`, which has room for as many, and returns how many it wrote.
    static func decode(_ raw: UnsafePointer<UInt8>, _ count: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var i = 0
        var written = 0
        while i < count {
            if i &+ 8 <= count {
                // As many bytes are left for writing as for reading: a whole word fits wherever it is written.
                let word = Words.load(raw, i)
                let marks = Words.equal(word, UInt8(ascii: "\\"))
                UnsafeMutableRawPointer(out + written).storeBytes(of: word.littleEndian, as: UInt64.self)
                let plain = marks == 0 ? 8 : Words.first(marks)
                i &+= plain
                written &+= plain
                if marks == 0 { continue }
            } else if raw[i] != UInt8(ascii: "\\") {
                out[written] = raw[i]
                i &+= 1
                written &+= 1
                continue
            }
            if i &+ 1 < count, raw[i &+ 1] != UInt8(ascii: "u") {
                out[written] = self.simple(raw[i &+ 1])
                i &+= 2
                written &+= 1
                continue
            }
            let unit = self.unit(raw, i, count)
            var bytes = unit.bytes
            for k in 0..<unit.count {
                out[written &+ k] = UInt8(truncatingIfNeeded: bytes)
                bytes >>= 8
            }
            written &+= unit.count
            i &+= unit.rawCount
        }
        return written
    }

    /// Whether two raw strings decode to the same bytes.
    static func same(
        _ a: UnsafePointer<UInt8>,
        _ aCount: Int,
        _ b: UnsafePointer<UInt8>,
        _ bCount: Int
    ) -> Bool {
        var left = Cursor(raw: a, count: aCount)
        var right = Cursor(raw: b, count: bCount)
        while let byte = left.next() {
            guard right.next() == byte else { return false }
        }
        return right.next() == nil
    }

    /// Decoded bytes one by one.
    struct Cursor {
        let raw: UnsafePointer<UInt8>
        let count: Int
        private var offset = 0
        private var pending: UInt32 = 0
        private var pendingCount = 0

        init(raw: UnsafePointer<UInt8>, count: Int) {
            self.raw = raw
            self.count = count
        }

        mutating func next() -> UInt8? {
            if self.pendingCount == 0 {
                guard self.offset < self.count else { return nil }
                let byte = self.raw[self.offset]
                if byte != UInt8(ascii: "\\") {
                    self.offset &+= 1
                    return byte
                }
                let unit = Unescape.unit(self.raw, self.offset, self.count)
                (self.pending, self.pendingCount) = (unit.bytes, unit.count)
                self.offset &+= unit.rawCount
            }
            defer {
                self.pending >>= 8
                self.pendingCount &-= 1
            }
            return UInt8(truncatingIfNeeded: self.pending)
        }
    }

    /// Decodes the escape at `i`. Malformed ones cannot come here; they would stand for themselves.
    private static func unit(_ raw: UnsafePointer<UInt8>, _ i: Int, _ count: Int) -> Unit {
        guard i &+ 1 < count else { return Unit(bytes: 0x5C, count: 1, rawCount: 1) }
        let letter = raw[i &+ 1]
        if letter == UInt8(ascii: "u") { return self.unicode(raw, i, count) }
        return Unit(bytes: UInt32(self.simple(letter)), count: 1, rawCount: 2)
    }

    /// What the letters from `b` to `t` stand for after a backslash: a table, because code has an escape every few bytes
    /// and a branch for each letter is guessed wrongly half of the time.
    private static let controls: StaticString = "\u{8}cde\u{C}ghijklm\nopq\rs\t"

    /// What a backslash and `letter` stand for.
    @inline(__always)
    private static func simple(_ letter: UInt8) -> UInt8 {
        let place = Int(letter) &- 0x62
        guard place >= 0, place < self.controls.utf8CodeUnitCount else { return letter }
        return self.controls.utf8Start[place]
    }

    private static func unicode(_ raw: UnsafePointer<UInt8>, _ i: Int, _ count: Int) -> Unit {
        guard i &+ 6 <= count, var scalar = ASCII.hexQuad(raw + (i &+ 2)) else {
            return Unit(bytes: 0x5C, count: 1, rawCount: 1)
        }
        var rawCount = 6
        if scalar & 0xFC00 == 0xD800, i &+ 12 <= count, let low = ASCII.hexQuad(raw + (i &+ 8)) {
            scalar = 0x10000 &+ (scalar & 0x3FF) << 10 | (low & 0x3FF)
            rawCount = 12
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { out in
            guard let base = out.baseAddress else { return Unit(bytes: 0, count: 0, rawCount: rawCount) }
            let length = UTF8Scan.encode(scalar, to: base)
            var bytes: UInt32 = 0
            for k in 0..<length { bytes |= UInt32(base[k]) << UInt32(8 &* k) }
            return Unit(bytes: bytes, count: length, rawCount: rawCount)
        }
    }
}

extension Unescape {
    /// Whether a raw string decodes to these bytes.
    static func same(_ raw: UnsafePointer<UInt8>, _ count: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count >= text.count else { return false }
        var cursor = Cursor(raw: raw, count: count)
        for byte in text {
            guard cursor.next() == byte else { return false }
        }
        return cursor.next() == nil
    }
}
