import Policy

/// One seed of routing: a model's targets, vendors with moods, and callers. No network, no tasks: what happens is
/// decided by the seed, and the breakers, the cursor and the attempt policy are the gateway's own.
struct RoutingSimulation {
    /// What was done, for the last line.
    struct Tally {
        var requests = 0
        var served = 0
        var attempts = 0
        /// Attempts beyond a request's first that a vendor received.
        var extra = 0
        var panics = 0
        var probes = 0
        var lost = 0
        var reloads = 0
        /// Attempts begun beside slow ones, and those that were quicker.
        var hedges = 0
        var hedgesWon = 0

        static func += (a: inout Tally, b: Tally) {
            a.requests += b.requests
            a.served += b.served
            a.attempts += b.attempts
            a.extra += b.extra
            a.panics += b.panics
            a.probes += b.probes
            a.lost += b.lost
            a.reloads += b.reloads
            a.hedges += b.hedges
            a.hedgesWon += b.hedgesWon
        }
    }

    enum Event {
        case arrival, mood, reload
        case content(Int, flight: Int)
        case end(Int, flight: Int)
        case hedge(Int, flight: Int)
        case wake(Int, AttemptDecision)
    }

    var random: SeededRandom
    var scenario: RoutingScenario
    let table: HealthTable
    var chooser: TargetChooser
    var now: Int64
    var events = EventQueue<Event>()
    var requests: [Int: RoutedRequest] = [:]
    var probes = LiveProbes()
    var retries = RetryLedger()
    /// Attempts whose end nobody ever told, by target.
    var lost: [TargetIdentity: Int] = [:]
    var tally = Tally()
    /// Requests that are still to come.
    var coming: Int
    let interval: Int
    /// Whether the model asks for hedges.
    let hedging: HedgePolicy
    var serial = 0
    var losesAttempts = true
    let verbose: Bool

    init(seed: UInt64, verbose: Bool) {
        var random = SeededRandom(seed: seed)
        self.verbose = verbose
        self.now = Int64(random.int(0...1_000_000_000))
        self.scenario = RoutingScenario(&random)
        self.table = HealthTable(random: .fixed(random.next()))
        self.chooser = self.scenario.chooser(self.table, succeeding: nil, &random)
        self.coming = random.int(50...300)
        // In an outage there is load enough for the ratio to apply.
        self.interval = self.scenario.kind == .outage ? random.int(2...200) : random.int(2...3_000)
        self.hedging = HedgePolicy(isEnabled: random.chance(1, in: 2))
        self.random = random
    }

    /// Runs one seed.
    static func run(seed: UInt64, verbose: Bool = false) throws(Violation) -> Tally {
        var simulation = RoutingSimulation(seed: seed, verbose: verbose)
        simulation.begin()
        try simulation.drain()
        try simulation.checkOutage()
        try simulation.checkHedges()
        try simulation.recover()
        try simulation.checkRest()
        simulation.tally.probes = simulation.probes.count
        return simulation.tally
    }

    var clock: MonotonicInstant { MonotonicInstant(microseconds: self.now) }

    func tell(_ line: @autoclosure () -> String) {
        if self.verbose { print("  \(self.now / 1_000) \(line())") }
    }

    mutating func plan(_ event: Event, after microseconds: Int64) {
        self.events.plan(event, at: self.now + microseconds)
    }

    // MARK: Events

    private mutating func begin() {
        self.plan(.arrival, after: 0)
        for _ in 0..<self.random.int(0...12) {
            let span = self.coming * self.interval * 1_000
            self.plan(self.random.chance(4, in: 5) ? .mood : .reload, after: Int64(self.random.int(0...span)))
        }
    }

    mutating func drain() throws(Violation) {
        while let (time, event) = self.events.next() {
            self.now = max(self.now, time)
            switch event {
            case .arrival: try self.arrive()
            case .mood:
                self.scenario.changeMood(&self.random)
                self.tell("moods \(self.scenario.places.map(\.mood))")
            case .reload: self.reload()
            case .content(let number, let flight): self.noteContent(number, flight)
            case .end(let number, let flight): try self.end(number, flight)
            case .hedge(let number, let flight): try self.hedge(number, beside: flight)
            case .wake(let number, let decision): try self.wake(number, decision)
            }
        }
        try hold("stuck", self.requests.isEmpty, "\(self.requests.keys.sorted()) never ended")
    }

    private mutating func reload() {
        self.tally.reloads += 1
        self.scenario.reconfigure(&self.random)
        self.chooser = self.scenario.chooser(self.table, succeeding: self.chooser.balance, &self.random)
    }

    private mutating func arrive() throws(Violation) {
        self.coming -= 1
        if self.coming > 0 { self.plan(.arrival, after: Int64(self.random.int(0...self.interval * 2)) * 1_000) }
        self.tally.requests += 1
        let patience = Int64(self.random.int(1...600)) * 1_000_000
        let targets = self.chooser.targets.indices
        let request = RoutedRequest(
            number: self.tally.requests,
            chooser: self.chooser,
            deadline: self.now + patience,
            obstacles: self.random.chance(1, in: 5) ? [self.random.int(0...targets.count - 1)] : [],
            preferred: self.random.chance(1, in: 5) ? self.random.int(0...targets.count) : nil,
            policy: AttemptPolicy(
                deadline: MonotonicInstant(microseconds: self.now + patience),
                budget: self.chooser.balance.retries,
                targets: targets.count,
                allowsDoubleBilling: self.random.chance(1, in: 2)
            )
        )
        try self.attempt(request) { cursor, request, now in
            cursor.next(
                request.chooser,
                preferred: request.preferred,
                at: now,
                obstacle: { request.obstacle($0) },
                cost: { Int64($0 % 3) }
            )
        }
    }

    private mutating func wake(_ number: Int, _ decision: AttemptDecision) throws(Violation) {
        guard let request = self.requests.removeValue(forKey: number) else { return }
        try self.attempt(request) { cursor, request, now in
            if case .again(let index, _) = decision,
                let choice = cursor.again(index, request.chooser, at: now)
            {
                return choice
            }
            return cursor.next(request.chooser, at: now, obstacle: { request.obstacle($0) }, cost: { Int64($0 % 3) })
        }
    }
}
