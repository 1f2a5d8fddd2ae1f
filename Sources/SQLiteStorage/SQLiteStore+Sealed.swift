import FoundationEssentials
import GRDB
public import Storage

/// A column that holds sealed values, and the column by which a row's place is named when it is sealed.
struct SealedColumn {
    let table: StaticString
    let id: StaticString
    let column: StaticString

    /// Every column with sealed values. A master key that is rotated reaches these and no other: a migration that adds one
    /// adds it here, which a test sees to.
    static let all = [
        SealedColumn(table: "providers", id: "id", column: "sealed_secret"),
        SealedColumn(table: "settings", id: "name", column: "value"),
        SealedColumn(table: "configuration_versions", id: "CAST(number AS TEXT)", column: "sealed_document"),
        SealedColumn(table: "idempotency", id: "lower(hex(digest))", column: "sealed_answer"),
    ]

    /// What every sealed value begins with; settings hold others too.
    fileprivate static let mark = Data("MTSB".utf8)
}

extension SQLiteTransaction {
    /// Shows every sealed value to `rewrap`, and writes what that gives back. What was there is overwritten with zeros in the
    /// database file, so that whoever has an old master key finds nothing for it.
    func rewrapSealed(_ rewrap: (SealedPlace, [UInt8]) throws -> [UInt8]?) throws -> Int {
        try self.write { database in
            try database.execute(sql: "PRAGMA secure_delete = ON")
            defer { _ = try? database.execute(sql: "PRAGMA secure_delete = OFF") }
            return try SealedColumn.all.reduce(0) { try $0 + Self.rewrap($1, database, rewrap) }
        }
    }

    private static func rewrap(
        _ column: SealedColumn,
        _ database: Database,
        _ rewrap: (SealedPlace, [UInt8]) throws -> [UInt8]?
    ) throws -> Int {
        let sql = """
            SELECT \(column.id), \(column.column) FROM \(column.table) WHERE substr(\(column.column), 1, 4) = ?
            """
        let rows = try Row.fetchAll(database, sql: sql, arguments: [SealedColumn.mark])
        var count = 0
        for row in rows {
            var reader = RowReader(row, of: column.table)
            let id = try reader.value(String.self)
            let place = SealedPlace(table: "\(column.table)", row: id, column: "\(column.column)")
            guard let changed = try rewrap(place, try reader.bytes()) else { continue }
            try database.execute(
                sql: "UPDATE \(column.table) SET \(column.column) = ? WHERE \(column.id) = ?",
                arguments: [Data(changed), id]
            )
            count += 1
        }
        return count
    }
}

extension SQLiteStore {
    /// How many sealed values there are under each version of the master key, as `version` reads it from a value.
    ///
    /// - Parameter version: Tells the version of the key that a value is under; what it throws is thrown on.
    /// - Returns: Counts by version.
    /// - Throws: `.failed`, or what `version` throws.
    public func sealedCounts(_ version: ([UInt8]) throws -> Int) throws -> [Int: Int] {
        try self.read { database in
            var counts: [Int: Int] = [:]
            for column in SealedColumn.all {
                let sql = """
                    SELECT \(column.column) FROM \(column.table) WHERE substr(\(column.column), 1, 4) = ?
                    """
                for value in try Data.fetchAll(database, sql: sql, arguments: [SealedColumn.mark]) {
                    counts[try version([UInt8](value)), default: 0] += 1
                }
            }
            return counts
        }
    }

    /// Empties the write-ahead log into the database file, so that values which were replaced are in neither.
    ///
    /// - Throws: `.failed` when readers were in the way for longer than the store waits; then the log is emptied later.
    public func emptyLog() throws(StorageError) {
        try self.checkpoint(.truncate)
    }
}
