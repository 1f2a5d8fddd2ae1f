import Storage

/// A model's routing and a target's overrides as JSON texts. What is as by default is NULL, and absent members are as by
/// default.
enum RoutingText {
    /// The JSON text, or `nil` when all is as by default.
    static func text(_ routing: ModelRoutingRecord) throws -> String? {
        let plain = ModelRoutingRecord()
        guard routing != plain else { return nil }
        return try jsonText(
            Routing(
                strategy: routing.strategy == plain.strategy ? nil : routing.strategy,
                affinity: routing.isSticky == plain.isSticky ? nil : routing.isSticky,
                retryPossiblyAccepted: routing.mayBillTwice == plain.mayBillTwice ? nil : routing.mayBillTwice,
                fallbackOnContentPolicy: routing.fallsBackOnRefusal == plain.fallsBackOnRefusal
                    ? nil : routing.fallsBackOnRefusal,
                hedge: routing.hedges == plain.hedges ? nil : routing.hedges,
                connect: routing.connectMilliseconds,
                firstContent: routing.firstContentMilliseconds,
                idle: routing.idleMilliseconds,
                total: routing.totalMilliseconds
            )
        )
    }

    /// The JSON text, or `nil` when nothing is overridden.
    static func text(_ overrides: TargetOverrides) throws -> String? {
        guard overrides != TargetOverrides() else { return nil }
        return try jsonText(
            Overrides(
                maxOutputTokens: overrides.maxOutputTokens,
                reasoningEffort: overrides.reasoningEffort,
                headers: overrides.headers.isEmpty ? nil : overrides.headers
            )
        )
    }

    /// The next column of a row as a model's routing.
    static func routing(_ reader: inout RowReader) throws -> ModelRoutingRecord {
        let plain = ModelRoutingRecord()
        guard let stored = try reader.json(Routing.self) else { return plain }
        return ModelRoutingRecord(
            strategy: stored.strategy ?? plain.strategy,
            isSticky: stored.affinity ?? plain.isSticky,
            mayBillTwice: stored.retryPossiblyAccepted ?? plain.mayBillTwice,
            fallsBackOnRefusal: stored.fallbackOnContentPolicy ?? plain.fallsBackOnRefusal,
            hedges: stored.hedge ?? plain.hedges,
            connectMilliseconds: stored.connect,
            firstContentMilliseconds: stored.firstContent,
            idleMilliseconds: stored.idle,
            totalMilliseconds: stored.total
        )
    }

    /// The next column of a row as a target's overrides.
    static func overrides(_ reader: inout RowReader) throws -> TargetOverrides {
        guard let stored = try reader.json(Overrides.self) else { return TargetOverrides() }
        return TargetOverrides(
            maxOutputTokens: stored.maxOutputTokens,
            reasoningEffort: stored.reasoningEffort,
            headers: stored.headers ?? [:]
        )
    }

    private struct Routing: Codable {
        var strategy: String?
        var affinity: Bool?
        var retryPossiblyAccepted: Bool?
        var fallbackOnContentPolicy: Bool?
        var hedge: Bool?
        var connect: Int?
        var firstContent: Int?
        var idle: Int?
        var total: Int?

        enum CodingKeys: String, CodingKey {
            case strategy, affinity, hedge
            case retryPossiblyAccepted = "retry_possibly_accepted"
            case fallbackOnContentPolicy = "fallback_on_content_policy"
            case connect = "connect_ms"
            case firstContent = "first_content_ms"
            case idle = "idle_ms"
            case total = "total_ms"
        }
    }

    private struct Overrides: Codable {
        var maxOutputTokens: Int?
        var reasoningEffort: String?
        var headers: [String: String]?

        enum CodingKeys: String, CodingKey {
            case maxOutputTokens = "max_output_tokens"
            case reasoningEffort = "reasoning_effort"
            case headers
        }
    }
}
