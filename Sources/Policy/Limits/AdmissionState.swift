/// Places in flight of one limit.
struct Places: Sendable, Equatable {
    var limit: Int
    var taken = 0

    var hasRoom: Bool { self.taken < self.limit }
}

/// Values in slots that are used again. Whoever holds a slot gives it back once.
struct SlotArray<Value> {
    var values: [Value] = []
    private var free: [Int] = []

    mutating func insert(_ value: Value) -> Int {
        guard let slot = self.free.popLast() else {
            self.values.append(value)
            return self.values.count - 1
        }
        self.values[slot] = value
        return slot
    }

    mutating func remove(_ slot: Int) {
        self.free.append(slot)
    }
}

/// What the table's lock guards.
struct AdmissionState {
    enum Verdict {
        case taken(LimitReading, epoch: UInt64)
        case refused(AdmissionRefusal)
    }

    var rates = SlotArray<GCRA>()
    var places = SlotArray<Places>()
    private var budgets = SlotArray<BudgetState>()
    private var budgetSlots: [String: Int] = [:]
    /// Counts the periods begun, so that an admission remembers by one number which were in force.
    private var rolls: UInt64 = 0
    private(set) var overshoot: Int64 = 0
    private var alerts: [BudgetAlert] = []
    private(set) var droppedAlerts = 0

    private static let maximumAlerts = 1_000

    // MARK: Admission

    mutating func admit(_ limits: LimitSet, _ demand: Demand, at now: MonotonicInstant, wall: Int64) -> Verdict {
        if let refusal = self.budgetRefusal(limits, demand, wall: wall) { return .refused(refusal) }
        var reading = LimitReading()
        if let refusal = self.rateRefusal(limits, demand, at: now, &reading) { return .refused(refusal) }
        if let refusal = self.placeRefusal(limits) { return .refused(refusal) }
        return .taken(self.take(limits, demand, at: now), epoch: self.rolls)
    }

    mutating func peek(
        _ limits: LimitSet,
        at now: MonotonicInstant,
        wall: Int64,
        includesBudgets: Bool
    ) -> AdmissionRefusal? {
        if includesBudgets {
            for slot in limits.budgets {
                self.budgets.values[slot].roll(to: wall, &self.rolls)
                guard self.budgets.values[slot].isExhausted else { continue }
                return .budget(self.budgets.values[slot].view, needed: 1)
            }
        }
        var reading = LimitReading()
        return self.rateRefusal(limits, .none, at: now, &reading) ?? self.placeRefusal(limits)
    }

    func reading(_ limits: LimitSet, at now: MonotonicInstant) -> LimitReading {
        var reading = LimitReading()
        _ = self.rateRefusal(limits, .none, at: now, &reading)
        return reading
    }

    private mutating func take(_ limits: LimitSet, _ demand: Demand, at now: MonotonicInstant) -> LimitReading {
        var reading = LimitReading()
        for slot in limits.requests {
            reading.requests = Self.tighter(self.rates.values[slot].take(1, at: now), reading.requests)
        }
        for slot in limits.tokens {
            let cost = self.rates.values[slot].cost(input: demand.inputTokens, output: demand.outputTokens)
            reading.tokens = Self.tighter(self.rates.values[slot].take(cost, at: now), reading.tokens)
        }
        for slot in limits.concurrency { self.places.values[slot].taken += 1 }
        for (index, slot) in limits.budgets.enumerated() {
            let hold = self.budgets.values[slot].need(demand, isUpper: limits.isUpperBound(index)) ?? 0
            if let alert = self.budgets.values[slot].open(hold) { self.note(alert) }
        }
        return reading
    }

    private mutating func budgetRefusal(_ limits: LimitSet, _ demand: Demand, wall: Int64) -> AdmissionRefusal? {
        var worst: (slot: Int, needed: Int64?)?
        for (index, slot) in limits.budgets.enumerated() {
            self.budgets.values[slot].roll(to: wall, &self.rolls)
            let need = self.budgets.values[slot].need(demand, isUpper: limits.isUpperBound(index))
            if let need, self.budgets.values[slot].admits(need) { continue }
            if let need, let alert = self.budgets.values[slot].noteExhausted(need) { self.note(alert) }
            if let old = worst, !self.stays(slot, longerThan: old.slot) { continue }
            worst = (slot, need)
        }
        guard let worst else { return nil }
        let view = self.budgets.values[worst.slot].view
        guard let needed = worst.needed else {
            return .unbounded(view, reason: demand.unboundedReason ?? "what it can cost has no known bound")
        }
        return .budget(view, needed: needed)
    }

    private func stays(_ slot: Int, longerThan other: Int) -> Bool {
        self.budgets.values[slot].endsAt > self.budgets.values[other].endsAt
    }

    /// Weighs all rates. The reading is of what would be left of each dimension without taking.
    private func rateRefusal(
        _ limits: LimitSet,
        _ demand: Demand,
        at now: MonotonicInstant,
        _ reading: inout LimitReading
    ) -> AdmissionRefusal? {
        var worst: (decision: LimitDecision, index: Int, isTokens: Bool)?
        for (index, slot) in limits.requests.enumerated() {
            let decision = self.rates.values[slot].peek(1, at: now)
            reading.requests = Self.tighter(decision, reading.requests)
            guard !decision.isAllowed, worst.map({ decision.binds(over: $0.decision) }) ?? true else { continue }
            worst = (decision, index, false)
        }
        for (index, slot) in limits.tokens.enumerated() {
            let cost = self.rates.values[slot].cost(input: demand.inputTokens, output: demand.outputTokens)
            let decision = self.rates.values[slot].peek(cost, at: now)
            reading.tokens = Self.tighter(decision, reading.tokens)
            guard !decision.isAllowed, worst.map({ decision.binds(over: $0.decision) }) ?? true else { continue }
            worst = (decision, index, true)
        }
        guard let worst else { return nil }
        return worst.isTokens
            ? .tokens(worst.decision, limits.tokenScope(worst.index))
            : .requests(worst.decision, limits.requestScope(worst.index))
    }

    private func placeRefusal(_ limits: LimitSet) -> AdmissionRefusal? {
        for (index, slot) in limits.concurrency.enumerated() where !self.places.values[slot].hasRoom {
            return .concurrency(limit: self.places.values[slot].limit, limits.concurrencyScope(index))
        }
        return nil
    }

    private static func tighter(_ new: LimitDecision, _ old: LimitDecision?) -> LimitDecision {
        guard let old, !new.binds(over: old) else { return new }
        return old
    }

    // MARK: Ends

    mutating func end(_ limits: LimitSet, _ ending: Ending, takenAt: MonotonicInstant, epoch: UInt64) {
        if ending.givesBackRequest {
            for slot in limits.requests { self.rates.values[slot].giveBack(1, takenAt: takenAt) }
        }
        if let used = ending.usedTokens {
            for slot in limits.tokens {
                let taken = self.rates.values[slot].cost(input: ending.inputTokens, output: ending.outputTokens)
                self.rates.values[slot].correct(by: used - taken, takenAt: takenAt)
            }
        }
        for slot in limits.concurrency { self.places.values[slot].taken -= 1 }
        self.spend(
            limits,
            ending.cost,
            insteadOf: ending.money,
            promised: ending.promised,
            epoch: epoch,
            isEnd: true
        )
    }

    mutating func spend(
        _ limits: LimitSet,
        _ cost: Int64?,
        insteadOf held: Money,
        promised: Money,
        epoch: UInt64,
        isEnd: Bool
    ) {
        for (index, slot) in limits.budgets.enumerated() {
            let isUpper = limits.isUpperBound(index)
            let held = isUpper ? held.upper : held.expected
            let (overshoot, alert) = self.budgets.values[slot].spend(
                cost ?? held,
                insteadOf: held,
                promised: isUpper ? promised.upper : promised.expected,
                of: epoch,
                isEnd: isEnd
            )
            self.overshoot = self.overshoot.adding(overshoot)
            if let alert { self.note(alert) }
        }
    }

    mutating func topUp(_ limits: LimitSet, _ more: Money, _ demand: Demand, epoch: UInt64) -> Bool {
        for (index, slot) in limits.budgets.enumerated() {
            let isUpper = limits.isUpperBound(index)
            guard self.budgets.values[slot].need(demand, isUpper: isUpper) != nil else { return false }
            let need = isUpper ? more.upper : more.expected
            guard self.budgets.values[slot].admits(need, of: epoch) else { return false }
        }
        self.hold(limits, more, isPromised: true, epoch: epoch)
        return true
    }

    mutating func raise(_ limits: LimitSet, _ more: Money, epoch: UInt64) {
        self.hold(limits, more, isPromised: false, epoch: epoch)
    }

    private mutating func hold(_ limits: LimitSet, _ more: Money, isPromised: Bool, epoch: UInt64) {
        for (index, slot) in limits.budgets.enumerated() {
            let amount = limits.isUpperBound(index) ? more.upper : more.expected
            self.budgets.values[slot].hold(amount, promised: isPromised ? amount : 0, of: epoch)
        }
    }

    func periods(_ limits: LimitSet, epoch: UInt64) -> [BudgetPeriodReference] {
        var periods: [BudgetPeriodReference] = []
        periods.reserveCapacity(limits.budgets.count)
        for slot in limits.budgets {
            guard let period = self.budgets.values[slot].period(of: epoch) else { continue }
            periods.append(
                BudgetPeriodReference(budgetID: self.budgets.values[slot].facts.id, startsAt: period.startsAt)
            )
        }
        return periods
    }
}

// MARK: - Accounts

extension AdmissionState {
    /// Opens a budget's account, or changes the open one to new facts.
    mutating func register(_ facts: BudgetFacts) -> Int {
        guard let slot = self.budgetSlots[facts.id] else {
            let slot = self.budgets.insert(BudgetState(facts, bornAt: self.rolls))
            self.budgetSlots[facts.id] = slot
            return slot
        }
        self.budgets.values[slot].references += 1
        self.budgets.values[slot].change(to: facts, &self.rolls)
        if let alert = self.budgets.values[slot].crossed() { self.note(alert) }
        return slot
    }

    mutating func unregister(budget slot: Int) {
        self.budgets.values[slot].references -= 1
        guard self.budgets.values[slot].references <= 0 else { return }
        self.budgetSlots[self.budgets.values[slot].facts.id] = nil
        self.budgets.remove(slot)
    }

    mutating func view(_ budgetID: String, wall: Int64) -> BudgetView? {
        guard let slot = self.budgetSlots[budgetID] else { return nil }
        self.budgets.values[slot].roll(to: wall, &self.rolls)
        return self.budgets.values[slot].view
    }

    mutating func views(wall: Int64) -> [BudgetView] {
        self.budgetSlots.values.map { slot in
            self.budgets.values[slot].roll(to: wall, &self.rolls)
            return self.budgets.values[slot].view
        }
    }

    mutating func views(of limits: LimitSet, wall: Int64) -> [BudgetView] {
        limits.budgets.map { slot in
            self.budgets.values[slot].roll(to: wall, &self.rolls)
            return self.budgets.values[slot].view
        }
    }

    mutating func correct(_ budgetID: String, _ startsAt: Int64, by delta: Int64) -> Bool {
        guard let slot = self.budgetSlots[budgetID] else { return false }
        let (isKnown, alert) = self.budgets.values[slot].correct(startingAt: startsAt, by: delta)
        if let alert { self.note(alert) }
        return isKnown
    }

    mutating func restore(_ budgetID: String, _ startsAt: Int64, spent: Int64) -> Bool {
        guard let slot = self.budgetSlots[budgetID] else { return false }
        return self.budgets.values[slot].restore(startingAt: startsAt, spent: spent)
    }

    // MARK: Alerts

    mutating func takeAlerts() -> [BudgetAlert] {
        let alerts = self.alerts
        self.alerts = []
        return alerts
    }

    private mutating func note(_ alert: BudgetAlert) {
        guard self.alerts.count < Self.maximumAlerts else {
            self.droppedAlerts += 1
            return
        }
        self.alerts.append(alert)
    }
}

extension LimitDecision {
    /// Whether this one is the one to tell, of two.
    fileprivate func binds(over other: LimitDecision) -> Bool {
        switch (self.isAllowed, other.isAllowed) {
        case (true, true): self.remaining <= other.remaining
        case (false, false): self.canNeverPass || (!other.canNeverPass && self.wait >= other.wait)
        case (false, true): true
        case (true, false): false
        }
    }

    private var wait: Duration { self.retryAfter ?? .zero }
}
