import Policy

// A second attempt beside one that is slow, as the road makes it, with what must hold.
extension RoutingSimulation {
    /// Plans the second attempt for when the first is slower than usual.
    mutating func watch(_ request: RoutedRequest, _ flight: RoutedAttempt) {
        let left = Duration.microseconds(request.deadline - self.now)
        let p95 = self.health(request, flight.choice).p95FirstContent
        guard !request.hasHedged, let delay = self.hedging.delay(p95: p95, untilDeadline: left) else { return }
        let (seconds, attoseconds) = delay.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        self.plan(.hedge(request.number, flight: flight.serial), after: microseconds)
    }

    mutating func hedge(_ number: Int, beside serial: Int) throws(Violation) {
        guard var request = self.requests[number], !request.hasHedged, request.policy.canBeginBeside,
            let first = request.flights.first, first.serial == serial, request.flights.count == 1,
            !first.choice.permit.hasServed
        else { return }
        let well = request.usable.filter { request.chooser.targets[$0].health.obstacle(at: self.clock) == nil }
        let obstacles = request.obstacles
        let choice = request.cursor.beside(
            request.chooser,
            at: self.clock,
            obstacle: { obstacles.contains($0) ? .unsupported : nil },
            cost: { Int64($0 % 3) }
        )
        guard let choice else { return }
        try self.check(request, choice, well)
        try hold("hedge", choice.index != first.choice.index, "request \(number) is hedged where it is")
        try hold("hedge", !choice.permit.isProbe, "request \(number) probes with a hedge")
        request.hasHedged = true
        request.policy.beginBeside()
        self.tally.hedges += 1
        let fate = Fate(self.mood(request, choice), &self.random)
        request.flights.append(try self.launch(&request, choice, fate, isHedge: true))
        try hold("hedge", request.flights.count == 2, "request \(number) has \(request.flights.count) attempts at once")
        self.requests[number] = request
    }

    /// One of two attempts has failed.
    ///
    /// - Returns: Whether the other goes on alone; otherwise both have ended.
    mutating func leavesToOther(
        _ flight: RoutedAttempt,
        _ failure: AttemptFailure,
        _ request: inout RoutedRequest
    ) -> Bool {
        switch failure {
        case .cancelled, .committed:
            self.cancelOthers(than: flight, &request)
            return false
        case .callerFault where !flight.isHedge:
            self.cancelOthers(than: flight, &request)
            return false
        case .notSent, .throttled, .unavailable, .credential, .possiblyAccepted, .unsuitable, .callerFault:
            self.tell("\(request.number) \(failure), the other goes on")
            request.policy.failedBeside(failure)
            return true
        }
    }

    /// Whoever is quicker ends the other.
    mutating func cancelOthers(than flight: RoutedAttempt, _ request: inout RoutedRequest) {
        for other in request.flights where other.serial != flight.serial {
            let health = self.health(request, other.choice)
            self.probes.end(other.choice.permit, of: health, by: request.number)
            health.finish(other.choice.permit, .cancelled, at: self.clock)
            self.tell("\(request.number) cancels \(other.choice.index)")
            if flight.isHedge { self.tally.hedgesWon += 1 }
        }
        request.flights.removeAll { $0.serial != flight.serial }
    }

    /// At most two of a hundred requests had a second attempt.
    func checkHedges() throws(Violation) {
        let hedges = self.tally.hedges
        try hold("hedges", hedges * 50 <= self.tally.requests, "\(hedges) hedges of \(self.tally.requests) requests")
        try hold("hedges", self.hedging.isEnabled || hedges == 0, "\(hedges) hedges that nobody asked for")
    }
}
