import GRDB
import Storage

/// The one row of `ledger_state`.
struct LedgerState: Equatable {
    /// How far the journal has been moved.
    var watermark: JournalPosition?
    /// The least and the greatest of `startedAt` less the time in the attempt's id, of all entries there ever were. Rows
    /// lie by id; these bounds turn a range of beginnings into a range of ids.
    private var leastSkew: Int64
    private var greatestSkew: Int64
    /// The first slice of each rollup table that was not deleted; `nil` while none was.
    private var horizons: [RollupTable: Int64] = [:]

    init(_ database: Database) throws {
        let sql = """
            SELECT segment, position, least_skew, greatest_skew, minutes_from, hours_from, days_from
            FROM ledger_state WHERE id = 1
            """
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql)) else {
            throw StorageError(.failed, "the ledger's state is missing; the database is damaged")
        }
        var reader = RowReader(row, of: "ledger_state")
        let segment = try reader.optional(Int64.self)
        let position = try reader.optional(Int64.self)
        if let segment, let position {
            self.watermark = JournalPosition(
                segment: UInt64(bitPattern: segment),
                offset: UInt64(bitPattern: position)
            )
        }
        self.leastSkew = try reader.value()
        self.greatestSkew = try reader.value()
        for table in RollupTable.allCases { self.horizons[table] = try reader.optional(Int64.self) }
    }

    func write(_ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE ledger_state SET segment = ?, position = ?, least_skew = ?, greatest_skew = ?,
                    minutes_from = ?, hours_from = ?, days_from = ?
                WHERE id = 1
                """
        ).execute(arguments: [
            self.watermark.map { Int64(bitPattern: $0.segment) }, self.watermark.map { Int64(bitPattern: $0.offset) },
            self.leastSkew, self.greatestSkew, self.horizons[.minutes], self.horizons[.hours], self.horizons[.days],
        ])
    }

    /// Takes an entry's skew into the bounds.
    mutating func widen(by entry: LedgerEntry) {
        let skew = entry.startedAt.subtractingSaturating(entry.attempt.milliseconds)
        self.leastSkew = min(self.leastSkew, skew)
        self.greatestSkew = max(self.greatestSkew, skew)
    }

    /// The first slice that is whole.
    func horizon(_ table: RollupTable) -> Int64 { self.horizons[table] ?? .min }

    /// Moves a horizon; it never moves back.
    mutating func raiseHorizon(_ table: RollupTable, to slice: Int64) {
        self.horizons[table] = max(slice, self.horizon(table))
    }

    /// The stored high half that all attempts which began at or after an instant are not below.
    func lowestHigh(from instant: UnixMilliseconds) -> Int64 {
        AttemptID.storedHigh(at: instant.subtractingSaturating(self.greatestSkew))
    }

    /// The stored high half that all attempts which began before an instant are not above.
    func highestHigh(to instant: UnixMilliseconds) -> Int64 {
        AttemptID.storedHigh(at: instant.subtractingSaturating(self.leastSkew)) | 0xFFFF
    }
}
