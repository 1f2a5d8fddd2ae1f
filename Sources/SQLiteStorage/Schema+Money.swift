/// The tables of limits, budgets, prices and the ledger.
extension Schema {
    /// Limits become one JSON text, so that a new limit needs no new column.
    static let limits = """
        ALTER TABLE projects ADD COLUMN limits TEXT;
        ALTER TABLE keys ADD COLUMN limits TEXT;
        ALTER TABLE keys ADD COLUMN max_output_tokens INTEGER;
        UPDATE keys SET limits = '{"requests_per_minute":' || requests_per_minute || '}'
            WHERE requests_per_minute IS NOT NULL;
        ALTER TABLE keys DROP COLUMN requests_per_minute;
        """

    /// Records made before cost nothing that is known.
    static let requestCosts = """
        ALTER TABLE request_log ADD COLUMN cost_nano_usd INTEGER;
        ALTER TABLE request_log ADD COLUMN is_estimated INTEGER NOT NULL DEFAULT 0;
        """

    static let budgetsAndPrices = """
        CREATE TABLE budgets (
            id TEXT NOT NULL PRIMARY KEY,
            key_id TEXT REFERENCES keys (id) ON DELETE CASCADE,
            project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
            amount_nano_usd INTEGER NOT NULL,
            period TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            is_hard INTEGER NOT NULL,
            is_upper_bound INTEGER NOT NULL,
            reset_at INTEGER,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            UNIQUE (key_id, period),
            UNIQUE (project_id, period),
            CHECK ((key_id IS NULL) <> (project_id IS NULL))
        ) STRICT;
        CREATE TABLE price_versions (
            version INTEGER PRIMARY KEY,
            created_at INTEGER NOT NULL,
            source TEXT NOT NULL,
            checksum TEXT NOT NULL,
            document TEXT NOT NULL,
            built_in TEXT NOT NULL
        ) STRICT;
        """

    /// A row of the ledger holds numbers; what rows have in common lies in tables of its own. Both halves of an attempt's id
    /// are kept with their first bit turned over, so that signed numbers sort as the unsigned ones do.
    static let ledger = """
        CREATE TABLE ledger_subjects (
            id INTEGER PRIMARY KEY,
            key_number INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            project_id TEXT NOT NULL,
            operation TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            upstream_model TEXT NOT NULL,
            label TEXT NOT NULL,
            UNIQUE (key_id, project_id, operation, model, provider, upstream_model, label)
        ) STRICT;
        CREATE TABLE ledger_budget_sets (
            id INTEGER PRIMARY KEY,
            periods TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE ledger (
            attempt_high INTEGER NOT NULL,
            attempt_low INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            number INTEGER NOT NULL,
            request_id TEXT NOT NULL,
            subject INTEGER NOT NULL,
            key_number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            settled_at INTEGER NOT NULL,
            status INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            charge_nano_usd INTEGER NOT NULL,
            reserved_nano_usd INTEGER NOT NULL,
            cache_savings_nano_usd INTEGER NOT NULL,
            price_version INTEGER NOT NULL,
            budget_set INTEGER,
            uncached_input_tokens INTEGER NOT NULL,
            cache_read_tokens INTEGER NOT NULL,
            visible_output_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL,
            further_usage TEXT,
            total_us INTEGER,
            first_content_us INTEGER,
            overhead_us INTEGER,
            note TEXT,
            PRIMARY KEY (attempt_high, attempt_low, kind, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX ledger_by_request ON ledger (request_id);
        CREATE INDEX ledger_by_key ON ledger (key_number);
        CREATE TABLE ledger_state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            segment INTEGER,
            position INTEGER,
            least_skew INTEGER NOT NULL DEFAULT 0,
            greatest_skew INTEGER NOT NULL DEFAULT 0,
            minutes_from INTEGER,
            hours_from INTEGER,
            days_from INTEGER
        ) STRICT;
        INSERT INTO ledger_state (id) VALUES (1);
        CREATE TABLE budget_balances (
            budget_id TEXT NOT NULL,
            starts_at INTEGER NOT NULL,
            spent_nano_usd INTEGER NOT NULL,
            PRIMARY KEY (budget_id, starts_at)
        ) STRICT, WITHOUT ROWID;
        \(Self.rollup("usage_minutes"))
        \(Self.rollup("usage_hours"))
        \(Self.rollup("usage_days"))
        """

    /// Subjects and sets of budgets go when nothing names them any more. A number that went is never given again: subjects of
    /// one key are told from another's by the number of its first one.
    static let lastingNumbers = """
        CREATE TABLE new_subjects (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key_number INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            project_id TEXT NOT NULL,
            operation TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            upstream_model TEXT NOT NULL,
            label TEXT NOT NULL,
            UNIQUE (key_id, project_id, operation, model, provider, upstream_model, label)
        ) STRICT;
        INSERT INTO new_subjects SELECT * FROM ledger_subjects;
        DROP TABLE ledger_subjects;
        ALTER TABLE new_subjects RENAME TO ledger_subjects;
        CREATE TABLE new_budget_sets (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            periods TEXT NOT NULL UNIQUE
        ) STRICT;
        INSERT INTO new_budget_sets SELECT * FROM ledger_budget_sets;
        DROP TABLE ledger_budget_sets;
        ALTER TABLE new_budget_sets RENAME TO ledger_budget_sets;
        """

    /// Nothing is known of caches that were lost before.
    static let lostCaches = ["ledger", "usage_minutes", "usage_hours", "usage_days"]
        .map { "ALTER TABLE \($0) ADD COLUMN lost_cache_nano_usd INTEGER NOT NULL DEFAULT 0;" }
        .joined(separator: "\n")

    private static func rollup(_ table: String) -> String {
        """
        CREATE TABLE \(table) (
            id INTEGER PRIMARY KEY,
            slice INTEGER NOT NULL,
            subject INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            requests INTEGER NOT NULL,
            estimated INTEGER NOT NULL,
            charge_nano_usd INTEGER NOT NULL,
            cache_savings_nano_usd INTEGER NOT NULL,
            uncached_input_tokens INTEGER NOT NULL,
            cache_read_tokens INTEGER NOT NULL,
            cache_write_5m_tokens INTEGER NOT NULL,
            cache_write_1h_tokens INTEGER NOT NULL,
            audio_input_tokens INTEGER NOT NULL,
            image_input_tokens INTEGER NOT NULL,
            visible_output_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL,
            audio_output_tokens INTEGER NOT NULL,
            image_output_tokens INTEGER NOT NULL,
            web_searches INTEGER NOT NULL,
            durations BLOB,
            UNIQUE (slice, subject, outcome)
        ) STRICT;
        """
    }
}
