public import Exchange

/// Names one attempt: 48 bits of time in milliseconds, 80 random bits (a ULID), so that ids sort by time.
public struct AttemptID: Sendable, Hashable, Comparable {
    /// The time and the first 16 random bits.
    public var high: UInt64
    /// The other 64 random bits.
    public var low: UInt64

    /// Wraps two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Orders by time of making.
    public static func < (a: AttemptID, b: AttemptID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

/// Why a row is in the ledger.
public enum LedgerEntryKind: String, Sendable, CaseIterable {
    /// What an attempt cost. One for each attempt, whatever ended it.
    case settlement
    /// An administrator's correction of one attempt: its charge is added to the settlement's, and may be negative.
    case correction
    /// The difference that a repaired price makes to one attempt.
    case rerating
}

/// One row of the ledger. Rows are never changed. `Subject` has a file of its own.
public struct LedgerEntry: Sendable, Equatable {
    /// Which attempt; with `kind` the row's identity.
    public var attempt: AttemptID
    /// Why the row is there.
    public var kind: LedgerEntryKind
    /// For corrections and reratings: counts up from 1, so that one attempt may have several.
    public var number = 0
    /// The request that the attempt belongs to.
    public var requestID: String
    /// Who asked for what, and who was tried.
    public var subject: Subject
    /// When the attempt began.
    public var startedAt: UnixMilliseconds
    /// When it was settled.
    public var settledAt: UnixMilliseconds
    /// The status told to the caller; 0 when none was.
    public var status = 0
    /// How it ended.
    public var outcome = ExchangeOutcome.completed
    /// What was used. Estimated where `isEstimated` says so.
    public var usage = TokenUsage()
    /// What it costs; negative only in corrections and reratings.
    public var chargeNanoUSD: Int64 = 0
    /// What was reserved for it.
    public var reservedNanoUSD: Int64 = 0
    /// What reading from the vendor's cache saved, against the same tokens uncached.
    public var cacheSavingsNanoUSD: Int64 = 0
    /// What it cost that the conversation was served away from its cache: tokens that another target had there, read at the
    /// full rate. Part of the charge.
    public var lostCacheNanoUSD: Int64 = 0
    /// The version of the price list that priced it; 0 when it has no price.
    public var priceVersion: Int64 = 0
    /// The counts are ours, not the vendor's.
    public var isEstimated = false
    /// A price was missing: of the model, which was served because the policy says `flag`, or of the searches that the
    /// vendor's tool made.
    public var isUnpriced = false
    /// Microseconds from head to end; `nil` when the process died in between.
    public var totalMicroseconds: Int64?
    /// Microseconds from head to the first content.
    public var firstContentMicroseconds: Int64?
    /// Microseconds of Martlet's own work before the request left.
    public var overheadMicroseconds: Int64?
    /// The budget periods that it counts in: those of its reservation, whenever it is settled. For a correction, the
    /// settlement's.
    public var budgets: [BudgetPeriodKey] = []
    /// For corrections: who made it and why, at most 500 bytes.
    public var note: String?

    /// Makes an entry with its identity; the rest is filled in.
    public init(
        attempt: AttemptID,
        kind: LedgerEntryKind = .settlement,
        requestID: String,
        subject: Subject,
        startedAt: UnixMilliseconds,
        settledAt: UnixMilliseconds
    ) {
        self.attempt = attempt
        self.kind = kind
        self.requestID = requestID
        self.subject = subject
        self.startedAt = startedAt
        self.settledAt = settledAt
    }
}
