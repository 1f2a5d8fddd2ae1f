import Exchange
import Ledger
import MartletTesting
import Policy
import Storage

/// One seed: a gateway's money, without its network. Everything that happens is decided by the seed.
struct Simulation {
    /// What was done, for the last line.
    struct Tally {
        var requests = 0
        var refusals = 0
        var attempts = 0
        var kills = 0
        var powerCuts = 0
        var faults = 0
        var changes = 0

        static func += (a: inout Tally, b: Tally) {
            a.requests += b.requests
            a.refusals += b.refusals
            a.attempts += b.attempts
            a.kills += b.kills
            a.powerCuts += b.powerCuts
            a.faults += b.faults
            a.changes += b.changes
        }
    }

    enum Step: CaseIterable {
        case request, advance, tick, commit, drain, configure, stepClock, diskFault, storeFault, correct, kill, powerCut
        case armHook
    }

    var random: SeededRandom
    var scenario: Scenario
    var clock: SimulatedClock
    var book = Book()
    var node: Node
    let world: World
    var flights: [Flight] = []
    var tally = Tally()
    var serial = 0
    /// A disk fault was made in this life and no sync has succeeded since: what is written may be in memory only.
    var diskIsSick = false
    /// What was in flight before a limit was set does not count in it.
    var limitsHaveChanged = false
    /// Some attempt of this life, to ask by whether all is synced.
    var lastTicket: JournalTicket?
    let verbose: Bool

    init(seed: UInt64, verbose: Bool) throws {
        var random = SeededRandom(seed: seed)
        self.clock = SimulatedClock(&random)
        self.scenario = Scenario(&random, now: self.clock.wall)
        self.world = World(&random)
        self.verbose = verbose
        self.node = try Node(self.world, now: self.clock.wall)
        self.random = random
        try self.reload()
    }

    /// Runs one seed.
    static func run(seed: UInt64, verbose: Bool = false) throws -> Tally {
        var simulation = try Simulation(seed: seed, verbose: verbose)
        let steps = simulation.random.int(60...240)
        for number in 0..<steps {
            try simulation.step(number)
        }
        try simulation.comeToRest()
        return simulation.tally
    }

    private mutating func step(_ number: Int) throws {
        let weighted: [(weight: Int, value: Step)] = [
            (30, .request), (60, .advance), (20, .tick), (15, .commit), (12, .drain), (2, .configure), (1, .stepClock),
            (1, .diskFault), (1, .storeFault), (1, .correct), (1, .kill), (1, .powerCut), (1, .armHook),
        ]
        guard let step = self.random.choose(weighted) else { return }
        self.tell("\(number) \(step)")
        switch step {
        case .request: try self.request()
        case .advance: try self.advance()
        case .tick: self.tick()
        case .commit: try self.commit()
        case .drain: try self.drain()
        case .configure: try self.configure()
        case .stepClock: self.clock.stepWall(&self.random)
        case .diskFault: self.breakDisk()
        case .storeFault: self.breakStore()
        case .correct: try self.correct()
        case .kill: try self.die(.kill)
        case .powerCut: try self.die(.power)
        case .armHook: self.world.arm(&self.random)
        }
        if self.world.isDead { try self.die(.kill) }
        try self.checkStandings()
    }

    func tell(_ line: @autoclosure () -> String) {
        if self.verbose { print("  \(line())") }
    }

    private mutating func tick() {
        self.clock.tick(&self.random)
    }

    mutating func nextAttempt() -> AttemptID {
        self.serial += 1
        let time = UInt64(clamping: self.clock.wall) & 0xFFFF_FFFF_FFFF
        return AttemptID(high: time << 16, low: UInt64(self.serial))
    }
}
