import Exchange
import Policy

/// What a caller is told of its own request limit, in its vendor's spelling.
enum LimitHeaders {
    /// Name and value of each header.
    static func fields(
        _ limit: LimitDecision,
        _ format: FormatID,
        unixSeconds: Int64
    ) -> [(name: String, value: String)] {
        guard format == .messages else {
            return [
                ("x-ratelimit-limit-requests", String(limit.limit)),
                ("x-ratelimit-remaining-requests", String(limit.remaining)),
                ("x-ratelimit-reset-requests", limit.resetAfter.vendorText),
            ]
        }
        let reset = unixSeconds + limit.resetAfter.wholeSecondsRoundedUp
        return [
            ("anthropic-ratelimit-requests-limit", String(limit.limit)),
            ("anthropic-ratelimit-requests-remaining", String(limit.remaining)),
            ("anthropic-ratelimit-requests-reset", RFC3339.text(unixSeconds: reset)),
        ]
    }
}
