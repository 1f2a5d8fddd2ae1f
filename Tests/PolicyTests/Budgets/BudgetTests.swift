import Testing

@testable import Policy

@Suite("Budgets")
struct BudgetTests {
    @Test("a used-up hard budget refuses what costs anything, and nothing that is free")
    func exhausted() throws {
        let world = LimitWorld([.test(100)])
        try world.sent(.test(100)).settle(tokens: 0, nanoUSD: 100)
        guard case .budget(let view, needed: 1) = try world.refusal(.test(1)) else { throw LimitWorld.Unexpected() }
        #expect(view.spent == 100 && view.available == 0)
        try world.sent(.test(0)).settle(tokens: 0, nanoUSD: 0)
        let none = LimitWorld([.test(0)])
        guard case .budget = try none.refusal(.test(1)) else { throw LimitWorld.Unexpected() }
        try none.sent(.test(-5)).settle(tokens: 0, nanoUSD: -5)
        #expect(try none.view().spent == 0)
    }

    @Test("an upper bound is held where a budget wants it, and nothing without one is let in")
    func bounds() throws {
        let world = LimitWorld([.test("u", 100, isUpper: true)], [.test("e", 100)])
        let admission = try world.sent(.test(10, upper: 60))
        #expect(try world.view("u").reserved == 60 && world.view("e").reserved == 10)
        #expect(admission.reservedNanoUSD == 60)
        guard case .budget(let view, needed: 60) = try world.refusal(.test(10, upper: 60)) else {
            throw LimitWorld.Unexpected()
        }
        #expect(view.id == "u")
        var endless = Demand.test(1)
        endless.unboundedReason = "audio"
        guard case .unbounded(let bound, reason: "audio") = try world.refusal(endless) else {
            throw LimitWorld.Unexpected()
        }
        #expect(bound.id == "u")
        admission.settle(tokens: 0, nanoUSD: 20)
        #expect(try world.view("u").spent == 20 && world.view("e").spent == 20)
        let soft = LimitWorld([.test(100, isHard: false, isUpper: true)])
        try soft.sent(endless).settle()
        #expect(try soft.view().spent == 1)
    }

    @Test("a soft budget lets pass and alerts, each threshold once a period")
    func alerts() throws {
        var world = LimitWorld([.test(100, isHard: false, boundaries: [0, 5_000])])
        for cost in [49, 1, 29, 1, 60, 60] as [Int64] { try world.sent(.test(cost)).settle(tokens: 0, nanoUSD: cost) }
        #expect(world.table.takeAlerts().map(\.thresholdPercent) == [50, 80, 100])
        #expect(world.table.takeAlerts().isEmpty)
        #expect(try world.view().spent == 200 && world.table.overshootNanoUSD == 0)
        world.wall = 5_000
        try world.sent(.test(500)).settle(tokens: 0, nanoUSD: 500)
        let alerts = world.table.takeAlerts()
        #expect(alerts.map(\.thresholdPercent) == [100])
        #expect(alerts.first?.budget.periodStartsAt == 5_000)
    }

    @Test("alerts that nobody takes are bounded and counted")
    func boundedAlerts() throws {
        let world = LimitWorld((0..<1_100).map { .test("b\($0)", 10, isHard: false) })
        try world.sent(.test(10)).settle()
        #expect(world.table.droppedAlerts == 100)
        #expect(world.table.takeAlerts().count == 1_000)
    }

    @Test("what costs more than it held is overshoot as far as it goes beyond a hard budget")
    func overshoot() throws {
        let world = LimitWorld([.test(100)])
        let (first, second) = (try world.sent(.test(40)), try world.sent(.test(40)))
        first.settle(tokens: 0, nanoUSD: 55)
        #expect(world.table.overshootNanoUSD == 0)
        second.settle(tokens: 0, nanoUSD: 65)
        #expect(try world.view().overshoot == 20 && world.table.overshootNanoUSD == 20)
        #expect(try world.view().spent == 120 && world.view().available == 0)
    }

    @Test("a checkpoint holds more and is never refused; what it did not need is no overshoot")
    func raising() throws {
        let world = LimitWorld([.test(100)])
        let admission = try world.sent(.test(40))
        admission.raise(to: 30)
        #expect(try world.view().reserved == 40)
        admission.raise(to: 150)
        #expect(try world.view().reserved == 150 && admission.reservedNanoUSD == 150)
        guard case .budget = try world.refusal(.test(1)) else { throw LimitWorld.Unexpected() }
        admission.settle(tokens: 0, nanoUSD: 90)
        #expect(try world.view().spent == 90 && world.view().overshoot == 0 && world.view().reserved == 0)
    }

    @Test("an attempt that ended billable is paid from the reservation, and the next tops up or is refused (N098)")
    func attempts() throws {
        let world = LimitWorld(key: KeyLimits(tokensPerMinute: 1_000), [.test(100)], [.test("p", 1_000)])
        let admission = try world.sent(.test(40, input: 10, output: 10))
        admission.charge(tokens: 15, nanoUSD: 30)
        #expect(try world.view().spent == 30 && world.view().reserved == 10)
        #expect(admission.topUp(.test(40)))
        #expect(try world.view().reserved == 40)
        admission.charge(tokens: 15, nanoUSD: 35)
        #expect(!admission.topUp(.test(40)))
        #expect(try world.view().reserved == 5 && world.view("p").reserved == 5)
        admission.settle(tokens: 5, nanoUSD: 5)
        #expect(try world.view().spent == 70 && world.view("p").spent == 70)
        #expect(world.table.reading(try world.limits(), at: world.start).tokens?.remaining == 965)
        #expect(!admission.topUp(.test(1)))
    }

    @Test("a period begins once; what was reserved before settles where it was reserved (N140)")
    func rollOver() throws {
        var world = LimitWorld([.test(1_000, boundaries: [0, 5_000, 9_000])])
        let old = try (0..<100).map { _ in try world.sent(.test(10)) }
        guard case .budget = try world.refusal(.test(1)) else { throw LimitWorld.Unexpected() }
        world.wall = 5_000
        let new = try (0..<50).map { _ in try world.sent(.test(10)) }
        world.wall = 4_000
        #expect(try world.view().periodStartsAt == 5_000 && world.view().resetsAt == 9_000)
        old.forEach { $0.settle(tokens: 0, nanoUSD: 10) }
        #expect(old[0].budgets == [BudgetPeriodReference(budgetID: "b", startsAt: 0)])
        #expect(try world.view().reserved == 500 && world.view().spent == 0)
        new.forEach { $0.settle(tokens: 0, nanoUSD: 7) }
        #expect(new[0].budgets == [BudgetPeriodReference(budgetID: "b", startsAt: 5_000)])
        #expect(try world.view().spent == 350 && world.view().reserved == 0)
        world.wall = 100_000
        #expect(try world.view().periodStartsAt == 9_000 && world.view().resetsAt == nil)
    }

    @Test("a budget lowered below what was spent refuses the next; a raised one admits; in flight settles (N138)")
    func changed() throws {
        var world = LimitWorld([.test(100)])
        let admission = try world.sent(.test(60))
        world.load([.test(50, spent: 999)])
        admission.settle(tokens: 0, nanoUSD: 60)
        #expect(try world.view().spent == 60 && world.view().available == 0 && world.view().overshoot == 0)
        guard case .budget = try world.refusal(.test(1)) else { throw LimitWorld.Unexpected() }
        world.load([.test(200)])
        try world.sent(.test(140)).settle()
        #expect(try world.view().spent == 200)
    }

    @Test("the bound a hold was taken by is the one it is given back by")
    func changedBound() throws {
        var world = LimitWorld([.test(100, isUpper: true)])
        let admission = try world.sent(.test(10, upper: 60))
        world.load([.test(100)])
        let second = try world.sent(.test(10, upper: 60))
        admission.settle(tokens: 0, nanoUSD: 5)
        #expect(try world.view().reserved == 10)
        second.settle(tokens: 0, nanoUSD: 5)
        #expect(try world.view().reserved == 0 && world.view().spent == 10)
    }

    @Test("a deleted key's requests in flight end well, and then its budget is gone (N139)")
    func deleted() throws {
        var world = LimitWorld(key: KeyLimits(concurrentRequests: 1), [.test(100)], [.test("p", 100)])
        var admission: Admission? = try world.sent(.test(60))
        world.load([], [.test("p", 100)], hasKey: false)
        #expect(try world.view("p").reserved == 60 && world.view("b").reserved == 60)
        admission?.settle(tokens: 0, nanoUSD: 50)
        #expect(try world.view("p").spent == 50 && world.view("p").reserved == 0)
        admission = nil
        #expect(world.table.view("b", wall: 0) == nil)
        #expect(world.table.views(wall: 0).map(\.id) == ["p"])
        world.load([.test("c", 70)], [.test("p", 100)])
        #expect(try world.view("c").spent == 0)
    }

    @Test("a reset begins a period of its own, and known spending counts where it belongs")
    func reset() throws {
        var world = LimitWorld([.test(100, boundaries: [0, 9_000], spent: 30)])
        #expect(try world.view().spent == 30)
        let admission = try world.sent(.test(60))
        world.load([.test(100, boundaries: [2_000, 9_000], spent: 30, resetAt: 2_000)])
        #expect(try world.view().spent == 0 && world.view().reserved == 0 && world.view().periodStartsAt == 2_000)
        admission.settle(tokens: 0, nanoUSD: 60)
        #expect(try world.view().spent == 0)
        world.load([.test(100, boundaries: [9_000, 20_000])])
        #expect(try world.view().periodStartsAt == 9_000)
        #expect(world.table.correct("b", periodStartsAt: 9_000, by: 40))
        #expect(world.table.correct("b", periodStartsAt: 0, by: 40))
        #expect(!world.table.correct("b", periodStartsAt: 7, by: 40))
        #expect(!world.table.correct("x", periodStartsAt: 0, by: 40))
        #expect(try world.view().spent == 40)
        #expect(world.table.takeAlerts().map(\.budget.periodStartsAt) == [0, 0])
        #expect(world.table.restore("b", periodStartsAt: 9_000, spentNanoUSD: 85))
        #expect(try world.view().spent == 85 && world.table.takeAlerts().isEmpty)
    }

    @Test("a period that was spent in before, while the clock was ahead, begins with what was spent")
    func clockWasAhead() throws {
        var facts = BudgetFacts.test(100, isUpper: true, boundaries: [0, 1_000, 2_000])
        facts.laterSpending = [1_000: 90]
        let table = AdmissionTable()
        let account = BudgetAccount(facts, in: table)
        #expect(try #require(table.view(facts.id, wall: 500)).spent == 0)
        #expect(try #require(table.view(facts.id, wall: 1_500)).spent == 90)
        #expect(try #require(table.view(facts.id, wall: 1_500)).available == 10)
        #expect(try #require(table.view(facts.id, wall: 2_500)).spent == 0)
        withExtendedLifetime(account) {}
    }

    @Test("a correction in a period to come, spent in while the clock was ahead, counts when that begins")
    func correctedAhead() throws {
        var facts = BudgetFacts.test(100, isUpper: true, boundaries: [0, 1_000, 2_000])
        facts.laterSpending = [1_000: 90]
        let table = AdmissionTable()
        let account = BudgetAccount(facts, in: table)
        #expect(table.correct(facts.id, periodStartsAt: 1_000, by: -40))
        #expect(table.correct(facts.id, periodStartsAt: 2_000, by: 7))
        #expect(!table.correct(facts.id, periodStartsAt: 1_500, by: 7))
        #expect(try #require(table.view(facts.id, wall: 500)).spent == 0)
        #expect(try #require(table.view(facts.id, wall: 1_500)).spent == 50)
        #expect(try #require(table.view(facts.id, wall: 2_500)).spent == 7)
        withExtendedLifetime(account) {}
    }

    @Test("numbers at the edge neither trap nor let anything in")
    func edges() throws {
        let world = LimitWorld([.test(.max, isUpper: true)])
        let admission = try world.sent(.test(.max, upper: .max))
        guard case .budget = try world.refusal(.test(.max, upper: .max)) else { throw LimitWorld.Unexpected() }
        admission.raise(to: .max)
        admission.charge(tokens: .max, nanoUSD: .max)
        admission.settle(tokens: .max, nanoUSD: .max)
        #expect(try world.view().spent == .max && world.view().reserved == 0)
        #expect(world.table.correct("b", periodStartsAt: 0, by: .min))
        #expect(try world.view().spent == -1)
    }
}
