import GRDB
import Storage

/// The tables of the file of bodies, by its own version.
enum BodySchema {
    static let version = 2

    /// Makes the tables, or brings those of an earlier version up to this one.
    static func bringUpToDate(_ database: Database, path: String) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Self.version else {
            throw StoreFile.refusal(path, "was written by a newer Martlet; run that version or newer")
        }
        if version == 0 { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        try database.execute(
            sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216"
        )
        guard version < Self.version else { return }
        let steps = [Self.tables, Self.indexes][version...].joined(separator: "\n")
        // Rolled back when a step fails: a transaction that is left open ends the process.
        try database.inTransaction(.immediate) {
            try database.execute(sql: "\(steps)\nPRAGMA user_version = \(Self.version);")
            return .commit
        }
    }

    private static let tables = """
        PRAGMA application_id = \(Schema.applicationID);
        CREATE TABLE IF NOT EXISTS bodies (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            request_id TEXT NOT NULL,
            project_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            mode TEXT NOT NULL,
            is_stream INTEGER NOT NULL,
            request_bytes INTEGER NOT NULL,
            request_is_cut INTEGER NOT NULL,
            request BLOB NOT NULL,
            answer_bytes INTEGER,
            answer_is_cut INTEGER,
            answer BLOB
        ) STRICT;
        CREATE INDEX IF NOT EXISTS bodies_by_request ON bodies (request_id);
        CREATE INDEX IF NOT EXISTS bodies_by_project ON bodies (project_id);
        """

    /// Version 2: by time, for retention does not go by order; and by both ids, for a caller may give many requests one id.
    private static let indexes = """
        CREATE INDEX bodies_by_time ON bodies (at);
        CREATE INDEX bodies_by_request_and_project ON bodies (request_id, project_id);
        DROP INDEX bodies_by_request;
        """
}
