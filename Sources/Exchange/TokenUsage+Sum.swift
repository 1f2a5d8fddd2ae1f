extension TokenUsage {
    /// Adds another exchange's counts, kind by kind. Saturates.
    public mutating func add(_ other: TokenUsage) {
        let counts: [WritableKeyPath<TokenUsage, Int>] = [
            \.uncachedInputTokens, \.cacheReadTokens, \.cacheWrite5mTokens, \.cacheWrite1hTokens, \.audioInputTokens,
            \.imageInputTokens, \.visibleOutputTokens, \.reasoningTokens, \.audioOutputTokens, \.imageOutputTokens,
            \.webSearchRequests,
        ]
        for count in counts {
            self[keyPath: count] = Self.saturatingAdd(self[keyPath: count], other[keyPath: count])
        }
        self.serviceTier = other.serviceTier ?? self.serviceTier
        self.isAnomalous = self.isAnomalous || other.isAnomalous
    }

    /// The sum, or the largest number when it does not fit.
    static func saturatingAdd(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
