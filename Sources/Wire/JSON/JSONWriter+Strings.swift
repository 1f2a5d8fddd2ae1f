extension JSONWriter {
    /// Writes bytes between quotes, with the escapes JSON demands and no others.
    mutating func quote(_ text: UnsafeBufferPointer<UInt8>) {
        self.bytes.append(UInt8(ascii: "\""))
        if let base = text.baseAddress { self.escape(base, text.count) }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ base: UnsafePointer<UInt8>, _ count: Int) {
        var copied = 0
        var i = 0
        while i < count {
            let byte = base[i]
            if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                i &+= 1
                continue
            }
            if byte >= 0x80 {
                let length = UTF8Scan.sequence(base, at: i, end: count)
                if length > 0 {
                    i &+= length
                    continue
                }
                self.copy(base, copied, i)
                self.bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
                i &-= length
            } else {
                self.copy(base, copied, i)
                self.escape(byte)
                i &+= 1
            }
            copied = i
        }
        self.copy(base, copied, count)
    }

    private mutating func copy(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
        guard end > start else { return }
        self.bytes.append(contentsOf: UnsafeBufferPointer(start: base + start, count: end &- start))
    }

    private mutating func escape(_ byte: UInt8) {
        self.bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.bytes.append(byte)
        case 0x0A: self.bytes.append(UInt8(ascii: "n"))
        case 0x0D: self.bytes.append(UInt8(ascii: "r"))
        case 0x09: self.bytes.append(UInt8(ascii: "t"))
        case 0x08: self.bytes.append(UInt8(ascii: "b"))
        case 0x0C: self.bytes.append(UInt8(ascii: "f"))
        default:
            self.bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            self.bytes.append(self.hex(byte >> 4))
            self.bytes.append(self.hex(byte & 15))
        }
    }

    private func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10
    }
}
