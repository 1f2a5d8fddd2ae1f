public import Exchange

/// How an exchange ended.
public enum ExchangeOutcome: String, Sendable, CaseIterable {
    /// The answer arrived whole and was delivered.
    case completed
    /// Martlet refused it before any upstream call.
    case refused
    /// The vendor refused or failed before the answer began.
    case upstreamError = "upstream_error"
    /// The answer broke off after it had begun.
    case truncated
    /// The caller went away.
    case clientGone = "client_gone"
    /// A deadline passed.
    case timedOut = "timed_out"
    /// Martlet ended it (key revoked, shutdown).
    case interrupted
}

/// What is kept of one exchange.
public struct RequestRecord: Sendable, Equatable {
    /// The request id told to the caller (`req_…`), or the caller's own.
    public var id: String
    /// When its head arrived.
    public var startedAt: UnixMilliseconds
    /// The key's id.
    public var keyID: String
    /// The key's project.
    public var projectID: String
    /// What was asked for.
    public var operation: Exchange.Operation
    /// Whether it was a stream.
    public var isStream = false
    /// The public model name asked for.
    public var modelAsked = ""
    /// The upstream model of the target that served.
    public var modelServed = ""
    /// The provider that served; empty when none was reached.
    public var provider = ""
    /// The status sent to the caller; 0 when none was sent.
    public var status = 0
    /// How it ended.
    public var outcome = ExchangeOutcome.completed
    /// The failure's kind, when there was one.
    public var failure: String?
    /// Upstream tries.
    public var attempts = 0
    /// The vendor's own request id.
    public var upstreamRequestID: String?
    /// The vendor's finish reason.
    public var finishReason: String?
    /// Microseconds spent waiting in our own queues.
    public var queueMicroseconds: Int64 = 0
    /// Microseconds from head to the first upstream byte.
    public var firstByteMicroseconds: Int64?
    /// Microseconds from head to the first content-bearing event.
    public var firstContentMicroseconds: Int64?
    /// Microseconds from head to the end.
    public var totalMicroseconds: Int64 = 0
    /// Microseconds of Martlet's own work before the request left.
    public var overheadMicroseconds: Int64 = 0
    /// Counts, when known.
    public var usage: TokenUsage?
    /// What it cost, in nano-US-dollars; `nil` when nothing was charged for.
    public var costNanoUSD: Int64?
    /// The counts are ours, not the vendor's.
    public var isEstimated = false
    /// Things not carried, by code.
    public var warnings: [String] = []
    /// The client software, from its user agent, at most 120 bytes.
    public var client: String?
    /// The conversation label, at most 256 bytes.
    public var session: String?
    /// How its target was found, as JSON text: who was skipped and why, each attempt, whether the conversation stayed.
    /// `nil` when the first choice served and nobody was skipped.
    public var route: String?
    /// The trace it belongs to, as 32 lower-case hexadecimal digits; `nil` when it has none.
    public var traceID: String?

    /// Makes a record with its identity; the rest is filled in.
    public init(
        id: String,
        startedAt: UnixMilliseconds,
        keyID: String,
        projectID: String,
        operation: Exchange.Operation
    ) {
        self.id = id
        self.startedAt = startedAt
        self.keyID = keyID
        self.projectID = projectID
        self.operation = operation
    }
}

/// Which request records to list, newest first.
public struct RequestQuery: Sendable, Equatable {
    /// At most this many, 1 to 200.
    public var limit: Int
    /// Only records before this one (keyset paging, by `sequence`).
    public var before: Int64?
    /// Only records after this one, oldest first (for following).
    public var after: Int64?
    /// Only this key's.
    public var keyID: String?
    /// Only this project's.
    public var projectID: String?
    /// Only these projects' by id; `nil` for all.
    public var projects: [String]?
    /// Only those with this request id.
    public var id: String?
    /// Only this trace's.
    public var traceID: String?
    /// Only this public model's.
    public var model: String?
    /// Only this outcome's.
    public var outcome: ExchangeOutcome?

    /// Asks for the newest records.
    public init(limit: Int = 50) {
        self.limit = limit
    }
}

/// A stored record with its position in the log.
public struct StoredRequest: Sendable, Equatable {
    /// Strictly increasing.
    public var sequence: Int64
    /// The record.
    public var record: RequestRecord

    /// Pairs a record with its position.
    public init(sequence: Int64, record: RequestRecord) {
        self.sequence = sequence
        self.record = record
    }
}
