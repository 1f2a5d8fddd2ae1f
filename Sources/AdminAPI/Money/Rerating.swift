import Exchange
import Storage

/// Which attempts are priced anew.
struct RerateRequest: Sendable, Equatable {
    /// Those that began at or after this instant,
    var from: UnixMilliseconds
    /// and before this one,
    var to: UnixMilliseconds
    /// of this public model; `nil` takes all.
    var model: String?
    /// Nothing is written.
    var isDryRun = false
}

/// What an attempt costs by the price list in force.
public struct Repriced: Sendable, Equatable {
    /// The charge.
    public var chargeNanoUSD: Int64
    /// What caches saved.
    public var cacheSavingsNanoUSD: Int64

    /// States both.
    public init(chargeNanoUSD: Int64, cacheSavingsNanoUSD: Int64) {
        self.chargeNanoUSD = chargeNanoUSD
        self.cacheSavingsNanoUSD = cacheSavingsNanoUSD
    }
}

/// What came of pricing anew.
struct RerateResult: Sendable, Equatable {
    /// Attempts looked at.
    var attempts = 0
    /// Attempts whose charge changes.
    var changed = 0
    /// Attempts without a price, which stay as they are.
    var unpriced = 0
    /// The sum of the differences.
    var differenceNanoUSD: Int64 = 0

    /// Counts one page of entries.
    ///
    /// - Returns: The differences as new entries. Corrections stay on top of whatever the price is.
    mutating func rerate(
        _ entries: [LedgerEntry],
        _ request: RerateRequest,
        version: Int64,
        now: UnixMilliseconds,
        price: @Sendable (LedgerEntry) -> Repriced?
    ) -> [LedgerEntry] {
        let byAttempt = Dictionary(grouping: entries, by: \.attempt)
        var new: [LedgerEntry] = []
        for settlement in entries where settlement.kind == .settlement {
            guard request.model.map({ $0.utf8.elementsEqual(settlement.subject.model.utf8) }) ?? true else { continue }
            self.attempts += 1
            guard let repriced = price(settlement) else {
                self.unpriced += 1
                continue
            }
            let family = byAttempt[settlement.attempt] ?? [settlement]
            let priced = family.filter { $0.kind != .correction }
            let difference = Int128(repriced.chargeNanoUSD) - LedgerDesk.sum(priced)
            guard difference != 0, let charge = Int64(exactly: difference) else { continue }
            let saved = priced.reduce(into: Int128(0)) { $0 += Int128($1.cacheSavingsNanoUSD) }
            var entry = settlement.administrative(.rerating, after: family, at: now)
            entry.priceVersion = version
            entry.chargeNanoUSD = charge
            entry.cacheSavingsNanoUSD = Int64(clamping: Int128(repriced.cacheSavingsNanoUSD) - saved)
            new.append(entry)
            self.changed += 1
            self.differenceNanoUSD = Int64(clamping: Int128(self.differenceNanoUSD) + difference)
        }
        return new
    }
}
