import Exchange
import Storage
import Wire

extension LedgerEntry {
    /// Writes the row's members.
    func write(to writer: inout JSONWriter) {
        writer.member("attempt", AttemptText.text(self.attempt))
        writer.member("kind", self.kind.rawValue)
        writer.member("number", self.number)
        writer.member("request", self.requestID)
        writer.member("key", self.subject.keyID)
        writer.member("project", self.subject.projectID)
        writer.member("operation", self.subject.operation.rawValue)
        writer.member("model", self.subject.model)
        writer.member("provider", self.subject.provider)
        writer.member("upstream_model", self.subject.upstreamModel)
        writer.member("label", self.subject.label.isEmpty ? nil : self.subject.label)
        writer.member("started_at", time: self.startedAt)
        writer.member("settled_at", time: self.settledAt)
        writer.member("status", self.status)
        writer.member("outcome", self.outcome.rawValue)
        writer.member("charge_usd", nanoUSD: self.chargeNanoUSD)
        writer.member("reserved_usd", nanoUSD: self.reservedNanoUSD)
        writer.member("cache_savings_usd", nanoUSD: self.cacheSavingsNanoUSD)
        writer.member("lost_cache_usd", nanoUSD: self.lostCacheNanoUSD)
        writer.member("price_version", self.priceVersion == 0 ? nil : Int(clamping: self.priceVersion))
        writer.member("estimated", self.isEstimated)
        writer.member("unpriced", self.isUnpriced)
        writer.member("usage", object: { UsageFields.write(self.usage, to: &$0) })
        writer.member(
            "timing_ms",
            object: { writer in
                writer.member("total", milliseconds: self.totalMicroseconds)
                writer.member("first_content", milliseconds: self.firstContentMicroseconds)
                writer.member("overhead", milliseconds: self.overheadMicroseconds)
            }
        )
        writer.member(
            "budgets",
            array: { writer in
                for period in self.budgets {
                    writer.object { writer in
                        writer.member("budget", period.budgetID)
                        writer.member("period_starts_at", time: period.startsAt == 0 ? nil : period.startsAt)
                    }
                }
            }
        )
        writer.member("note", self.note)
    }
}
