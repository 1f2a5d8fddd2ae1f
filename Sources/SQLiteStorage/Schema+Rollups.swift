extension Schema {
    /// Rollups lie in the order in which they are read, and are found without an index of their own: a report reads a range
    /// of slices from one end to the other, and a ledger row touches one tree for each table instead of two.
    static let rollupsInOrder = ["usage_minutes", "usage_hours", "usage_days"].map(Self.inOrder).joined(separator: "\n")

    private static func inOrder(_ table: String) -> String {
        let counts = [
            "requests", "estimated", "charge_nano_usd", "cache_savings_nano_usd", "uncached_input_tokens",
            "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "audio_input_tokens",
            "image_input_tokens", "visible_output_tokens", "reasoning_tokens", "audio_output_tokens",
            "image_output_tokens", "web_searches", "lost_cache_nano_usd",
        ]
        let columns = (["slice", "subject", "outcome"] + counts + ["durations"]).joined(separator: ", ")
        return """
            CREATE TABLE new_rollup (
                slice INTEGER NOT NULL,
                subject INTEGER NOT NULL,
                outcome INTEGER NOT NULL,
                \(counts.map { "\($0) INTEGER NOT NULL," }.joined(separator: "\n    "))
                durations BLOB,
                PRIMARY KEY (slice, subject, outcome)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO new_rollup (\(columns)) SELECT \(columns) FROM \(table) ORDER BY slice, subject, outcome;
            DROP TABLE \(table);
            ALTER TABLE new_rollup RENAME TO \(table);
            """
    }
}
