/// How far the journal has been moved into the store: everything before this place is there.
public struct JournalPosition: Sendable, Equatable, Comparable {
    /// The segment's number, from 1.
    public var segment: UInt64
    /// A byte offset in it.
    public var offset: UInt64

    /// Names a place.
    public init(segment: UInt64, offset: UInt64) {
        self.segment = segment
        self.offset = offset
    }

    /// Orders by place.
    public static func < (a: JournalPosition, b: JournalPosition) -> Bool {
        (a.segment, a.offset) < (b.segment, b.offset)
    }
}

/// What has been spent of one budget in one period.
public struct BudgetBalance: Sendable, Equatable {
    /// Which period of which budget.
    public var period: BudgetPeriodKey
    /// The sum of all charges that count in it.
    public var spentNanoUSD: Int64

    /// Makes a balance.
    public init(period: BudgetPeriodKey, spentNanoUSD: Int64) {
        self.period = period
        self.spentNanoUSD = spentNanoUSD
    }
}

/// The ledger, its balances and its rollups. Calls block: they run on a thread of their own, never on an event loop.
public protocol LedgerStore: Sendable {
    /// Adds entries in one transaction: inserts each unless one of its identity (attempt, kind, number) is there, moves
    /// balances and rollups for exactly those inserted, then notes the journal's position.
    ///
    /// - Parameters:
    ///   - entries: In the order of their settling.
    ///   - watermark: Where the journal may be cut afterwards; `nil` leaves it (administrative entries).
    ///   - audit: What the audit trail is to know of it, in the same transaction.
    /// - Returns: How many entries were new.
    /// - Throws: `.failed` when the engine does; then nothing has changed.
    @discardableResult
    func append(_ entries: [LedgerEntry], watermark: JournalPosition?, audit: AuditBatch?) throws -> Int

    /// The position last noted; `nil` before the first.
    func watermark() throws -> JournalPosition?

    /// The balances of these periods; those without spending are left out.
    func balances(_ periods: [BudgetPeriodKey]) throws -> [BudgetBalance]

    /// Lists entries by attempt, newest first.
    func entries(_ query: LedgerQuery) throws -> [LedgerEntry]

    /// Sums from the rollups, never from the ledger itself. An attempt counts where it began, a correction where its attempt
    /// did. Where finer slices were deleted, an edge is moved outwards to the next coarser one; slices that are asked for and
    /// were deleted are missing.
    func usage(_ query: UsageQuery) throws -> [UsageRow]

    /// As `usage`, with the sum over all that was asked for.
    func usageAndTotal(_ query: UsageQuery) throws -> UsageSums

    /// Deletes ledger rows, request records and rollups that are older than their retention, in bounded steps, and in the
    /// end what the engine keeps for them and nothing needs any more. Balances stay.
    ///
    /// - Returns: How many rows went; 0 when nothing is left to delete.
    /// - Throws: `.failed` when the engine does.
    func prune(_ retention: Retention, now: UnixMilliseconds, limit: Int) throws -> Int
}

extension LedgerStore {
    /// Asks twice: once for the groups, once for their sum.
    public func usageAndTotal(_ query: UsageQuery) throws -> UsageSums {
        UsageSums(rows: try self.usage(query), total: try self.usage(query.ungrouped).first ?? UsageRow())
    }

    /// Adds entries that attempts have made.
    ///
    /// - Parameters:
    ///   - entries: In the order of their settling.
    ///   - watermark: Where the journal may be cut afterwards.
    /// - Returns: How many entries were new.
    /// - Throws: `.failed` when the engine does; then nothing has changed.
    @discardableResult
    public func append(_ entries: [LedgerEntry], watermark: JournalPosition?) throws -> Int {
        try self.append(entries, watermark: watermark, audit: nil)
    }
}

/// Which ledger entries to list.
public struct LedgerQuery: Sendable, Equatable {
    /// At most this many, 1 to 1,000.
    public var limit = 50
    /// Only entries of attempts before this one (keyset paging).
    public var before: AttemptID?
    /// Only this attempt's.
    public var attempt: AttemptID?
    /// Only this request's.
    public var requestID: String?
    /// Only this key's.
    public var keyID: String?
    /// Only this project's.
    public var projectID: String?
    /// Only these projects' by id; `nil` for all.
    public var projects: [String]?
    /// Only attempts that began at or after this instant.
    public var from: UnixMilliseconds?
    /// Only attempts that began before this instant.
    public var to: UnixMilliseconds?

    /// Asks for the newest entries.
    public init() {}
}

/// How long rows are kept, in days; `nil` keeps them for ever.
public struct Retention: Sendable, Equatable {
    /// Request records.
    public var requestDays: Int? = 30
    /// Ledger rows.
    public var ledgerDays: Int?
    /// Rollups by minute.
    public var minuteDays: Int? = 2
    /// Rollups by hour.
    public var hourDays: Int? = 90
    /// Rollups by day.
    public var dayDays: Int?

    /// The defaults.
    public init() {}
}
