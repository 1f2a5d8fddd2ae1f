import Testing

@testable import Policy

@Suite("Attempt policy")
struct AttemptPolicyTests {
    private static let start = MonotonicInstant(microseconds: 9_000_000)

    private static func policy(
        _ seconds: Int64 = 600,
        targets: Int = 3,
        budget: RetryBudget = RetryBudget(),
        allowsDoubleBilling: Bool = false
    ) -> AttemptPolicy {
        var policy = AttemptPolicy(
            deadline: Self.start.adding(.seconds(seconds)),
            budget: budget,
            targets: targets,
            allowsDoubleBilling: allowsDoubleBilling
        )
        policy.begin(at: Self.start)
        return policy
    }

    /// What follows each of some failures, all at once and without a budget in the way.
    private static func decisions(
        _ failures: [AttemptFailure],
        _ rest: RouteRest,
        targets: Int = 3,
        allowsDoubleBilling: Bool = false
    ) -> [AttemptDecision] {
        var policy = Self.policy(targets: targets, allowsDoubleBilling: allowsDoubleBilling)
        return failures.map { failure in
            let decision = policy.decide(after: failure, rest: rest, at: Self.start, random: .seeded(3))
            policy.begin(at: Self.start)
            return decision
        }
    }

    // MARK: What may be tried again

    @Test(arguments: [
        (AttemptFailure.callerFault, StopReason.final), (.committed, .committed), (.cancelled, .cancelled),
        (.possiblyAccepted, .doubleBilling),
    ])
    func neverAfterThis(_ failure: AttemptFailure, _ reason: StopReason) {
        for rest in [RouteRest.untried, .again(0), .leastBad, .none] {
            #expect(Self.decisions([failure], rest) == [.stop(reason)])
        }
    }

    @Test(arguments: [
        AttemptFailure.notSent, .throttled(retryAfter: .seconds(200)), .unavailable(retryAfter: .seconds(200)),
        .credential, .unsuitable,
    ])
    func anUntriedTargetIsTriedAtOnce(_ failure: AttemptFailure) {
        #expect(Self.decisions([failure], .untried) == [.next(after: .zero)])
        #expect(Self.decisions([failure], .none) == [.stop(.noTarget)])
    }

    @Test func whatMayHaveBeenAcceptedIsSentAgainOnlyWhereDoubleBillingIsAllowed() {
        let decisions = Self.decisions([.possiblyAccepted], .untried, allowsDoubleBilling: true)
        #expect(decisions == [.next(after: .zero)])
    }

    @Test func anUnsuitableTargetIsNotAskedAgain() {
        #expect(Self.decisions([.unsuitable], .again(0)) == [.stop(.noTarget)])
        #expect(Self.decisions([.unsuitable], .leastBad) == [.stop(.noTarget)])
    }

    @Test func threeAttemptsReachAVendorAtMost() {
        let failures = Array(repeating: AttemptFailure.unavailable(retryAfter: nil), count: 3)
        #expect(Self.decisions(failures, .untried) == [.next(after: .zero), .next(after: .zero), .stop(.attempts)])
    }

    @Test func whatWasNotSentIsFreeButEvenThatEnds() {
        let failures = Array(repeating: AttemptFailure.notSent, count: 7)
        let decisions = Self.decisions(failures, .untried, targets: 3)
        #expect(
            decisions == Array(repeating: .next(after: .zero), count: 5) + Array(repeating: .stop(.attempts), count: 2)
        )
        let mixed: [AttemptFailure] = [
            .notSent, .unavailable(retryAfter: nil), .notSent, .unavailable(retryAfter: nil), .notSent,
            .unavailable(retryAfter: nil),
        ]
        #expect(Self.decisions(mixed, .untried).dropLast().allSatisfy { $0 == .next(after: .zero) })
        #expect(Self.decisions(mixed, .untried).last == .stop(.attempts))
    }

    // MARK: Waits

    @Test func aBrokenKeptConnectionIsReplacedAtOnceTheFirstTime() {
        let decisions = Self.decisions([.notSent, .notSent], .again(2))
        #expect(decisions[0] == .again(2, after: .zero))
        #expect(decisions[1] != .again(2, after: .zero))
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func waitsAreDrawnBelowABoundThatDoublesUpToEightSeconds(_ seed: UInt64) {
        let random = Randomness.seeded(seed)
        var policy = Self.policy(targets: 64)
        for bound in [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000] as [Int64] {
            policy.begin(at: Self.start)
            let decision = policy.decide(after: .notSent, rest: .again(0), at: Self.start, random: random)
            guard case .again(0, let wait) = decision else {
                Issue.record("\(decision)")
                return
            }
            #expect(wait >= .zero && wait <= .milliseconds(bound))
        }
    }

    @Test func waitsDiffer() {
        let waits = (1...100 as ClosedRange<UInt64>).map { seed in
            var policy = Self.policy()
            return policy.decide(
                after: .unavailable(retryAfter: nil),
                rest: .again(0),
                at: Self.start,
                random: .seeded(seed)
            )
        }
        #expect(waits.allSatisfy { wait in waits.count { $0 == wait } <= 3 })
    }

    @Test func theSameTargetIsLeftAloneForAsLongAsItAsked() {
        let decisions = Self.decisions([.throttled(retryAfter: .seconds(30))], .again(1))
        #expect(decisions == [.again(1, after: .seconds(30))])
        let told = Self.decisions([.unavailable(retryAfter: .seconds(2))], .again(1))
        #expect(told == [.again(1, after: .seconds(2))])
        // Untold it is as long as the target cools down.
        #expect(Self.decisions([.throttled(retryAfter: nil)], .again(1)) == [.again(1, after: .seconds(5))])
    }

    @Test func aWaitThatDoesNotFitTheCallersPatienceIsNotBegun() {
        var policy = Self.policy(30)
        let throttled = AttemptFailure.throttled(retryAfter: .seconds(30))
        let decision = policy.decide(after: throttled, rest: .again(0), at: Self.start)
        #expect(decision == .stop(.deadline))
        var other = Self.policy(30)
        let shorter = AttemptFailure.throttled(retryAfter: .milliseconds(29_999))
        let fits = other.decide(after: shorter, rest: .again(0), at: Self.start)
        #expect(fits == .again(0, after: .milliseconds(29_999)))
        let late = other.decide(after: .notSent, rest: .untried, at: Self.start.adding(.seconds(30)))
        #expect(late == .stop(.deadline))
    }

    // MARK: Budget

    @Test func onlyWhatLoadsAVendorPays() {
        for (failure, cost) in [
            (AttemptFailure.notSent, 0), (.credential, 0), (.unsuitable, 0), (.throttled(retryAfter: nil), 5),
            (.unavailable(retryAfter: nil), 5),
        ] {
            let budget = RetryBudget()
            var policy = Self.policy(budget: budget)
            _ = policy.decide(after: failure, rest: .untried, at: Self.start)
            #expect(budget.tokens == RetryBudget.fullTokens - cost)
        }
    }

    @Test func aFurtherRetryCostsTwiceAsMuchAndASuccessGivesOneBack() {
        let budget = RetryBudget()
        var policy = Self.policy(budget: budget)
        for _ in 0..<2 {
            _ = policy.decide(after: .unavailable(retryAfter: nil), rest: .untried, at: Self.start)
            policy.begin(at: Self.start)
        }
        #expect(budget.tokens == 485)
        policy.succeed()
        #expect(budget.tokens == 486)
    }

    @Test func aStopForAnotherReasonPaysNothing() {
        let budget = RetryBudget()
        var policy = Self.policy(1, budget: budget)
        _ = policy.decide(after: .throttled(retryAfter: .seconds(9)), rest: .again(0), at: Self.start)
        _ = policy.decide(after: .unavailable(retryAfter: nil), rest: .none, at: Self.start)
        #expect(budget.tokens == RetryBudget.fullTokens)
    }
}
