import Policy

// What must hold when all that was under way has ended.
extension RoutingSimulation {
    /// In a total outage retries add a tenth to the calls, besides what few requests in ten seconds may have before the
    /// ratio applies: at the beginning, and at the end when only long waits are left.
    func checkOutage() throws(Violation) {
        guard self.scenario.kind == .outage else { return }
        try hold("outage", self.tally.served == 0, "\(self.tally.served) were served by nobody")
        let most = self.tally.requests / 10 + 20
        try hold("retries", self.tally.extra <= most, "\(self.tally.extra) retries of \(self.tally.requests) requests")
    }

    /// All vendors are well again: traffic must come back by itself, to everyone that its group gives it to.
    mutating func recover() throws(Violation) {
        self.scenario.recover()
        self.losesAttempts = false
        let served = self.tally.served
        // Longer than the longest pause of a credential, and than a lost probe is waited for.
        for _ in 0..<74 {
            self.now += 5_000_000
            try self.recoveryRequest()
        }
        try hold("recovery", self.tally.served > served, "nobody is served although all vendors are well")
        for target in self.chooser.targets where target.weight > 0 {
            let obstacle = target.health.obstacle(at: self.clock)
            try hold("recovery", obstacle == nil, "\(target.key) is still out: \(obstacle?.rawValue ?? "")")
        }
    }

    private mutating func recoveryRequest() throws(Violation) {
        var cursor = RouteCursor()
        guard let choice = cursor.next(self.chooser, at: self.clock) else {
            throw Violation(invariant: "recovery", message: "nothing to try although all vendors are well")
        }
        let health = self.chooser.targets[choice.index].health
        try self.probes.begin(choice.permit, of: health, by: 0)
        self.probes.end(choice.permit, of: health, by: 0)
        let total = Duration.milliseconds(self.random.int(100...900))
        health.finish(choice.permit, .succeeded(firstContent: nil, total: total), at: self.clock)
        self.tally.served += 1
    }

    /// Nothing is left of what has ended: no place in flight, no half-open place that stays taken.
    func checkRest() throws(Violation) {
        for target in self.chooser.targets {
            let (inFlight, lost) = (target.health.inFlight, self.lost[target.health.identity] ?? 0)
            try hold("flight", inFlight == lost, "\(target.key) has \(inFlight) in flight, \(lost) were lost")
            guard let permit = target.health.begin(at: self.clock) else {
                throw Violation(invariant: "leak", message: "\(target.key) lets nothing through at rest")
            }
            target.health.finish(permit, .unused, at: self.clock)
        }
    }
}
