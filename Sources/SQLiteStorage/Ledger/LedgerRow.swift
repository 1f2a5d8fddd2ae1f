import Exchange
import GRDB
import Storage

/// The columns of `ledger` and how an entry becomes them. Order is shared by writing and reading.
enum LedgerRow {
    private static let columns = """
        attempt_high, attempt_low, kind, number, request_id, started_at, settled_at, status, outcome, flags, \
        charge_nano_usd, reserved_nano_usd, cache_savings_nano_usd, lost_cache_nano_usd, price_version, \
        uncached_input_tokens, cache_read_tokens, visible_output_tokens, reasoning_tokens, further_usage, total_us, first_content_us, \
        overhead_us, note
        """

    /// Adds one entry unless one of its identity is there.
    static let insert = """
        INSERT INTO ledger (\(Self.columns), subject, key_number, budget_set) VALUES \(Self.values)
        ON CONFLICT (attempt_high, attempt_low, kind, number) DO NOTHING
        """

    /// Adds entries, but for those that cannot be added, for whatever reason. A statement that may fail keeps a copy of every page
    /// it changes, which with many rows costs more than they do; this one cannot, and so must be asked how many it added.
    static func insert(rows: Int) -> String {
        """
        INSERT OR IGNORE INTO ledger (\(Self.columns), subject, key_number, budget_set)
        VALUES \(Array(repeating: Self.values, count: rows).joined(separator: ", "))
        """
    }

    private static let values = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    /// Everything of an entry, to be read by `entry(_:)`; conditions follow.
    ///
    /// - Parameter source: The ledger, or tables that lead to its rows, before it.
    /// - Returns: The statement's beginning.
    static func select(from source: String) -> String {
        """
        SELECT \(Self.columns), key_id, project_id, operation, model, provider, upstream_model, label, periods
        FROM \(source)
            CROSS JOIN ledger_subjects ON ledger_subjects.id = ledger.subject
            LEFT JOIN ledger_budget_sets ON ledger_budget_sets.id = ledger.budget_set
        """
    }

    /// Binds one entry's values.
    static func bind(_ entry: LedgerEntry, _ numbers: LedgerNames.SubjectNumbers, set: Int64?, to row: inout RowBinder)
    {
        let attempt = entry.attempt.stored
        row.bind(attempt.high)
        row.bind(attempt.low)
        row.bind(entry.kind.ledgerCode)
        row.bind(entry.number)
        row.bind(entry.requestID)
        row.bind(entry.startedAt)
        row.bind(entry.settledAt)
        row.bind(entry.status)
        row.bind(entry.outcome.ledgerCode)
        row.bind(Flags(entry).rawValue)
        row.bind(entry.chargeNanoUSD)
        row.bind(entry.reservedNanoUSD)
        row.bind(entry.cacheSavingsNanoUSD)
        row.bind(entry.lostCacheNanoUSD)
        row.bind(entry.priceVersion)
        row.bind(entry.usage.uncachedInputTokens)
        row.bind(entry.usage.cacheReadTokens)
        row.bind(entry.usage.visibleOutputTokens)
        row.bind(entry.usage.reasoningTokens)
        row.bind(FurtherUsage.text(entry.usage))
        row.bind(entry.totalMicroseconds)
        row.bind(entry.firstContentMicroseconds)
        row.bind(entry.overheadMicroseconds)
        row.bind(entry.note)
        row.bind(numbers.subject)
        row.bind(numbers.key)
        row.bind(set)
    }

    /// Reads a row of `select`.
    static func entry(_ row: Row) throws -> LedgerEntry {
        var reader = RowReader(row, of: "ledger")
        let attempt = AttemptID(storedHigh: try reader.value(), low: try reader.value())
        let kind = try Self.kind(&reader)
        let number = try reader.value(Int.self)
        var entry = LedgerEntry(
            attempt: attempt,
            kind: kind,
            requestID: try reader.value(),
            subject: Self.noSubject,
            startedAt: try reader.value(),
            settledAt: try reader.value()
        )
        entry.number = number
        try Self.readResult(&reader, into: &entry)
        entry.totalMicroseconds = try reader.optional()
        entry.firstContentMicroseconds = try reader.optional()
        entry.overheadMicroseconds = try reader.optional()
        entry.note = try reader.optional()
        entry.subject = try Self.subject(&reader)
        entry.budgets = try BudgetSetText.periods(&reader)
        return entry
    }

    private static let noSubject = LedgerEntry.Subject(
        keyID: "",
        projectID: "",
        operation: .chat,
        model: "",
        provider: "",
        upstreamModel: ""
    )

    private static func kind(_ reader: inout RowReader) throws(StorageError) -> LedgerEntryKind {
        guard let kind = LedgerEntryKind(ledgerCode: try reader.value()) else { throw reader.damage() }
        return kind
    }

    private static func readResult(_ reader: inout RowReader, into entry: inout LedgerEntry) throws {
        entry.status = try reader.value()
        guard let outcome = ExchangeOutcome(ledgerCode: try reader.value()) else { throw reader.damage() }
        entry.outcome = outcome
        let flags = Flags(rawValue: try reader.value())
        entry.isEstimated = flags.contains(.estimated)
        entry.isUnpriced = flags.contains(.unpriced)
        entry.usage.isAnomalous = flags.contains(.anomalous)
        entry.usage.serviceTier = flags.tier
        entry.chargeNanoUSD = try reader.value()
        entry.reservedNanoUSD = try reader.value()
        entry.cacheSavingsNanoUSD = try reader.value()
        entry.lostCacheNanoUSD = try reader.value()
        entry.priceVersion = try reader.value()
        entry.usage.uncachedInputTokens = try reader.value()
        entry.usage.cacheReadTokens = try reader.value()
        entry.usage.visibleOutputTokens = try reader.value()
        entry.usage.reasoningTokens = try reader.value()
        guard let further = try reader.optional(String.self) else { return }
        guard FurtherUsage.read(further, into: &entry.usage) else { throw reader.damage() }
    }

    private static func subject(_ reader: inout RowReader) throws -> LedgerEntry.Subject {
        LedgerEntry.Subject(
            keyID: try reader.value(),
            projectID: try reader.value(),
            operation: try reader.choice(),
            model: try reader.value(),
            provider: try reader.value(),
            upstreamModel: try reader.value(),
            label: try reader.value()
        )
    }
}

// MARK: - Small print

extension LedgerRow {
    /// Yes-or-no facts as bits, and from bit 3 on the tier's number, 0 when there is none.
    private struct Flags: OptionSet {
        let rawValue: Int64

        static let estimated = Flags(rawValue: 1)
        static let unpriced = Flags(rawValue: 2)
        static let anomalous = Flags(rawValue: 4)

        init(rawValue: Int64) { self.rawValue = rawValue }

        init(_ entry: LedgerEntry) {
            var bits = (entry.usage.serviceTier?.ledgerCode ?? 0) << 3
            if entry.isEstimated { bits |= 1 }
            if entry.isUnpriced { bits |= 2 }
            if entry.usage.isAnomalous { bits |= 4 }
            self.rawValue = bits
        }

        var tier: PriceTier? { PriceTier(ledgerCode: self.rawValue >> 3) }
    }

    /// The counts that most attempts do not have, as one text of numbers in this order.
    private enum FurtherUsage {
        private static var counts: [WritableKeyPath<TokenUsage, Int>] {
            [
                \.cacheWrite5mTokens, \.cacheWrite1hTokens, \.audioInputTokens, \.imageInputTokens, \.audioOutputTokens,
                \.imageOutputTokens, \.webSearchRequests,
            ]
        }

        /// The text, or `nil` when all are 0.
        static func text(_ usage: TokenUsage) -> String? {
            let present =
                usage.cacheWrite5mTokens | usage.cacheWrite1hTokens | usage.audioInputTokens | usage.imageInputTokens
                | usage.audioOutputTokens | usage.imageOutputTokens | usage.webSearchRequests
            guard present != 0 else { return nil }
            return Self.counts.map { String(usage[keyPath: $0]) }.joined(separator: ",")
        }

        /// Reads the text; `false` when it is none.
        static func read(_ text: String, into usage: inout TokenUsage) -> Bool {
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard numbers.count == Self.counts.count else { return false }
            for (count, number) in zip(Self.counts, numbers) {
                guard let number else { return false }
                usage[keyPath: count] = number
            }
            return true
        }
    }
}
