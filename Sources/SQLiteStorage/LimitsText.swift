import Storage

/// Limits as the JSON text of a `limits` column. Nothing limited is NULL, and absent members are not limited.
enum LimitsText {
    /// The JSON text, or `nil` when nothing is limited.
    static func text(_ limits: LimitsRecord) throws -> String? {
        guard limits != LimitsRecord() else { return nil }
        return try jsonText(
            Document(
                requestsPerMinute: limits.requestsPerMinute,
                tokensPerMinute: limits.tokensPerMinute,
                concurrentRequests: limits.concurrentRequests,
                models: limits.models.isEmpty ? nil : limits.models.mapValues(Numbers.init)
            )
        )
    }

    /// The next column of a row as limits.
    static func limits(_ reader: inout RowReader) throws -> LimitsRecord {
        guard let document = try reader.json(Document.self) else { return LimitsRecord() }
        return LimitsRecord(
            requestsPerMinute: document.requestsPerMinute,
            tokensPerMinute: document.tokensPerMinute,
            concurrentRequests: document.concurrentRequests,
            models: document.models?.mapValues(\.limits) ?? [:]
        )
    }

    private struct Document: Codable {
        var requestsPerMinute: Int?
        var tokensPerMinute: Int?
        var concurrentRequests: Int?
        var models: [String: Numbers]?

        enum CodingKeys: String, CodingKey {
            case requestsPerMinute = "requests_per_minute"
            case tokensPerMinute = "tokens_per_minute"
            case concurrentRequests = "concurrent_requests"
            case models
        }
    }

    private struct Numbers: Codable {
        var requestsPerMinute: Int?
        var tokensPerMinute: Int?
        var concurrentRequests: Int?

        enum CodingKeys: String, CodingKey {
            case requestsPerMinute = "requests_per_minute"
            case tokensPerMinute = "tokens_per_minute"
            case concurrentRequests = "concurrent_requests"
        }

        init(_ limits: LimitsRecord.ModelLimits) {
            self.requestsPerMinute = limits.requestsPerMinute
            self.tokensPerMinute = limits.tokensPerMinute
            self.concurrentRequests = limits.concurrentRequests
        }

        var limits: LimitsRecord.ModelLimits {
            LimitsRecord.ModelLimits(
                requestsPerMinute: self.requestsPerMinute,
                tokensPerMinute: self.tokensPerMinute,
                concurrentRequests: self.concurrentRequests
            )
        }
    }
}
