public import Storage
public import Telemetry

/// A request that is over, as telemetry sees it: its record, and what the record does not keep. Made only when somebody asked
/// for it.
public final class FinishedRequest: Sendable {
    /// What is stored of it, too.
    public let record: RequestRecord
    /// The project's name.
    public let project: String
    /// Its place in a trace.
    public let trace: TraceContext?
    /// Microseconds from head to the body's last byte; `nil` when it was refused.
    public let bodyMicroseconds: Int64?
    /// Microseconds from head to the first attempt, or to the refusal.
    public let roadMicroseconds: Int64
    /// The cap on output tokens that the caller gave.
    public let maxOutputTokens: Int?
    /// In the order in which they ended; empty when the trace is not recorded.
    public let attempts: [FinishedAttempt]
    /// The kind of the provider that the record names (`openai`, `anthropic` …); `nil` when nobody was asked.
    public let providerKind: String?
    /// What the answer says it is; `nil` when there was none, or its trace is not recorded.
    public let answer: AnswerIdentity?
    /// How it was asked: `POST`, but for what was refused for it.
    public let method: String

    /// Bundles the parts.
    public init(
        record: RequestRecord,
        project: String,
        trace: TraceContext?,
        bodyMicroseconds: Int64?,
        roadMicroseconds: Int64,
        maxOutputTokens: Int? = nil,
        attempts: [FinishedAttempt] = [],
        providerKind: String? = nil,
        answer: AnswerIdentity? = nil,
        method: String = "POST"
    ) {
        self.record = record
        self.project = project
        self.trace = trace
        self.bodyMicroseconds = bodyMicroseconds
        self.roadMicroseconds = roadMicroseconds
        self.maxOutputTokens = maxOutputTokens
        self.attempts = attempts
        self.providerKind = providerKind
        self.answer = answer
        self.method = method
    }

    /// It was refused before a key was known: there is a span of it, and no record.
    public var isOfStranger: Bool { self.record.keyID.isEmpty }
}

/// What an answer says it is.
public struct AnswerIdentity: Sendable, Equatable {
    /// The vendor's id of it (`chatcmpl-…`, `msg_…`, `resp_…`).
    public var id: String?
    /// The model that the vendor says it used.
    public var model: String?

    /// Bundles the two.
    public init(id: String?, model: String?) {
        self.id = id
        self.model = model
    }
}

/// One upstream attempt that is over.
public final class FinishedAttempt: Sendable {
    /// Where it went: facts of the configuration.
    public struct Place: Sendable, Equatable {
        /// The provider's name.
        public var provider: String
        /// The provider's kind: `openai`, `anthropic` …
        public var kind: String
        /// The model's name there.
        public var model: String
        /// The host; empty when there is none (the sandbox).
        public var host: String
        /// The port; 0 when there is none.
        public var port: Int

        /// Bundles the facts.
        public init(provider: String, kind: String, model: String, host: String, port: Int) {
            self.provider = provider
            self.kind = kind
            self.model = model
            self.host = host
            self.port = port
        }
    }

    /// When things happened, in microseconds since the request's head.
    public struct Times: Sendable, Equatable {
        /// It was begun: a connection was asked for.
        public var begin: Int64
        /// Microseconds it waited for a connection.
        public var wait: Int64
        /// Its answer's first content; `nil` when none came.
        public var firstContent: Int64?
        /// It was over.
        public var end: Int64

        /// Bundles the times.
        public init(begin: Int64, wait: Int64, firstContent: Int64?, end: Int64) {
            self.begin = begin
            self.wait = wait
            self.firstContent = firstContent
            self.end = end
        }
    }

    /// Which of the request's preparations it was: its span is the request's child of this number.
    public let number: Int
    /// Where it went.
    public let place: Place
    /// When.
    public let times: Times
    /// The vendor's status; 0 when there was none.
    public let status: Int
    /// How it ended, in a word: `served`, `throttled`, `sick_target` …
    public let outcome: String
    /// It was made beside one that was slow.
    public let isHedge: Bool
    /// The vendor's own request id.
    public let upstreamRequestID: String?
    /// It is the one that the caller was told of.
    public let isLast: Bool

    /// Bundles the parts.
    public init(
        number: Int,
        place: Place,
        times: Times,
        status: Int,
        outcome: String,
        isHedge: Bool = false,
        upstreamRequestID: String? = nil,
        isLast: Bool = false
    ) {
        self.number = number
        self.place = place
        self.times = times
        self.status = status
        self.outcome = outcome
        self.isHedge = isHedge
        self.upstreamRequestID = upstreamRequestID
        self.isLast = isLast
    }
}
