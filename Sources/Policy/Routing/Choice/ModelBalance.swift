import Synchronization

/// What one model's requests owe its targets: whose turn it is, and how many retries there may be. It outlives
/// reloads of the configuration.
public final class ModelBalance: Sendable {
    private struct State {
        var groups: [SmoothWeights]
        var random: JitterSource
    }

    /// How many of the model's requests may be tried again.
    public let retries: RetryBudget
    /// How many may be tried twice at once.
    public let hedges: HedgeBudget
    let layout: RouteLayout
    private let state: Mutex<State>

    init(_ layout: RouteLayout, succeeding previous: ModelBalance?, random: Randomness) {
        self.layout = layout
        self.retries = previous?.retries ?? RetryBudget()
        self.hedges = previous?.hedges ?? HedgeBudget()
        let known = previous.map { old in (old.layout, old.state.withLock { $0.groups }) }
        let groups = layout.groups.map { group in
            guard let (layout, weights) = known,
                let old = layout.groups.firstIndex(where: { $0.priority == group.priority })
            else {
                return SmoothWeights(group.weights)
            }
            return weights[old].successor(group.weights)
        }
        self.state = Mutex(State(groups: groups, random: JitterSource(random)))
    }

    /// A copy whose turns change nothing here.
    init(rehearsing other: ModelBalance) {
        self.layout = other.layout
        self.retries = other.retries
        self.hedges = other.hedges
        self.state = Mutex(other.state.withLock { $0 })
    }

    /// Whose turn it is by weight.
    /// - Parameters:
    ///   - group: The place of a group in the layout.
    ///   - eligible: Who takes part, by place in the model's list of targets.
    /// - Returns: A place in that list; `nil` when none takes part.
    func next(group: Int, among eligible: TargetSet) -> Int? {
        let members = self.layout.groups[group].members
        let turn = self.state.withLock { $0.groups[group].next { eligible.contains(members[$0]) } }
        return turn.map { members[$0] }
    }

    /// Two different members of a group, drawn at random; the same twice when there is only one.
    func draw(group: Int, among eligible: TargetSet) -> (Int, Int)? {
        let count = eligible.count
        guard count > 0 else { return nil }
        let (a, b) = self.state.withLock { state in
            let a = Int.random(in: 0..<count, using: &state.random)
            guard count > 1 else { return (a, a) }
            let b = Int.random(in: 0..<count - 1, using: &state.random)
            return (a, b < a ? b : b + 1)
        }
        let members = self.layout.groups[group].members
        guard let first = Self.member(a, of: members, among: eligible) else { return nil }
        return (first, Self.member(b, of: members, among: eligible) ?? first)
    }

    private static func member(_ rank: Int, of members: [Int], among eligible: TargetSet) -> Int? {
        var left = rank
        for member in members where eligible.contains(member) {
            if left == 0 { return member }
            left -= 1
        }
        return nil
    }
}

/// A model's targets by priority, without those of weight 0.
struct RouteLayout: Sendable, Equatable {
    struct Group: Sendable, Equatable {
        let priority: Int
        /// Places in the model's list of targets.
        var members: [Int] = []
        /// Keys and weights of the members.
        var keys: [String] = []
        var shares: [Int] = []

        var weights: [(key: String, weight: Int)] { zip(self.keys, self.shares).map { ($0, $1) } }

    }

    /// The first serves first.
    let groups: [Group]

    init(_ targets: [RouteTarget]) {
        var groups: [Int: Group] = [:]
        for (index, target) in targets.enumerated() where target.weight > 0 {
            groups[target.priority, default: Group(priority: target.priority)].members.append(index)
            groups[target.priority]?.keys.append(target.key)
            groups[target.priority]?.shares.append(target.weight)
        }
        self.groups = groups.values.sorted { $0.priority < $1.priority }
    }
}
