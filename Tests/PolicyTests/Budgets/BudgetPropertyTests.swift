import Testing

@testable import Policy

@Suite("Budgets under random operations")
struct BudgetPropertyTests {
    /// What the test itself knows of one request.
    private struct Open {
        let admission: Admission
        let period: Int64
        var held: Int64
        var isSent: Bool
    }

    @Test("spent is the sum of settlements, held that of open holds, and both fit", arguments: 0..<20 as Range<UInt64>)
    func invariant(_ seed: UInt64) throws {
        let random = Randomness.seeded(seed)
        func number(_ bound: Int64) -> Int64 {
            random.bytes(4).reduce(0) { ($0 << 8 | Int64($1)) } % bound
        }
        let boundaries = (0..<6).map { Int64($0) * 5_000 }
        func facts() -> [BudgetFacts] { [.test("k", 3_000, isUpper: true, boundaries: boundaries)] }
        func shared() -> [BudgetFacts] { [.test("p", 2_000, isUpper: true, boundaries: boundaries)] }
        var world = LimitWorld(facts(), shared())
        var open: [Open] = []
        var (spent, refused, admitted) = ([Int64: Int64](), 0, 0)
        for step in 0..<3_000 {
            if number(150) == 0 { world.wall += number(6_000) }
            let period = try world.view("k").periodStartsAt
            switch number(6) {
            case 0, 1:
                let upper = number(400)
                switch try world.admit(.test(upper / 2, upper: upper)) {
                case .admitted(let admission, _):
                    admitted += 1
                    open.append(Open(admission: admission, period: period, held: upper, isSent: false))
                case .refused: refused += 1
                }
            case 2 where !open.isEmpty:
                let index = Int(number(Int64(open.count)))
                open[index].admission.markSent()
                open[index].isSent = true
            case 3 where !open.isEmpty:
                let one = open.remove(at: Int(number(Int64(open.count))))
                guard one.isSent else {
                    one.admission.release()
                    break
                }
                let cost = number(one.held + 1)
                one.admission.settle(tokens: 0, nanoUSD: cost)
                spent[one.period, default: 0] += cost
            case 4 where !open.isEmpty:
                let index = Int(number(Int64(open.count)))
                guard open[index].isSent else { break }
                let cost = number(open[index].held + 1)
                open[index].admission.charge(nanoUSD: cost)
                open[index].held -= cost
                spent[open[index].period, default: 0] += cost
                let more = open[index].held + number(50)
                if open[index].admission.topUp(.test(more, upper: more)) { open[index].held = more }
            default:
                if step % 10 == 0 { world.load(facts(), shared()) }
            }
            for id in ["k", "p"] {
                let view = try world.view(id)
                let held = open.filter { $0.period == view.periodStartsAt }.reduce(0) { $0 + $1.held }
                #expect(view.spent == spent[view.periodStartsAt, default: 0])
                #expect(view.reserved == held)
                #expect(view.spent + view.reserved <= view.amount)
            }
        }
        for one in open where one.isSent { one.admission.settle() }
        for one in open where !one.isSent { one.admission.release() }
        #expect(admitted > 20 && refused > 5)
        #expect(try world.view("k").reserved == 0 && world.view("p").reserved == 0)
        #expect(world.table.overshootNanoUSD == 0 && world.table.abandonedCount == 0)
    }

    @Test("the first requests of a new key, all at once, share one account (N087)")
    func firstRequests() async throws {
        let world = LimitWorld()
        var loaded = world
        loaded.load([.test("k", 5_000)], [.test("p", 100_000)])
        let admitted = try await loaded.thousand(.test(10)) { $0.settle(tokens: 0, nanoUSD: 10) }
        #expect(admitted == 500)
        #expect(try loaded.view("k").spent == 5_000 && loaded.view("p").spent == 5_000)
        #expect(loaded.table.overshootNanoUSD == 0)
    }
}
