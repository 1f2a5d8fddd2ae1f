import Exchange
import NIOCore
import Policy

extension Journey {
    /// The health of the target under way, if its breaker has opened since the attempt began.
    var sickTarget: TargetHealth? {
        guard let choice = self.choice, !choice.permit.isProbe, !choice.permit.isForced else { return nil }
        let health = self.model.chooser.targets[choice.index].health
        return health.obstacle(at: self.loop.monotonicNow) == .breakerOpen ? health : nil
    }

    /// An attempt that keeps the request waiting gives way to one at a target that was not tried and is well. Nothing changes
    /// where there is none, or where too many requests are being tried again: waiting on is better than failing.
    ///
    /// - Parameters:
    ///   - exchange: The attempt, alone under way.
    ///   - failure: What the caller is told if nobody serves.
    /// - Returns: Whether it does; then the exchange rests until the other begins.
    func leaves(_ exchange: ActiveExchange, _ failure: GatewayFailure) -> Bool {
        guard !self.isOver, self.request != nil, self.resting == nil, self.hedge == nil, let choice = self.choice else {
            return false
        }
        let now = self.loop.monotonicNow
        let rest = self.cursor.rest(self.model.chooser, at: now) { self.obstacle($0) }
        guard case .untried = rest else { return false }
        var policy = self.policy
        guard case .next(let wait) = policy.decide(after: .possiblyAccepted, rest: rest, at: now) else { return false }
        self.policy = policy
        let end = AttemptEnd(.sickTarget, .possiblyAccepted)
        self.trail.append(self.note(exchange, at: choice.index, end.outcome))
        self.finishPermit(end.outcome, isEcho: self.echoes(exchange, at: choice.index, end, failure))
        self.rest(exchange, failure, wait) { $0.advance() }
        return true
    }
}
