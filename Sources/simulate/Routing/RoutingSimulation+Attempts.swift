import Policy

// One request's attempts, as the road makes them, with what must hold at each step.
extension RoutingSimulation {
    mutating func attempt(
        _ old: RoutedRequest,
        _ choose: (inout RouteCursor, RoutedRequest, MonotonicInstant) -> RouteChoice?
    ) throws(Violation) {
        var request = old
        let well = request.usable.filter { request.chooser.targets[$0].health.obstacle(at: self.clock) == nil }
        guard let choice = choose(&request.cursor, request, self.clock) else {
            try hold(
                "idle",
                well.allSatisfy { request.cursor.hasTried($0) },
                "request \(request.number) found nothing, but \(well) are well"
            )
            return
        }
        try self.check(request, choice, well)
        if request.policy.tries == 0 {
            self.retries.noteRequest(at: self.now)
            if self.hedging.isEnabled { request.chooser.balance.hedges.noteRequest() }
        }
        request.policy.begin(at: self.clock)
        if choice.reason == .panic { self.tally.panics += 1 }
        var fate = Fate(self.mood(request, choice), &self.random)
        fate.isLost = self.losesAttempts && self.random.chance(1, in: 60)
        let flight = try self.launch(&request, choice, fate, isHedge: false)
        guard !fate.isLost else { return self.lose(request, choice) }
        request.flights = [flight]
        self.requests[request.number] = request
        self.watch(request, flight)
    }

    /// An attempt begins, and its end is planned.
    mutating func launch(
        _ request: inout RoutedRequest,
        _ choice: RouteChoice,
        _ fate: Fate,
        isHedge: Bool
    ) throws(Violation) -> RoutedAttempt {
        self.tally.attempts += 1
        self.serial += 1
        try self.probes.begin(choice.permit, of: self.health(request, choice), by: request.number)
        if fate.wasSent {
            request.sent += 1
            if request.sent > 1 { self.tally.extra += 1 }
        }
        self.tell("\(request.number) \(isHedge ? "hedges" : "tries") \(choice.index) \(choice.reason): \(fate.outcome)")
        let flight = RoutedAttempt(serial: self.serial, choice: choice, fate: fate, isHedge: isHedge)
        guard !fate.isLost else { return flight }
        if let content = fate.content { self.plan(.content(request.number, flight: self.serial), after: content) }
        self.plan(.end(request.number, flight: self.serial), after: fate.end)
        return flight
    }

    func check(_ request: RoutedRequest, _ choice: RouteChoice, _ well: [Int]) throws(Violation) {
        let name = "request \(request.number) at \(choice.index) (\(choice.reason))"
        try hold("deadline", self.now < request.deadline, "\(name) begins after its deadline")
        try hold("usable", request.usable.contains(choice.index), "\(name) can never serve it")
        if choice.reason == .panic {
            try hold("panic", well.isEmpty, "\(name), but \(well) are well")
        } else if choice.reason != .again {
            try hold("well", well.contains(choice.index) && !choice.permit.isForced, "\(name) is not well")
        }
        try hold("attempts", request.sent < AttemptPolicy.maximumAttempts, "\(name) is the \(request.sent + 1)th sent")
        let most = AttemptPolicy.maximumAttempts + request.chooser.targets.count
        try hold("tries", request.policy.tries < most, "\(name) is the \(request.policy.tries + 1)th try")
        // The first group with a target that is well and untried serves.
        guard choice.reason != .panic, choice.reason != .again, choice.reason != .affinity else { return }
        let targets = request.chooser.targets
        let untried = well.filter { $0 == choice.index || !request.cursor.hasTried($0) }
        let first = untried.map { targets[$0].priority }.min()
        try hold("group", first == targets[choice.index].priority, "\(name), but \(untried) are well and untried")
    }

    mutating func noteContent(_ number: Int, _ serial: Int) {
        guard var request = self.requests[number],
            var flight = request.flights.first(where: { $0.serial == serial })
        else { return }
        let health = self.health(request, flight.choice)
        health.noteFirstContent(&flight.choice.permit, at: self.clock)
        self.probes.end(flight.choice.permit, of: health, by: number)
        self.cancelOthers(than: flight, &request)
        request.flights = [flight]
        self.requests[number] = request
    }

    mutating func end(_ number: Int, _ serial: Int) throws(Violation) {
        guard var request = self.requests[number],
            let place = request.flights.firstIndex(where: { $0.serial == serial })
        else { return }
        let flight = request.flights.remove(at: place)
        let (choice, fate) = (flight.choice, flight.fate)
        let health = self.health(request, choice)
        self.probes.end(choice.permit, of: health, by: number)
        health.finish(choice.permit, fate.outcome, at: self.clock, isEcho: request.wasSick)
        if fate.outcome == .sickTarget { request.wasSick = true }
        guard let failure = fate.failure else {
            self.cancelOthers(than: flight, &request)
            self.requests[number] = nil
            request.policy.succeed()
            self.tally.served += 1
            return
        }
        if !request.flights.isEmpty {
            guard self.leavesToOther(flight, failure, &request) else {
                self.requests[number] = nil
                return
            }
            self.requests[number] = request
            return
        }
        self.requests[number] = nil
        let rest = request.cursor.rest(request.chooser, at: self.clock) { request.obstacle($0) }
        let decision = request.policy.decide(
            after: failure,
            rest: rest,
            at: self.clock,
            wasProbe: choice.permit.isProbe,
            random: .fixed(self.random.next())
        )
        self.tell("\(number) \(failure), left \(rest): \(decision)")
        try self.follow(request, failure, rest, decision, isPaid: !choice.permit.isProbe || rest != .untried)
    }

    private mutating func follow(
        _ request: RoutedRequest,
        _ failure: AttemptFailure,
        _ rest: RouteRest,
        _ decision: AttemptDecision,
        isPaid: Bool
    ) throws(Violation) {
        let wait: Duration
        switch decision {
        case .stop(let reason):
            let isHelpless = reason == .noTarget && rest == .untried
            try hold("stop", !isHelpless, "request \(request.number) gives up with a target untried")
            return
        case .next(let after): wait = after
        case .again(_, let after): wait = after
        }
        let microseconds = wait.components.seconds * 1_000_000 + wait.components.attoseconds / 1_000_000_000_000
        try hold("final", failure != .committed, "request \(request.number) is tried again after content")
        try hold("deadline", self.now + microseconds < request.deadline, "request \(request.number) waits too long")
        if failure == .possiblyAccepted {
            try hold("billing", request.policy.allowsDoubleBilling, "request \(request.number) may be billed twice")
        }
        if failure.isPaid, isPaid { try self.retries.grant(at: self.now) }
        self.requests[request.number] = request
        self.plan(.wake(request.number, decision), after: microseconds)
    }

    /// Nobody will ever say how this attempt ended.
    private mutating func lose(_ request: RoutedRequest, _ choice: RouteChoice) {
        self.tally.lost += 1
        self.lost[self.health(request, choice).identity, default: 0] += 1
    }

    func health(_ request: RoutedRequest, _ choice: RouteChoice) -> TargetHealth {
        request.chooser.targets[choice.index].health
    }

    /// How the vendor feels now, whatever the model looked like when the request came.
    func mood(_ request: RoutedRequest, _ choice: RouteChoice) -> Mood {
        self.scenario.places[choice.index].mood
    }
}
