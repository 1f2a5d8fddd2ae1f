/// One request's walk over its model's targets: the next to try, what was passed over and why.
///
/// The first group with a target that can serve serves. When none can, anywhere, the least bad one is tried all the
/// same: a request that could have worked is worth more than a breaker's opinion. Nothing is allocated while the first
/// choice serves and nothing was passed over.
public struct RouteCursor: Sendable {
    private var tried = TargetSet()
    /// Tried, and not to be tried again.
    private var givenUp = TargetSet()
    private var noted = TargetSet()
    private var skipped: [RouteSkip] = []

    /// The latest choice's place in the list of targets.
    public private(set) var latest: Int?
    /// How many choices were made.
    public private(set) var choices = 0

    /// A walk that has not begun.
    public init() {}

    /// What was passed over so far, each with the first reason; those of weight 0 among them.
    public func skips(_ chooser: TargetChooser) -> [RouteSkip] {
        let drained = chooser.targets.indices.filter { chooser.targets[$0].weight <= 0 }
        return (self.skipped + drained.map { RouteSkip(index: $0, reason: .weightZero) }).sorted { $0.index < $1.index }
    }

    /// Whether a target with a weight was passed over.
    public var hasPassedOver: Bool { !self.skipped.isEmpty }

    /// Whether a target was tried.
    public func hasTried(_ index: Int) -> Bool { self.tried.contains(index) }

    // MARK: Walking

    /// The next target that was not tried yet, with a permit to begin the attempt.
    ///
    /// - Parameters:
    ///   - chooser: The model's targets; the same at every call.
    ///   - preferred: Where the request's session is; taken when it can serve, without a turn of the balance.
    ///   - now: The node's own clock.
    ///   - obstacle: Why a target can never serve this request: what it cannot do, what the key may not use. Such a one
    ///     is not tried in any case.
    ///   - cost: What the request is expected to cost at a target, in nano-dollars; `nil` when that is not known. Asked
    ///     for the strategy `leastCost` only.
    /// - Returns: `nil` when nothing is left, or only what would be tried against its breaker while another that was
    ///   tried already is well.
    public mutating func next(
        _ chooser: TargetChooser,
        preferred: Int? = nil,
        at now: MonotonicInstant,
        obstacle: (Int) -> SkipReason? = { _ in nil },
        cost: (Int) -> Int64? = { _ in nil }
    ) -> RouteChoice? {
        if let preferred, let choice = self.stay(chooser, with: preferred, at: now, obstacle) { return choice }
        for group in chooser.groups.indices {
            var eligible = self.eligible(chooser, group, at: now, obstacle)
            while !eligible.isEmpty {
                guard let pick = chooser.choose(group: group, among: eligible, at: now, cost: cost) else { break }
                if let permit = chooser.healths[pick.index].begin(at: now) {
                    return self.take(pick.index, pick.reason, permit)
                }
                // Somebody else has taken a half-open place since we looked.
                eligible.remove(pick.index)
                self.note(pick.index, chooser.healths[pick.index].obstacle(at: now) ?? .breakerOpen)
            }
        }
        guard let index = self.leastBad(chooser, at: now, obstacle) else { return nil }
        return self.take(index, .panic, chooser.healths[index].beginAnyway(at: now))
    }

    /// The same target again, after a wait. Its cooldown is not heeded: the wait was made with it in mind.
    /// - Parameters:
    ///   - index: Its place, as `rest` named it.
    ///   - chooser: The model's targets.
    ///   - now: The node's own clock.
    /// - Returns: `nil` when its breaker has opened since.
    public mutating func again(_ index: Int, _ chooser: TargetChooser, at now: MonotonicInstant) -> RouteChoice? {
        guard chooser.targets.indices.contains(index),
            let permit = chooser.healths[index].begin(at: now, ignoringCooldown: true)
        else { return nil }
        return self.take(index, .again, permit)
    }

    /// A target that was tried is out of the question from here on, however its breaker stands: this request knows better.
    public mutating func giveUp(_ index: Int) {
        self.givenUp.insert(index)
    }

    /// What is left after the latest choice has failed and was finished. Takes nothing.
    /// - Parameters:
    ///   - chooser: The model's targets.
    ///   - now: The node's own clock.
    ///   - obstacle: As for `next`.
    /// - Returns: The best of what is left.
    public func rest(
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        obstacle: (Int) -> SkipReason? = { _ in nil }
    ) -> RouteRest {
        var (again, hasLeastBad): (Int?, Bool) = (nil, false)
        for group in chooser.groups {
            for index in group.members where obstacle(index) == nil {
                let state = chooser.healths[index].obstacle(at: now)
                if !self.tried.contains(index) {
                    if state == nil { return .untried }
                    hasLeastBad = true
                } else if state == nil || state == .coolingDown, again == nil || index == self.latest,
                    !self.givenUp.contains(index)
                {
                    again = index
                }
            }
        }
        if let again { return .again(again) }
        return hasLeastBad ? .leastBad : .none
    }

    // MARK: Inside

    private mutating func stay(
        _ chooser: TargetChooser,
        with index: Int,
        at now: MonotonicInstant,
        _ obstacle: (Int) -> SkipReason?
    ) -> RouteChoice? {
        guard chooser.targets.indices.contains(index), chooser.targets[index].weight > 0,
            !self.tried.contains(index), obstacle(index) == nil,
            let permit = chooser.healths[index].begin(at: now)
        else { return nil }
        return self.take(index, .affinity, permit)
    }

    private mutating func eligible(
        _ chooser: TargetChooser,
        _ group: Int,
        at now: MonotonicInstant,
        _ obstacle: (Int) -> SkipReason?
    ) -> TargetSet {
        var eligible = TargetSet()
        for index in chooser.groups[group].members where !self.tried.contains(index) {
            if let reason = obstacle(index) ?? chooser.healths[index].obstacle(at: now) {
                self.note(index, reason)
            } else {
                eligible.insert(index)
            }
        }
        return eligible
    }

    /// The one to try although all are sick: a refused credential last, otherwise the soonest to reopen. `nil` while
    /// some target, tried or not, is well and was not given up.
    private func leastBad(
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        _ obstacle: (Int) -> SkipReason?
    ) -> Int? {
        var best: (index: Int, isDead: Bool, from: MonotonicInstant)?
        for group in chooser.groups {
            for index in group.members where obstacle(index) == nil {
                let health = chooser.healths[index]
                let state = health.obstacle(at: now)
                if self.tried.contains(index) {
                    if state == nil, !self.givenUp.contains(index) { return nil }
                    continue
                }
                let (isDead, from) = (state == .credential, health.availableFrom)
                if let best, (best.isDead ? 1 : 0, best.from) <= (isDead ? 1 : 0, from) { continue }
                best = (index, isDead, from)
            }
        }
        return best?.index
    }

    private mutating func take(_ index: Int, _ reason: ChoiceReason, _ permit: AttemptPermit) -> RouteChoice {
        self.tried.insert(index)
        self.latest = index
        self.choices += 1
        return RouteChoice(index: index, reason: reason, permit: permit)
    }

    private mutating func note(_ index: Int, _ reason: SkipReason) {
        if self.noted.insert(index) { self.skipped.append(RouteSkip(index: index, reason: reason)) }
    }
}
