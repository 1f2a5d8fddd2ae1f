extension Schema {
    /// Entries are added and never changed: each one's hash is over the one before it.
    static let audit = """
        CREATE TABLE audit (
            number INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            origin TEXT NOT NULL,
            request_id TEXT NOT NULL,
            action TEXT NOT NULL,
            object_id TEXT NOT NULL,
            object_name TEXT NOT NULL,
            before TEXT,
            after TEXT,
            detail TEXT,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_object ON audit (object_id);
        """

    /// The secret that a key had before it was given another.
    static let rotatedKeys = """
        ALTER TABLE keys ADD COLUMN retired_digest BLOB;
        ALTER TABLE keys ADD COLUMN retired_until INTEGER;
        """
}
