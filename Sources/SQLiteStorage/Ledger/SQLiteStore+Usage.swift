import GRDB
public import Storage

extension SQLiteStore {
    /// Sums from the rollups, never from the ledger itself: from days where these are whole, and from hours and minutes at the
    /// edges. Where finer slices were deleted, an edge is moved outwards to the next coarser one; an interval's slices are
    /// never coarser than asked for, so that what was deleted is missing. The limit is brought into 1 to 100,000.
    ///
    /// An attempt counts where it began; a correction where its attempt did.
    public func usage(_ query: UsageQuery) throws -> [UsageRow] {
        try self.query { database in try Self.sum(query, database)?.rows() ?? [] }
    }

    /// As `usage`, with the sum over all groups: of what was read anyway, or where slices were asked for of the time as such.
    public func usageAndTotal(_ query: UsageQuery) throws -> UsageSums {
        try self.query { database in
            let sum = try Self.sum(query, database)
            let total = query.interval == nil ? sum : try Self.sum(query.ungrouped, database)
            return UsageSums(rows: sum?.rows() ?? [], total: total?.total() ?? UsageRow())
        }
    }

    private static func sum(_ query: UsageQuery, _ database: Database) throws -> UsageSum? {
        guard var sum = try UsageSum(query, database) else { return nil }
        let state = try LedgerState(database)
        let cover = UsageCover(
            from: query.from,
            to: query.to,
            coarsest: query.interval?.table ?? .days,
            isSliced: query.interval != nil,
            horizon: state.horizon
        )
        for part in cover.parts {
            guard try sum.add(part, database) else { break }
        }
        return sum
    }
}
