/// A model's targets with all that decides which of them serves. Made once a reload; every request walks it with a
/// `RouteCursor`.
public struct TargetChooser: Sendable {
    /// All targets, in the order given.
    public let targets: [RouteTarget]
    /// How requests are spread within a group.
    public let strategy: RouteStrategy
    /// What the model's requests owe its targets; shared with the chooser before when nothing that decides has changed.
    public let balance: ModelBalance
    /// The healths alone, so that looking at one touches nothing else of its target.
    let healths: [TargetHealth]

    /// Makes a chooser.
    /// - Parameters:
    ///   - targets: All targets, in the order given.
    ///   - strategy: How requests are spread within a group.
    ///   - previous: The model's balance until now, whose standing is kept.
    ///   - random: Seeds what is drawn at random.
    public init(
        _ targets: [RouteTarget],
        strategy: RouteStrategy = .weighted,
        succeeding previous: ModelBalance? = nil,
        random: Randomness = .system
    ) {
        self.targets = targets
        self.strategy = strategy
        self.healths = targets.map(\.health)
        let layout = RouteLayout(targets)
        if let previous, previous.layout == layout {
            self.balance = previous
        } else {
            self.balance = ModelBalance(layout, succeeding: previous, random: random)
        }
    }

    private init(_ targets: [RouteTarget], _ strategy: RouteStrategy, _ balance: ModelBalance) {
        self.targets = targets
        self.strategy = strategy
        self.healths = targets.map(\.health)
        self.balance = balance
    }

    /// The same, with turns that change nothing.
    var rehearsal: TargetChooser {
        TargetChooser(self.targets, self.strategy, ModelBalance(rehearsing: self.balance))
    }

    var groups: [RouteLayout.Group] { self.balance.layout.groups }

    /// Whether some target has a weight.
    public var canServe: Bool { !self.groups.isEmpty }

    /// One of a group's eligible targets, by the strategy.
    func choose(
        group: Int,
        among eligible: TargetSet,
        at now: MonotonicInstant,
        cost: (Int) -> Int64?
    ) -> (index: Int, reason: ChoiceReason)? {
        switch self.strategy {
        case .weighted:
            return self.balance.next(group: group, among: eligible).map { ($0, .weighted) }
        case .priority:
            return self.groups[group].members.first { eligible.contains($0) }.map { ($0, .priority) }
        case .leastLatency:
            return self.quicker(group: group, among: eligible, at: now).map { ($0, .leastLatency) }
        case .leastCost:
            let cheapest = self.cheapest(group: group, among: eligible, cost: cost)
            return self.balance.next(group: group, among: cheapest).map { ($0, .leastCost) }
        }
    }

    private func quicker(group: Int, among eligible: TargetSet, at now: MonotonicInstant) -> Int? {
        guard let (a, b) = self.balance.draw(group: group, among: eligible) else { return nil }
        guard a != b else { return a }
        let (costA, costB) = (self.healths[a].delayCost(at: now), self.healths[b].delayCost(at: now))
        return costB < costA ? b : a
    }

    /// Those that cost least. One of unknown cost is dearer than all others.
    private func cheapest(group: Int, among eligible: TargetSet, cost: (Int) -> Int64?) -> TargetSet {
        var (lowest, cheapest) = (Int64.max, TargetSet())
        for index in self.groups[group].members where eligible.contains(index) {
            let cost = cost(index) ?? .max
            if cost < lowest { (lowest, cheapest) = (cost, TargetSet()) }
            if cost == lowest { cheapest.insert(index) }
        }
        return cheapest
    }
}
