import BenchKit
import Glibc
import Policy

/// What choosing a target and keeping the books of an attempt costs a request, with fifty targets behind its model.
@main
enum RoutingBench {
    private static let now = MonotonicInstant(microseconds: 1_000_000)
    /// The design's goal for choice and bookkeeping together.
    private static let goal = 3_000.0

    static func main() {
        var bench = Bench(lane: "routing")
        bench.printHeading()
        for strategy in [RouteStrategy.weighted, .priority, .leastLatency, .leastCost] {
            self.attempt(&bench, strategy)
        }
        self.fallback(&bench)
        self.failure(&bench)
        bench.printLines()
        exit(bench.missed.isEmpty ? 0 : 1)
    }

    /// Fifty targets; the first so many of them stand before the others.
    private static func chooser(_ strategy: RouteStrategy, preferred: Int = 50) -> TargetChooser {
        let health = HealthTable()
        let targets = (0..<50).map { index in
            let provider = ProviderIdentity(id: "p\(index % 10)", generation: 0)
            return RouteTarget(
                key: "p\(index % 10)/m\(index)",
                weight: 1 + index % 7,
                priority: index < preferred ? 0 : 1,
                health: health.target(TargetIdentity(provider: provider, model: "m\(index)"))
            )
        }
        return TargetChooser(targets, strategy: strategy)
    }

    /// One request whose first attempt serves.
    private static func serve(_ chooser: TargetChooser) {
        var policy = AttemptPolicy(
            deadline: MonotonicInstant(microseconds: 600_000_000),
            budget: chooser.balance.retries,
            targets: chooser.targets.count
        )
        var cursor = RouteCursor()
        guard let choice = cursor.next(chooser, at: self.now, cost: { Int64($0) }) else { fatalError("no target") }
        policy.begin(at: self.now)
        let outcome = AttemptOutcome.succeeded(firstContent: .milliseconds(200), total: .milliseconds(900))
        chooser.targets[choice.index].health.finish(choice.permit, outcome, at: self.now)
        policy.succeed()
    }

    private static func attempt(_ bench: inout Bench, _ strategy: RouteStrategy) {
        let chooser = self.chooser(strategy)
        bench.run(Goal(name: "serve_50_\(strategy.rawValue)", nanoseconds: self.goal), bytes: 0) { self.serve(chooser) }
    }

    /// The first twenty-five are held to be sick: the request falls to the second group, and notes whom it passed over.
    private static func fallback(_ bench: inout Bench) {
        let chooser = self.chooser(.weighted, preferred: 25)
        for target in chooser.targets.prefix(25) {
            for _ in 0..<5 {
                let permit = target.health.beginAnyway(at: self.now)
                target.health.finish(permit, .sickTarget, at: self.now)
            }
        }
        let goal = Goal(name: "serve_25_of_50_sick", nanoseconds: self.goal, mayAllocate: true)
        bench.run(goal, bytes: 0) { self.serve(chooser) }
    }

    /// A request whose first attempt fails and whose second one serves: the decision and its books.
    private static func failure(_ bench: inout Bench) {
        let chooser = self.chooser(.weighted)
        let goal = Goal(name: "serve_after_a_failure", nanoseconds: 2 * self.goal, mayAllocate: true)
        bench.run(goal, bytes: 0) {
            var policy = AttemptPolicy(
                deadline: MonotonicInstant(microseconds: 600_000_000),
                budget: chooser.balance.retries,
                targets: chooser.targets.count
            )
            var cursor = RouteCursor()
            guard let first = cursor.next(chooser, at: self.now) else { fatalError("no target") }
            policy.begin(at: self.now)
            // What another target's fault is: the health of this one stays as it was, so that every run is the same.
            chooser.targets[first.index].health.finish(first.permit, .unused, at: self.now)
            let rest = cursor.rest(chooser, at: self.now)
            guard case .next = policy.decide(after: .notSent, rest: rest, at: self.now),
                let second = cursor.next(chooser, at: self.now)
            else { fatalError("no second target") }
            policy.begin(at: self.now)
            let outcome = AttemptOutcome.succeeded(firstContent: nil, total: .milliseconds(900))
            chooser.targets[second.index].health.finish(second.permit, outcome, at: self.now)
            policy.succeed()
        }
    }
}
