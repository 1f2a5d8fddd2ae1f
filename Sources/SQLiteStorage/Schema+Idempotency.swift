extension Schema {
    /// Requests by their idempotency keys, in the order in which they were begun or answered.
    static let idempotency = """
        CREATE TABLE idempotency (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            digest BLOB NOT NULL UNIQUE,
            actor TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            sealed_answer BLOB
        ) STRICT;
        CREATE INDEX idempotency_by_actor ON idempotency (actor);
        CREATE INDEX idempotency_by_age ON idempotency (created_at);
        """

    /// Providers made before are not drained.
    static let drainedProviders = "ALTER TABLE providers ADD COLUMN is_draining INTEGER NOT NULL DEFAULT 0"
}
