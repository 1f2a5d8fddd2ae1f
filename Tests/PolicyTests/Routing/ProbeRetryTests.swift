import Testing

@testable import Policy

@Suite("What follows a probe that failed")
struct ProbeRetryTests {
    private static let start = MonotonicInstant(microseconds: 9_000_000)
    private static let failure = AttemptFailure.unavailable(retryAfter: nil)

    private static func spent() -> RetryBudget {
        let budget = RetryBudget()
        for age in 1...100 {
            _ = budget.take(isFirst: false, at: MonotonicInstant(microseconds: -Int64(200 - age) * 60_000_000))
        }
        return budget
    }

    private static func decision(_ rest: RouteRest, wasProbe: Bool, _ budget: RetryBudget) -> AttemptDecision {
        var policy = AttemptPolicy(deadline: self.start.adding(.seconds(600)), budget: budget, targets: 3)
        policy.begin(at: self.start)
        return policy.decide(
            after: self.failure,
            rest: rest,
            at: self.start,
            wasProbe: wasProbe,
            random: .seeded(3)
        )
    }

    @Test func aTargetThatIsWellIsTriedWithoutPaying() {
        let budget = Self.spent()
        #expect(budget.tokens == 0)
        #expect(Self.decision(.untried, wasProbe: true, budget) == .next(after: .zero))
        #expect(Self.decision(.untried, wasProbe: false, budget) == .stop(.retryBudget))
    }

    @Test func whatIsNotKnownToBeWellIsPaidFor() {
        for rest in [RouteRest.again(0), .leastBad] {
            #expect(Self.decision(rest, wasProbe: true, Self.spent()) == .stop(.retryBudget))
        }
    }
}
