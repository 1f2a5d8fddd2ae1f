import Exchange
import Testing

@Suite("From inclusive counts to disjoint ones")
struct InclusiveCountsTests {
    @Test("whatever is reported, parts are counts and add up to the sums")
    func invariants() throws {
        // A plain generator with a fixed seed: the same cases each time.
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> Int? {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let pick = Int(state >> 40) % 12
            return pick == 11 ? nil : pick == 10 ? CountReader.largest : pick * pick
        }
        for _ in 0..<20_000 {
            var counts = InclusiveCounts()
            (counts.input, counts.cached, counts.written, counts.audioInput) = (next(), next(), next(), next())
            (counts.output, counts.reasoning, counts.audioOutput, counts.total) = (next(), next(), next(), next())
            guard let usage = counts.usage(CountReader()) else {
                #expect(counts.input == nil && counts.output == nil && counts.total == nil)
                continue
            }
            let parts = [
                usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens,
                usage.audioInputTokens, usage.visibleOutputTokens, usage.reasoningTokens, usage.audioOutputTokens,
            ]
            try #require(parts.allSatisfy { $0 >= 0 })
            try #require(usage.inputTokens >= counts.input ?? 0)
            try #require(usage.outputTokens >= counts.output ?? 0)
            let sums = usage.inputTokens + usage.outputTokens
            let told = max((counts.input ?? 0) + (counts.output ?? 0), counts.total ?? 0)
            try #require(sums <= told)
            try #require(usage.isAnomalous || counts.total == nil || sums == counts.total)
        }
    }

    @Test("the reader's anomaly carries over")
    func anomaly() {
        var counts = InclusiveCounts()
        counts.input = 1
        var reader = CountReader()
        reader.isAnomalous = true
        #expect(counts.usage(reader)?.isAnomalous == true)
        #expect(counts.usage(CountReader())?.isAnomalous == false)
    }

    @Test("a surplus that is the reasoning belongs to the output")
    func reasoningOutside() {
        var counts = InclusiveCounts()
        (counts.input, counts.output, counts.reasoning, counts.total) = (10, 5, 7, 22)
        let usage = counts.usage(CountReader())
        #expect(usage?.visibleOutputTokens == 5)
        #expect(usage?.reasoningTokens == 7)
        #expect(usage?.isAnomalous == false)
    }

    @Test("reasoning inside the output stays inside")
    func reasoningInside() {
        var counts = InclusiveCounts()
        (counts.input, counts.output, counts.reasoning, counts.total) = (10, 12, 7, 22)
        let usage = counts.usage(CountReader())
        #expect(usage?.visibleOutputTokens == 5)
        #expect(usage?.reasoningTokens == 7)
    }
}
