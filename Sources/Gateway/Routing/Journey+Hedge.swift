import Exchange
import NIOCore
import Policy
import Storage
import Telemetry

// A second attempt beside one that is slow to begin, where the model asks for it. Whoever has content first, or a whole good
// answer, tells the caller; the other ends at once. When one fails, the other goes on alone.

/// The second attempt beside the one that speaks for the request.
final class Hedge {
    /// The attempt that is slow. It speaks to the caller until the second prevails.
    let first: ActiveExchange
    /// The second's target.
    var choice: RouteChoice
    /// The second; `nil` while the request is being prepared for its target.
    var second: ActiveExchange?
    /// How the first has ended with its caller, while the second's final count is waited for.
    var waiting: (status: Int, outcome: ExchangeOutcome)?

    init(first: ActiveExchange, choice: RouteChoice) {
        self.first = first
        self.choice = choice
    }
}

extension Journey {
    // MARK: Sending

    /// An attempt has begun that speaks for the request: when it stays silent too long, another begins beside it.
    func watch(_ exchange: ActiveExchange) {
        let hedging = self.model.rules.hedging
        guard hedging.isEnabled, self.model.targets.count > 1, TargetPricing.isBilled(self.head.operation) else {
            return
        }
        if self.policy.tries == 1 { self.model.chooser.balance.hedges.noteRequest() }
        self.hedgeTimer?.cancel()
        self.hedgeTimer = nil
        guard !self.hasHedged, let choice = self.choice else { return }
        let p95 = self.model.chooser.targets[choice.index].health.p95FirstContent
        guard let delay = hedging.delay(p95: p95, untilDeadline: self.timeLeft) else { return }
        let bound = NIOLoopBound((journey: self, client: self.client, first: exchange), eventLoop: self.loop.loop)
        self.hedgeTimer = self.loop.loop.scheduleTask(in: TimeAmount(delay)) {
            let (journey, client, first) = bound.value
            withExtendedLifetime(client) { journey.begin(beside: first) }
        }
    }

    private var timeLeft: Duration {
        let now = self.loop.monotonicNow.microseconds
        let (left, overflow) = self.policy.deadline.microseconds.subtractingReportingOverflow(now)
        return .microseconds(overflow ? .max : left)
    }

    /// The second is about to be made, and the request is being prepared for it.
    var isPreparingHedge: Bool { self.hedge.map { $0.second == nil } ?? false }

    private func begin(beside first: ActiveExchange) {
        self.hedgeTimer = nil
        guard !self.isOver, !self.hasHedged, self.resting == nil, self.client.exchange === first,
            first.isSilent, self.policy.canBeginBeside, let request = self.request,
            let choice = self.chooseBeside()
        else { return }
        self.hasHedged = true
        self.hedge = Hedge(first: first, choice: choice)
        do throws(GatewayFailure) {
            try self.renewCaller()
            let target = self.model.targets[choice.index]
            try self.client.prepare(self, for: target, self.inspected, request)
        } catch {
            _ = self.dropsHedge(after: error)
        }
    }

    private func chooseBeside() -> RouteChoice? {
        self.cursor.beside(
            self.model.chooser,
            at: self.loop.monotonicNow,
            obstacle: { self.obstacle($0) },
            cost: { self.expectedCost($0) }
        )
    }

    /// The request could not be prepared for the second target: the first goes on as if nothing had been tried.
    ///
    /// - Returns: Whether there was such a preparation.
    func dropsHedge(after error: GatewayFailure) -> Bool {
        guard let hedge = self.hedge, hedge.second == nil else { return false }
        if let reason = Self.reason(to: error) { self.unfit.append((hedge.choice.index, reason)) }
        self.dropPreparation(hedge, error.kind == .upstreamCredential ? .credential : .unused)
        return true
    }

    private func dropPreparation(_ hedge: Hedge, _ outcome: AttemptOutcome) {
        self.hedge = nil
        self.step &+= 1
        self.finish(hedge.choice, outcome)
        self.model.chooser.balance.hedges.giveBack()
    }

    /// The second attempt begins.
    ///
    /// - Returns: Whether it is one; otherwise the attempt speaks for the request.
    func beganBeside(_ exchange: ActiveExchange) -> Bool {
        guard self.isPreparingHedge else { return false }
        self.hedge?.second = exchange
        self.policy.beginBeside()
        self.loop.shared.metrics.attempts.add()
        return true
    }

    /// Whether an attempt is the second, while the first still speaks.
    func isBeside(_ exchange: ActiveExchange) -> Bool { self.hedge?.second === exchange }

    /// Attempts that have reached a vendor beside one, and are not in its record yet.
    func attemptsBeside(_ exchange: ActiveExchange) -> Int {
        guard let hedge = self.hedge, hedge.first === exchange else { return 0 }
        return hedge.second?.record.attempts ?? 0
    }

    /// The second attempt's first content has come.
    ///
    /// - Returns: Whether it was the second's.
    func noteHedgeContent(_ exchange: ActiveExchange) -> Bool {
        guard let hedge = self.hedge, hedge.second === exchange else { return false }
        let health = self.model.chooser.targets[hedge.choice.index].health
        health.noteFirstContent(&hedge.choice.permit, at: self.loop.monotonicNow)
        return true
    }

    // MARK: Ending

    /// An attempt tells the caller: what runs beside it ends at once, and is settled by what is known of it.
    func prevails(_ exchange: ActiveExchange) {
        self.hedgeTimer?.cancel()
        self.hedgeTimer = nil
        guard let hedge = self.hedge else { return }
        guard let second = hedge.second else { return self.dropPreparation(hedge, .unused) }
        let demand = exchange.dispatch.estimate.demand
        if second === exchange {
            if let choice = self.choice { self.trail.append(self.note(hedge.first, at: choice.index, .cancelled)) }
            self.finishPermit(.cancelled)
            hedge.first.lose(keeping: demand)
            self.handOver(hedge, to: second)
        } else {
            self.loop.shared.metrics.hedgesLost.add()
            self.end(hedge, second, .cancelled)
            second.lose(keeping: demand)
            exchange.record.add(second.record)
        }
    }

    /// An attempt has failed while another runs beside it: that one goes on alone. What ends the request itself ends both,
    /// unless only the second says so: without it nobody would have said it.
    ///
    /// - Returns: Whether another goes on; `nil` when none runs beside it.
    func leavesToOther(after end: AttemptEnd, _ failure: GatewayFailure, from exchange: ActiveExchange) -> Bool? {
        guard let hedge = self.hedge else { return nil }
        if let second = hedge.second, second === exchange {
            self.policy.failedBeside(end.failure)
            if case .unsuitable = end.failure { self.unfit.append((hedge.choice.index, .context)) }
            self.trail.append(self.note(second, at: hedge.choice.index, end.outcome))
            let isEcho = self.echoes(second, at: hedge.choice.index, end, failure)
            self.finish(hedge.choice, end.outcome, isEcho: isEcho)
            return true
        }
        guard let choice = self.choice else { return false }
        self.trail.append(self.note(exchange, at: choice.index, end.outcome))
        self.finishPermit(end.outcome, isEcho: self.echoes(exchange, at: choice.index, end, failure))
        switch end.failure {
        case .callerFault, .cancelled, .committed: return false
        case .unsuitable: self.unfit.append((choice.index, .context))
        case .notSent, .throttled, .unavailable, .credential, .possiblyAccepted: break
        }
        self.policy.failedBeside(end.failure)
        return true
    }

    /// A failed attempt is settled: where another runs beside it, or is about to, that one takes its place.
    func closed(_ exchange: ActiveExchange, _ failure: GatewayFailure) {
        guard let hedge = self.hedge else { return }
        guard let second = hedge.second else {
            // What is being prepared is the next attempt now.
            self.hedge = nil
            self.choice = hedge.choice
            self.resting = exchange
            self.failure = failure
            return
        }
        guard second === exchange else { return self.handOver(hedge, to: second) }
        self.loop.shared.metrics.hedgesFailed.add()
        self.hedge = nil
        second.retire()
        hedge.first.record.add(second.record)
    }

    /// The caller has left: the second attempt ends by the rules of its own provider.
    func callerLeftHedge() {
        guard let second = self.hedge?.second else { return }
        second.perform(second.machine.clientGone())
    }

    /// Before an attempt is recorded as the request's last: the second is none when the caller has left, and the first waits
    /// while the second's final count is read. Whoever is the last ends the other.
    ///
    /// - Returns: Whether the attempt is not recorded, or not yet.
    func defers(_ exchange: ActiveExchange, status: Int, _ outcome: ExchangeOutcome) -> Bool {
        guard let hedge = self.hedge else { return false }
        if let second = hedge.second, second === exchange, outcome == .clientGone {
            self.loop.shared.metrics.hedgesLost.add()
            self.end(hedge, second, .cancelled)
            let now = self.loop.loop.now
            second.settleMoney(status: second.upstreamStatus, outcome: outcome, at: now, isLast: false)
            second.retire()
            hedge.first.record.add(second.record)
            if let waiting = hedge.waiting { hedge.first.settle(status: waiting.status, outcome: waiting.outcome) }
            return true
        }
        if let second = hedge.second, second !== exchange, second.isDraining {
            hedge.waiting = (status, outcome)
            return true
        }
        self.prevails(exchange)
        return false
    }

    /// The first has ended or is outrun: the second speaks for the request from here on.
    private func handOver(_ hedge: Hedge, to second: ActiveExchange) {
        self.loop.shared.metrics.hedgesWon.add()
        self.hedge = nil
        self.choice = hedge.choice
        second.takeOver(from: hedge.first)
        hedge.first.retire()
        self.client.exchange = second
    }

    private func end(_ hedge: Hedge, _ second: ActiveExchange, _ outcome: AttemptOutcome) {
        self.hedge = nil
        self.trail.append(self.note(second, at: hedge.choice.index, outcome))
        self.finish(hedge.choice, outcome)
    }

    private func finish(_ choice: RouteChoice, _ outcome: AttemptOutcome, isEcho: Bool = false) {
        let health = self.model.chooser.targets[choice.index].health
        health.finish(choice.permit, outcome, at: self.loop.monotonicNow, isEcho: isEcho)
    }
}
