import Policy
import Wire

/// How a request was routed, for people who ask why it went where it went.
struct RouteTrail {
    /// One attempt.
    struct Attempt {
        /// `provider/model`
        var target: String
        var provider: String
        /// The vendor's status; 0 when there was none.
        var status: Int
        var outcome: String
        var milliseconds: Int64
        /// It was made beside one that was slow.
        var isHedge = false
        /// For telemetry, when somebody asked for it.
        var finished: FinishedAttempt?
    }

    var strategy: String
    /// Whether the conversation stayed where it was; `nil` when it is none, or may go anywhere.
    var affinity: String?
    /// What was passed over, and why.
    var skipped: [(target: String, reason: String)]
    /// In the order in which they ended; the last one is what the caller got.
    var attempts: [Attempt]
    /// Why no other attempt followed the last one that failed; `nil` when it did not fail, or nothing could help.
    var stopped: StopReason?

    /// As a JSON object.
    var text: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("strategy")
            writer.string(self.strategy)
            if let affinity = self.affinity {
                writer.key("affinity")
                writer.string(affinity)
            }
            writer.key("skipped")
            writer.array { writer in
                for skip in self.skipped {
                    writer.object { writer in
                        writer.key("target")
                        writer.string(skip.target)
                        writer.key("reason")
                        writer.string(skip.reason)
                    }
                }
            }
            writer.key("attempts")
            writer.array { writer in
                for attempt in self.attempts { writer.object { Self.write(attempt, to: &$0) } }
            }
            if let stopped = self.stopped {
                writer.key("stopped")
                writer.string(stopped.rawValue)
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func write(_ attempt: Attempt, to writer: inout JSONWriter) {
        writer.key("target")
        writer.string(attempt.target)
        writer.key("status")
        writer.int(attempt.status)
        writer.key("outcome")
        writer.string(attempt.outcome)
        writer.key("ms")
        writer.int(Int(clamping: attempt.milliseconds))
        guard attempt.isHedge else { return }
        writer.key("hedge")
        writer.bool(true)
    }
}

extension AttemptOutcome {
    /// A word for records.
    var label: String {
        switch self {
        case .succeeded: "served"
        case .callerFault: "caller_fault"
        case .cancelled: "cancelled"
        case .unused: "unused"
        case .credential: "credential"
        case .throttled: "throttled"
        case .sickTarget: "sick_target"
        case .sickProvider: "sick_provider"
        }
    }
}

extension AffinityDecision {
    /// A word for records, with the reason where it moved.
    var label: String {
        switch self {
        case .place: "placed"
        case .stay: "kept"
        case .moved(let reason): "moved: \(reason.rawValue)"
        }
    }
}
