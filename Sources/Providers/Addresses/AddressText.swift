/// Strict readers for literal addresses: one notation per address family, no shorthand that some other parser reads
/// differently.
enum AddressText {
    /// Reads `a.b.c.d`: four decimal numbers of 0 to 255 without leading zeros.
    static func v4(_ text: some Collection<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard let value = self.decimal(part, maxDigits: 3), let byte = UInt8(exactly: value) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// Reads RFC 4291 text, lower or upper case, with at most one `::` and an optional IPv4 tail. No zone.
    static func v6(_ text: some Collection<UInt8>) -> [UInt8]? {
        var groups = V6Groups()
        var rest = Array(text)[...]
        if rest.starts(with: self.doubleColon) {
            groups.gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != UInt8(ascii: ":") }
            rest = rest.dropFirst(part.count)
            guard groups.append(part, isLast: rest.isEmpty) else { return nil }
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            guard !rest.isEmpty else { return nil }  // a single trailing colon
            if rest.first == UInt8(ascii: ":") {
                guard groups.gap == nil else { return nil }
                groups.gap = groups.bytes.count
                rest = rest.dropFirst()
            }
        }
        return groups.address
    }

    /// A decimal number without leading zeros.
    static func decimal(_ text: some Collection<UInt8>, maxDigits: Int) -> Int? {
        guard (1...maxDigits).contains(text.count) else { return nil }
        guard text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static let doubleColon: [UInt8] = [0x3a, 0x3a]
}

/// The groups of an IPv6 address while it is read.
private struct V6Groups {
    var bytes: [UInt8] = []
    /// Where `::` stood, as an index into `bytes`.
    var gap: Int?

    mutating func append(_ part: ArraySlice<UInt8>, isLast: Bool) -> Bool {
        if part.contains(UInt8(ascii: ".")) {
            guard isLast, let tail = AddressText.v4(part) else { return false }
            self.bytes += tail
        } else {
            guard (1...4).contains(part.count) else { return false }
            var value: UInt16 = 0
            for byte in part {
                guard let digit = ASCIIText.hexDigit(byte) else { return false }
                value = value << 4 | UInt16(digit)
            }
            self.bytes += [UInt8(value >> 8), UInt8(value & 0xff)]
        }
        return self.bytes.count <= 16
    }

    /// The sixteen bytes, when the groups add up. `::` stands for at least one group.
    var address: [UInt8]? {
        guard let gap = self.gap else { return self.bytes.count == 16 ? self.bytes : nil }
        guard self.bytes.count <= 14 else { return nil }
        let zeros = [UInt8](repeating: 0, count: 16 - self.bytes.count)
        return Array(self.bytes[..<gap]) + zeros + Array(self.bytes[gap...])
    }
}
