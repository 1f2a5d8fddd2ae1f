import GRDB
import GRDBSQLite
import Storage

/// Reads the rows of a prepared statement column by column, without an object for each row. Call `reset` when done.
struct RowScanner {
    /// The prepared statement.
    let statement: OpaquePointer

    init(_ statement: Statement) { self.statement = statement.sqliteStatement }

    /// Steps to the next row; `false` when there is none.
    func next() throws -> Bool {
        let code = sqlite3_step(self.statement)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            sqlite3_reset(self.statement)
            throw DatabaseError(resultCode: ResultCode(rawValue: code))
        }
        return false
    }

    /// Makes the statement ready for other arguments.
    func reset() { sqlite3_reset(self.statement) }

    /// A column as a number; 0 when it is NULL.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self.statement, column) }

    /// A column as text; empty when it is NULL.
    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(self.statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(self.statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Whether a column is NULL.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.statement, column) == SQLITE_NULL }

    /// A column as a number, or `nil` when it is NULL.
    func optionalInteger(_ column: Int32) -> Int64? { self.isNull(column) ? nil : self.integer(column) }

    /// A column as text, or `nil` when it is NULL.
    func optionalText(_ column: Int32) -> String? { self.isNull(column) ? nil : self.text(column) }

    /// A column's bytes, empty when it is NULL; they are the engine's, until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(self.statement, column)
        let count = Int(sqlite3_column_bytes(self.statement, column))
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    }

    /// The columns of `RollupSums` and their durations, from a column on.
    func sums(from first: Int32) throws(StorageError) -> RollupSums {
        var counts: [Int64] = []
        counts.reserveCapacity(RollupSums.columns.count)
        var column = first
        for _ in RollupSums.columns.indices {
            counts.append(self.integer(column))
            column += 1
        }
        return RollupSums(counts: counts, durations: try Durations(bytes: self.bytes(column)))
    }
}
