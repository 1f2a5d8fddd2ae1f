import ArgumentParser
import Dispatch
import Glibc
import Synchronization

/// `martlet-simulate --routing`: many seeds of routing, or one.
struct RoutingRun {
    let seeds: Int
    let from: UInt64
    let jobs: Int

    func run() throws {
        let board = RoutingBoard()
        let jobs = max(1, self.jobs > 0 ? self.jobs : Int(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        DispatchQueue.concurrentPerform(iterations: jobs) { job in
            for index in stride(from: job, to: self.seeds, by: jobs) {
                let seed = self.from &+ UInt64(clamping: index)
                do throws(Violation) {
                    board.add(try RoutingSimulation.run(seed: seed))
                } catch {
                    board.fail(seed, error)
                }
            }
        }
        print(board.line(seeds: self.seeds))
        if board.failures > 0 { throw ExitCode.failure }
    }

    static func replay(_ seed: UInt64) throws {
        do throws(Violation) {
            let tally = try RoutingSimulation.run(seed: seed, verbose: true)
            print("seed \(seed): sound: \(tally)")
        } catch {
            print("seed \(seed): \(error)")
            throw ExitCode.failure
        }
    }
}

/// What all seeds came to.
private final class RoutingBoard: Sendable {
    private let state = Mutex<(tally: RoutingSimulation.Tally, failed: Int)>((RoutingSimulation.Tally(), 0))

    var failures: Int { self.state.withLock { $0.failed } }

    func add(_ tally: RoutingSimulation.Tally) {
        self.state.withLock { $0.tally += tally }
    }

    func fail(_ seed: UInt64, _ violation: Violation) {
        let count = self.state.withLock { state in
            state.failed += 1
            return state.failed
        }
        guard count <= 20 else { return }
        print("simulate: routing seed \(seed) failed: \(violation)\n          again: --routing --seed \(seed)")
    }

    func line(seeds: Int) -> String {
        self.state.withLock { state in
            let tally = state.tally
            return "simulate routing seeds=\(seeds) failures=\(state.failed) requests=\(tally.requests)"
                + " served=\(tally.served) attempts=\(tally.attempts) extra=\(tally.extra) panics=\(tally.panics)"
                + " probes=\(tally.probes) lost=\(tally.lost) reloads=\(tally.reloads)"
                + " hedges=\(tally.hedges) won=\(tally.hedgesWon)"
        }
    }
}
