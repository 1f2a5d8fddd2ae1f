/// The canonical Huffman codes of one alphabet (RFC 1951, section 3.2.2).
struct CodeTable {
    /// What the next bits stand for.
    enum Match: Equatable {
        case symbol(Int, bits: Int)
        /// The code goes on beyond the bits that are there.
        case needMore
        /// No code begins like this.
        case none
    }

    private var counts: [Int]
    private var symbols: [Int]

    /// The codes of symbols by the lengths of their codes, 0 for symbols that do not occur.
    ///
    /// - Throws: `.badCodes` for lengths that more codes would need, or fewer; one single code may stand alone.
    init(_ lengths: some RandomAccessCollection<UInt8>) throws(GzipError) {
        var counts = [Int](repeating: 0, count: Self.longest + 1)
        for length in lengths where length <= Self.longest { counts[Int(length)] += 1 }
        var left = 1
        var offsets = [Int](repeating: 0, count: Self.longest + 2)
        for length in 1...Self.longest {
            left = left * 2 - counts[length]
            guard left >= 0 else { throw GzipError(.badCodes) }
            offsets[length + 1] = offsets[length] + counts[length]
        }
        let used = offsets[Self.longest + 1]
        guard left == 0 || used == 0 || used == 1 && counts[1] == 1 else { throw GzipError(.badCodes) }
        var symbols = [Int](repeating: 0, count: used)
        for (symbol, length) in lengths.enumerated() where length > 0 && length <= Self.longest {
            symbols[offsets[Int(length)]] = symbol
            offsets[Int(length)] += 1
        }
        self.counts = counts
        self.symbols = symbols
    }

    static let longest = 15

    /// Reads one code, the lowest bit first.
    func match(_ bits: UInt64, available: Int) -> Match {
        var bits = bits
        var code = 0
        var first = 0
        var index = 0
        for length in 1...Self.longest {
            guard length <= available else { return .needMore }
            code |= Int(bits & 1)
            bits >>= 1
            let count = self.counts[length]
            if code - first < count { return .symbol(self.symbols[index + code - first], bits: length) }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        return .none
    }
}
