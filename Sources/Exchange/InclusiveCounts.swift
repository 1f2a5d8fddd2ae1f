/// Counts in OpenAI's convention, in which cached and written tokens are parts of the input and reasoning is a part of
/// the output; turned into disjoint parts here.
///
/// Fields are `nil` when the vendor did not tell them.
public struct InclusiveCounts {
    /// All input.
    public var input: Int?
    /// Of the input: read from the cache.
    public var cached: Int?
    /// Of the input: written to the cache.
    public var written: Int?
    /// Of the input: audio.
    public var audioInput: Int?
    /// All output.
    public var output: Int?
    /// Of the output: reasoning.
    public var reasoning: Int?
    /// Of the output: audio.
    public var audioOutput: Int?
    /// Input and output together.
    public var total: Int?

    /// Counts of nothing.
    public init() {}

    /// The disjoint parts; `nil` when the vendor reported no sum at all. The anomaly of the reader that read the counts
    /// carries over.
    public func usage(_ reader: CountReader) -> TokenUsage? {
        guard self.input != nil || self.output != nil || self.total != nil else { return nil }
        var reader = reader
        var whole = Whole(input: self.input ?? 0, output: self.output ?? 0)
        self.addSurplus(to: &whole, &reader)

        var usage = TokenUsage()
        usage.cacheReadTokens = reader.part(self.cached ?? 0, of: whole.input)
        usage.cacheWrite5mTokens = reader.part(self.written ?? 0, of: whole.input - usage.cacheReadTokens)
        // Audio may have been cached too, and is then counted there.
        let uncached = whole.input - usage.cacheReadTokens - usage.cacheWrite5mTokens
        usage.audioInputTokens = min(reader.part(self.audioInput ?? 0, of: whole.input), uncached)
        usage.uncachedInputTokens = uncached - usage.audioInputTokens

        usage.reasoningTokens = reader.part(whole.reasoning ?? self.reasoning ?? 0, of: whole.output)
        usage.audioOutputTokens = reader.part(self.audioOutput ?? 0, of: whole.output - usage.reasoningTokens)
        usage.visibleOutputTokens = whole.output - usage.reasoningTokens - usage.audioOutputTokens
        usage.isAnomalous = reader.isAnomalous
        return usage
    }

    /// Sums that contain all their parts, whatever the server leaves out of them.
    private struct Whole {
        var input: Int
        var output: Int
        var reasoning: Int?
    }

    /// Finds where the tokens belong by which a total is larger than its parts.
    ///
    /// Servers seen: xAI and Grok on Azure leave reasoning out of the output; Mistral leaves audio out of the input;
    /// Google's OpenAI door leaves reasoning out without saying how much it was; embeddings may have a total alone.
    private func addSurplus(to whole: inout Whole, _ reader: inout CountReader) {
        guard let total = self.total else { return }
        let surplus = total - whole.input - whole.output
        guard surplus != 0 else { return }
        if surplus < 0 {
            reader.isAnomalous = true
        } else if self.input == nil, self.output == nil {
            whole.input = total
        } else if surplus == self.reasoning {
            whole.output += surplus
        } else if surplus == self.audioInput {
            whole.input += surplus
        } else if self.output != nil, self.reasoning == nil {
            whole.output += surplus
            whole.reasoning = surplus
        } else {
            reader.isAnomalous = true
        }
    }
}
