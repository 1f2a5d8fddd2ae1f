import Exchange
import Wire

/// Token counts in answers: all of them, by name.
enum UsageFields {
    /// The counts with their names, for objects and for columns.
    static func counts(_ usage: TokenUsage) -> [(name: StaticString, value: Int)] {
        [
            ("input_tokens", usage.inputTokens),
            ("output_tokens", usage.outputTokens),
            ("uncached_input_tokens", usage.uncachedInputTokens),
            ("cache_read_tokens", usage.cacheReadTokens),
            ("cache_write_5m_tokens", usage.cacheWrite5mTokens),
            ("cache_write_1h_tokens", usage.cacheWrite1hTokens),
            ("audio_input_tokens", usage.audioInputTokens),
            ("image_input_tokens", usage.imageInputTokens),
            ("visible_output_tokens", usage.visibleOutputTokens),
            ("reasoning_tokens", usage.reasoningTokens),
            ("audio_output_tokens", usage.audioOutputTokens),
            ("image_output_tokens", usage.imageOutputTokens),
            ("web_searches", usage.webSearchRequests),
        ]
    }

    static func write(_ usage: TokenUsage, to writer: inout JSONWriter) {
        for count in self.counts(usage) { writer.member(count.name, count.value) }
        writer.member("anomalous", usage.isAnomalous)
    }
}
