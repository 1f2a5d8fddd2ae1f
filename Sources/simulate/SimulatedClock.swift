import Policy

/// The machine's two clocks: one that only goes on, and one that people and daemons set.
struct SimulatedClock {
    private(set) var microseconds: Int64
    /// What the machine believes, milliseconds since 1970.
    private(set) var wall: Int64
    private var budgetClock: BudgetClock
    /// What budgets go by.
    private(set) var trusted: Int64

    init(_ random: inout SeededRandom) {
        self.microseconds = Int64(random.int(0...1_000_000_000))
        self.wall = 1_800_000_000_000 + Int64(random.int(0...3_600_000))
        self.budgetClock = BudgetClock(wall: self.wall, at: MonotonicInstant(microseconds: self.microseconds))
        self.trusted = self.wall
    }

    var monotonic: MonotonicInstant { MonotonicInstant(microseconds: self.microseconds) }

    /// A while passes, mostly a short one.
    mutating func tick(_ random: inout SeededRandom) {
        let milliseconds = random.choose([
            (10, random.int(0...20)), (6, random.int(20...2_000)), (2, random.int(2_000...70_000)),
            (1, random.int(70_000...700_000)),
        ])
        self.pass(Int64(milliseconds ?? 1))
    }

    mutating func pass(_ milliseconds: Int64) {
        self.microseconds += milliseconds * 1_000
        self.wall += milliseconds
        self.read()
    }

    /// Somebody sets the wall clock: a leap second, an hour, two days, the wrong century.
    mutating func stepWall(_ random: inout SeededRandom) {
        let steps: [Int64] = [1_000, -1_000, 4_000, -3_600_000, 3_600_000, 2 * 86_400_000, -2 * 86_400_000]
        self.wall += steps[random.int(0...steps.count - 1)]
        self.read()
    }

    /// The process starts: what it knew of time is gone.
    mutating func restart() {
        self.budgetClock = BudgetClock(wall: self.wall, at: self.monotonic)
        self.read()
    }

    private mutating func read() {
        self.trusted = self.budgetClock.read(wall: self.wall, at: self.monotonic)
    }
}
