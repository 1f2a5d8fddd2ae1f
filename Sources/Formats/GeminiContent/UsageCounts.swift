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
        let visible = Self.count(value["candidatesTokenCount"], &reader) ?? 0
        let audio = Self.audio(value["promptTokensDetails"], &reader)
        let cachedAudio = Self.audio(value["cacheTokensDetails"], &reader)
        var usage = TokenUsage()
        usage.cacheReadTokens = cached
        usage.audioInputTokens = min(max(audio - cachedAudio, 0), prompt - cached)
        let toolPrompt = Self.count(value["toolUsePromptTokenCount"], &reader) ?? 0
        usage.uncachedInputTokens = prompt - cached - usage.audioInputTokens + toolPrompt
        usage.reasoningTokens = Self.count(value["thoughtsTokenCount"], &reader) ?? 0
        usage.audioOutputTokens = reader.part(Self.audio(value["candidatesTokensDetails"], &reader), of: visible)
        usage.visibleOutputTokens = visible - usage.audioOutputTokens
        usage.isAnomalous = reader.isAnomalous
        if let total = Self.count(value["totalTokenCount"], &reader) {
            Self.settle(total, &usage, tellsThoughts: value["thoughtsTokenCount"] != nil)
        }
        return usage
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

    private static func audio(_ details: JSONValue?, _ reader: inout CountReader) -> Int {
        guard let details else { return 0 }
        for detail in details.elements where detail["modality"]?.equals("AUDIO") ?? false {
            return Self.count(detail["tokenCount"], &reader) ?? 0
        }
        return 0
    }
}
