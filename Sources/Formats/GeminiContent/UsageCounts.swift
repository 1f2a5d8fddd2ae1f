import Exchange
import Wire

/// Gemini's counts: cached tokens are a part of the prompt, thoughts are not a part of the candidates, and what tools
/// add to the prompt is beside it.
struct UsageCounts {
    /// Reads `usageMetadata`.
    ///
    /// - Returns: `nil` when it holds no count of the prompt.
    static func read(_ value: JSONValue) -> TokenUsage? {
        var reader = CountReader()
        guard let prompt = Self.count(value["promptTokenCount"], &reader) else { return nil }
        let cached = reader.part(Self.count(value["cachedContentTokenCount"], &reader) ?? 0, of: prompt)
        let told = Modalities(value["promptTokensDetails"], &reader)
        let fromCache = Modalities(value["cacheTokensDetails"], &reader)
        var usage = TokenUsage()
        usage.cacheReadTokens = cached
        var rest = prompt - cached
        usage.audioInputTokens = min(max(told.audio - fromCache.audio, 0), rest)
        rest -= usage.audioInputTokens
        usage.imageInputTokens = min(max(told.image - fromCache.image, 0), rest)
        rest -= usage.imageInputTokens
        // No more than two counts of `CountReader.largest` each: the sum fits.
        usage.uncachedInputTokens = rest + (Self.count(value["toolUsePromptTokenCount"], &reader) ?? 0)
        usage.reasoningTokens = Self.count(value["thoughtsTokenCount"], &reader) ?? 0
        Self.readOutput(value, &usage, &reader)
        usage.serviceTier = Self.tier(value)
        usage.isAnomalous = reader.isAnomalous
        if let total = Self.count(value["totalTokenCount"], &reader) {
            Self.settle(total, &usage, tellsThoughts: value["thoughtsTokenCount"] != nil)
        }
        return usage
    }

    private static func readOutput(_ value: JSONValue, _ usage: inout TokenUsage, _ reader: inout CountReader) {
        var rest = Self.count(value["candidatesTokenCount"], &reader) ?? 0
        let made = Modalities(value["candidatesTokensDetails"], &reader)
        usage.audioOutputTokens = reader.part(made.audio, of: rest)
        rest -= usage.audioOutputTokens
        usage.imageOutputTokens = reader.part(made.image, of: rest)
        usage.visibleOutputTokens = rest - usage.imageOutputTokens
    }

    /// The tier that served: `serviceTier` at the Gemini API, `trafficType` at Vertex, where throughput that was bought
    /// ahead is none of the tiers.
    private static func tier(_ value: JSONValue) -> PriceTier? {
        (value["serviceTier"]?.string ?? value["trafficType"]?.string).flatMap(PriceTier.init(vendorWord:))
    }

    /// What a total is larger by is thoughts, where those are not told; any other difference is odd.
    private static func settle(_ total: Int, _ usage: inout TokenUsage, tellsThoughts: Bool) {
        let surplus = total - usage.inputTokens - usage.outputTokens
        if surplus > 0, !tellsThoughts {
            usage.reasoningTokens = surplus
        } else if surplus != 0 {
            usage.isAnomalous = true
        }
    }

    /// A count; 64-bit ones may come as strings.
    static func count(_ value: JSONValue?, _ reader: inout CountReader) -> Int? {
        guard let text = value?.string else { return reader.count(value) }
        guard let count = Int(text), (0...CountReader.largest).contains(count) else {
            reader.isAnomalous = true
            return 0
        }
        return count
    }
}

/// Counts of the modalities that may have prices of their own; all others are priced like text.
private struct Modalities {
    var audio = 0
    var image = 0

    /// Reads a list of `{"modality", "tokenCount"}`; some clients of Vertex write the modality by its number.
    init(_ details: JSONValue?, _ reader: inout CountReader) {
        guard let details else { return }
        for detail in details.elements {
            guard let modality = detail["modality"] else { continue }
            let isAudio = modality.equals("AUDIO") || modality.int == 4
            guard isAudio || modality.equals("IMAGE") || modality.int == 2 else { continue }
            let count = UsageCounts.count(detail["tokenCount"], &reader) ?? 0
            let sum = min((isAudio ? self.audio : self.image) + count, CountReader.largest)
            if isAudio { self.audio = sum } else { self.image = sum }
        }
    }
}
