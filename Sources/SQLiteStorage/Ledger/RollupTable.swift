import GRDB
import GRDBSQLite
import Storage

/// One of the three tables of rollups.
enum RollupTable: CaseIterable {
    case minutes, hours, days

    /// Its name in the schema.
    var name: String {
        switch self {
        case .minutes: "usage_minutes"
        case .hours: "usage_hours"
        case .days: "usage_days"
        }
    }

    /// The column of `ledger_state` with the first slice that is whole; `NULL` while nothing was deleted.
    var horizonColumn: String {
        switch self {
        case .minutes: "minutes_from"
        case .hours: "hours_from"
        case .days: "days_from"
        }
    }

    /// Minutes in a slice.
    var minutes: Int64 {
        switch self {
        case .minutes: 1
        case .hours: 60
        case .days: 1440
        }
    }

    /// Milliseconds in a slice.
    var milliseconds: Int64 { self.minutes * 60_000 }

    /// What the table is asked for, in order.
    static let summed = (["slice", "subject", "outcome"] + RollupSums.columns + ["durations"]).joined(separator: ", ")
}

/// One row's place in a rollup table.
struct RollupPlace: Hashable {
    var slice: Int64
    var subject: Int64
    var outcome: Int64
}

/// Adds sums to the rows of one rollup table. Numbers are summed here and not by the engine, which would turn a sum that does
/// not fit into a floating-point number.
struct RollupWriter {
    private var find: RowScanner
    private var insert: RowBinder
    private var update: RowBinder

    init(_ database: Database, _ table: RollupTable) throws {
        let columns = RollupSums.columns + ["durations"]
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        self.find = RowScanner(
            try database.cachedStatement(
                sql: """
                    SELECT \(columns.joined(separator: ", ")) FROM \(table.name)
                    WHERE slice = ? AND subject = ? AND outcome = ?
                    """
            )
        )
        self.insert = RowBinder(
            try database.cachedStatement(
                sql: """
                    INSERT INTO \(table.name) (\(columns.joined(separator: ", ")), slice, subject, outcome)
                    VALUES (\(places), ?, ?, ?)
                    """
            ).sqliteStatement
        )
        self.update = RowBinder(
            try database.cachedStatement(
                sql: """
                    UPDATE \(table.name) SET \(columns.map { "\($0) = ?" }.joined(separator: ", "))
                    WHERE slice = ? AND subject = ? AND outcome = ?
                    """
            ).sqliteStatement
        )
    }

    mutating func add(_ sums: RollupSums, at place: RollupPlace) throws {
        var binder = RowBinder(self.find.statement)
        binder.bind(place.slice)
        binder.bind(place.subject)
        binder.bind(place.outcome)
        try binder.check()
        var found: RollupSums?
        if try self.find.next() { found = try self.find.sums(from: 0) }
        self.find.reset()
        guard var found else { return try Self.run(&self.insert, sums, place) }
        found.add(sums)
        try Self.run(&self.update, found, place)
    }

    private static func run(_ row: inout RowBinder, _ sums: RollupSums, _ place: RollupPlace) throws {
        Self.bind(sums, to: &row)
        row.bind(place.slice)
        row.bind(place.subject)
        row.bind(place.outcome)
        try row.run()
    }

    private static func bind(_ sums: RollupSums, to row: inout RowBinder) {
        for count in sums.counts { row.bind(count) }
        row.bind(sums.durations.bytes)
    }
}
