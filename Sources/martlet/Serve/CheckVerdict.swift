import AdminAPI
import Policy
import Providers

/// What a health check says of a provider.
struct CheckVerdict: Sendable {
    /// For its health.
    let outcome: AttemptOutcome
    /// For people; `nil` when it is well.
    let fault: String?

    /// Whether the vendor is well, as far as this check can tell.
    var isGood: Bool { self.fault == nil }

    /// - Parameters:
    ///   - kind: What was asked for.
    ///   - call: How the call went.
    ///   - took: How long it took.
    init(_ kind: HealthCheck.Kind, _ call: ProviderTrial.Call, took: Duration) {
        // Not the vendor's own words: they may repeat the credential, and this goes to the log.
        let words = call.status.map { "answers with status \($0)" } ?? call.detail ?? "does not answer"
        switch (kind, call.status) {
        case (_, nil):
            self.init(.sickProvider, words)
        case (_, 429):
            self.init(.throttled(retryAfter: nil), nil)
        case (_, 401), (.completion, 402), (.completion, 403):
            self.init(.credential, words)
        case (.models, 502), (.models, 503), (.models, 504), (.models, 529):
            // Whatever stands before the vendor says that nobody is behind it.
            self.init(.sickProvider, words)
        case (.models, _):
            // Some vendors have no list, and some credentials may not see it: any answer shows that the way is free. That
            // the account can pay, a list does not show.
            self.init(.callerFault, nil)
        case (.completion, .some(let status)):
            if call.isGood {
                self.init(.succeeded(firstContent: nil, total: took), nil)
            } else if (400..<500).contains(status) {
                self.init(.callerFault, words)
            } else {
                self.init(.sickTarget, status < 400 ? "answers with something else than an answer" : words)
            }
        }
    }

    private init(_ outcome: AttemptOutcome, _ fault: String?) {
        self.outcome = outcome
        self.fault = fault
    }
}
