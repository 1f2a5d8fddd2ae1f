import Testing

@testable import Policy

@Suite("Retry budget")
struct RetryBudgetTests {
    private static func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(microseconds: 77_000_000 + Int64(milliseconds) * 1_000)
    }

    @Test func inATotalOutageRetriesStayWithinATenth() {
        let budget = RetryBudget()
        var (requests, retries) = (0, 0)
        // 200 requests a second for a minute; all would like two retries.
        for millisecond in stride(from: 0, to: 60_000, by: 5) {
            budget.noteRequest(at: Self.at(millisecond))
            requests += 1
            for turn in 0..<2 where budget.take(isFirst: turn == 0, at: Self.at(millisecond)) { retries += 1 }
        }
        #expect(retries * 10 <= requests + 100)
        // The tokens end it long before.
        #expect(retries <= RetryBudget.fullTokens / 5)
    }

    /// With successes enough to keep the tokens, the ratio is what holds.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func underAnyLoadRetriesStayWithinATenthOfTheRequestsOfTheirWindow(_ seed: UInt64) {
        var random = TestRandom(seed)
        let budget = RetryBudget()
        var now = 0
        var (requests, retries): ([Int], [Int]) = ([], [])
        for _ in 0..<800 {
            now += random.int(0...random.int(1...400))
            budget.noteRequest(at: Self.at(now))
            requests.append(now)
            for _ in 0..<random.int(0...20) { budget.noteSuccess() }
            guard random.int(0...2) > 0, budget.take(isFirst: true, at: Self.at(now)) else { continue }
            retries.append(now)
            let second = now / 1_000
            let window = (second - 9) * 1_000...now
            let inWindow = requests.count { window.contains($0) }
            let retried = retries.count { window.contains($0) }
            #expect(inWindow + retried <= 11 || retried * 10 <= inWindow, "\(retried) of \(inWindow)")
        }
        #expect(!retries.isEmpty)
    }

    @Test func aFewRequestsAreTriedAgainWithoutARatio() {
        let budget = RetryBudget()
        budget.noteRequest(at: Self.at(0))
        #expect(budget.take(isFirst: true, at: Self.at(1)))
        #expect(budget.take(isFirst: false, at: Self.at(2)))
        #expect(budget.tokens == 485)
    }

    @Test func aboveTenTheRatioRules() {
        let budget = RetryBudget()
        for _ in 0..<11 { budget.noteRequest(at: Self.at(0)) }
        #expect(budget.take(isFirst: true, at: Self.at(0)))
        #expect(!budget.take(isFirst: true, at: Self.at(0)))
        #expect(budget.refused == 1)
        for _ in 0..<9 { budget.noteRequest(at: Self.at(100)) }
        #expect(budget.take(isFirst: true, at: Self.at(100)))
        // Ten seconds later nothing of it is left.
        #expect(budget.take(isFirst: true, at: Self.at(10_100)))
    }

    @Test func anEmptyBudgetIsFilledBySuccessesUpToItsSize() {
        let budget = RetryBudget()
        for second in 0..<200 { _ = budget.take(isFirst: false, at: Self.at(second * 20_000)) }
        #expect(budget.tokens == 0)
        #expect(!budget.take(isFirst: true, at: Self.at(9_000_000)))
        for _ in 0..<5 { budget.noteSuccess() }
        #expect(budget.take(isFirst: true, at: Self.at(9_000_000)))
        for _ in 0..<2_000 { budget.noteSuccess() }
        #expect(budget.tokens == RetryBudget.fullTokens)
    }

    @Test func hedgesStayWithinTwoOfAHundred() {
        let budget = HedgeBudget()
        var hedges = 0
        for _ in 0..<10_000 {
            budget.noteRequest()
            if budget.take() { hedges += 1 }
        }
        #expect(hedges == 200)
        for _ in 0..<10_000 { budget.noteRequest() }
        #expect((0..<20).count { _ in budget.take() } == 5)
    }

    @Test func aHedgeIsSentAfterTheUsualTimeWithinTheDeadline() {
        let policy = HedgePolicy(isEnabled: true)
        #expect(policy.delay(p95: .seconds(2), untilDeadline: .seconds(60)) == .seconds(2))
        #expect(policy.delay(p95: .milliseconds(1), untilDeadline: .seconds(60)) == .milliseconds(50))
        #expect(policy.delay(p95: .seconds(2), untilDeadline: .seconds(2)) == nil)
        #expect(policy.delay(p95: nil, untilDeadline: .seconds(60)) == nil)
        #expect(HedgePolicy().delay(p95: .seconds(2), untilDeadline: .seconds(60)) == nil)
    }
}
