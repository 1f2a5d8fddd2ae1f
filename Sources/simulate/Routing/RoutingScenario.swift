import Policy

/// The targets of a simulated model, and how their vendors feel.
struct RoutingScenario {
    struct Place {
        var provider: Int
        var weight: Int
        var priority: Int
        var mood = Mood.well
    }

    enum Kind {
        /// Moods come and go.
        case weather
        /// Nobody serves, from the first request to the last.
        case outage
    }

    let kind: Kind
    var strategy: RouteStrategy
    var places: [Place]
    /// Rows of providers change, and with them all that is known of their targets.
    var generations: [Int64]

    init(_ random: inout SeededRandom) {
        self.kind = random.chance(1, in: 4) ? .outage : .weather
        let providers = random.int(1...4)
        self.generations = Array(repeating: 1, count: providers)
        self.strategy = RouteStrategy.allCases[random.int(0...RouteStrategy.allCases.count - 1)]
        self.places = []
        for _ in 0..<random.int(1...7) {
            let place = Place(
                provider: random.int(0...providers - 1),
                weight: random.int(0...5),
                priority: random.int(0...2)
            )
            self.places.append(place)
        }
        self.keepServing()
        if self.kind == .outage { for index in self.places.indices { self.places[index].mood = Self.outage(&random) } }
    }

    /// One vendor's mood changes.
    mutating func changeMood(_ random: inout SeededRandom) {
        let index = random.int(0...self.places.count - 1)
        switch self.kind {
        case .outage: self.places[index].mood = Self.outage(&random)
        case .weather:
            let mood = Mood.allCases[random.int(0...Mood.allCases.count - 1)]
            self.places[index].mood = random.chance(1, in: 3) ? .well : mood
            // What is wrong with a provider is wrong for all its targets.
            guard mood == .refusing || mood == .unreachable, self.places[index].mood == mood else { return }
            for other in self.places.indices where self.places[other].provider == self.places[index].provider {
                self.places[other].mood = mood
            }
        }
    }

    /// Somebody changes the model.
    mutating func reconfigure(_ random: inout SeededRandom) {
        switch random.int(0...4) {
        case 0: self.strategy = RouteStrategy.allCases[random.int(0...RouteStrategy.allCases.count - 1)]
        case 1 where self.kind == .weather: self.generations[random.int(0...self.generations.count - 1)] += 1
        case 2: self.places[random.int(0...self.places.count - 1)].priority = random.int(0...2)
        default: self.places[random.int(0...self.places.count - 1)].weight = random.int(0...5)
        }
        self.keepServing()
    }

    mutating func recover() {
        for index in self.places.indices { self.places[index].mood = .well }
    }

    func identity(_ index: Int) -> TargetIdentity {
        let provider = self.places[index].provider
        let row = ProviderIdentity(id: "p\(provider)", generation: self.generations[provider])
        return TargetIdentity(provider: row, model: "m\(index)")
    }

    func chooser(_ table: HealthTable, succeeding balance: ModelBalance?, _ random: inout SeededRandom) -> TargetChooser
    {
        let identities = self.places.indices.map { self.identity($0) }
        let healths = table.reload(targets: identities, providers: identities.map(\.provider))
        let targets = self.places.indices.map { index in
            RouteTarget(
                key: "\(identities[index].provider.id)/\(identities[index].model)",
                weight: self.places[index].weight,
                priority: self.places[index].priority,
                health: healths[index]
            )
        }
        return TargetChooser(
            targets,
            strategy: self.strategy,
            succeeding: balance,
            random: .fixed(random.next())
        )
    }

    /// A configuration in which no target has a weight is refused before it gets here.
    private mutating func keepServing() {
        if self.places.allSatisfy({ $0.weight == 0 }) { self.places[0].weight = 1 }
    }

    private static func outage(_ random: inout SeededRandom) -> Mood {
        Mood.outages[random.int(0...Mood.outages.count - 1)]
    }
}

extension Randomness {
    /// The bytes of one number, again and again: enough to seed from.
    static func fixed(_ number: UInt64) -> Randomness {
        Randomness { count in
            (0..<count).map { index in UInt8(truncatingIfNeeded: number >> UInt64(8 * (index % 8))) }
        }
    }
}
