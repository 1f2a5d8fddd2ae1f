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
    /// Of the input: images.
    public var imageInput: Int?
    /// All output.
    public var output: Int?
    /// Of the output: reasoning.
    public var reasoning: Int?
    /// Of the output: audio.
    public var audioOutput: Int?
    /// Of the output: images.
    public var imageOutput: Int?
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
        // Audio and images may have been cached too, and are then counted there.
        var uncached = whole.input - usage.cacheReadTokens - usage.cacheWrite5mTokens
        usage.audioInputTokens = min(reader.part(self.audioInput ?? 0, of: whole.input), uncached)
        uncached -= usage.audioInputTokens
        usage.imageInputTokens = min(reader.part(self.imageInput ?? 0, of: whole.input), uncached)
        usage.uncachedInputTokens = uncached - usage.imageInputTokens
        self.split(whole, into: &usage, &reader)
        usage.isAnomalous = reader.isAnomalous
        return usage
    }

    /// The parts of the output.
    private func split(_ whole: Whole, into usage: inout TokenUsage, _ reader: inout CountReader) {
        var rest = whole.output
        usage.reasoningTokens = reader.part(whole.reasoning ?? self.reasoning ?? 0, of: rest)
        rest -= usage.reasoningTokens
        usage.audioOutputTokens = reader.part(self.audioOutput ?? 0, of: rest)
        rest -= usage.audioOutputTokens
        usage.imageOutputTokens = reader.part(self.imageOutput ?? 0, of: rest)
        usage.visibleOutputTokens = rest - usage.imageOutputTokens
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
