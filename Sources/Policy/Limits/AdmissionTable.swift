import Synchronization

/// All limits and budgets of this node under one short lock, so that a request takes from all that concern it or from
/// none.
///
/// Nothing is called, logged or awaited while the lock is held.
public final class AdmissionTable: Sendable {
    private let state = Mutex(AdmissionState())
    private let abandoned = Atomic<Int>(0)

    /// Makes an empty table.
    public init() {}

    /// Admissions that were dropped without being ended: always our own defect, to be shown as a counter.
    public var abandonedCount: Int { self.abandoned.load(ordering: .relaxed) }

    // MARK: Admission

    /// Takes all that a request needs, or nothing and says what stood in the way.
    ///
    /// - Parameters:
    ///   - limits: What the request meets, as its key's entry knows it.
    ///   - demand: What it asks for besides one request and one place in flight.
    ///   - now: The node's own clock.
    ///   - wall: Milliseconds since 1970 from a `BudgetClock`, which decides the budget periods.
    /// - Returns: The admission with what is left, or one refusal.
    public func admit(
        _ limits: LimitSet,
        _ demand: Demand,
        at now: MonotonicInstant,
        wall: Int64
    ) -> AdmissionOutcome {
        guard !limits.isEmpty else {
            return .admitted(Admission(self, limits, demand, takenAt: now, epoch: 0), LimitReading())
        }
        if let only = limits.onlyRequests {
            let decision = self.state.withLock { $0.rates.values[only].take(1, at: now) }
            guard decision.isAllowed else { return .refused(.requests(decision, limits.requestScope(0))) }
            let admission = Admission(self, limits, demand, takenAt: now, epoch: 0)
            return .admitted(admission, LimitReading(requests: decision))
        }
        switch self.state.withLock({ $0.admit(limits, demand, at: now, wall: wall) }) {
        case .taken(let reading, let epoch):
            return .admitted(Admission(self, limits, demand, takenAt: now, epoch: epoch), reading)
        case .refused(let refusal): return .refused(refusal)
        }
    }

    /// What can be refused before a request's body is read: its rate, its place in flight, a budget that is used up.
    /// Takes nothing.
    /// - Parameters:
    ///   - limits: What the request meets.
    ///   - now: The node's own clock.
    ///   - wall: As for `admit`.
    ///   - includesBudgets: `false` where what is asked for may cost nothing: a used-up budget does not refuse that.
    /// - Returns: What `admit` would refuse with; `nil` when nothing is known to stand in the way.
    public func peek(
        _ limits: LimitSet,
        at now: MonotonicInstant,
        wall: Int64,
        includesBudgets: Bool = true
    ) -> AdmissionRefusal? {
        guard !limits.isEmpty else { return nil }
        return self.state.withLock { $0.peek(limits, at: now, wall: wall, includesBudgets: includesBudgets) }
    }

    /// What is left of a caller's rate limits, for headers. Takes nothing.
    public func reading(_ limits: LimitSet, at now: MonotonicInstant) -> LimitReading {
        guard !limits.isEmpty else { return LimitReading() }
        return self.state.withLock { $0.reading(limits, at: now) }
    }

    /// How a caller's limits and budgets stand, all at the same moment. Takes nothing.
    ///
    /// - Parameters:
    ///   - limits: All that its requests meet.
    ///   - now: As for `admit`.
    ///   - wall: As for `admit`: budgets are shown in the period in force then.
    /// - Returns: The standing.
    public func standing(_ limits: LimitSet, at now: MonotonicInstant, wall: Int64) -> LimitStanding {
        guard !limits.isEmpty else { return LimitStanding() }
        return self.state.withLock { $0.standing(limits, at: now, wall: wall) }
    }

    // MARK: Budgets

    /// How a budget stands; `nil` when there is none with this id.
    /// - Parameters:
    ///   - budgetID: The budget.
    ///   - wall: As for `admit`.
    /// - Returns: The period in force at that instant.
    public func view(_ budgetID: String, wall: Int64) -> BudgetView? {
        self.state.withLock { $0.view(budgetID, wall: wall) }
    }

    /// How all budgets stand, ordered by id. That of a deleted one is among them until all it had in flight has ended.
    public func views(wall: Int64) -> [BudgetView] {
        self.state.withLock { $0.views(wall: wall) }.sorted { $0.id < $1.id }
    }

    /// Adds an administrator's correction to what was spent in a period; negative gives back.
    /// - Parameters:
    ///   - budgetID: The budget.
    ///   - startsAt: When the period began.
    ///   - delta: What is added.
    /// - Returns: Whether the table knew the period; if not, it is too old to matter for admission.
    @discardableResult
    public func correct(_ budgetID: String, periodStartsAt startsAt: Int64, by delta: Int64) -> Bool {
        self.state.withLock { $0.correct(budgetID, startsAt, by: delta) }
    }

    /// Sets what was spent in a period, as read at start, before anything is admitted.
    /// - Parameters:
    ///   - budgetID: The budget.
    ///   - startsAt: When the period began.
    ///   - nanoUSD: What was spent. Thresholds it has passed are not told again.
    /// - Returns: Whether the table knew the period.
    @discardableResult
    public func restore(_ budgetID: String, periodStartsAt startsAt: Int64, spentNanoUSD nanoUSD: Int64) -> Bool {
        self.state.withLock { $0.restore(budgetID, startsAt, spent: nanoUSD) }
    }

    /// Alerts since the last call, oldest first, at most 1,000; what came while so many waited is only counted.
    public func takeAlerts() -> [BudgetAlert] {
        self.state.withLock { $0.takeAlerts() }
    }

    /// Alerts that were dropped because nobody took them.
    public var droppedAlerts: Int { self.state.withLock { $0.droppedAlerts } }

    /// What requests cost beyond what they held, as far as it went over a hard budget's amount: summed over all budgets
    /// since the start.
    public var overshootNanoUSD: Int64 { self.state.withLock { $0.overshoot } }

    // MARK: For admissions

    func noteAbandoned() {
        self.abandoned.add(1, ordering: .relaxed)
    }

    func end(_ limits: LimitSet, _ ending: Ending, takenAt: MonotonicInstant, epoch: UInt64) {
        self.state.withLock { $0.end(limits, ending, takenAt: takenAt, epoch: epoch) }
    }

    func spend(_ limits: LimitSet, _ cost: Int64, insteadOf held: Money, promised: Money, epoch: UInt64) {
        guard limits.hasBudgets else { return }
        self.state.withLock { state in
            state.spend(limits, cost, insteadOf: held, promised: promised, epoch: epoch, isEnd: false)
        }
    }

    func topUp(_ limits: LimitSet, _ more: Money, _ demand: Demand, epoch: UInt64) -> Bool {
        self.state.withLock { $0.topUp(limits, more, demand, epoch: epoch) }
    }

    func raise(_ limits: LimitSet, _ more: Money, epoch: UInt64) {
        guard limits.hasBudgets else { return }
        self.state.withLock { $0.raise(limits, more, epoch: epoch) }
    }

    func periods(_ limits: LimitSet, epoch: UInt64) -> [BudgetPeriodReference] {
        self.state.withLock { $0.periods(limits, epoch: epoch) }
    }

    // MARK: For limiters and accounts

    func register(_ rate: LimitRate) -> Int {
        self.state.withLock { $0.rates.insert(GCRA(rate)) }
    }

    func unregister(rate slot: Int) {
        self.state.withLock { $0.rates.remove(slot) }
    }

    func change(rate slot: Int, to rate: LimitRate, at now: MonotonicInstant) {
        self.state.withLock { $0.rates.values[slot].change(to: rate, at: now) }
    }

    func register(concurrency limit: Int) -> Int {
        self.state.withLock { $0.places.insert(Places(limit: limit)) }
    }

    func unregister(concurrency slot: Int) {
        self.state.withLock { $0.places.remove(slot) }
    }

    func change(concurrency slot: Int, to limit: Int) {
        self.state.withLock { $0.places.values[slot].limit = limit }
    }

    func register(budget facts: BudgetFacts) -> Int {
        self.state.withLock { $0.register(facts) }
    }

    func unregister(budget slot: Int) {
        self.state.withLock { $0.unregister(budget: slot) }
    }

    /// What one rate limit would say, for tests.
    func peek(_ limiter: RateLimiter, cost: Int, at now: MonotonicInstant) -> LimitDecision {
        self.state.withLock { $0.rates.values[limiter.slot].peek(cost, at: now) }
    }
}
