/// Token counts of one exchange as disjoint parts: no count is contained in another, so a charge is their weighted sum.
///
/// Vendors disagree: OpenAI's `prompt_tokens` contains cached tokens and `completion_tokens` contains reasoning,
/// Anthropic's `input_tokens` excludes the cache. The rooms convert; from here on there is one convention.
public struct TokenUsage: Equatable, Sendable {
    /// Text input that was neither read from nor written to a cache.
    public var uncachedInputTokens = 0
    /// Input read from the vendor's prompt cache.
    public var cacheReadTokens = 0
    /// Input written to the cache with the short (five minute, or unnamed) lifetime.
    public var cacheWrite5mTokens = 0
    /// Input written to the cache with the one hour lifetime.
    public var cacheWrite1hTokens = 0
    /// Audio input.
    public var audioInputTokens = 0
    /// Image input that the vendor counts apart.
    public var imageInputTokens = 0
    /// Visible text output.
    public var visibleOutputTokens = 0
    /// Reasoning output, where the vendor tells; otherwise it is inside `visibleOutputTokens`.
    public var reasoningTokens = 0
    /// Audio output.
    public var audioOutputTokens = 0
    /// Image output that the vendor counts apart.
    public var imageOutputTokens = 0
    /// Searches that the vendor's own web search tool made; not tokens.
    public var webSearchRequests = 0
    /// The tier that the vendor says it served at; `nil` when it does not say.
    public var serviceTier: PriceTier?
    /// The vendor's numbers did not add up (negative, fractional, parts larger than the whole) and were clamped.
    public var isAnomalous = false

    /// No tokens.
    public init() {}

    /// All input tokens, cached or not. Saturates.
    public var inputTokens: Int {
        let read = Self.saturatingAdd(self.uncachedInputTokens, self.cacheReadTokens)
        let written = Self.saturatingAdd(self.cacheWrite5mTokens, self.cacheWrite1hTokens)
        let media = Self.saturatingAdd(self.audioInputTokens, self.imageInputTokens)
        return Self.saturatingAdd(Self.saturatingAdd(read, written), media)
    }

    /// All output tokens, reasoning, audio and images included. Saturates.
    public var outputTokens: Int {
        let text = Self.saturatingAdd(self.visibleOutputTokens, self.reasoningTokens)
        let media = Self.saturatingAdd(self.audioOutputTokens, self.imageOutputTokens)
        return Self.saturatingAdd(text, media)
    }
}
