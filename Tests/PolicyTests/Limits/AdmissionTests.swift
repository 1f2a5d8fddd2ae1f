import Testing

@testable import Policy

@Suite("Admission")
struct AdmissionTests {
    @Test("nanoseconds are read as whole microseconds")
    func instants() {
        #expect(MonotonicInstant(nanoseconds: 5_000_000_000).microseconds == 5_000_000)
        #expect(MonotonicInstant(nanoseconds: .max).microseconds > 0)
        #expect(MonotonicInstant(microseconds: 1) < MonotonicInstant(microseconds: 2))
    }

    @Test("without limits everything is admitted, and nothing is told")
    func unlimited() throws {
        let world = LimitWorld()
        #expect(try world.limits() === LimitSet.unlimited)
        guard case .admitted(let admission, let reading) = try world.admit() else { throw LimitWorld.Unexpected() }
        #expect(reading == LimitReading())
        admission.release()
    }

    @Test("all or none: a refusal by one limit takes nothing from the others (N086)")
    func allOrNone() throws {
        let world = LimitWorld(
            key: KeyLimits(requestsPerMinute: 10, tokensPerMinute: 1_000, concurrentRequests: 10),
            [.test("k", 100)],
            project: KeyLimits(concurrentRequests: 1),
            [.test("p", 100)]
        )
        let demand = Demand.test(10, input: 10, output: 10)
        let first = try world.sent(demand)
        for _ in 0..<20 {
            #expect(try world.refusal(demand) == .concurrency(limit: 1, LimitScope(.project)))
        }
        let reading = world.table.reading(try world.limits(), at: world.start)
        #expect(reading.requests?.remaining == 9)
        #expect(reading.tokens?.remaining == 980)
        #expect(try world.view("k").reserved == 10 && world.view("p").reserved == 10)
        first.settle(tokens: 20, nanoUSD: 10)
        try world.sent(demand).settle(tokens: 20, nanoUSD: 10)
    }

    @Test("the refusal told is the one that stays longest")
    func binding() throws {
        let world = LimitWorld(
            key: KeyLimits(requestsPerMinute: 1, tokensPerMinute: 60, concurrentRequests: 1),
            [.test(100)]
        )
        let admission = try world.sent(.test(10, input: 30))
        guard case .requests(let decision, LimitScope(.key)) = try world.refusal(.test(10, input: 31)) else {
            throw LimitWorld.Unexpected()
        }
        #expect(decision.retryAfter == .seconds(60))
        guard case .tokens(let never, LimitScope(.key)) = try world.refusal(.test(10, input: 61)) else {
            throw LimitWorld.Unexpected()
        }
        #expect(never.canNeverPass)
        guard case .budget(let view, needed: 91) = try world.refusal(.test(91)) else { throw LimitWorld.Unexpected() }
        #expect(view.available == 90)
        admission.settle(tokens: 30, nanoUSD: 10)
    }

    @Test("only the input can be more than the whole token limit")
    func outputIsAGuess() throws {
        let world = LimitWorld(key: KeyLimits(tokensPerMinute: 100))
        let admission = try world.sent(.test(input: 10, output: 4_096))
        #expect(world.table.reading(try world.limits(), at: world.start).tokens?.remaining == 0)
        guard case .tokens(let decision, _) = try world.refusal(.test(input: 1)) else { throw LimitWorld.Unexpected() }
        #expect(decision.retryAfter == .milliseconds(600))
        admission.settle(tokens: 25, nanoUSD: 0)
        #expect(world.table.reading(try world.limits(), at: world.start).tokens?.remaining == 75)
        let none = LimitWorld(key: KeyLimits(tokensPerMinute: 0))
        guard case .tokens(let never, _) = try none.refusal(.test(output: 1)) else { throw LimitWorld.Unexpected() }
        #expect(never.canNeverPass)
    }

    @Test("a model's own limits hold beside the others, for that model alone")
    func models() throws {
        let own = KeyLimits(requestsPerMinute: 10, models: ["fast": .init(requestsPerMinute: 1)])
        let shared = KeyLimits(models: ["slow": .init(concurrentRequests: 1)])
        let world = LimitWorld(key: own, project: shared)
        try world.sent().settle()
        guard case .requests(_, LimitScope(.key, model: "fast")) = try world.refusal() else {
            throw LimitWorld.Unexpected()
        }
        let slow = try world.sent(model: "slow")
        #expect(try world.refusal(model: "slow") == .concurrency(limit: 1, LimitScope(.project, model: "slow")))
        try world.sent(model: "other").settle()
        slow.settle()
        #expect(try world.limits("fast") === world.limits("fast"))
        #expect(try world.limits("other") === world.keys.entry(id: "a")?.limits)
        #expect(world.table.reading(try world.limits("other"), at: world.start).requests?.remaining == 7)
    }

    @Test("a look agrees with what follows and takes nothing")
    func looking() throws {
        let world = LimitWorld(key: KeyLimits(requestsPerMinute: 1, concurrentRequests: 5), [.test(10)])
        let look = { world.table.peek(try world.limits(), at: world.start, wall: 0) }
        for _ in 0..<5 { #expect(try look() == nil) }
        let admission = try world.sent(.test(10))
        guard case .budget = try look() else { throw LimitWorld.Unexpected() }
        let free = world.table.peek(try world.limits(), at: world.start, wall: 0, includesBudgets: false)
        guard case .requests = free else { throw LimitWorld.Unexpected() }
        #expect(world.table.peek(.unlimited, at: world.start, wall: 0) == nil)
        admission.settle(tokens: 0, nanoUSD: 10)
    }

    @Test("what is released comes back once; what was sent stays taken; a second end changes nothing (N090)")
    func ending() throws {
        let world = LimitWorld(
            key: KeyLimits(requestsPerMinute: 2, tokensPerMinute: 100, concurrentRequests: 2),
            [.test(100)]
        )
        let demand = Demand.test(40, input: 30, output: 10)
        guard case .admitted(let admission, _) = try world.admit(demand) else { throw LimitWorld.Unexpected() }
        #expect(admission.reservedNanoUSD == 40)
        admission.settle(tokens: 1, nanoUSD: 1)
        #expect(admission.state == .held)
        admission.release()
        admission.release()
        admission.markSent()
        #expect(admission.state == .released)
        let reading = { world.table.reading(try world.limits(), at: world.start) }
        #expect(try reading().requests?.remaining == 2 && reading().tokens?.remaining == 100)
        #expect(try world.view().reserved == 0 && world.view().spent == 0)
        let second = try world.sent(demand)
        second.release()
        #expect(second.state == .sent)
        second.settle(tokens: 10, nanoUSD: 7)
        second.settle(tokens: 10, nanoUSD: 7)
        second.settle()
        #expect(second.state == .settled && second.reservedNanoUSD == 0)
        #expect(try reading().requests?.remaining == 1 && reading().tokens?.remaining == 90)
        #expect(try world.view().reserved == 0 && world.view().spent == 7)
        let third = try world.sent(demand)
        third.settle()
        #expect(try world.view().spent == 47)
        #expect(world.table.abandonedCount == 0)
    }

    @Test("one that is dropped is released unsent, settled at its reservation when sent, and counted (N090)")
    func dropped() throws {
        let world = LimitWorld(key: KeyLimits(requestsPerMinute: 1, concurrentRequests: 1), [.test(100)])
        _ = try world.admit(.test(40))
        #expect(world.table.abandonedCount == 1)
        #expect(try world.view().spent == 0 && world.view().reserved == 0)
        _ = try world.sent(.test(40))
        #expect(world.table.abandonedCount == 2)
        #expect(try world.view().spent == 40 && world.view().reserved == 0)
        guard case .requests = try world.refusal(.test(40)) else { throw LimitWorld.Unexpected() }
    }

    @Test("a thousand at once: exactly what fits, for every dimension (N085, N086, N089)", arguments: 0..<4)
    func concurrent(_ dimension: Int) async throws {
        let limits = [
            KeyLimits(requestsPerMinute: 500), KeyLimits(tokensPerMinute: 10_000), KeyLimits(concurrentRequests: 500),
            KeyLimits(),
        ][dimension]
        let wide = KeyLimits(requestsPerMinute: 5_000, tokensPerMinute: 100_000, concurrentRequests: 5_000)
        let own = dimension == 3 ? [BudgetFacts.test("k", 1_500_000, isUpper: true)] : []
        let shared = [
            BudgetFacts.test("d", 3_000_000, isUpper: true), .test("m", 4_000_000),
            .test("t", 9_000_000, isUpper: true),
        ]
        let world = LimitWorld(key: limits, own, project: wide, shared)
        let demand = Demand.test(1_000, upper: 3_000, input: 15, output: 5)
        let admitted = try await world.thousand(demand) { $0.settle(tokens: 20, nanoUSD: 3_000) }
        #expect(admitted == 500)
        #expect(world.table.overshootNanoUSD == 0)
        for view in world.table.views(wall: 0) {
            #expect(view.reserved == 0 && view.spent == 1_500_000 && view.overshoot == 0)
        }
        // What was refused by the narrow limit took nothing from the wide ones.
        let reading = world.table.reading(try world.limits(), at: world.start)
        #expect(reading.requests?.remaining == (dimension == 0 ? 0 : 4_500))
        #expect(reading.tokens?.remaining == (dimension == 1 ? 0 : 90_000))
        #expect(world.table.abandonedCount == 0)
    }
}
