import Exchange
import NIOCore
import Policy

// A vendor that keeps a request waiting is left for a target that was not asked yet. It may have accepted the request, and may
// be writing what it has not sent: so only where the model allows to be billed twice, and only while another can be asked.

extension ActiveExchange {
    /// A hung vendor's breaker is not looked at before this, where nobody knows how long its answers take.
    private static let patience = Duration.seconds(10)

    /// Leaves the vendor, if there is reason to and somewhere to go.
    ///
    /// - Returns: Whether another attempt follows.
    func leavesVendor(_ now: NIODeadline) -> Bool {
        guard self.journey.model.rules.mayBillTwice, let since = self.machine.isWaitingSince,
            self.journey.inspected.facts.isStream ? self.isLate(now - since) : self.isHung(now - since)
        else { return false }
        let failure = GatewayFailure(.upstreamTimeout, "The provider did not answer in time.")
        guard self.journey.leaves(self, failure) else { return false }
        self.abandonUpstream()
        self.machine.giveUp()
        self.closeAttempt(failure)
        return true
    }

    /// A stream without content. A model's own deadline goes before this one.
    private func isLate(_ waited: TimeAmount) -> Bool {
        self.journey.model.rules.firstContent == nil
            && waited > TimeAmount(self.loop.shared.options.deadlines.firstContentElsewhere)
    }

    /// A whole answer of which nothing has come, although it takes longer than usual, from a target that is known to be sick
    /// by others' requests.
    private func isHung(_ waited: TimeAmount) -> Bool {
        guard let health = self.journey.sickTarget else { return false }
        return waited > TimeAmount(health.p95FirstContent ?? Self.patience)
    }
}
