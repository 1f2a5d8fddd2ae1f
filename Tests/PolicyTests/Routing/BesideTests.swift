import Testing

@testable import Policy

@Suite("Attempts beside each other")
struct BesideTests {
    private static let start = MonotonicInstant(microseconds: 9_000_000)

    private static func policy(budget: RetryBudget = RetryBudget()) -> AttemptPolicy {
        var policy = AttemptPolicy(deadline: self.start.adding(.seconds(600)), budget: budget, targets: 3)
        policy.begin(at: self.start)
        return policy
    }

    @Test func bothCountAmongThreeAttempts() {
        var policy = Self.policy()
        #expect(policy.canBeginBeside)
        policy.beginBeside()
        #expect(policy.tries == 2)
        policy.failedBeside(.unavailable(retryAfter: nil))
        let second = policy.decide(after: .unavailable(retryAfter: nil), rest: .untried, at: Self.start)
        #expect(second == .next(after: .zero))
        policy.begin(at: Self.start)
        #expect(!policy.canBeginBeside)
        let third = policy.decide(after: .unavailable(retryAfter: nil), rest: .untried, at: Self.start)
        #expect(third == .stop(.attempts))
    }

    @Test func theLastAttemptHasNoneBeside() {
        var policy = Self.policy()
        for isLast in [false, true] {
            _ = policy.decide(after: .unavailable(retryAfter: nil), rest: .untried, at: Self.start)
            policy.begin(at: Self.start)
            #expect(policy.canBeginBeside == !isLast)
        }
    }

    @Test func whatWasNotSentIsFree() {
        var policy = Self.policy()
        policy.beginBeside()
        policy.failedBeside(.notSent)
        #expect(policy.canBeginBeside)
    }

    @Test func theOtherThatGoesOnPaysNoRetry() {
        let budget = RetryBudget()
        var policy = Self.policy(budget: budget)
        policy.beginBeside()
        policy.failedBeside(.unavailable(retryAfter: nil))
        #expect(budget.tokens == RetryBudget.fullTokens)
    }

    @Test func aHedgeThatWasNotSentIsGivenBack() {
        let budget = HedgeBudget()
        for _ in 0..<50 { budget.noteRequest() }
        for _ in 0..<3 {
            #expect(budget.take())
            budget.giveBack()
        }
        let taken = (0..<3).count { _ in budget.take() }
        #expect(taken == 1)
        for _ in 0..<9 { budget.giveBack() }
        let most = (0..<9).count { _ in budget.take() }
        #expect(most == 5)
    }

    // MARK: Money

    @Test func bothAreHeldUntilOneHasEnded() throws {
        let world = LimitWorld(key: KeyLimits(tokensPerMinute: 1_000), [.test(200)])
        let admission = try world.sent(.test(40, input: 10, output: 10))
        #expect(admission.holdBeside(.test(60)))
        #expect(try world.view().reserved == 100)
        admission.charge(tokens: 5, nanoUSD: 7, keeping: .test(40))
        #expect(try world.view().spent == 7 && world.view().reserved == 40)
        admission.settle(tokens: 5, nanoUSD: 30)
        #expect(try world.view().spent == 37 && world.view().reserved == 0 && world.view().overshoot == 0)
    }

    @Test func aSecondThatDoesNotFitIsRefusedAndNothingChanges() throws {
        let world = LimitWorld([.test(100)])
        let admission = try world.sent(.test(40))
        #expect(!admission.holdBeside(.test(61)))
        #expect(try world.view().reserved == 40)
        #expect(admission.holdBeside(.test(60)))
        admission.settle(tokens: 0, nanoUSD: 40)
        #expect(try world.view().reserved == 0)
        #expect(!admission.holdBeside(.test(1)))
    }
}
