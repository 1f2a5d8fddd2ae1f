import Exchange
import Storage

/// How ledger entries become payloads. A reservation holds the whole entry; a settlement leaves out what the reservation
/// of its attempt has: the subject, the request, the beginning and the budgets.
///
/// Entries are written from where they lie: they are long, and a copy of one costs more than its bytes.
enum EntryCodec {
    /// The most that a settlement's payload can take: 29 numbers, two names, the attempt.
    static let settlementBytes = 336

    /// The most that a reservation's payload can take.
    static func reservationBytes(_ entry: UnsafePointer<LedgerEntry>) -> Int {
        var bytes = Self.settlementBytes + 8 * 10
        bytes += entry.pointee.requestID.utf8.count + entry.pointee.subject.texts.count
        for budget in entry.pointee.budgets { bytes += budget.budgetID.utf8.count + 20 }
        return bytes
    }

    static func writeReservation(_ entry: UnsafePointer<LedgerEntry>, _ out: inout PayloadWriter) {
        out.attempt(entry.pointee.attempt.high, entry.pointee.attempt.low)
        out.text(entry.pointee.requestID)
        out.texts(entry.pointee.subject.texts)
        out.signed(entry.pointee.startedAt)
        out.unsigned(UInt64(entry.pointee.budgets.count))
        for budget in entry.pointee.budgets {
            out.text(budget.budgetID)
            out.signed(budget.startsAt)
        }
        Self.writeResult(entry, &out)
    }

    static func readReservation(_ bytes: UnsafeRawBufferPointer) throws(MalformedPayload) -> LedgerEntry {
        var reader = PayloadReader(bytes)
        let attempt = try Self.readAttempt(&reader)
        let requestID = try reader.text()
        let subject = LedgerEntry.Subject(
            keyID: try reader.text(),
            projectID: try reader.text(),
            operation: try reader.named(Exchange.Operation.self),
            model: try reader.text(),
            provider: try reader.text(),
            upstreamModel: try reader.text(),
            label: try reader.text()
        )
        var entry = LedgerEntry(
            attempt: attempt,
            requestID: requestID,
            subject: subject,
            startedAt: try reader.signed(),
            settledAt: 0
        )
        for _ in 0..<(try reader.count(bytesEach: 2)) {
            entry.budgets.append(BudgetPeriodKey(budgetID: try reader.text(), startsAt: try reader.signed()))
        }
        try Self.readResult(&entry, &reader)
        return entry
    }

    static func writeSettlement(_ entry: UnsafePointer<LedgerEntry>, of attempt: AttemptID, _ out: inout PayloadWriter)
    {
        out.attempt(attempt.high, attempt.low)
        Self.writeResult(entry, &out)
    }

    /// Completes a reservation's entry with what its settlement says.
    static func readSettlement(
        _ bytes: UnsafeRawBufferPointer,
        into entry: inout LedgerEntry
    ) throws(MalformedPayload) {
        var reader = PayloadReader(bytes)
        _ = try Self.readAttempt(&reader)
        try Self.readResult(&entry, &reader)
    }

    static func writeCheckpoint(
        _ attempt: AttemptID,
        _ usage: TokenUsage,
        _ chargeNanoUSD: Int64,
        _ out: inout PayloadWriter
    ) {
        out.attempt(attempt.high, attempt.low)
        out.signed(chargeNanoUSD)
        Self.writeUsage(usage, &out)
    }

    static func readCheckpoint(
        _ bytes: UnsafeRawBufferPointer
    ) throws(MalformedPayload) -> (usage: TokenUsage, chargeNanoUSD: Int64) {
        var reader = PayloadReader(bytes)
        _ = try Self.readAttempt(&reader)
        let charge = try reader.signed()
        return (try Self.readUsage(&reader), charge)
    }

    /// The attempt that a payload of any type begins with.
    static func attempt(_ bytes: UnsafeRawBufferPointer) throws(MalformedPayload) -> AttemptID {
        var reader = PayloadReader(bytes)
        return try Self.readAttempt(&reader)
    }

    private static func readAttempt(_ reader: inout PayloadReader) throws(MalformedPayload) -> AttemptID {
        AttemptID(high: try reader.word(), low: try reader.word())
    }
}

// MARK: - What settlements say

extension EntryCodec {
    /// Which optional parts are there, and the entry's yes-or-no facts.
    private struct Flags: OptionSet {
        let rawValue: UInt8

        static let isEstimated = Flags(rawValue: 1)
        static let isUnpriced = Flags(rawValue: 2)
        static let hasTotal = Flags(rawValue: 4)
        static let hasFirstContent = Flags(rawValue: 8)
        static let hasOverhead = Flags(rawValue: 16)
        static let hasLostCache = Flags(rawValue: 32)
        static let known: Flags = [
            .isEstimated, .isUnpriced, .hasTotal, .hasFirstContent, .hasOverhead, .hasLostCache,
        ]
    }

    private static func writeResult(_ entry: UnsafePointer<LedgerEntry>, _ out: inout PayloadWriter) {
        var flags = Flags()
        if entry.pointee.isEstimated { flags.insert(.isEstimated) }
        if entry.pointee.isUnpriced { flags.insert(.isUnpriced) }
        if entry.pointee.totalMicroseconds != nil { flags.insert(.hasTotal) }
        if entry.pointee.firstContentMicroseconds != nil { flags.insert(.hasFirstContent) }
        if entry.pointee.overheadMicroseconds != nil { flags.insert(.hasOverhead) }
        if entry.pointee.lostCacheNanoUSD != 0 { flags.insert(.hasLostCache) }
        out.byte(flags.rawValue)
        out.signed(entry.pointee.settledAt)
        out.integer(entry.pointee.status)
        out.text(entry.pointee.outcome.rawValue)
        Self.writeUsage(entry.pointee.usage, &out)
        out.signed(entry.pointee.chargeNanoUSD)
        out.signed(entry.pointee.reservedNanoUSD)
        out.signed(entry.pointee.cacheSavingsNanoUSD)
        out.signed(entry.pointee.priceVersion)
        if let total = entry.pointee.totalMicroseconds { out.signed(total) }
        if let first = entry.pointee.firstContentMicroseconds { out.signed(first) }
        if let overhead = entry.pointee.overheadMicroseconds { out.signed(overhead) }
        if entry.pointee.lostCacheNanoUSD != 0 { out.signed(entry.pointee.lostCacheNanoUSD) }
    }

    private static func readResult(_ entry: inout LedgerEntry, _ reader: inout PayloadReader) throws(MalformedPayload) {
        let flags = Flags(rawValue: try reader.byte())
        guard flags.isSubset(of: .known) else { throw MalformedPayload() }
        entry.isEstimated = flags.contains(.isEstimated)
        entry.isUnpriced = flags.contains(.isUnpriced)
        entry.settledAt = try reader.signed()
        entry.status = try reader.integer()
        entry.outcome = try reader.named(ExchangeOutcome.self)
        entry.usage = try Self.readUsage(&reader)
        entry.chargeNanoUSD = try reader.signed()
        entry.reservedNanoUSD = try reader.signed()
        entry.cacheSavingsNanoUSD = try reader.signed()
        entry.priceVersion = try reader.signed()
        entry.totalMicroseconds = flags.contains(.hasTotal) ? try reader.signed() : nil
        entry.firstContentMicroseconds = flags.contains(.hasFirstContent) ? try reader.signed() : nil
        entry.overheadMicroseconds = flags.contains(.hasOverhead) ? try reader.signed() : nil
        entry.lostCacheNanoUSD = flags.contains(.hasLostCache) ? try reader.signed() : 0
    }

    private static func writeUsage(_ usage: TokenUsage, _ out: inout PayloadWriter) {
        out.integer(usage.uncachedInputTokens)
        out.integer(usage.cacheReadTokens)
        out.integer(usage.cacheWrite5mTokens)
        out.integer(usage.cacheWrite1hTokens)
        out.integer(usage.audioInputTokens)
        out.integer(usage.imageInputTokens)
        out.integer(usage.visibleOutputTokens)
        out.integer(usage.reasoningTokens)
        out.integer(usage.audioOutputTokens)
        out.integer(usage.imageOutputTokens)
        out.integer(usage.webSearchRequests)
        out.byte(usage.isAnomalous ? 1 : 0)
        out.text(usage.serviceTier?.rawValue ?? "")
    }

    private static func readUsage(_ reader: inout PayloadReader) throws(MalformedPayload) -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = try reader.integer()
        usage.cacheReadTokens = try reader.integer()
        usage.cacheWrite5mTokens = try reader.integer()
        usage.cacheWrite1hTokens = try reader.integer()
        usage.audioInputTokens = try reader.integer()
        usage.imageInputTokens = try reader.integer()
        usage.visibleOutputTokens = try reader.integer()
        usage.reasoningTokens = try reader.integer()
        usage.audioOutputTokens = try reader.integer()
        usage.imageOutputTokens = try reader.integer()
        usage.webSearchRequests = try reader.integer()
        usage.isAnomalous = try reader.byte() != 0
        let tier = try reader.text()
        guard tier.isEmpty || PriceTier(rawValue: tier) != nil else { throw MalformedPayload() }
        usage.serviceTier = PriceTier(rawValue: tier)
        return usage
    }
}
