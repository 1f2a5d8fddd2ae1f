import Testing

@testable import Policy

/// Targets under one table, and a clock that the test moves.
struct RoutingWorld {
    let table: HealthTable
    var now = MonotonicInstant(microseconds: 1_000_000_000)
    private(set) var chooser: TargetChooser

    /// Targets `p0/m`, `p1/m` and so on, each of its own provider unless told otherwise.
    init(
        _ targets: [(weight: Int, priority: Int)] = [(1, 0)],
        strategy: RouteStrategy = .weighted,
        sharesProvider: Bool = false,
        seed: UInt64 = 1
    ) {
        self.table = HealthTable(random: .seeded(seed))
        self.chooser = TargetChooser([])
        self.load(targets, strategy: strategy, sharesProvider: sharesProvider)
    }

    mutating func load(
        _ targets: [(weight: Int, priority: Int)],
        strategy: RouteStrategy = .weighted,
        sharesProvider: Bool = false
    ) {
        let identities = targets.indices.map { index in
            TargetIdentity(
                provider: ProviderIdentity(id: sharesProvider ? "p" : "p\(index)", generation: 1),
                model: sharesProvider ? "m\(index)" : "m"
            )
        }
        let healths = self.table.reload(targets: identities, providers: identities.map(\.provider))
        let routes = targets.indices.map { index in
            RouteTarget(
                key: "p\(index)/m",
                weight: targets[index].weight,
                priority: targets[index].priority,
                health: healths[index]
            )
        }
        let old = self.chooser.balance
        self.chooser = TargetChooser(routes, strategy: strategy, succeeding: old, random: .seeded(7))
    }

    func health(_ index: Int) -> TargetHealth { self.chooser.targets[index].health }

    mutating func pass(_ duration: Duration) {
        self.now = self.now.adding(duration)
    }

    /// One request whose attempts all end as told; gives the places it went.
    func serve(_ outcome: AttemptOutcome = .succeeded(firstContent: nil, total: .milliseconds(100))) -> Int? {
        var cursor = RouteCursor()
        guard let choice = cursor.next(self.chooser, at: self.now) else { return nil }
        self.health(choice.index).finish(choice.permit, outcome, at: self.now)
        return choice.index
    }

    /// Lets attempts at one target end as told.
    func finish(_ index: Int, _ outcome: AttemptOutcome, times: Int = 1) {
        for _ in 0..<times {
            let permit = self.health(index).beginAnyway(at: self.now)
            self.health(index).finish(permit, outcome, at: self.now)
        }
    }

    /// Opens a target's breaker.
    func breakDown(_ index: Int) {
        self.finish(index, .sickTarget, times: 5)
    }
}

/// Numbers of a seed.
struct TestRandom: RandomNumberGenerator {
    private var source: JitterSource

    init(_ seed: UInt64) { self.source = JitterSource(seed: seed) }

    mutating func next() -> UInt64 { self.source.next() }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
