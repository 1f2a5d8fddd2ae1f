import GRDB
import Storage

/// Where the ledger's rows lie by key and by request.
extension Schema {
    private static let ledgerPlaces = """
        CREATE TABLE ledger_key_times (
            key_number INTEGER NOT NULL,
            slice INTEGER NOT NULL,
            PRIMARY KEY (key_number, slice)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE ledger_late_attempts (
            request TEXT NOT NULL,
            high INTEGER NOT NULL,
            low INTEGER NOT NULL,
            PRIMARY KEY (request, high, low)
        ) STRICT, WITHOUT ROWID;
        """

    /// Notes the places of all rows that there are, in place of two indexes.
    static func noteLedgerPlaces(_ database: Database) throws {
        try database.execute(sql: Self.ledgerPlaces)
        try Self.noteAllRows(database)
        // Not before nothing reads or writes any more: prepared statements do not outlive a change of the schema.
        try database.execute(sql: "DROP INDEX ledger_by_request; DROP INDEX ledger_by_key;")
    }

    private static func noteAllRows(_ database: Database) throws {
        var writer = try LedgerPlaceWriter(database)
        let statement = try database.makeStatement(
            sql: "SELECT attempt_high, attempt_low, request_id, key_number FROM ledger"
        )
        try withExtendedLifetime(statement) {
            let rows = RowScanner(statement)
            defer { rows.reset() }
            while try rows.next() {
                let attempt = AttemptID(storedHigh: rows.integer(0), low: rows.integer(1))
                try writer.note(attempt, request: rows.text(2), key: rows.integer(3))
            }
        }
    }
}
