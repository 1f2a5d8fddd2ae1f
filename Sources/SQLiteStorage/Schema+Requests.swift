import Exchange
import FoundationEssentials
import GRDB
import Storage

/// The request log in blocks.
extension Schema {
    private static let requestBlocks = """
        CREATE TABLE request_blocks (
            first INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            earliest_start INTEGER NOT NULL,
            latest_start INTEGER NOT NULL,
            marks BLOB NOT NULL
        ) STRICT;
        CREATE INDEX request_blocks_by_start ON request_blocks (earliest_start);
        CREATE TABLE key_uses (
            key_id TEXT NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO key_uses (key_id, at)
            SELECT key_id, started_at FROM request_log
            WHERE sequence IN (SELECT max(sequence) FROM request_log GROUP BY key_id);
        CREATE TABLE request_records (
            first INTEGER PRIMARY KEY,
            records BLOB NOT NULL
        ) STRICT;
        CREATE TABLE request_log_state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            next INTEGER NOT NULL
        ) STRICT;
        INSERT INTO request_log_state (id, next)
            VALUES (1, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'request_log'), 0));
        """

    /// Moves the log from a row for each record into blocks. Records keep their numbers. Rows that no Martlet wrote, which could not be
    /// listed, are left out: they must not keep the gateway from starting.
    static func packRequests(_ database: Database) throws {
        try database.execute(sql: Self.requestBlocks)
        var writer = try RequestWriter(database)
        var block: RequestBlock?
        let sql = "SELECT sequence, \(RequestRow.columns) FROM request_log ORDER BY sequence"
        let statement = try database.makeStatement(sql: sql)
        try withExtendedLifetime(statement) {
            let rows = RowScanner(statement)
            // The table cannot go while it is read.
            defer { rows.reset() }
            while try rows.next() {
                guard let stored = RequestRow.stored(rows) else { continue }
                var open = block ?? RequestBlock(first: stored.sequence)
                block = nil
                open.take(stored)
                if open.isFull { try writer.write(open) } else { block = open }
            }
        }
        if let block { try writer.write(block) }
        try database.execute(sql: "DROP TABLE request_log")
    }
}

/// The columns of the log when it had a row for each record.
private enum RequestRow {
    static let columns = """
        id, started_at, key_id, project_id, operation, is_stream, model_asked, model_served, provider, status, \
        outcome, failure, attempts, upstream_request_id, finish_reason, queue_us, first_byte_us, first_content_us, \
        total_us, overhead_us, uncached_input_tokens, cache_read_tokens, cache_write_5m_tokens, \
        cache_write_1h_tokens, audio_input_tokens, visible_output_tokens, reasoning_tokens, audio_output_tokens, \
        usage_is_anomalous, warnings, client, session, cost_nano_usd, is_estimated, route, trace_id
        """

    /// Reads a row of `sequence` and the columns. A million rows are read while a start waits, so that none becomes an object.
    /// `nil` when no Martlet wrote it.
    static func stored(_ row: RowScanner) -> StoredRequest? {
        guard let operation = Exchange.Operation(rawValue: row.text(5)),
            let outcome = ExchangeOutcome(rawValue: row.text(11)),
            let warnings = Self.warnings(row)
        else { return nil }
        var record = RequestRecord(
            id: row.text(1),
            startedAt: row.integer(2),
            keyID: row.text(3),
            projectID: row.text(4),
            operation: operation
        )
        record.outcome = outcome
        Self.readResult(row, into: &record)
        record.usage = Self.usage(row)
        record.warnings = warnings
        record.client = row.optionalText(31)
        record.session = row.optionalText(32)
        record.costNanoUSD = row.optionalInteger(33)
        record.isEstimated = row.integer(34) != 0
        record.route = row.optionalText(35)
        record.traceID = row.optionalText(36)
        return StoredRequest(sequence: row.integer(0), record: record)
    }

    private static func readResult(_ row: RowScanner, into record: inout RequestRecord) {
        record.isStream = row.integer(6) != 0
        record.modelAsked = row.text(7)
        record.modelServed = row.text(8)
        record.provider = row.text(9)
        record.status = Int(clamping: row.integer(10))
        record.failure = row.optionalText(12)
        record.attempts = Int(clamping: row.integer(13))
        record.upstreamRequestID = row.optionalText(14)
        record.finishReason = row.optionalText(15)
        record.queueMicroseconds = row.integer(16)
        record.firstByteMicroseconds = row.optionalInteger(17)
        record.firstContentMicroseconds = row.optionalInteger(18)
        record.totalMicroseconds = row.integer(19)
        record.overheadMicroseconds = row.integer(20)
    }

    /// Usage is all there or not at all.
    private static func usage(_ row: RowScanner) -> TokenUsage? {
        guard !(21...29).contains(where: row.isNull) else { return nil }
        var usage = TokenUsage()
        usage.uncachedInputTokens = Int(clamping: row.integer(21))
        usage.cacheReadTokens = Int(clamping: row.integer(22))
        usage.cacheWrite5mTokens = Int(clamping: row.integer(23))
        usage.cacheWrite1hTokens = Int(clamping: row.integer(24))
        usage.audioInputTokens = Int(clamping: row.integer(25))
        usage.visibleOutputTokens = Int(clamping: row.integer(26))
        usage.reasoningTokens = Int(clamping: row.integer(27))
        usage.audioOutputTokens = Int(clamping: row.integer(28))
        usage.isAnomalous = row.integer(29) != 0
        return usage
    }

    private static func warnings(_ row: RowScanner) -> [String]? {
        guard let text = row.optionalText(30) else { return [] }
        return try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    }
}
