import Exchange
import GRDB
import Storage

/// The columns of `request_log` and how a record becomes them. Order is shared by all three members.
enum RequestRow {
    /// Everything but `sequence`.
    static let columns = """
        id, started_at, key_id, project_id, operation, is_stream, model_asked, model_served, provider, status, \
        outcome, failure, attempts, upstream_request_id, finish_reason, queue_us, first_byte_us, first_content_us, \
        total_us, overhead_us, uncached_input_tokens, cache_read_tokens, cache_write_5m_tokens, \
        cache_write_1h_tokens, audio_input_tokens, visible_output_tokens, reasoning_tokens, audio_output_tokens, \
        usage_is_anomalous, warnings, client, session, cost_nano_usd, is_estimated, route, trace_id
        """

    /// Appends one record.
    static let insert = """
        INSERT INTO request_log (\(Self.columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Binds one record's values, in the order of `columns`.
    static func bind(_ record: RequestRecord, to row: inout RowBinder) throws {
        Self.bindIdentity(record, to: &row)
        Self.bindResult(record, to: &row)
        Self.bindUsage(record.usage, to: &row)
        row.bind(record.warnings.isEmpty ? nil : try jsonText(record.warnings))
        row.bind(record.client)
        row.bind(record.session)
        row.bind(record.costNanoUSD)
        row.bind(record.isEstimated)
        row.bind(record.route)
        row.bind(record.traceID)
    }

    /// Reads a row of `sequence` and the columns.
    static func stored(_ row: Row) throws -> StoredRequest {
        var reader = RowReader(row, of: "request_log")
        let sequence = try reader.value(Int64.self)
        var record = RequestRecord(
            id: try reader.value(),
            startedAt: try reader.value(),
            keyID: try reader.value(),
            projectID: try reader.value(),
            operation: try reader.choice()
        )
        try Self.readResult(&reader, into: &record)
        record.usage = try Self.readUsage(&reader)
        record.warnings = try reader.json() ?? []
        record.client = try reader.optional()
        record.session = try reader.optional()
        record.costNanoUSD = try reader.optional()
        record.isEstimated = try reader.value()
        record.route = try reader.optional()
        record.traceID = try reader.optional()
        return StoredRequest(sequence: sequence, record: record)
    }
}

// MARK: - Writing

extension RequestRow {
    private static func bindIdentity(_ record: RequestRecord, to row: inout RowBinder) {
        row.bind(record.id)
        row.bind(record.startedAt)
        row.bind(record.keyID)
        row.bind(record.projectID)
        row.bind(record.operation.rawValue)
        row.bind(record.isStream)
        row.bind(record.modelAsked)
        row.bind(record.modelServed)
        row.bind(record.provider)
    }

    private static func bindResult(_ record: RequestRecord, to row: inout RowBinder) {
        row.bind(record.status)
        row.bind(record.outcome.rawValue)
        row.bind(record.failure)
        row.bind(record.attempts)
        row.bind(record.upstreamRequestID)
        row.bind(record.finishReason)
        row.bind(record.queueMicroseconds)
        row.bind(record.firstByteMicroseconds)
        row.bind(record.firstContentMicroseconds)
        row.bind(record.totalMicroseconds)
        row.bind(record.overheadMicroseconds)
    }

    private static func bindUsage(_ usage: TokenUsage?, to row: inout RowBinder) {
        row.bind(usage?.uncachedInputTokens)
        row.bind(usage?.cacheReadTokens)
        row.bind(usage?.cacheWrite5mTokens)
        row.bind(usage?.cacheWrite1hTokens)
        row.bind(usage?.audioInputTokens)
        row.bind(usage?.visibleOutputTokens)
        row.bind(usage?.reasoningTokens)
        row.bind(usage?.audioOutputTokens)
        row.bind(usage.map { $0.isAnomalous ? Int64(1) : 0 })
    }
}

// MARK: - Reading

extension RequestRow {
    private static func readResult(_ reader: inout RowReader, into record: inout RequestRecord) throws {
        record.isStream = try reader.value()
        record.modelAsked = try reader.value()
        record.modelServed = try reader.value()
        record.provider = try reader.value()
        record.status = try reader.value()
        record.outcome = try reader.choice()
        record.failure = try reader.optional()
        record.attempts = try reader.value()
        record.upstreamRequestID = try reader.optional()
        record.finishReason = try reader.optional()
        record.queueMicroseconds = try reader.value()
        record.firstByteMicroseconds = try reader.optional()
        record.firstContentMicroseconds = try reader.optional()
        record.totalMicroseconds = try reader.value()
        record.overheadMicroseconds = try reader.value()
    }

    /// Usage is all there or not at all.
    private static func readUsage(_ reader: inout RowReader) throws -> TokenUsage? {
        var counts: [Int] = []
        for _ in 0..<9 {
            if let count = try reader.optional(Int.self) { counts.append(count) }
        }
        guard counts.count == 9 else { return nil }
        var usage = TokenUsage()
        usage.uncachedInputTokens = counts[0]
        usage.cacheReadTokens = counts[1]
        usage.cacheWrite5mTokens = counts[2]
        usage.cacheWrite1hTokens = counts[3]
        usage.audioInputTokens = counts[4]
        usage.visibleOutputTokens = counts[5]
        usage.reasoningTokens = counts[6]
        usage.audioOutputTokens = counts[7]
        usage.isAnomalous = counts[8] != 0
        return usage
    }
}
