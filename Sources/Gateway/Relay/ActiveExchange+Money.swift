import Telemetry
import Catalogue
import Exchange
import Ledger
import NIOCore
import Policy
import Storage

// The money of an exchange: a journal entry before the first byte goes upstream, another before the last byte goes to the
// caller, and checkpoints in between. Whatever ends the exchange, there is one settlement.

extension GatewayFailure {
    /// Nothing is accepted that cannot be accounted for.
    static let noJournal = GatewayFailure(
        .overloaded,
        "Martlet cannot write its journal, so nothing is sent that could not be accounted for.",
        retryAfter: .seconds(5)
    )
}

extension ActiveExchange {
    /// The reservation in the journal. From here on the attempt is settled, whatever becomes of the process.
    ///
    /// - Throws: `.overloaded` when the journal cannot be written: nothing is sent that nobody can account for.
    func openAttempt() throws(GatewayFailure) {
        guard self.dispatch.estimate.isBilled, let journal = self.loop.shared.journal else { return }
        do throws(JournalError) {
            self.ticket = try journal.open(self.opening(), isPutOff: !journal.syncsEach)
        } catch {
            self.loop.shared.metrics.unjournalled.add()
            throw GatewayFailure.noJournal
        }
        if !journal.syncsEach { self.loop.noteUnwritten() }
    }

    /// Nothing was sent after all: there is no attempt.
    func withdrawAttempt() {
        guard let ticket = self.ticket.take() else { return }
        self.loop.shared.journal?.release(ticket)
    }

    /// Goes on when this exchange's last entry is in the journal's file, or where every entry must be on the disk first,
    /// when it is there.
    ///
    /// - Parameters:
    ///   - isRequest: What goes on is the request to the vendor. Requests of one round of the loop go before its answers.
    ///   - goOn: Is told whether the entry is there. One that is not is kept in memory until it can be written.
    func afterSync(isRequest: Bool = false, _ goOn: @escaping (ActiveExchange, _ isSafe: Bool) -> Void) {
        guard let ticket = self.ticket, let journal = self.loop.shared.journal else { return goOn(self, true) }
        guard journal.syncsEach else {
            guard self.loop.hasUnwritten else { return goOn(self, true) }
            return self.loop.afterWriting(isRequest: isRequest, self, goOn)
        }
        let loop = self.loop.loop
        let bound = NIOLoopBound((exchange: self, client: self.client, goOn: goOn), eventLoop: loop)
        journal.whenSynced(ticket) { isSynced in
            loop.execute {
                let (exchange, client, goOn) = bound.value
                // The closure keeps the connection object alive: the caller may have left while the disk wrote.
                withExtendedLifetime(client) {
                    if !isSynced { exchange.loop.shared.metrics.unsynced.add() }
                    goOn(exchange, true)
                }
            }
        }
    }

    /// Settles a stream whose last event waits in the output, before it leaves.
    func settleBeforeLastEvent() {
        guard !self.isMoneySettled, let tap = self.tap, tap.hasSaidLast, tap.isComplete else { return }
        self.journey.prevails(self)
        self.settleMoney(status: 200, outcome: .completed, at: self.loop.loop.now)
        guard let journal = self.loop.shared.journal, self.ticket != nil else { return }
        guard journal.syncsEach || self.loop.hasUnwritten else { return }
        self.isOutputHeld = true
        self.afterSync { exchange, _ in
            exchange.isOutputHeld = false
            exchange.flushOutput()
        }
    }

    /// What is settled when the process dies before anything else is known: the input, as estimated.
    private func opening() -> LedgerEntry {
        var entry = self.entry()
        entry.usage.uncachedInputTokens = self.dispatch.estimate.inputTokens
        entry.usage.serviceTier = self.dispatch.estimate.tier
        entry.isEstimated = true
        entry.outcome = .interrupted
        self.price(&entry)
        return entry
    }

    @inline(__always)
    private func entry() -> LedgerEntry {
        let pricing = self.dispatch.estimate.pricing
        var entry = LedgerEntry(
            attempt: self.attempt,
            requestID: self.record.id,
            subject: self.subject,
            startedAt: self.attemptStartedAt,
            settledAt: self.loop.unixMilliseconds
        )
        entry.reservedNanoUSD = self.dispatch.admitted.admission.reservedNanoUSD
        entry.budgets = self.budgets
        entry.priceVersion = pricing.version
        entry.isUnpriced = pricing.price == nil && pricing.unpriced == .flag
        return entry
    }

    private func price(_ entry: inout LedgerEntry) {
        let pricing = self.dispatch.estimate.pricing
        guard let price = pricing.price else { return }
        let tier = self.dispatch.estimate.tier
        let charge = price.charge(entry.usage, requestedTier: tier)
        entry.chargeNanoUSD = charge.nanoUSD
        entry.cacheSavingsNanoUSD = charge.cacheSavingsNanoUSD
        if charge.isClamped { entry.usage.isAnomalous = true }
        if charge.lacksSearchPrice { entry.isUnpriced = true }
        // What priced it is kept, so that it can be priced again.
        entry.usage.serviceTier = entry.usage.serviceTier ?? tier
    }

    // MARK: Checkpoints

    /// Notes how far a running stream has come, about once a second: what a crash, or a budget, would be told.
    func checkpoint(_ now: NIODeadline) {
        guard let ticket = self.ticket, !self.isMoneySettled, now - self.checkpointAt > .milliseconds(900),
            let tap = self.tap, tap.outputBytes > self.checkpointBytes
        else { return }
        self.checkpointAt = now
        self.checkpointBytes = tap.outputBytes
        var entry = self.entry()
        entry.usage = self.metered(.cut).usage
        self.price(&entry)
        if let journal = self.loop.shared.journal {
            let isPutOff = !journal.syncsEach
            journal.checkpoint(ticket, usage: entry.usage, chargeNanoUSD: entry.chargeNanoUSD, isPutOff: isPutOff)
            if isPutOff { self.loop.noteUnwritten() }
        }
        self.dispatch.admitted.admission.raise(to: entry.chargeNanoUSD)
    }

    // MARK: Settlement

    /// Settles the attempt, once. It comes before the answer's last byte, and before the record.
    ///
    /// - Parameters:
    ///   - status: The caller's, or the vendor's when another attempt follows.
    ///   - outcome: How it ended.
    ///   - now: When.
    ///   - isLast: No other attempt follows: what the request holds is given back.
    ///   - rest: What the attempt asks for that goes on without this one.
    func settleMoney(
        status: Int,
        outcome: ExchangeOutcome,
        at now: NIODeadline,
        isLast: Bool = true,
        keeping rest: Demand? = nil
    ) {
        guard !self.isMoneySettled else { return }
        self.isMoneySettled = true
        let admission = self.dispatch.admitted.admission
        guard self.isSent else {
            if let ticket = self.ticket.take() { self.loop.shared.journal?.release(ticket) }
            if isLast { admission.end() } else if let rest { admission.charge(nanoUSD: 0, keeping: rest) }
            return
        }
        guard self.dispatch.estimate.isBilled else {
            self.record.usage = self.reported
            if isLast { admission.end() }
            return
        }
        let metered = self.metered(self.ending(outcome))
        var entry = self.entry()
        entry.usage = metered.usage
        entry.isEstimated = metered.isEstimated
        entry.status = status
        entry.outcome = outcome
        let total = (now - self.dispatch.head.receivedAt).nanoseconds / 1000
        entry.totalMicroseconds = total
        entry.firstContentMicroseconds = self.record.firstContentMicroseconds
        entry.overheadMicroseconds = self.record.overheadMicroseconds
        self.price(&entry)
        if !metered.isEstimated { self.priceLostCache(&entry) }
        if let ticket = self.ticket, let journal = self.loop.shared.journal {
            journal.settle(ticket, entry, isPutOff: !journal.syncsEach)
            if !journal.syncsEach { self.loop.noteUnwritten() }
        }
        let tokens = Self.sum(entry.usage.inputTokens, entry.usage.outputTokens)
        if isLast {
            admission.settle(tokens: tokens, nanoUSD: entry.chargeNanoUSD)
        } else {
            admission.charge(tokens: tokens, nanoUSD: entry.chargeNanoUSD, keeping: rest)
        }
        self.record.usage = self.reported == nil && entry.usage == TokenUsage() ? nil : entry.usage
        let (cost, overflow) = (self.record.costNanoUSD ?? 0).addingReportingOverflow(entry.chargeNanoUSD)
        self.record.costNanoUSD = overflow ? .max : cost
        self.record.isEstimated = entry.isEstimated
        if !metered.isEstimated, !entry.usage.isAnomalous, self.reported != nil { self.learn(entry.usage) }
    }

    /// What it cost that the conversation was not served where its cache is.
    private func priceLostCache(_ entry: inout LedgerEntry) {
        let cached = self.journey.cachedTokens(awayFrom: self.dispatch.plan.target)
        guard cached > 0, let price = self.dispatch.estimate.pricing.price else { return }
        entry.lostCacheNanoUSD = price.lostCache(
            entry.usage,
            cachedElsewhere: cached,
            requestedTier: self.dispatch.estimate.tier
        )
    }

    /// Counts that the vendor told.
    private var reported: TokenUsage? { self.tap?.usage ?? self.record.usage }

    private func metered(_ ending: Meter.Ending) -> (usage: TokenUsage, isEstimated: Bool) {
        let meter = Meter(
            ending: ending,
            isStream: self.journey.inspected.facts.isStream,
            reported: self.reported,
            contentBytes: self.tap?.outputBytes ?? self.answerBytes
        )
        return meter.settle(
            inputTokens: self.dispatch.estimate.inputTokens,
            hasOutput: self.dispatch.head.operation != .embeddings,
            learned: self.dispatch.estimate.pricing.learned
        )
    }

    private func ending(_ outcome: ExchangeOutcome) -> Meter.Ending {
        let isSuccess = (200..<300).contains(self.upstreamStatus)
        switch outcome {
        case .completed:
            return .answered
        case .truncated:
            return .cut
        case .upstreamError where self.upstreamStatus == 0, .refused where self.upstreamStatus == 0:
            return .unanswered
        case .upstreamError, .refused:
            return !isSuccess ? .refused : self.reported != nil ? .answered : .cut
        case .clientGone where self.hasDrained && isSuccess && self.reported != nil:
            return .answered
        case .clientGone, .timedOut, .interrupted:
            if self.upstreamStatus != 0, !isSuccess { return .refused }
            return self.tap != nil && isSuccess ? .cut : .abandoned
        }
    }

    private func learn(_ usage: TokenUsage) {
        self.dispatch.estimate.pricing.learned.learn(
            inputBytes: self.dispatch.estimate.textBytes,
            inputTokens: usage.inputTokens,
            outputTokens: usage.outputTokens,
            streamedBytes: self.tap?.outputBytes ?? 0
        )
    }

    fileprivate static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}

extension Admission {
    /// Ends it with what was charged before, or as if it had never been when nothing was sent.
    func end() {
        self.release()
        self.settle(tokens: 0, nanoUSD: 0)
    }
}
