extension JSONValue {
    /// A string's bytes between the quotes, escapes as they stand; empty for anything else.
    public var rawContent: [UInt8] {
        self.kind == .string ? Array(self.bytes.dropFirst().dropLast()) : []
    }

    /// Whether this is a string written with escapes, so that its raw bytes are not its content.
    public var hasEscapes: Bool {
        let entry = self.entry
        return entry.kind == .string && entry.hasEscapes
    }

    /// The decoded string; `nil` for other kinds.
    public var string: String? {
        guard self.kind == .string else { return nil }
        let range = self.contentRange
        let raw = self.base + range.lowerBound
        guard self.hasEscapes else {
            return String(decoding: UnsafeBufferPointer(start: raw, count: range.count), as: UTF8.self)
        }
        return String(unsafeUninitializedCapacity: range.count) { out in
            guard let start = out.baseAddress else { return 0 }
            return Unescape.decode(raw, range.count, to: start)
        }
    }

    /// Appends the decoded string's UTF-8 bytes; nothing for other kinds.
    public func decode(into bytes: inout [UInt8]) {
        guard self.kind == .string else { return }
        let range = self.contentRange
        let raw = self.base + range.lowerBound
        guard self.hasEscapes else {
            bytes.append(contentsOf: UnsafeBufferPointer(start: raw, count: range.count))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: range.count) { scratch in
            guard let start = scratch.baseAddress else { return }
            let count = Unescape.decode(raw, range.count, to: start)
            bytes.append(contentsOf: UnsafeBufferPointer(start: UnsafePointer(start), count: count))
        }
    }

    /// Whether this is a string whose decoded bytes are exactly those of `text`.
    public func equals(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in self.equals(text) }
    }

    /// The number, if it is written as an integer (no fraction, no exponent) and fits.
    public var int: Int? {
        let entry = self.entry
        guard entry.kind == .number else { return nil }
        var i = Int(entry.start)
        let isNegative = self.base[i] == UInt8(ascii: "-")
        if isNegative { i &+= 1 }
        var value = 0
        while i < Int(entry.end) {
            let digit = self.base[i] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.subtractingReportingOverflow(Int(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            i &+= 1
        }
        if isNegative { return value }
        let (positive, overflow) = value.multipliedReportingOverflow(by: -1)
        return overflow ? nil : positive
    }

    /// The number as a binary64, correctly rounded; `nil` for other kinds.
    public var double: Double? {
        guard self.kind == .number else { return nil }
        let bytes = self.bytes.bindMemory(to: UInt8.self)
        return Double(String(decoding: bytes, as: UTF8.self))
    }
}
