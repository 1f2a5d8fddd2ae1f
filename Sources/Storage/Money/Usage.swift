public import Exchange

/// What usage can be grouped by and filtered with.
public enum UsageDimension: String, Sendable, CaseIterable {
    /// The project's id.
    case project
    /// The key's id.
    case key
    /// The public model.
    case model
    /// The provider.
    case provider
    /// Provider and upstream model, as `provider/upstream-model`.
    case target
    /// How attempts ended: the outcome's raw value.
    case status
    /// The caller's label.
    case label
}

/// The length of one row's time slice. Slices are of UTC.
public enum UsageInterval: String, Sendable, CaseIterable {
    /// A minute.
    case minute
    /// An hour.
    case hour
    /// A day.
    case day
}

/// Which sums to read.
public struct UsageQuery: Sendable, Equatable {
    /// From this instant on, rounded down to the slice.
    public var from: UnixMilliseconds
    /// Up to this instant.
    public var to: UnixMilliseconds
    /// One row per combination of these; empty sums all.
    public var groupBy: [UsageDimension]
    /// One row per time slice too; `nil` sums over time.
    public var interval: UsageInterval?
    /// Only rows that match, each dimension with one value.
    public var filters: [UsageDimension: String]
    /// Only these projects' by id; `nil` for all.
    public var projects: [String]?
    /// At most this many rows, dearest first (with an interval: by time).
    public var limit: Int

    /// Asks for sums.
    public init(
        from: UnixMilliseconds,
        to: UnixMilliseconds,
        groupBy: [UsageDimension] = [],
        interval: UsageInterval? = nil,
        filters: [UsageDimension: String] = [:],
        limit: Int = 1_000
    ) {
        self.from = from
        self.to = to
        self.groupBy = groupBy
        self.interval = interval
        self.filters = filters
        self.limit = limit
    }
}

extension UsageQuery {
    /// The same question for one sum of all.
    public var ungrouped: UsageQuery {
        var query = self
        query.groupBy = []
        query.interval = nil
        return query
    }
}

/// The answer to a question for sums.
public struct UsageSums: Sendable, Equatable {
    /// What was asked for.
    public var rows: [UsageRow]
    /// The sum over the whole time and all groups, those beyond the limit included.
    public var total: UsageRow

    /// Makes an answer.
    public init(rows: [UsageRow], total: UsageRow) {
        self.rows = rows
        self.total = total
    }
}

/// Percentiles of one kind of duration, in microseconds, exact to about 5 %.
public struct UsagePercentiles: Sendable, Equatable {
    /// Half are faster.
    public var p50: Int64
    /// 95 % are faster.
    public var p95: Int64
    /// 99 % are faster.
    public var p99: Int64

    /// Makes percentiles.
    public init(p50: Int64, p95: Int64, p99: Int64) {
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
    }
}

/// One row of sums.
public struct UsageRow: Sendable, Equatable {
    /// When the slice began; `nil` when summed over time.
    public var startsAt: UnixMilliseconds?
    /// The values grouped by, in the query's order.
    public var group: [String]
    /// Attempts.
    public var requests: Int = 0
    /// Attempts that did not complete.
    public var errors: Int = 0
    /// Tokens by kind.
    public var usage = TokenUsage()
    /// What was charged, corrections included.
    public var chargeNanoUSD: Int64 = 0
    /// What caches saved.
    public var cacheSavingsNanoUSD: Int64 = 0
    /// What lost caches cost, for conversations that were served away from theirs.
    public var lostCacheNanoUSD: Int64 = 0
    /// Attempts whose counts are estimated.
    public var estimated: Int = 0
    /// Total time; `nil` when nothing was measured.
    public var total: UsagePercentiles?
    /// Time to first content.
    public var firstContent: UsagePercentiles?
    /// Martlet's own work.
    public var overhead: UsagePercentiles?

    /// An empty row.
    public init(startsAt: UnixMilliseconds? = nil, group: [String] = []) {
        self.startsAt = startsAt
        self.group = group
    }
}
