public import Storage
import Exchange
import Synchronization

/// A ledger in memory: the plain meaning of `LedgerStore`, for simulations and as a yardstick. It measures no durations.
public final class MemoryLedgerStore: LedgerStore {
    private struct Identity: Hashable {
        var attempt: AttemptID
        var kind: LedgerEntryKind
        var number: Int
    }

    private struct Contents {
        var entries: [Identity: LedgerEntry] = [:]
        /// In the order of their coming.
        var order: [Identity] = []
        var balances: [BudgetPeriodKey: Int64] = [:]
        var watermark: JournalPosition?
    }

    private let contents = Mutex(Contents())

    /// An empty ledger.
    public init() {}

    /// All entries, in the order of their coming.
    public var allEntries: [LedgerEntry] {
        self.contents.withLock { contents in contents.order.compactMap { contents.entries[$0] } }
    }

    /// Adds what is not there yet.
    @discardableResult
    public func append(_ entries: [LedgerEntry], watermark: JournalPosition?, audit: AuditBatch?) throws -> Int {
        self.contents.withLock { contents in
            var inserted = 0
            for entry in entries {
                let identity = Identity(attempt: entry.attempt, kind: entry.kind, number: entry.number)
                guard contents.entries[identity] == nil else { continue }
                contents.entries[identity] = entry
                contents.order.append(identity)
                for period in entry.budgets { contents.balances[period, default: 0] += entry.chargeNanoUSD }
                inserted += 1
            }
            if let watermark { contents.watermark = watermark }
            return inserted
        }
    }

    /// The position last noted.
    public func watermark() throws -> JournalPosition? {
        self.contents.withLock { $0.watermark }
    }

    /// The balances of periods in which something was spent.
    public func balances(_ periods: [BudgetPeriodKey]) throws -> [BudgetBalance] {
        self.contents.withLock { contents in
            periods.compactMap { period in
                contents.balances[period].map { BudgetBalance(period: period, spentNanoUSD: $0) }
            }
        }
    }

    /// Entries by attempt, newest first.
    public func entries(_ query: LedgerQuery) throws -> [LedgerEntry] {
        let matching = self.allEntries.filter { entry in
            Self.matches(entry.attempt, query.attempt) && Self.matches(entry.requestID, query.requestID)
                && Self.matches(entry.subject.keyID, query.keyID)
                && Self.matches(entry.subject.projectID, query.projectID)
                && query.before.map { entry.attempt < $0 } ?? true
                && query.from.map { entry.startedAt >= $0 } ?? true && query.to.map { entry.startedAt < $0 } ?? true
        }
        return Array(matching.sorted { $0.attempt > $1.attempt }.prefix(query.limit))
    }

    private static func matches<Value: Equatable>(_ value: Value, _ wanted: Value?) -> Bool {
        wanted.map { $0 == value } ?? true
    }

    /// Deletes old entries. Balances stay.
    public func prune(_ retention: Retention, now: UnixMilliseconds, limit: Int) throws -> Int {
        guard let days = retention.ledgerDays else { return 0 }
        let bound = now - Int64(days) * 86_400_000
        return self.contents.withLock { contents in
            let old = contents.order.filter { (contents.entries[$0]?.startedAt ?? .max) < bound }.prefix(limit)
            for identity in old { contents.entries[identity] = nil }
            contents.order.removeAll { contents.entries[$0] == nil }
            return old.count
        }
    }
}

// MARK: - Usage

extension MemoryLedgerStore {
    /// Sums, by the instant at which attempts were settled.
    public func usage(_ query: UsageQuery) throws -> [UsageRow] {
        var rows: [String: UsageRow] = [:]
        for entry in self.allEntries where entry.settledAt >= query.from && entry.settledAt < query.to {
            guard query.filters.allSatisfy({ Self.value($0.key, of: entry) == $0.value }) else { continue }
            let startsAt = query.interval.map { Self.start(of: entry.settledAt, $0) }
            let group = query.groupBy.map { Self.value($0, of: entry) }
            let name = "\(startsAt ?? 0) \(group)"
            var row = rows[name] ?? UsageRow(startsAt: startsAt, group: group)
            Self.add(entry, to: &row)
            rows[name] = row
        }
        let ordered = rows.values.sorted { a, b in
            query.interval == nil ? a.chargeNanoUSD > b.chargeNanoUSD : (a.startsAt ?? 0) < (b.startsAt ?? 0)
        }
        return Array(ordered.prefix(query.limit))
    }

    private static func add(_ entry: LedgerEntry, to row: inout UsageRow) {
        row.chargeNanoUSD += entry.chargeNanoUSD
        guard entry.kind == .settlement else { return }
        row.requests += 1
        if entry.outcome != .completed { row.errors += 1 }
        if entry.isEstimated { row.estimated += 1 }
        row.cacheSavingsNanoUSD += entry.cacheSavingsNanoUSD
        row.lostCacheNanoUSD += entry.lostCacheNanoUSD
        row.usage.uncachedInputTokens += entry.usage.uncachedInputTokens
        row.usage.cacheReadTokens += entry.usage.cacheReadTokens
        row.usage.cacheWrite5mTokens += entry.usage.cacheWrite5mTokens
        row.usage.cacheWrite1hTokens += entry.usage.cacheWrite1hTokens
        row.usage.audioInputTokens += entry.usage.audioInputTokens
        row.usage.imageInputTokens += entry.usage.imageInputTokens
        row.usage.visibleOutputTokens += entry.usage.visibleOutputTokens
        row.usage.reasoningTokens += entry.usage.reasoningTokens
        row.usage.audioOutputTokens += entry.usage.audioOutputTokens
        row.usage.imageOutputTokens += entry.usage.imageOutputTokens
        row.usage.webSearchRequests += entry.usage.webSearchRequests
    }

    private static func start(of instant: UnixMilliseconds, _ interval: UsageInterval) -> UnixMilliseconds {
        let length: Int64
        switch interval {
        case .minute: length = 60_000
        case .hour: length = 3_600_000
        case .day: length = 86_400_000
        }
        return instant / length * length
    }

    private static func value(_ dimension: UsageDimension, of entry: LedgerEntry) -> String {
        switch dimension {
        case .project: entry.subject.projectID
        case .key: entry.subject.keyID
        case .model: entry.subject.model
        case .provider: entry.subject.provider
        case .target: "\(entry.subject.provider)/\(entry.subject.upstreamModel)"
        case .status: entry.outcome.rawValue
        case .label: entry.subject.label
        }
    }
}
