import Exchange
import Wire

/// Counts: the cache is not inside `inputTokens`, thinking is inside `outputTokens`. `cacheDetails` splits what was
/// written by lifetime.
enum ConverseUsage {
    /// Reads the counts of an answer, or of a stream's metadata: `usage`, and `serviceTier` beside it; `nil` when there
    /// are none.
    static func read(_ root: JSONValue) -> TokenUsage? {
        guard let usage = root["usage"], usage.kind == .object else { return nil }
        var reader = CountReader()
        var counts = TokenUsage()
        counts.uncachedInputTokens = reader.count(usage["inputTokens"]) ?? 0
        counts.visibleOutputTokens = reader.count(usage["outputTokens"]) ?? 0
        counts.cacheReadTokens =
            reader.count(usage["cacheReadInputTokens"]) ?? reader.count(usage["cacheReadInputTokenCount"]) ?? 0
        var long = 0
        var short = 0
        let details = usage["cacheDetails"].map { Array($0.elements.prefix(8)) } ?? []
        for entry in details {
            let count = reader.count(entry["inputTokens"]) ?? 0
            if entry["ttl"]?.equals("1h") ?? false { long += count } else { short += count }
        }
        let written =
            reader.count(usage["cacheWriteInputTokens"]) ?? reader.count(usage["cacheWriteInputTokenCount"])
            ?? (long + short)
        counts.cacheWrite1hTokens = min(long, written)
        counts.cacheWrite5mTokens = written - counts.cacheWrite1hTokens
        counts.serviceTier = root["serviceTier"]?["type"]?.string.flatMap(PriceTier.init(vendorWord:))
        counts.isAnomalous = reader.isAnomalous
        return counts
    }

    /// The tier that served.
    static func tier(_ value: JSONValue?) -> ServiceTier? {
        switch value?["type"]?.string {
        case nil: nil
        case "default": .standard
        case "flex": .flex
        case "priority": .priority
        default: .other
        }
    }
}
