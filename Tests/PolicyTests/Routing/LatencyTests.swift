import Testing

@testable import Policy

@Suite("Latency")
struct LatencyTests {
    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(microseconds: seconds * 1_000_000)
    }

    // MARK: Peak EWMA

    @Test func aSlowSampleCountsAtOnceAQuickOneLittleByLittle() throws {
        var delay = PeakEWMA()
        delay.observe(.milliseconds(100), at: Self.at(0))
        delay.observe(.seconds(2), at: Self.at(0))
        #expect(delay.value(at: Self.at(0)) == .seconds(2))
        delay.observe(.milliseconds(100), at: Self.at(1))
        let later = try #require(delay.value(at: Self.at(1)))
        #expect(later > .milliseconds(1_800) && later < .seconds(2))
        for second in 2...60 { delay.observe(.milliseconds(100), at: Self.at(Int64(second))) }
        #expect(try #require(delay.value(at: Self.at(60))) < .milliseconds(150))
    }

    @Test func aValueThatNobodyRefreshesFades() throws {
        var delay = PeakEWMA()
        delay.observe(.seconds(1), at: Self.at(0))
        let faded = try #require(delay.value(at: Self.at(10)))
        #expect(faded > .milliseconds(340) && faded < .milliseconds(400))
        #expect(try #require(delay.value(at: Self.at(1_000))) < .milliseconds(1))
    }

    @Test func whatIsInFlightMultipliesIt() {
        var delay = PeakEWMA()
        delay.observe(.milliseconds(100), at: Self.at(0))
        #expect(delay.cost(inFlight: 3, at: Self.at(0)) == delay.cost(inFlight: 0, at: Self.at(0)) * 4)
    }

    @Test func whatWasNeverSeenIsTriedOnceAndThenAwaited() {
        let delay = PeakEWMA()
        #expect(delay.value(at: Self.at(0)) == nil)
        #expect(delay.cost(inFlight: 0, at: Self.at(0)) == 0)
        #expect(delay.cost(inFlight: 1, at: Self.at(0)) > 1e300)
    }

    // MARK: Quantile

    @Test func saysNothingBelowTwentySamples() {
        var quantile = Quantile()
        for _ in 0..<19 { quantile.observe(.seconds(1)) }
        #expect(quantile.value(percent: 95) == nil)
        quantile.observe(.seconds(1))
        #expect(quantile.value(percent: 95) != nil)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func isNeverBelowTheTrueQuantileAndAtMostAnEighthAbove(_ seed: UInt64) throws {
        var random = TestRandom(seed)
        var quantile = Quantile(memory: 100_000)
        let samples = (0..<500).map { _ in Int64(random.int(300...random.int(400...100_000_000))) }.sorted()
        for sample in samples { quantile.observe(.microseconds(sample)) }
        for percent in [50, 90, 95, 99, 100] {
            let truth = samples[(500 * percent + 99) / 100 - 1]
            let value = try #require(quantile.value(percent: percent)).wholeMicroseconds
            #expect(value >= truth && value <= truth + truth / 8 + 1, "p\(percent): \(value), not \(truth)")
        }
    }

    @Test func followsAChangeWithinItsMemory() throws {
        var quantile = Quantile(memory: 256)
        for _ in 0..<10_000 { quantile.observe(.milliseconds(100)) }
        for _ in 0..<4_000 { quantile.observe(.seconds(4)) }
        #expect(try #require(quantile.value(percent: 50)) >= .seconds(4))
        for _ in 0..<4_000 { quantile.observe(.milliseconds(100)) }
        #expect(try #require(quantile.value(percent: 95)) < .milliseconds(120))
        #expect(quantile.samples <= 256)
    }

    @Test func absurdSamplesFallIntoTheOutermostBuckets() throws {
        var quantile = Quantile()
        for _ in 0..<20 { quantile.observe(.seconds(-5)) }
        #expect(try #require(quantile.value(percent: 95)) < .milliseconds(1))
        for _ in 0..<400 { quantile.observe(.seconds(Int64.max)) }
        #expect(try #require(quantile.value(percent: 95)) > .seconds(4_000))
    }
}
