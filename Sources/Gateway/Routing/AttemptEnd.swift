import Exchange
import Policy
import Upstream

/// How one attempt ended: what it says about the target, and whether another may follow.
struct AttemptEnd {
    /// For the target's health.
    let outcome: AttemptOutcome
    /// For the decision about another attempt.
    let failure: AttemptFailure

    init(_ outcome: AttemptOutcome, _ failure: AttemptFailure) {
        self.outcome = outcome
        self.failure = failure
    }

    /// The way to the vendor failed.
    ///
    /// - Parameters:
    ///   - error: How.
    ///   - isStreaming: A stream had begun. One without content has served nothing; of a whole answer that is cut, all may
    ///     be billed.
    init(_ error: UpstreamError, isStreaming: Bool) {
        switch error.code {
        case .connectFailed, .connectTimedOut, .tlsFailed, .addressRefused, .proxyRefused:
            self.init(.sickProvider, .notSent)
        case .saturated:
            self.init(.unused, .notSent)
        case .closedInsideAnswer where isStreaming, .protocolViolation:
            self.init(.sickTarget, .unavailable(retryAfter: nil))
        case .closedBeforeAnswer, .closedInsideAnswer:
            self.init(.sickTarget, .possiblyAccepted)
        }
    }

    /// The vendor answered with an error status.
    init(_ fault: UpstreamFault, retryAfter: Duration?) {
        switch fault {
        case .caller: self.init(.callerFault, .callerFault)
        case .credential: self.init(.credential, .credential)
        case .throttled: self.init(.throttled(retryAfter: retryAfter), .throttled(retryAfter: retryAfter))
        case .vendor: self.init(.sickTarget, .unavailable(retryAfter: retryAfter))
        }
    }

    /// The vendor said inside a stream, before any content, that it failed: it has not served, and bills nothing.
    static func told(_ failure: GatewayFailure) -> AttemptEnd {
        switch failure.kind {
        case .upstreamCredential: AttemptEnd(.credential, .credential)
        case .upstreamUnavailable:
            AttemptEnd(.throttled(retryAfter: failure.retryAfter), .unavailable(retryAfter: failure.retryAfter))
        case .invalidRequest: AttemptEnd(.callerFault, .callerFault)
        default: AttemptEnd(.sickTarget, .unavailable(retryAfter: nil))
        }
    }

    /// What a failure stands for that no cause was given for: a deadline that passed, an answer that is none.
    static func judged(_ failure: GatewayFailure, answered: Bool) -> AttemptEnd {
        switch failure.kind {
        case .upstreamTimeout: AttemptEnd(.sickTarget, .possiblyAccepted)
        case .upstreamFailed:
            AttemptEnd(.sickTarget, answered ? .unavailable(retryAfter: nil) : .possiblyAccepted)
        case .upstreamUnavailable: AttemptEnd(.sickTarget, .unavailable(retryAfter: failure.retryAfter))
        case .upstreamCredential: AttemptEnd(.credential, .credential)
        default: AttemptEnd(.cancelled, .cancelled)
        }
    }
}

extension GatewayFailure {
    /// How a failure of the way to the vendor is told: what never left may be tried again, what broke the protocol is the
    /// vendor's.
    static func told(_ error: UpstreamError) -> GatewayFailure {
        switch error.code {
        case .connectFailed, .connectTimedOut, .addressRefused, .proxyRefused:
            GatewayFailure(.upstreamUnavailable, "The provider could not be reached.", retryAfter: .seconds(5))
        case .closedBeforeAnswer:
            GatewayFailure(.upstreamFailed, "The provider closed the connection without an answer.")
        case .saturated:
            GatewayFailure(.overloaded, "All connections to the provider are in use.", retryAfter: .seconds(1))
        case .tlsFailed:
            GatewayFailure(.upstreamFailed, "No trusted connection to the provider could be made.")
        case .closedInsideAnswer:
            GatewayFailure(.upstreamFailed, "The provider closed the connection inside its answer.")
        case .protocolViolation:
            GatewayFailure(.upstreamFailed, "The provider's answer is not acceptable HTTP.")
        }
    }
}
