import Storage

/// A range of time cut into slices of the rollup tables: as coarse as possible, and fine only at the edges.
struct UsageCover: Equatable {
    /// Slices of one table.
    struct Part: Equatable {
        var table: RollupTable
        /// In the table's own slices.
        var slices: Range<Int64>
    }

    /// In the order of time, without gaps.
    private(set) var parts: [Part] = []

    /// Covers a range.
    ///
    /// - Parameters:
    ///   - from: Rounded down to a minute; further where finer slices were deleted.
    ///   - to: Rounded up to a minute; further where finer slices were deleted.
    ///   - coarsest: The coarsest table that answers; `from` is rounded down to its slice when `isSliced`.
    ///   - isSliced: Whether each slice of `coarsest` is asked for by itself.
    ///   - horizon: The first slice that each table has.
    init(
        from: UnixMilliseconds,
        to: UnixMilliseconds,
        coarsest: RollupTable,
        isSliced: Bool,
        horizon: (RollupTable) -> Int64
    ) {
        guard from < to else { return }
        var start = from.dividedDown(by: RollupTable.minutes.milliseconds)
        var end = to.dividedUp(by: RollupTable.minutes.milliseconds)
        if isSliced { start = start.dividedDown(by: coarsest.minutes) * coarsest.minutes }
        let coarser = RollupTable.allCases.drop { $0 == .minutes }.filter { $0.minutes <= coarsest.minutes }
        var finer = RollupTable.minutes
        for table in coarser {
            // An edge that is no edge of a slice of `table` needs the finer table from there on.
            let first = horizon(finer)
            if start % table.minutes != 0, start.dividedDown(by: finer.minutes) < first {
                start = start.dividedDown(by: table.minutes) * table.minutes
            }
            let inside = end.dividedDown(by: table.minutes) * table.minutes
            if end != inside, inside.dividedDown(by: finer.minutes) < first {
                end = end.dividedUp(by: table.minutes) * table.minutes
            }
            finer = table
        }
        self.parts = Self.cut(start..<max(start, end), coarser.reversed() + [.minutes])
        self.parts = self.parts.compactMap { part in
            let lower = max(part.slices.lowerBound, horizon(part.table))
            return lower < part.slices.upperBound
                ? Part(table: part.table, slices: lower..<part.slices.upperBound) : nil
        }
    }

    /// Takes the whole slices of the first table from the middle, and cuts what is left on both sides with the others.
    private static func cut(_ minutes: Range<Int64>, _ tables: [RollupTable]) -> [Part] {
        guard let table = tables.first, !minutes.isEmpty else { return [] }
        let rest = Array(tables.dropFirst())
        let lower = minutes.lowerBound.dividedUp(by: table.minutes)
        let upper = minutes.upperBound.dividedDown(by: table.minutes)
        guard lower < upper else { return Self.cut(minutes, rest) }
        return Self.cut(minutes.lowerBound..<lower * table.minutes, rest)
            + [Part(table: table, slices: lower..<upper)]
            + Self.cut(upper * table.minutes..<minutes.upperBound, rest)
    }
}

extension UsageInterval {
    /// The table whose slices these are.
    var table: RollupTable {
        switch self {
        case .minute: .minutes
        case .hour: .hours
        case .day: .days
        }
    }
}
