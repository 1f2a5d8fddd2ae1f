import Testing

@testable import Policy

@Suite("The budget clock (N123)")
struct BudgetClockTests {
    private let start: Int64 = 1_800_000_000_000

    /// Ticks once a second with a wall clock that is off by so much.
    private func run(_ clock: inout BudgetClock, from: Int64, seconds: Int64, off: Int64) -> Int64 {
        var told: Int64 = 0
        for second in from..<(from + seconds) {
            let next = clock.read(
                wall: self.start + second * 1_000 + off,
                at: MonotonicInstant(microseconds: second * 1_000_000)
            )
            #expect(next >= told)
            told = next
        }
        return told
    }

    @Test("it follows small steps at once, and never goes back")
    func small() {
        var clock = BudgetClock(wall: self.start, at: MonotonicInstant(microseconds: 0))
        #expect(self.run(&clock, from: 0, seconds: 10, off: 0) == self.start + 9_000)
        #expect(self.run(&clock, from: 10, seconds: 1, off: 4_000) == self.start + 14_000)
        #expect(self.run(&clock, from: 11, seconds: 1, off: 0) == self.start + 14_000)
        #expect(self.run(&clock, from: 12, seconds: 10, off: 0) == self.start + 21_000)
    }

    @Test(
        "two days ahead or an hour back for a moment change nothing",
        arguments: [172_800_000, -3_600_000] as [Int64]
    )
    func moments(_ off: Int64) {
        var clock = BudgetClock(wall: self.start, at: MonotonicInstant(microseconds: 0))
        _ = self.run(&clock, from: 0, seconds: 10, off: 0)
        #expect(self.run(&clock, from: 10, seconds: 500, off: off) == self.start + 509_000)
        #expect(self.run(&clock, from: 510, seconds: 10, off: 0) == self.start + 519_000)
        #expect(self.run(&clock, from: 520, seconds: 500, off: off) == self.start + 1_019_000)
    }

    @Test("a step forward that lasts ten minutes is believed; one back makes it wait")
    func lasting() {
        var clock = BudgetClock(wall: self.start, at: MonotonicInstant(microseconds: 0))
        _ = self.run(&clock, from: 0, seconds: 10, off: 0)
        #expect(self.run(&clock, from: 10, seconds: 602, off: 172_800_000) == self.start + 611_000 + 172_800_000)
        let told = self.run(&clock, from: 612, seconds: 1_000, off: 172_800_000 - 3_600_000)
        #expect(told <= self.start + 1_611_000 + 172_800_000)
        #expect(self.run(&clock, from: 1_612, seconds: 10, off: 172_800_000 - 3_600_000) == told)
    }

    @Test("a monotonic clock that leaps begins no period early; a process that stood still catches up at once")
    func leaps() {
        var clock = BudgetClock(wall: self.start, at: MonotonicInstant(microseconds: 0))
        let leap: Int64 = 86_400_000_000
        #expect(clock.read(wall: self.start + 1_000, at: MonotonicInstant(microseconds: leap)) == self.start + 1_000)
        let later = MonotonicInstant(microseconds: leap + 1_000_000)
        #expect(clock.read(wall: self.start + 2_000, at: later) == self.start + 2_000)
        let resumed = MonotonicInstant(microseconds: leap + 3_601_000_000)
        #expect(clock.read(wall: self.start + 3_602_000, at: resumed) == self.start + 3_602_000)
    }

    @Test("readings at the edge do not trap", arguments: [Int64.min, -1, 0, .max])
    func edges(_ edge: Int64) {
        var clock = BudgetClock(wall: edge, at: MonotonicInstant(microseconds: edge))
        for wall in [Int64.min, -1, 0, .max] {
            for now in [Int64.min, 0, .max] { _ = clock.read(wall: wall, at: MonotonicInstant(microseconds: now)) }
        }
        #expect(clock.read(wall: edge, at: MonotonicInstant(microseconds: edge)) >= edge)
    }
}
