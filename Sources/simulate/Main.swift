import ArgumentParser
import Dispatch
import Glibc
import Synchronization

/// `martlet-simulate --seeds N`
@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-simulate",
        abstract: "Runs the gateway's money on simulated clocks, disks and vendors, one world a seed.",
        discussion: """
            After every step the ledger, its balances, the budgets and what the journal recovers are held against a model
            of the truth. A seed that fails is printed, and fails again with --seed.

            With --restart a journal is left on the disk of the working folder as a kill leaves it, half of its attempts ended,
            half under way, none in the store; then the program starts again and is timed until it could take requests.
            """
    )

    @Flag(help: "Runs the routing instead: breakers, attempts and retries under vendors with moods.")
    var routing = false

    @Option(help: "How many seeds to run.")
    var seeds = 2_000

    @Option(help: "The first of them.")
    var from: UInt64 = 1

    @Option(help: "Runs this seed alone, and tells its steps.")
    var seed: UInt64?

    @Option(help: "Seeds run at the same time; 0 for one a core.")
    var jobs = 0

    @Option(help: "Times a restart with so many attempts in the journal, on the disk of the working folder.")
    var restart: Int?

    @Option(help: "Fills the store at this path with a month of made-up traffic of its keys.")
    var fill: String?

    @Option(help: "With --fill: request records.")
    var requests = 1_000_000

    @Option(help: "With --fill: ledger rows.")
    var rows = 10_000_000

    @Option(help: .hidden)
    var restarted: String?

    func run() throws {
        if self.routing {
            if let seed = self.seed { return try RoutingRun.replay(seed) }
            return try RoutingRun(seeds: self.seeds, from: self.from, jobs: self.jobs).run()
        }
        if let path = self.fill {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            let now = Int64(time.tv_sec) * 1_000
            return try Fill(path: path, requests: self.requests, rows: self.rows, now: now).run()
        }
        if let attempts = self.restart { return try self.restart(attempts) }
        if let seed = self.seed { return try self.replay(seed) }
        let board = Board()
        let jobs = max(1, self.jobs > 0 ? self.jobs : Int(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let (seeds, from) = (self.seeds, self.from)
        DispatchQueue.concurrentPerform(iterations: jobs) { job in
            for index in stride(from: job, to: seeds, by: jobs) {
                let seed = from &+ UInt64(clamping: index)
                do {
                    board.add(try Simulation.run(seed: seed))
                } catch {
                    board.fail(seed, "\(error)")
                }
            }
        }
        print(board.line(seeds: seeds))
        if board.failures > 0 { throw ExitCode.failure }
    }

    private func restart(_ attempts: Int) throws {
        guard let folder = self.restarted else {
            let restart = try Restart(attempts: attempts)
            do {
                try restart.leaveJournal()
                try restart.startAgain()
            } catch {
                restart.cleanUp()
                throw error
            }
            return
        }
        let restart = Restart(attempts: attempts, in: folder)
        defer { restart.cleanUp() }
        let outcome = try restart.recover()
        print(
            "restart records=\(restart.attempts) ready_ms=\(outcome.readyMilliseconds)"
                + " drained_ms=\(outcome.drainedMilliseconds) rss_mb=\(outcome.peakMegabytes)"
        )
    }

    private func replay(_ seed: UInt64) throws {
        do {
            let tally = try Simulation.run(seed: seed, verbose: true)
            print("seed \(seed): sound: \(tally)")
        } catch {
            print("seed \(seed): \(error)")
            throw ExitCode.failure
        }
    }
}

/// What all seeds came to.
private final class Board: Sendable {
    private let state = Mutex<(tally: Simulation.Tally, failed: [UInt64])>((Simulation.Tally(), []))

    var failures: Int { self.state.withLock { $0.failed.count } }

    func add(_ tally: Simulation.Tally) {
        self.state.withLock { $0.tally += tally }
    }

    func fail(_ seed: UInt64, _ message: String) {
        let count = self.state.withLock { state in
            state.failed.append(seed)
            return state.failed.count
        }
        guard count <= 20 else { return }
        print("simulate: seed \(seed) failed: \(message)\n          again: make simulate SEED=\(seed)")
    }

    func line(seeds: Int) -> String {
        self.state.withLock { state in
            let tally = state.tally
            return "simulate seeds=\(seeds) failures=\(state.failed.count) requests=\(tally.requests)"
                + " refusals=\(tally.refusals) attempts=\(tally.attempts) kills=\(tally.kills)"
                + " power_cuts=\(tally.powerCuts) faults=\(tally.faults) changes=\(tally.changes)"
        }
    }
}
