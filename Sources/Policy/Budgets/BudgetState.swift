/// One budget's account: its facts, the period in force, and earlier ones in which something is still in flight.
struct BudgetState {
    private(set) var facts: BudgetFacts
    private(set) var current: BudgetPeriodState
    private(set) var past: [BudgetPeriodState] = []
    /// When `current` ends.
    private var nextBoundary: Int64
    var endsAt: Int64 { self.nextBoundary }
    /// How many hold the account.
    var references = 1

    /// Periods without anything in flight that are still known, so that what has just ended can say where it counted.
    private static let keptPeriods = 4

    init(_ facts: BudgetFacts, bornAt: UInt64) {
        self.facts = facts
        self.current = BudgetPeriodState(bornAt: bornAt, startsAt: facts.schedule.first, spent: facts.spentNanoUSD)
        self.nextBoundary = facts.schedule.next(after: facts.schedule.first) ?? .max
        _ = self.current.crossed(of: facts.amountNanoUSD)
    }

    // MARK: Periods

    /// Goes on to the period of an instant; never back.
    @inline(__always)
    mutating func roll(to wall: Int64, _ rolls: inout UInt64) {
        if wall >= self.nextBoundary { self.rollOver(to: wall, &rolls) }
    }

    private mutating func rollOver(to wall: Int64, _ rolls: inout UInt64) {
        guard let startsAt = self.facts.schedule.latest(at: wall), startsAt > self.current.startsAt else { return }
        self.begin(startsAt, spent: self.facts.laterSpending[startsAt] ?? 0, &rolls)
    }

    private mutating func begin(_ startsAt: Int64, spent: Int64, _ rolls: inout UInt64) {
        rolls += 1
        self.past.append(self.current)
        self.current = BudgetPeriodState(bornAt: rolls, startsAt: startsAt, spent: spent)
        self.nextBoundary = self.facts.schedule.next(after: startsAt) ?? .max
        self.forgetEnded()
    }

    private mutating func forgetEnded() {
        while self.past.count > Self.keptPeriods, let index = self.past.firstIndex(where: { $0.open == 0 }) {
            self.past.remove(at: index)
        }
    }

    /// Goes on under new facts. What is spent and held stays as long as the period does.
    mutating func change(to facts: BudgetFacts, _ rolls: inout UInt64) {
        let old = self.facts
        let first = facts.schedule.first
        self.roll(to: first, &rolls)
        self.facts = facts
        if first > self.current.startsAt {
            self.begin(first, spent: facts.resetAt == first ? 0 : facts.spentNanoUSD, &rolls)
        } else if first < self.current.startsAt,
            facts.schedule.latest(at: self.current.startsAt) != self.current.startsAt
        {
            // Other boundaries: the period in force began earlier and takes in what was counted since.
            self.current.startsAt = first
            self.current.spent = max(self.current.spent, facts.spentNanoUSD)
        }
        self.nextBoundary = facts.schedule.next(after: self.current.startsAt) ?? .max
        if facts.amountNanoUSD != old.amountNanoUSD { self.current.retell(of: facts.amountNanoUSD) }
    }

    /// Where an admission of some time counts.
    func period(of epoch: UInt64) -> BudgetPeriodState? {
        self.current.bornAt <= epoch ? self.current : self.past.last { $0.bornAt <= epoch }
    }

    private mutating func withPeriod<Result>(
        of epoch: UInt64,
        _ body: (inout BudgetPeriodState) -> Result
    ) -> Result? {
        if self.current.bornAt <= epoch { return body(&self.current) }
        guard let index = self.past.lastIndex(where: { $0.bornAt <= epoch }) else { return nil }
        let result = body(&self.past[index])
        self.forgetEnded()
        return result
    }

    private mutating func withPeriod(startingAt startsAt: Int64, _ body: (inout BudgetPeriodState) -> Void) -> Bool {
        if self.current.startsAt == startsAt {
            body(&self.current)
            return true
        }
        guard let index = self.past.lastIndex(where: { $0.startsAt == startsAt }) else { return false }
        body(&self.past[index])
        return true
    }

    // MARK: Money

    /// What a demand holds of this budget; `nil` when it has no bound and this one wants it. Whether it wants one is the
    /// word of the limits that the request met: it must be the same when the hold ends.
    func need(_ demand: Demand, isUpper: Bool) -> Int64? {
        guard isUpper else { return max(0, demand.expectedNanoUSD) }
        if let upper = demand.upperNanoUSD { return max(0, upper) }
        return self.facts.isHard ? nil : max(0, demand.expectedNanoUSD)
    }

    /// Whether so much more may be held now.
    func admits(_ need: Int64) -> Bool {
        !self.facts.isHard || self.current.fits(need, in: self.facts.amountNanoUSD)
    }

    /// Whether so much more may be held in the period that an admission counts in.
    func admits(_ need: Int64, of epoch: UInt64) -> Bool {
        guard self.facts.isHard, let period = self.period(of: epoch) else { return true }
        return period.fits(need, in: self.facts.amountNanoUSD)
    }

    /// Nothing that costs anything is let in any more.
    var isExhausted: Bool { self.facts.isHard && !self.current.fits(1, in: self.facts.amountNanoUSD) }

    mutating func open(_ hold: Int64) -> BudgetAlert? {
        self.current.hold(hold, promised: hold)
        self.current.open += 1
        return self.facts.isHard ? nil : self.noteExhausted(hold)
    }

    mutating func noteExhausted(_ need: Int64) -> BudgetAlert? {
        self.current.exhausted(need, of: self.facts.amountNanoUSD).map { self.alert($0, self.current) }
    }

    /// Holds more of the period an admission counts in.
    mutating func hold(_ amount: Int64, promised: Int64, of epoch: UInt64) {
        _ = self.withPeriod(of: epoch) { $0.hold(amount, promised: promised) }
    }

    /// Spends in the period an admission counts in.
    mutating func spend(
        _ cost: Int64,
        insteadOf held: Int64,
        promised: Int64,
        of epoch: UInt64,
        isEnd: Bool
    ) -> (overshoot: Int64, alert: BudgetAlert?) {
        let (amount, isHard) = (self.facts.amountNanoUSD, self.facts.isHard)
        let result = self.withPeriod(of: epoch) { period in
            let beyond = period.spend(cost, insteadOf: held, promised: promised, amount: amount)
            let overshoot = isHard ? beyond : 0
            period.overshoot = period.overshoot.adding(overshoot)
            if isEnd { period.open -= 1 }
            return (overshoot: overshoot, crossed: period.crossed(of: amount), period: period)
        }
        guard let result else { return (0, nil) }
        return (result.overshoot, result.crossed.map { self.alert($0, result.period) })
    }

    /// Adds to what was spent.
    mutating func correct(startingAt startsAt: Int64, by delta: Int64) -> (isKnown: Bool, alert: BudgetAlert?) {
        var crossed: (Int, BudgetPeriodState)?
        let amount = self.facts.amountNanoUSD
        let isKnown = self.withPeriod(startingAt: startsAt) { period in
            period.spent = period.spent.adding(delta)
            crossed = period.crossed(of: amount).map { ($0, period) }
        }
        if !isKnown, startsAt > self.current.startsAt, self.facts.schedule.latest(at: startsAt) == startsAt {
            // A period to come that was spent in while the clock was ahead.
            self.facts.laterSpending[startsAt] = (self.facts.laterSpending[startsAt] ?? 0).adding(delta)
            return (true, nil)
        }
        return (isKnown, crossed.map { self.alert($0.0, $0.1) })
    }

    /// Sets what was spent; thresholds it has passed were told before.
    mutating func restore(startingAt startsAt: Int64, spent: Int64) -> Bool {
        let amount = self.facts.amountNanoUSD
        return self.withPeriod(startingAt: startsAt) { period in
            period.spent = spent
            _ = period.crossed(of: amount)
        }
    }

    /// Whether a changed amount put it over a threshold.
    mutating func crossed() -> BudgetAlert? {
        self.current.crossed(of: self.facts.amountNanoUSD).map { self.alert($0, self.current) }
    }

    // MARK: Telling

    var view: BudgetView { self.view(of: self.current) }

    private func alert(_ threshold: Int, _ period: BudgetPeriodState) -> BudgetAlert {
        BudgetAlert(thresholdPercent: threshold, budget: self.view(of: period))
    }

    private func view(of period: BudgetPeriodState) -> BudgetView {
        let next = self.facts.schedule.next(after: period.startsAt)
        let left = Int128(self.facts.amountNanoUSD) - Int128(period.spent) - Int128(period.held)
        return BudgetView(
            id: self.facts.id,
            scopeLabel: self.facts.scopeLabel,
            periodName: self.facts.periodName,
            amount: self.facts.amountNanoUSD,
            spent: period.spent,
            reserved: period.held,
            available: Int64(clamping: max(0, left)),
            periodStartsAt: period.startsAt,
            resetsAt: next,
            isHard: self.facts.isHard,
            isUpperBound: self.facts.isUpperBound,
            overshoot: period.overshoot
        )
    }
}
