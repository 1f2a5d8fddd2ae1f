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
        usage_is_anomalous, warnings, client, session
        """

    /// Appends one record.
    static let insert = """
        INSERT INTO request_log (\(Self.columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// The values of one record.
    static func values(_ record: RequestRecord) throws -> [DatabaseValue] {
        var values: [DatabaseValue] = []
        values.reserveCapacity(32)
        Self.appendIdentity(record, to: &values)
        Self.appendResult(record, to: &values)
        Self.appendUsage(record.usage, to: &values)
        values.append(record.warnings.isEmpty ? .null : try jsonText(record.warnings).databaseValue)
        values.append(Self.text(record.client))
        values.append(Self.text(record.session))
        return values
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
        return StoredRequest(sequence: sequence, record: record)
    }
}

// MARK: - Writing

extension RequestRow {
    private static func appendIdentity(_ record: RequestRecord, to values: inout [DatabaseValue]) {
        values.append(Self.text(record.id))
        values.append(record.startedAt.databaseValue)
        values.append(Self.text(record.keyID))
        values.append(Self.text(record.projectID))
        values.append(record.operation.rawValue.databaseValue)
        values.append(record.isStream.databaseValue)
        values.append(Self.text(record.modelAsked))
        values.append(Self.text(record.modelServed))
        values.append(Self.text(record.provider))
    }

    private static func appendResult(_ record: RequestRecord, to values: inout [DatabaseValue]) {
        values.append(record.status.databaseValue)
        values.append(record.outcome.rawValue.databaseValue)
        values.append(Self.text(record.failure))
        values.append(record.attempts.databaseValue)
        values.append(Self.text(record.upstreamRequestID))
        values.append(Self.text(record.finishReason))
        values.append(record.queueMicroseconds.databaseValue)
        values.append(record.firstByteMicroseconds?.databaseValue ?? .null)
        values.append(record.firstContentMicroseconds?.databaseValue ?? .null)
        values.append(record.totalMicroseconds.databaseValue)
        values.append(record.overheadMicroseconds.databaseValue)
    }

    private static func appendUsage(_ usage: TokenUsage?, to values: inout [DatabaseValue]) {
        guard let usage else {
            values.append(contentsOf: repeatElement(.null, count: 9))
            return
        }
        values.append(usage.uncachedInputTokens.databaseValue)
        values.append(usage.cacheReadTokens.databaseValue)
        values.append(usage.cacheWrite5mTokens.databaseValue)
        values.append(usage.cacheWrite1hTokens.databaseValue)
        values.append(usage.audioInputTokens.databaseValue)
        values.append(usage.visibleOutputTokens.databaseValue)
        values.append(usage.reasoningTokens.databaseValue)
        values.append(usage.audioOutputTokens.databaseValue)
        values.append(usage.isAnomalous.databaseValue)
    }

    /// Text for a column. The engine ends text at a zero byte, which a caller may put into a model's name, so zero
    /// bytes are stored as U+FFFD.
    private static func text(_ text: String?) -> DatabaseValue {
        guard let text else { return .null }
        guard text.utf8.contains(0) else { return text.databaseValue }
        let scalars = text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars)).databaseValue
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
