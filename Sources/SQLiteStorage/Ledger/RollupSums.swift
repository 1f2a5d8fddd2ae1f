import Exchange
import Storage

/// The sums of one rollup row: what the attempts of one subject and outcome came to in one slice of time.
struct RollupSums: Equatable {
    /// One count for each of `columns`.
    private(set) var counts = [Int64](repeating: 0, count: Self.columns.count)
    /// How long they took.
    private(set) var durations = Durations()

    /// The columns that are summed, in order.
    static let columns = [
        "requests", "estimated", "charge_nano_usd", "cache_savings_nano_usd", "uncached_input_tokens",
        "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "audio_input_tokens",
        "image_input_tokens", "visible_output_tokens", "reasoning_tokens", "audio_output_tokens",
        "image_output_tokens", "web_searches", "lost_cache_nano_usd",
    ]

    /// Nothing yet.
    init() {}

    /// Sums read from a row.
    init(counts: [Int64], durations: Durations) {
        self.counts = counts
        self.durations = durations
    }

    /// Adds a ledger row; its durations come apart, in `add(_:)` of samples. Corrections move the charge alone.
    mutating func add(_ entry: LedgerEntry) {
        self.add(entry.chargeNanoUSD, at: 2)
        guard entry.kind == .settlement else { return }
        self.add(1, at: 0)
        if entry.isEstimated { self.add(1, at: 1) }
        self.add(entry.cacheSavingsNanoUSD, at: 3)
        let usage = entry.usage
        self.add(Int64(usage.uncachedInputTokens), at: 4)
        self.add(Int64(usage.cacheReadTokens), at: 5)
        self.add(Int64(usage.cacheWrite5mTokens), at: 6)
        self.add(Int64(usage.cacheWrite1hTokens), at: 7)
        self.add(Int64(usage.audioInputTokens), at: 8)
        self.add(Int64(usage.imageInputTokens), at: 9)
        self.add(Int64(usage.visibleOutputTokens), at: 10)
        self.add(Int64(usage.reasoningTokens), at: 11)
        self.add(Int64(usage.audioOutputTokens), at: 12)
        self.add(Int64(usage.imageOutputTokens), at: 13)
        self.add(Int64(usage.webSearchRequests), at: 14)
        self.add(entry.lostCacheNanoUSD, at: 15)
    }

    /// Adds durations as places.
    mutating func add(_ samples: [UInt16]) { self.durations.add(Durations(samples)) }

    /// Adds other sums.
    mutating func add(_ other: RollupSums) {
        for index in self.counts.indices where index < other.counts.count { self.add(other.counts[index], at: index) }
        self.durations.add(other.durations)
    }

    private mutating func add(_ count: Int64, at index: Int) {
        guard count != 0 else { return }
        self.counts[index] = self.counts[index].addingSaturating(count)
    }
}
