import Exchange
import Storage

/// Sums of rollup rows, many groups side by side. A report adds tens of thousands of rows to some lines, so that no object is
/// made for a row, and a line's durations are found by their place rather than searched for.
struct UsageTallies {
    /// The columns of a rollup and, behind them, the requests that failed.
    private static let width = RollupSums.columns.count + 1
    /// Places that come together: those of one doubling of a duration.
    private static let block = 16
    private static let blocks = Durations.end / Self.block

    /// `width` for each line.
    private var counts: [Int64] = []
    /// For each line and each of its `blocks`, which block of `durations` it is; 0 when nothing is in it.
    private var numbers: [UInt32] = []
    /// Blocks in the order in which they were needed, behind one that belongs to nobody.
    private var durations = [Int64](repeating: 0, count: Self.block)

    /// How many lines there are.
    var count: Int { self.counts.count / Self.width }

    /// Begins a line.
    ///
    /// - Returns: Its number.
    mutating func begin() -> Int {
        let line = self.count
        self.counts.append(contentsOf: repeatElement(0, count: Self.width))
        self.numbers.append(contentsOf: repeatElement(0, count: Self.blocks))
        return line
    }

    /// Adds a rollup row to a line.
    ///
    /// - Parameters:
    ///   - rows: At the row.
    ///   - first: The first of the columns of `RollupSums.columns`; that of the durations follows on the last.
    ///   - isFailed: Whether its requests did not complete.
    ///   - line: Which line.
    /// - Throws: `.failed` when its durations cannot be read.
    mutating func add(_ rows: RowScanner, from first: Int32, isFailed: Bool, to line: Int) throws(StorageError) {
        let base = line * Self.width
        var column = first
        for index in base..<base + Self.width - 1 {
            self.add(rows.integer(column), at: index)
            column += 1
        }
        if isFailed { self.add(rows.integer(first), at: base + Self.width - 1) }
        var reader = DurationReader(rows.bytes(column))
        while let (place, count) = try reader.next() {
            let index = self.index(of: Int(place), line)
            self.durations[index] = self.durations[index].addingSaturating(count)
        }
    }

    /// Adds a line of other tallies to one of these.
    mutating func add(_ line: Int, of other: UsageTallies, to target: Int) {
        for index in 0..<Self.width {
            self.add(other.counts[line * Self.width + index], at: target * Self.width + index)
        }
        for (place, count) in other.places(line) {
            let index = self.index(of: Int(place), target)
            self.durations[index] = self.durations[index].addingSaturating(count)
        }
    }

    private mutating func add(_ count: Int64, at index: Int) {
        guard count != 0 else { return }
        self.counts[index] = self.counts[index].addingSaturating(count)
    }

    /// Where in `durations` a place of a line is counted; its block is made when it is new.
    private mutating func index(of place: Int, _ line: Int) -> Int {
        let block = line * Self.blocks + place / Self.block
        if self.numbers[block] == 0 {
            self.numbers[block] = UInt32(self.durations.count / Self.block)
            self.durations.append(contentsOf: repeatElement(0, count: Self.block))
        }
        return Int(self.numbers[block]) * Self.block + place % Self.block
    }

    /// The places of a line that something was counted at, in order.
    private func places(_ line: Int) -> [(place: UInt16, count: Int64)] {
        var places: [(place: UInt16, count: Int64)] = []
        for block in 0..<Self.blocks {
            let start = Int(self.numbers[line * Self.blocks + block]) * Self.block
            guard start > 0 else { continue }
            for offset in 0..<Self.block where self.durations[start + offset] != 0 {
                places.append((UInt16(block * Self.block + offset), self.durations[start + offset]))
            }
        }
        return places
    }
}

// MARK: - Rows

extension UsageTallies {
    /// Puts a line's sums into a row, in place of its own.
    func fill(_ row: inout UsageRow, from line: Int) {
        var counts = self.counts[line * Self.width..<(line + 1) * Self.width]
        func next() -> Int64 { counts.popFirst() ?? 0 }
        row.requests = Int(next())
        row.estimated = Int(next())
        row.chargeNanoUSD = next()
        row.cacheSavingsNanoUSD = next()
        row.usage.uncachedInputTokens = Int(next())
        row.usage.cacheReadTokens = Int(next())
        row.usage.cacheWrite5mTokens = Int(next())
        row.usage.cacheWrite1hTokens = Int(next())
        row.usage.audioInputTokens = Int(next())
        row.usage.imageInputTokens = Int(next())
        row.usage.visibleOutputTokens = Int(next())
        row.usage.reasoningTokens = Int(next())
        row.usage.audioOutputTokens = Int(next())
        row.usage.imageOutputTokens = Int(next())
        row.usage.webSearchRequests = Int(next())
        row.lostCacheNanoUSD = next()
        row.errors = Int(next())
        let durations = Durations(ordered: self.places(line))
        row.total = durations.percentiles(.total)
        row.firstContent = durations.percentiles(.firstContent)
        row.overhead = durations.percentiles(.overhead)
    }
}
