extension GatewayFailure.Kind {
    /// Whether the same request may succeed when it is sent again later.
    public var waitingHelps: Bool {
        switch self {
        case .rateLimited, .overloaded, .upstreamUnavailable, .upstreamFailed, .upstreamTimeout, .interrupted,
            .requestTimeout:
            true
        case .invalidRequest, .routeNotFound, .methodNotAllowed, .bodyTooLarge, .targetTooLong, .unsupportedMediaType,
            .upgradeRequired, .headersTooLarge, .invalidKey, .forbidden, .modelNotFound, .objectNotFound,
            .budgetExhausted,
            .upstreamCredential, .internalError:
            false
        }
    }

    /// Whether the answer must name a time to wait, a second if nothing better is known.
    private var demandsRetryAfter: Bool {
        self == .overloaded || self == .upstreamUnavailable
    }

    /// The least `retry-after` that a failure of this kind is sent with.
    fileprivate var defaultRetryAfter: Duration? {
        self.demandsRetryAfter ? .seconds(1) : nil
    }
}

extension GatewayFailure {
    /// The headers that tell SDKs and coding agents whether to try again: `retry-after` in whole seconds, rounded up,
    /// when there is a time to wait for; `x-should-retry: false` when waiting does not help.
    ///
    /// Source: behaviour of openai-python, anthropic-sdk-python and Claude Code as measured, November 2026.
    public var retryHeaders: [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let wait = self.retryAfter ?? self.kind.defaultRetryAfter {
            headers.append((name: "retry-after", value: String(Self.wholeSeconds(wait))))
        }
        if !self.kind.waitingHelps { headers.append((name: "x-should-retry", value: "false")) }
        return headers
    }

    /// A wait in seconds, rounded up, at least one.
    private static func wholeSeconds(_ wait: Duration) -> Int64 {
        let (seconds, attoseconds) = wait.components
        let (rounded, overflow) = seconds.addingReportingOverflow(attoseconds > 0 ? 1 : 0)
        return overflow ? .max : max(1, rounded)
    }
}
