import Exchange
import Testing

@Suite("Token usage")
struct TokenUsageTests {
    private func filled(_ base: Int) -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = base
        usage.cacheReadTokens = base + 1
        usage.cacheWrite5mTokens = base + 2
        usage.cacheWrite1hTokens = base + 3
        usage.audioInputTokens = base + 4
        usage.visibleOutputTokens = base + 5
        usage.reasoningTokens = base + 6
        usage.audioOutputTokens = base + 7
        return usage
    }

    @Test("sums of the sides")
    func sums() {
        #expect(TokenUsage().inputTokens == 0)
        #expect(TokenUsage().outputTokens == 0)
        #expect(self.filled(10).inputTokens == 60)
        #expect(self.filled(10).outputTokens == 48)
    }

    @Test("sums saturate instead of overflowing")
    func saturation() {
        var usage = self.filled(.max - 7)
        #expect(usage.inputTokens == .max)
        #expect(usage.outputTokens == .max)
        usage.add(usage)
        #expect(usage == self.saturated)
    }

    private var saturated: TokenUsage {
        var usage = TokenUsage()
        usage.add(self.filled(.max - 7))
        usage.add(self.filled(.max - 7))
        usage.add(self.filled(7))
        return usage
    }

    @Test("adding is kind by kind, and an anomaly stays")
    func adding() {
        var usage = self.filled(1)
        usage.add(self.filled(1))
        #expect(usage.uncachedInputTokens == 2)
        #expect(usage.audioOutputTokens == 16)
        #expect(usage.inputTokens == 2 * self.filled(1).inputTokens)
        #expect(usage.outputTokens == 2 * self.filled(1).outputTokens)
        #expect(!usage.isAnomalous)
        var odd = TokenUsage()
        odd.isAnomalous = true
        usage.add(odd)
        usage.add(TokenUsage())
        #expect(usage.isAnomalous)
    }
}
