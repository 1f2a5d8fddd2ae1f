import Exchange
import Ledger
import Policy
import Storage

// What the road does with one request, step by step.
extension Simulation {
    // MARK: Admission

    mutating func request() throws {
        let keys = self.scenario.keys.filter { !$0.isDeleted }
        guard !keys.isEmpty else { return }
        let key = keys[self.random.int(0...keys.count - 1)]
        let model = self.scenario.models[self.random.int(0...self.scenario.models.count - 1)]
        guard let entry = self.node.keys.entry(id: key.id) else { return }
        self.tally.requests += 1
        let limits = entry.limits(for: model.name)
        let bounds = (input: self.random.int(1...30_000), output: self.random.int(1...8_000))
        let demand = self.demand(model, bounds)
        let budgets = self.scenario.budgets(of: key)
        let wanted = budgets.map { self.need(of: $0.record, demand) }
        let fits = zip(budgets, wanted).allSatisfy { self.fits($0, $1) }
        switch self.node.table.admit(limits, demand, at: self.clock.monotonic, wall: self.clock.trusted) {
        case .refused(let refusal):
            self.tally.refusals += 1
            try self.check(refusal, key, fits: fits)
        case .admitted(let admission, _):
            try hold("b", fits, "admitted what does not fit: \(key.id) wants \(wanted)")
            try self.begin(key, model, admission, demand, bounds, budgets, wanted)
        }
    }

    private mutating func demand(_ model: Scenario.Model, _ bounds: (input: Int, output: Int)) -> Demand {
        let input = self.random.int(1...bounds.input)
        let output = self.random.int(1...bounds.output)
        let isBounded = self.random.chance(9, in: 10)
        return Demand(
            inputTokens: input,
            outputTokens: output,
            expectedNanoUSD: Tariff.expected(model.price, input: input, output: output),
            upperNanoUSD: isBounded ? Tariff.upper(model.price, input: bounds.input, output: bounds.output) : nil,
            unboundedReason: isBounded ? nil : "a hosted tool"
        )
    }

    /// What a budget should hold for a demand; `nil` when it must refuse it.
    private func need(of budget: BudgetRecord, _ demand: Demand) -> Int64? {
        guard budget.isUpperBound else { return demand.expectedNanoUSD }
        return demand.upperNanoUSD ?? (budget.isHard ? nil : demand.expectedNanoUSD)
    }

    private func fits(_ budget: Scenario.Budget, _ need: Int64?) -> Bool {
        guard budget.record.isHard else { return true }
        guard let need else { return false }
        let standing = self.book.standing[self.period(of: budget)] ?? Book.Standing()
        return need == 0 || standing.spent + standing.held + need <= budget.record.amountNanoUSD
    }

    func period(of budget: Scenario.Budget) -> BudgetPeriodKey {
        let startsAt = budget.boundaries.last { $0 <= self.clock.trusted } ?? budget.boundaries[0]
        return BudgetPeriodKey(budgetID: budget.record.id, startsAt: startsAt)
    }

    private func check(_ refusal: AdmissionRefusal, _ key: Scenario.Key, fits: Bool) throws(Violation) {
        switch refusal {
        case .budget(let view, let needed):
            try hold("b", !fits, "\(view.id) refused \(needed), which fits: \(view)")
        case .unbounded(let view, _):
            try hold("b", !fits && view.isUpperBound && view.isHard, "\(view.id) refused for want of a bound: \(view)")
        case .concurrency(let limit, let scope):
            guard !self.limitsHaveChanged else { return }
            let mates = self.flights.filter { flight in
                scope.owner == .key ? flight.key == key.id : self.project(of: flight.key) == key.project
            }
            try hold("e", mates.count >= limit, "\(mates.count) in flight, the limit is \(limit)")
        case .requests(let decision, _), .tokens(let decision, _):
            try hold("e", !decision.isAllowed, "refused though it was allowed: \(decision)")
        }
    }

    private func project(of key: String) -> String? {
        self.scenario.keys.first { $0.id == key }?.project
    }

    private mutating func begin(
        _ key: Scenario.Key,
        _ model: Scenario.Model,
        _ admission: Admission,
        _ demand: Demand,
        _ bounds: (input: Int, output: Int),
        _ budgets: [Scenario.Budget],
        _ wanted: [Int64?]
    ) throws {
        let holds = zip(budgets, wanted).map { budget, need in
            Flight.Hold(
                period: self.period(of: budget),
                isUpperBound: budget.record.isUpperBound,
                isHard: budget.record.isHard,
                nanoUSD: need ?? 0
            )
        }
        let periods = Set(admission.budgets.map { BudgetPeriodKey(budgetID: $0.budgetID, startsAt: $0.startsAt) })
        let wantedPeriods = Set(holds.map(\.period))
        try hold("b", periods == wantedPeriods, "it counts in \(periods), it should in \(wantedPeriods)")
        for each in holds { self.book.standing[each.period, default: .init()].held += each.nanoUSD }
        try self.checkConcurrency(key)
        let flight = Flight(
            number: self.tally.requests,
            key: key.id,
            model: model,
            admission: admission,
            demand: demand,
            bounds: bounds,
            holds: holds,
            attemptsLeft: self.random.int(1...3),
            entry: LedgerEntry(
                attempt: AttemptID(high: 0, low: 0),
                requestID: "req_\(self.tally.requests)",
                subject: LedgerEntry.Subject(
                    keyID: key.id,
                    projectID: key.project,
                    operation: .chat,
                    model: model.name,
                    provider: Scenario.providers[0],
                    upstreamModel: model.name,
                    label: self.random.chance(1, in: 4) ? "label\(self.random.int(0...3))" : ""
                ),
                startedAt: self.clock.wall,
                settledAt: self.clock.wall
            )
        )
        try self.open(flight)
    }

    private func checkConcurrency(_ key: Scenario.Key) throws(Violation) {
        guard !self.limitsHaveChanged else { return }
        let limits = [
            (key.limits.concurrentRequests, self.flights.count { $0.key == key.id }),
            (
                self.scenario.projects[key.project]?.concurrentRequests,
                self.flights.count { self.project(of: $0.key) == key.project }
            ),
        ]
        for case (let limit?, let count) in limits {
            try hold("e", count < limit, "admitted beside \(count) in flight, the limit is \(limit)")
        }
    }

    // MARK: Attempts

    /// Writes the next attempt into the journal, and sends it.
    mutating func open(_ flight: Flight) throws {
        let isFirst = flight.admission.state == .held
        flight.attemptsLeft -= 1
        flight.used = TokenUsage()
        flight.used.uncachedInputTokens = self.random.int(0...flight.demand.inputTokens)
        flight.entry.attempt = self.nextAttempt()
        flight.entry.subject.provider = Scenario.providers[flight.attemptsLeft % 2]
        flight.entry.startedAt = self.clock.wall
        flight.entry.usage = flight.used
        flight.entry.chargeNanoUSD = Tariff.charge(flight.model.price, flight.used)
        flight.entry.reservedNanoUSD = flight.demand.upperNanoUSD ?? 0
        flight.entry.isEstimated = true
        flight.entry.budgets = flight.holds.map(\.period)
        flight.final = self.finalUsage(flight)
        let entry = flight.entry
        let reservesFirst = self.random.chance(1, in: 6)
        let isPutOff = !reservesFirst && self.putsOff()
        self.tell("\(flight.entry.requestID) opens \(entry.attempt.low) at \(entry.chargeNanoUSD) in \(flight.holds)")
        self.book.opens(entry, isReservation: reservesFirst)
        self.tally.attempts += 1
        do {
            let journal = self.node.journal
            flight.ticket = try reservesFirst ? journal.reserve(entry) : journal.open(entry, isPutOff: isPutOff)
            self.lastTicket = flight.ticket
            flight.phase = reservesFirst ? .reserved : self.world.sync == .each ? .waiting : .sent
        } catch {
            return self.refused(flight, isFirst: isFirst, error)
        }
        if isPutOff, !self.world.isDead, !self.node.journal.writeOut(), let ticket = flight.ticket {
            // It is in memory only, and so is its release.
            self.node.journal.release(ticket)
            return self.refused(flight, isFirst: isFirst, JournalError(.failed, "what was put off was not written"))
        }
        guard !self.world.isDead else { return self.flights.append(flight) }
        self.book.wrote(entry.attempt)
        if flight.phase == .sent { self.send(flight) }
        self.flights.append(flight)
        if flight.phase == .waiting { self.wait(flight) }
    }

    /// Whether an entry is written at the end of the loop's round, as loops do it where nothing waits for the disk.
    private mutating func putsOff() -> Bool { self.world.sync == .group && self.random.chance(1, in: 2) }

    /// The journal takes nothing new: nothing is sent, and the caller is told 503.
    private mutating func refused(_ flight: Flight, isFirst: Bool, _ error: JournalError) {
        self.tell("request \(flight.number): \(error)")
        if self.world.isDead {
            // Whether it had been written when the process died is open.
            self.flights.append(flight)
            return
        }
        self.book.forgets(flight.entry.attempt, isSure: !self.diskIsSick)
        self.tally.refusals += 1
        if isFirst {
            flight.admission.release()
            self.giveBack(flight)
        } else {
            self.settleAdmission(flight, cost: 0)
        }
    }

    func wait(_ flight: Flight) {
        guard let ticket = flight.ticket else { return }
        let (number, world) = (flight.number, self.world)
        self.node.journal.whenSynced(ticket) { isSynced in world.noteSynced(number, isSynced) }
    }

    /// The first byte leaves.
    mutating func send(_ flight: Flight) {
        flight.phase = .sent
        flight.admission.markSent()
        self.book.open[flight.entry.attempt]?.isSeen = true
    }

    /// What the vendor will say in the end, within the bounds.
    private mutating func finalUsage(_ flight: Flight) -> TokenUsage {
        var usage = TokenUsage()
        let known = flight.used.uncachedInputTokens
        var input = self.random.int(known...max(known, flight.inputBound))
        let output = self.random.int(0...flight.outputBound)
        if self.random.chance(1, in: 3) {
            usage.cacheReadTokens = self.random.int(0...input)
            input -= usage.cacheReadTokens
        }
        if self.random.chance(1, in: 5) {
            usage.cacheWrite5mTokens = self.random.int(0...input)
            input -= usage.cacheWrite5mTokens
        }
        if self.random.chance(1, in: 8) {
            usage.cacheWrite1hTokens = self.random.int(0...input)
            input -= usage.cacheWrite1hTokens
        }
        usage.uncachedInputTokens = input
        usage.reasoningTokens = self.random.chance(1, in: 3) ? self.random.int(0...output) : 0
        usage.visibleOutputTokens = output - usage.reasoningTokens
        return usage
    }

    // MARK: Going on

    mutating func advance() throws {
        guard !self.flights.isEmpty else { return }
        let flight = self.flights[self.random.int(0...self.flights.count - 1)]
        switch flight.phase {
        case .waiting: try self.advanceWaiting(flight)
        case .reserved: try self.advanceReserved(flight)
        case .sent: try self.advanceSent(flight)
        }
    }

    private mutating func advanceWaiting(_ flight: Flight) throws {
        switch self.world.takeSynced(flight.number) {
        case true?: self.send(flight)
        case false?:
            // The disk failed: it is not sent.
            self.letGo(flight)
        case nil: return
        }
    }

    private mutating func advanceReserved(_ flight: Flight) throws {
        guard let ticket = flight.ticket else { return }
        if self.random.chance(1, in: 3) { return self.letGo(flight) }
        self.book.learns(flight.entry.attempt, Book.Knowledge(flight.entry, isEstimated: true), isEnd: false)
        do {
            try self.node.journal.markSent(ticket)
        } catch {
            self.tell("request \(flight.number): \(error)")
            guard !self.world.isDead else { return }
            return self.letGo(flight)
        }
        guard !self.world.isDead else { return }
        self.book.wrote(flight.entry.attempt)
        if self.world.sync == .each {
            flight.phase = .waiting
            self.wait(flight)
        } else {
            self.send(flight)
        }
    }

    private mutating func advanceSent(_ flight: Flight) throws {
        let course = self.random.choose([(4, "checkpoint"), (5, "finish"), (2, "fail"), (2, "leave"), (3, "hang")])
        switch course {
        case "checkpoint": self.checkpoint(flight)
        case "finish": try self.finish(flight, flight.final, isEstimated: false, .completed)
        case "leave": try self.finish(flight, flight.used, isEstimated: true, .clientGone)
        case "fail": try self.fail(flight)
        default: return
        }
    }

    private mutating func checkpoint(_ flight: Flight) {
        guard let ticket = flight.ticket else { return }
        flight.used.visibleOutputTokens = min(
            flight.outputBound,
            flight.used.visibleOutputTokens + self.random.int(1...1_000)
        )
        let charge = Tariff.charge(flight.model.price, flight.used)
        let knowledge = Book.Knowledge(usage: flight.used, chargeNanoUSD: charge)
        self.book.learns(flight.entry.attempt, knowledge, isEnd: false)
        self.tell("\(flight.entry.requestID) has cost \(charge) so far")
        let dropped = self.node.checkpointsDropped
        self.node.journal.checkpoint(ticket, usage: flight.used, chargeNanoUSD: charge)
        if self.node.checkpointsDropped > dropped {
            self.book.unlearns(flight.entry.attempt)
        } else if !self.world.isDead {
            self.book.wrote(flight.entry.attempt)
        }
        flight.admission.raise(to: charge)
        for index in flight.holds.indices { self.raise(flight, index, to: charge) }
    }

    private mutating func raise(_ flight: Flight, _ index: Int, to nanoUSD: Int64) {
        let more = nanoUSD - flight.holds[index].nanoUSD
        guard more > 0 else { return }
        flight.holds[index].nanoUSD += more
        self.book.standing[flight.holds[index].period, default: .init()].held += more
    }

    /// An attempt that did not work out: the request may go on with another.
    private mutating func fail(_ flight: Flight) throws {
        let isBillable = self.random.chance(1, in: 2)
        var usage = TokenUsage()
        if isBillable { usage = flight.used }
        let goesOn = flight.attemptsLeft > 0 && self.random.chance(2, in: 3)
        guard goesOn else { return try self.finish(flight, usage, isEstimated: isBillable, .upstreamError) }
        let charge = Tariff.charge(flight.model.price, usage)
        try self.settle(flight, usage, charge, isEstimated: isBillable, .upstreamError)
        guard !self.world.isDead else { return }
        flight.admission.charge(tokens: usage.inputTokens + usage.outputTokens, nanoUSD: charge)
        for index in flight.holds.indices {
            self.book.standing[flight.holds[index].period, default: .init()].spent += charge
            self.lower(flight, index, by: charge)
        }
        self.flights.removeAll { $0 === flight }
        guard flight.admission.topUp(flight.demand) else { return self.settleAdmission(flight, cost: 0) }
        for index in flight.holds.indices {
            let hold = flight.holds[index]
            let upper = flight.demand.upperNanoUSD ?? flight.demand.expectedNanoUSD
            self.raise(flight, index, to: hold.isUpperBound ? upper : flight.demand.expectedNanoUSD)
        }
        try self.open(flight)
    }

    private mutating func lower(_ flight: Flight, _ index: Int, by nanoUSD: Int64) {
        let less = min(nanoUSD, flight.holds[index].nanoUSD)
        flight.holds[index].nanoUSD -= less
        self.book.standing[flight.holds[index].period, default: .init()].held -= less
    }

    // MARK: Ends

    private mutating func finish(
        _ flight: Flight,
        _ usage: TokenUsage,
        isEstimated: Bool,
        _ outcome: ExchangeOutcome
    ) throws {
        let charge = Tariff.charge(flight.model.price, usage)
        try self.settle(flight, usage, charge, isEstimated: isEstimated, outcome)
        guard !self.world.isDead else { return }
        self.flights.removeAll { $0 === flight }
        flight.admission.settle(tokens: usage.inputTokens + usage.outputTokens, nanoUSD: charge)
        self.settled(flight, cost: charge)
        // Once more, as a late event might: nothing may come of it.
        if self.random.chance(1, in: 10), let ticket = flight.ticket {
            self.node.journal.settle(ticket, flight.entry)
            self.node.journal.release(ticket)
            flight.admission.settle(tokens: 1, nanoUSD: 1)
        }
    }

    private mutating func settle(
        _ flight: Flight,
        _ usage: TokenUsage,
        _ charge: Int64,
        isEstimated: Bool,
        _ outcome: ExchangeOutcome
    ) throws {
        guard let ticket = flight.ticket else { return }
        var entry = flight.entry
        entry.usage = usage
        entry.chargeNanoUSD = charge
        entry.isEstimated = isEstimated
        entry.outcome = outcome
        entry.settledAt = self.clock.wall
        entry.status = outcome == .completed ? 200 : 502
        entry.totalMicroseconds = 1_000
        self.book.learns(entry.attempt, Book.Knowledge(entry, isEstimated: isEstimated), isEnd: true)
        self.tell("\(entry.requestID) ends \(entry.attempt.low) at \(charge): \(outcome)")
        let isPutOff = self.putsOff()
        self.node.journal.settle(ticket, entry, isPutOff: isPutOff)
        // When it cannot be written, it is kept in memory, as one that is not put off.
        if isPutOff, !self.world.isDead { _ = self.node.journal.writeOut() }
        if !self.world.isDead { self.book.wrote(entry.attempt) }
    }

    /// Ends an attempt that was never sent.
    private mutating func letGo(_ flight: Flight) {
        guard let ticket = flight.ticket else { return }
        self.tell("\(flight.entry.requestID) lets go of \(flight.entry.attempt.low)")
        self.book.learns(flight.entry.attempt, nil, isEnd: true)
        self.node.journal.release(ticket)
        guard !self.world.isDead else { return }
        self.book.wrote(flight.entry.attempt)
        self.flights.removeAll { $0 === flight }
        if flight.admission.state == .held {
            flight.admission.release()
            self.giveBack(flight)
        } else {
            self.settleAdmission(flight, cost: 0)
        }
    }

    private mutating func settleAdmission(_ flight: Flight, cost: Int64) {
        flight.admission.settle(tokens: 0, nanoUSD: cost)
        self.settled(flight, cost: cost)
    }

    private mutating func settled(_ flight: Flight, cost: Int64) {
        for hold in flight.holds { self.book.standing[hold.period, default: .init()].spent += cost }
        self.giveBack(flight)
    }

    private mutating func giveBack(_ flight: Flight) {
        for hold in flight.holds { self.book.standing[hold.period, default: .init()].held -= hold.nanoUSD }
        flight.holds = []
    }
}
