extension JSONParser {
    /// Moves the cursor past the number it is on (RFC 8259, section 6).
    @inline(__always)
    mutating func scanNumber() throws(JSONError) {
        let start = self.cursor
        var i = start
        if self.base[i] == UInt8(ascii: "-") { i &+= 1 }
        let whole = i
        i = self.digits(from: i)
        guard i > whole, self.base[whole] != UInt8(ascii: "0") || i == whole &+ 1 else {
            throw JSONError(.badNumber, at: start)
        }
        let byte = i < self.end ? self.base[i] : 0
        if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || i &- whole > 300 {
            i = try self.fractionAndExponent(start, from: i)
        }
        self.cursor = i
    }

    @inline(__always)
    private func digits(from start: Int) -> Int {
        var i = start
        while i < self.end, self.base[i] &- UInt8(ascii: "0") < 10 { i &+= 1 }
        return i
    }

    @inline(never)
    private func fractionAndExponent(_ start: Int, from point: Int) throws(JSONError) -> Int {
        var i = point
        if i < self.end, self.base[i] == UInt8(ascii: ".") {
            i = self.digits(from: point &+ 1)
            guard i > point &+ 1 else { throw JSONError(.badNumber, at: start) }
        }
        var mayOverflow = point &- start > 300
        if i < self.end, self.base[i] | 0x20 == UInt8(ascii: "e") {
            i &+= 1
            if i < self.end, self.base[i] == UInt8(ascii: "+") || self.base[i] == UInt8(ascii: "-") { i &+= 1 }
            let first = i
            i = self.digits(from: i)
            guard i > first else { throw JSONError(.badNumber, at: start) }
            mayOverflow = mayOverflow || i &- first > 2
        }
        if mayOverflow { try self.checkRange(start, i) }
        return i
    }

    /// Refuses what a binary64 would turn into infinity; other readers of the same bytes disagree on such numbers.
    private func checkRange(_ start: Int, _ end: Int) throws(JSONError) {
        let text = String(decoding: UnsafeBufferPointer(start: self.base + start, count: end &- start), as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
    }
}
