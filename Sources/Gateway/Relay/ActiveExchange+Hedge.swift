import NIOCore
import Policy
import Storage

// An attempt beside another, and the change of places between the two. Which of them tells the caller is the journey's
// decision.

extension ActiveExchange {
    /// Nothing of an answer has come: another attempt may be quicker.
    var isSilent: Bool {
        switch self.machine.phase {
        case .connecting, .awaitingHead, .holding: !self.isDraining && !self.isSettled
        case .streaming, .collectingAnswer, .collectingError, .resting, .done: false
        }
    }

    /// Another attempt was quicker: this one ends at once, and is settled as what a caller has left.
    ///
    /// - Parameter rest: What the other one asks for: the request holds no more than that from here on.
    func lose(keeping rest: Demand) {
        self.abandonUpstream()
        let now = self.loop.loop.now
        self.settleMoney(status: self.upstreamStatus, outcome: .clientGone, at: now, isLast: false, keeping: rest)
        self.machine.rest()
        self.dropAnswer()
        self.retire()
    }

    /// Speaks to the caller from here on, with what the other attempt has told and cost.
    func takeOver(from other: ActiveExchange) {
        let now = self.loop.loop.now
        self.isHeadSent = other.isHeadSent
        self.framing = other.framing
        self.record.add(other.record)
        self.machine.speak(isCommitted: other.machine.isCommitted, now)
        guard let context = self.client.context, !context.channel.isWritable else { return }
        self.clientWritability(false)
    }
}

extension RequestRecord {
    /// Counts what another attempt of the same request came to.
    mutating func add(_ other: RequestRecord) {
        self.attempts += other.attempts
        if self.overheadMicroseconds == 0 { self.overheadMicroseconds = other.overheadMicroseconds }
        guard let cost = other.costNanoUSD else { return }
        let (sum, overflow) = (self.costNanoUSD ?? 0).addingReportingOverflow(cost)
        self.costNanoUSD = overflow ? .max : sum
    }
}
