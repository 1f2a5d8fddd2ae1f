import Exchange
import Wire

/// Counts of one message, gathered key by key: in a stream `message_start` tells them first and `message_delta` tells
/// totals that replace them.
///
/// The convention is exclusive: all input is `input_tokens` and both cache counts together. Thinking is inside
/// `output_tokens`. Source: Anthropic API reference, November 2026.
struct MessagesCounts {
    private var input: InputCounts?
    private var output: Int?
    private var thinking: Int?
    private var extra: [TokenUsage] = []
    private var searches: Int?
    private var tier: PriceTier?
    private var reader = CountReader()

    /// Takes the counts of one `usage` object; what it omits, or says is `null`, stays as it was.
    mutating func merge(_ usage: JSONValue) {
        guard usage.kind == .object else { return }
        self.mergeInput(usage)
        self.output = self.reader.count(usage["output_tokens"]) ?? self.output
        self.thinking = self.reader.count(usage["output_tokens_details"]?["thinking_tokens"]) ?? self.thinking
        self.searches = self.reader.count(usage["server_tool_use"]?["web_search_requests"]) ?? self.searches
        self.tier = Self.tier(usage) ?? self.tier
        if let iterations = usage["iterations"], iterations.kind == .array {
            self.extra = iterations.elements.compactMap(Self.extraIteration)
        }
    }

    /// The disjoint parts; `nil` until anything was told.
    var usage: TokenUsage? {
        guard self.input != nil || self.output != nil else { return nil }
        var reader = self.reader
        var usage = TokenUsage()
        (self.input ?? InputCounts()).write(to: &usage, &reader)
        let output = self.output ?? 0
        usage.reasoningTokens = reader.part(self.thinking ?? 0, of: output)
        usage.visibleOutputTokens = output - usage.reasoningTokens
        usage.webSearchRequests = self.searches ?? 0
        usage.serviceTier = self.tier
        usage.isAnomalous = reader.isAnomalous
        for iteration in self.extra { usage.add(iteration) }
        return usage
    }

    /// The tier that served. Fast answers have a price of their own, whatever the tier is called.
    private static func tier(_ usage: JSONValue) -> PriceTier? {
        if usage["speed"]?.equals("fast") ?? false { return .priority }
        return usage["service_tier"]?.string.flatMap(PriceTier.init(vendorWord:))
    }

    /// Replaces the input side per key; but when all that is told of it is zero, the server does not tell it again, and
    /// nothing is replaced.
    private mutating func mergeInput(_ usage: JSONValue) {
        var merged = self.input ?? InputCounts()
        guard let told = merged.merge(usage, &self.reader), told > 0 || self.input == nil else { return }
        self.input = merged
    }

    /// An iteration that the totals leave out but that is billed: compaction, and advice by another model, for want of
    /// a better place counted with this one.
    private static func extraIteration(_ iteration: JSONValue) -> TokenUsage? {
        guard let type = iteration["type"] else { return nil }
        guard type.equals("compaction") || type.equals("advisor_message") else { return nil }
        var counts = MessagesCounts()
        counts.mergeInput(iteration)
        counts.output = counts.reader.count(iteration["output_tokens"])
        return counts.usage
    }
}

/// The input side of a `usage` object.
private struct InputCounts {
    private var uncached = 0
    private var read = 0
    private var written: Int?
    private var written5m: Int?
    private var written1h: Int?

    init() {}

    /// All that was written, also when only its split by lifetime was told.
    private var allWritten: Int { self.written ?? ((self.written5m ?? 0) + (self.written1h ?? 0)) }

    /// Replaces what the object tells; returns the sum of what it told, or `nil` when it told none.
    mutating func merge(_ usage: JSONValue, _ reader: inout CountReader) -> Int? {
        let uncached = reader.count(usage["input_tokens"])
        let read = reader.count(usage["cache_read_input_tokens"])
        let written = reader.count(usage["cache_creation_input_tokens"])
        self.uncached = uncached ?? self.uncached
        self.read = read ?? self.read
        self.written = written ?? self.written
        let split = usage["cache_creation"]
        self.written5m = reader.count(split?["ephemeral_5m_input_tokens"]) ?? self.written5m
        self.written1h = reader.count(split?["ephemeral_1h_input_tokens"]) ?? self.written1h
        let told = [uncached, read, written].compactMap { $0 }
        return told.isEmpty ? nil : told.reduce(0, +)
    }

    /// The split may cover only a part of what was written (server tools): the rest is of the short lifetime. It is
    /// told in `message_start` alone, and a later total may be smaller than it.
    func write(to usage: inout TokenUsage, _ reader: inout CountReader) {
        usage.uncachedInputTokens = self.uncached
        usage.cacheReadTokens = self.read
        usage.cacheWrite1hTokens = min(self.written1h ?? 0, self.allWritten)
        usage.cacheWrite5mTokens = self.allWritten - usage.cacheWrite1hTokens
    }
}
