import Exchange
import Policy

/// What a caller is told of its own limits, in its vendor's spelling.
enum LimitHeaders {
    /// Name and value of each header.
    static func fields(
        _ reading: LimitReading,
        _ format: FormatID,
        unixSeconds: Int64
    ) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let requests = reading.requests { fields += Self.fields(requests, "requests", format, unixSeconds) }
        if let tokens = reading.tokens { fields += Self.fields(tokens, "tokens", format, unixSeconds) }
        return fields
    }

    private static func fields(
        _ limit: LimitDecision,
        _ unit: String,
        _ format: FormatID,
        _ unixSeconds: Int64
    ) -> [(name: String, value: String)] {
        guard format == .messages else {
            return [
                ("x-ratelimit-limit-\(unit)", String(limit.limit)),
                ("x-ratelimit-remaining-\(unit)", String(limit.remaining)),
                ("x-ratelimit-reset-\(unit)", limit.resetAfter.vendorText),
            ]
        }
        let reset = unixSeconds + limit.resetAfter.wholeSecondsRoundedUp
        return [
            ("anthropic-ratelimit-\(unit)-limit", String(limit.limit)),
            ("anthropic-ratelimit-\(unit)-remaining", String(limit.remaining)),
            ("anthropic-ratelimit-\(unit)-reset", RFC3339.text(unixSeconds: reset)),
        ]
    }
}
