import Policy
import Testing

@Suite("Smooth weights")
struct SmoothWeightsTests {
    @Test func aHundredTurnsAtFiveThreeTwoAreExactAndEvenlyMixed() {
        var weights = SmoothWeights([("a", 5), ("b", 3), ("c", 2)])
        let turns = Self.turns(100, &weights)
        #expect(Self.counts(turns, of: 3) == [50, 30, 20])
        // Any ten turns in a row hold all shares.
        for start in 0...90 { #expect(Self.counts(turns[start..<start + 10], of: 3) == [5, 3, 2]) }
        // Nobody is ever a whole turn ahead of its share or behind it.
        for length in 1...100 {
            let counts = Self.counts(turns[..<length], of: 3)
            for (count, share) in zip(counts, [5, 3, 2]) { #expect(abs(count * 10 - length * share) < 10) }
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func overTheSumOfAnyWeightsEveryoneIsChosenAsOftenAsItsWeightSays(_ seed: UInt64) {
        var random = TestRandom(seed)
        let shares = (0..<random.int(1...12)).map { _ in random.int(0...40) }
        let total = shares.reduce(0, +)
        var weights = SmoothWeights(shares.enumerated().map { ("\($0.offset)", $0.element) })
        for _ in 0..<3 {
            Self.expect(shares, in: total, of: &weights)
        }
    }

    @Test func weightZeroAndLessIsNeverChosen() {
        var weights = SmoothWeights([("a", 0), ("b", -5), ("c", 1)])
        Self.expect([0, 0, 20], in: 20, of: &weights)
        var none = SmoothWeights([("a", 0)])
        let nobody = none.next { _ in true }
        #expect(nobody == nil)
        var empty = SmoothWeights([])
        let noMember = empty.next { _ in true }
        #expect(noMember == nil)
    }

    @Test func anOutrageousWeightCountsAsTheHeaviest() {
        var weights = SmoothWeights([("a", .max), ("b", SmoothWeights.heaviest)])
        Self.expect([50, 50], in: 100, of: &weights)
    }

    @Test func whoIsNotEligibleIsLeftOutAndTheOthersKeepTheirRatio() {
        var weights = SmoothWeights([("a", 5), ("b", 3), ("c", 2)])
        let without = (0..<50).compactMap { _ in weights.next { $0 != 0 } }
        #expect(Self.counts(without, of: 3) == [0, 30, 20])
        // Back again, it gets its share and nothing for the time it was away.
        Self.expect([50, 30, 20], in: 100, of: &weights)
        let nobody = weights.next { _ in false }
        #expect(nobody == nil)
    }

    @Test func tenThousandTurnsWithWeightsChangedMidwayAreExactInEachHalf() {
        var weights = SmoothWeights([("a", 5), ("b", 3), ("c", 2)])
        Self.expect([2_500, 1_500, 1_000], in: 5_000, of: &weights)
        weights = weights.successor([("a", 1), ("b", 1), ("c", 8)])
        Self.expect([500, 500, 4_000], in: 5_000, of: &weights)
    }

    @Test(arguments: 1...9)
    func aChangeInTheMiddleOfARoundCostsNobodyATurn(_ early: Int) {
        var weights = SmoothWeights([("a", 5), ("b", 3), ("c", 2)])
        let first = Self.counts(Self.turns(5_000 + early, &weights), of: 3)
        weights = weights.successor([("a", 10), ("b", 60), ("c", 30)])
        let second = Self.counts(Self.turns(5_000 - early, &weights), of: 3)
        for (index, shares) in [(50, 10), (30, 60), (20, 30)].enumerated() {
            let exact = Double((5_000 + early) * shares.0 + (5_000 - early) * shares.1) / 100
            #expect(abs(Double(first[index] + second[index]) - exact) <= 1)
        }
    }

    @Test func reloadingTheSameWeightsAfterEveryTurnChangesNothing() {
        let shares = [("a", 5), ("b", 3), ("c", 2)]
        var weights = SmoothWeights(shares)
        var turns: [Int] = []
        for _ in 0..<1_000 {
            turns += Self.turns(1, &weights)
            weights = weights.successor(shares)
        }
        #expect(Self.counts(turns, of: 3) == [500, 300, 200])
    }

    @Test func whoComesAndGoesTakesOnlyItsOwnShare() {
        var weights = SmoothWeights([("a", 1), ("b", 1)])
        _ = Self.turns(7, &weights)
        weights = weights.successor([("c", 2), ("a", 1), ("b", 1)])
        let counts = Self.counts(Self.turns(400, &weights), of: 3)
        for (count, share) in zip(counts, [200, 100, 100]) { #expect(abs(count - share) <= 1) }
        weights = weights.successor([("b", 1)])
        Self.expect([3], in: 3, of: &weights)
    }

    private static func expect(
        _ counts: [Int],
        in turns: Int,
        of weights: inout SmoothWeights,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let found = Self.counts(Self.turns(turns, &weights), of: counts.count)
        #expect(found == counts, sourceLocation: sourceLocation)
    }

    private static func turns(_ count: Int, _ weights: inout SmoothWeights) -> [Int] {
        (0..<count).compactMap { _ in weights.next { _ in true } }
    }

    private static func counts(_ turns: some Sequence<Int>, of size: Int) -> [Int] {
        turns.reduce(into: Array(repeating: 0, count: size)) { $0[$1] += 1 }
    }
}
