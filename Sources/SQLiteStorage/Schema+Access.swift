/// The tables of who may use the admin API.
extension Schema {
    static let adminTokens = """
        CREATE TABLE admin_tokens (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE,
            role TEXT NOT NULL,
            projects TEXT,
            expires_at INTEGER,
            revoked_at INTEGER,
            last_used_at INTEGER,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        """

    /// Keys made before are good from everywhere.
    static let keyAddresses = "ALTER TABLE keys ADD COLUMN allowed_from TEXT"

    static let usersAndSessions = """
        CREATE TABLE users (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            password_hash TEXT,
            issuer TEXT,
            subject TEXT,
            role TEXT NOT NULL,
            projects TEXT,
            is_enabled INTEGER NOT NULL,
            last_sign_in_at INTEGER,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            UNIQUE (issuer, subject),
            CHECK ((issuer IS NULL) = (subject IS NULL))
        ) STRICT;
        CREATE TABLE sessions (
            id TEXT NOT NULL PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            origin TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sessions_by_user ON sessions (user_id);
        """
}
