import GRDB
import Storage

/// The tables, as an append-only list of named migrations: a released migration is never edited.
enum Schema {
    /// `MRTL`, written into the file's header.
    static let applicationID: UInt32 = 0x4D52_544C

    /// Brings the file up to date, or refuses one written by a newer Martlet. What was rewritten leaves the write-ahead log
    /// at once: the first requests should not be held up by it.
    static func migrate(_ pool: DatabasePool) throws {
        let isOld = try pool.writeWithoutTransaction { database in
            try Self.refuseNewer(database)
            let applied = try Self.migrator.appliedIdentifiers(database)
            return try !applied.isEmpty && !Self.migrator.hasCompletedMigrations(database)
        }
        try Self.migrator.migrate(pool)
        guard isOld else { return }
        _ = try pool.writeWithoutTransaction { database in try database.checkpoint(.passive) }
    }

    /// Looks at an existing file through a read-only connection, so that a foreign or newer one is left untouched.
    static func refuseForeign(path: String, busyTimeout: Double) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(busyTimeout)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { database in
            let id = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            guard tables == 0 || id == Int64(Self.applicationID) else {
                throw StoreFile.refusal(path, "belongs to another application")
            }
            try Self.refuseNewer(database)
        }
        try queue.close()
    }

    private static func refuseNewer(_ database: Database) throws {
        guard try !Self.migrator.hasBeenSuperseded(database) else {
            throw StorageError(.unusable, "the database was written by a newer Martlet; run that version or newer")
        }
    }

    /// All migrations in order.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-configuration") { try $0.execute(sql: Self.configuration) }
        migrator.registerMigration("0002-request-log") { try $0.execute(sql: Self.requestLog) }
        migrator.registerMigration("0003-fewer-request-indexes") { try $0.execute(sql: Self.fewerRequestIndexes) }
        migrator.registerMigration("0004-strict-keys") { try $0.execute(sql: Self.strictKeys) }
        migrator.registerMigration("0005-limits") { try $0.execute(sql: Self.limits) }
        migrator.registerMigration("0006-budgets-and-prices") { try $0.execute(sql: Self.budgetsAndPrices) }
        migrator.registerMigration("0007-ledger") { try $0.execute(sql: Self.ledger) }
        migrator.registerMigration("0008-request-costs") { try $0.execute(sql: Self.requestCosts) }
        migrator.registerMigration("0009-routing") { try $0.execute(sql: Self.routing) }
        migrator.registerMigration("0010-lasting-numbers") { try $0.execute(sql: Self.lastingNumbers) }
        migrator.registerMigration("0012-lost-caches") { try $0.execute(sql: Self.lostCaches) }
        migrator.registerMigration("0013-audit") { try $0.execute(sql: Self.audit) }
        migrator.registerMigration("0014-rotated-keys") { try $0.execute(sql: Self.rotatedKeys) }
        migrator.registerMigration("0015-admin-tokens") { try $0.execute(sql: Self.adminTokens) }
        migrator.registerMigration("0016-users-and-sessions") { try $0.execute(sql: Self.usersAndSessions) }
        migrator.registerMigration("0017-key-addresses") { try $0.execute(sql: Self.keyAddresses) }
        migrator.registerMigration("0018-idempotency") { try $0.execute(sql: Self.idempotency) }
        migrator.registerMigration("0019-drained-providers") { try $0.execute(sql: Self.drainedProviders) }
        migrator.registerMigration("0022-declared-rows") { try $0.execute(sql: Self.declaredRows) }
        migrator.registerMigration("0023-traces") { try $0.execute(sql: Self.traces) }
        migrator.registerMigration("0024-body-rules") { try $0.execute(sql: Self.bodyRules) }
        migrator.registerMigration("0025-rollups-in-order") { try $0.execute(sql: Self.rollupsInOrder) }
        migrator.registerMigration("0027-request-blocks") { try Self.packRequests($0) }
        migrator.registerMigration("0028-ledger-places") { try Self.noteLedgerPlaces($0) }
        return migrator
    }
}

// MARK: - Migrations

extension Schema {
    private static let configuration = """
        PRAGMA application_id = \(Self.applicationID);
        CREATE TABLE projects (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            is_enabled INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE keys (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            project_id TEXT NOT NULL REFERENCES projects (id),
            digest BLOB NOT NULL UNIQUE,
            verifier TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            revoked_at INTEGER,
            expires_at INTEGER,
            allowed_models TEXT,
            requests_per_minute INTEGER,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX keys_by_project ON keys (project_id);
        CREATE TABLE providers (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            base_url TEXT NOT NULL,
            sealed_secret BLOB,
            secret_hint TEXT NOT NULL,
            settings TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            origin TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE models (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            is_enabled INTEGER NOT NULL,
            origin TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE targets (
            model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            provider TEXT NOT NULL,
            upstream_model TEXT NOT NULL,
            weight INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            is_enabled INTEGER NOT NULL,
            PRIMARY KEY (model_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX targets_by_provider ON targets (provider);
        CREATE TABLE settings (
            name TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// An index on a column orders equal values by `sequence` by itself: it is the table's row id.
    private static let requestLog = """
        CREATE TABLE request_log (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            project_id TEXT NOT NULL,
            operation TEXT NOT NULL,
            is_stream INTEGER NOT NULL,
            model_asked TEXT NOT NULL,
            model_served TEXT NOT NULL,
            provider TEXT NOT NULL,
            status INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            failure TEXT,
            attempts INTEGER NOT NULL,
            upstream_request_id TEXT,
            finish_reason TEXT,
            queue_us INTEGER NOT NULL,
            first_byte_us INTEGER,
            first_content_us INTEGER,
            total_us INTEGER NOT NULL,
            overhead_us INTEGER NOT NULL,
            uncached_input_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_5m_tokens INTEGER,
            cache_write_1h_tokens INTEGER,
            audio_input_tokens INTEGER,
            visible_output_tokens INTEGER,
            reasoning_tokens INTEGER,
            audio_output_tokens INTEGER,
            usage_is_anomalous INTEGER,
            warnings TEXT,
            client TEXT,
            session TEXT
        ) STRICT;
        CREATE INDEX request_log_by_id ON request_log (id);
        CREATE INDEX request_log_by_key ON request_log (key_id);
        CREATE INDEX request_log_by_project ON request_log (project_id);
        CREATE INDEX request_log_by_start ON request_log (started_at);
        """

    /// Every index is paid for by every request. A project's requests are found through the newest rows, and old rows go by
    /// sequence, which is their age.
    private static let fewerRequestIndexes = """
        DROP INDEX request_log_by_project;
        DROP INDEX request_log_by_start;
        """

    /// JSON texts, so that a new setting needs no new column; models made before keep the defaults.
    private static let routing = """
        ALTER TABLE models ADD COLUMN routing TEXT;
        ALTER TABLE targets ADD COLUMN overrides TEXT;
        ALTER TABLE request_log ADD COLUMN route TEXT;
        """

    /// Keys made before ask for nothing.
    private static let strictKeys = "ALTER TABLE keys ADD COLUMN is_strict INTEGER NOT NULL DEFAULT 0"
}
