import Exchange
import Storage

/// Ledger entries of three days, made by reproducible chance.
enum LedgerSamples {
    static let day: Int64 = 86_400_000
    /// A midnight in November 2026.
    static let start: Int64 = 1_795_737_600_000
    static let end = Self.start + 3 * Self.day

    /// Chance that repeats itself.
    struct Chance {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((self.state >> 33) % UInt64(max(1, bound)))
        }
    }

    /// Settlements with names that only look alike among their models.
    static func entries(_ count: Int, seed: UInt64) -> [LedgerEntry] {
        var chance = Chance(state: seed)
        return (0..<count).map { Self.entry($0, &chance) }
    }

    /// A plain settlement at an instant.
    static func entry(_ number: Int, at startedAt: Int64, label: String = "", charge: Int64 = 100) -> LedgerEntry {
        var chance = Chance(state: UInt64(number))
        var entry = Self.entry(number, &chance)
        entry.attempt = AttemptID(high: UInt64(startedAt) << 16, low: UInt64(number))
        entry.startedAt = startedAt
        entry.settledAt = startedAt + 900
        entry.subject.label = label
        entry.chargeNanoUSD = charge
        entry.budgets = []
        return entry
    }

    private static func entry(_ number: Int, _ chance: inout Chance) -> LedgerEntry {
        let startedAt = Self.start + Int64(chance.next(3 * 86_400)) * 1_000
        var entry = LedgerEntry(
            attempt: AttemptID(high: UInt64(startedAt) << 16, low: UInt64(number)),
            requestID: "req-\(number)",
            subject: LedgerEntry.Subject(
                keyID: "key-\(chance.next(3))",
                projectID: "project-\(chance.next(2))",
                operation: .chat,
                model: ["fast", "caf\u{e9}", "cafe\u{301}"][chance.next(3)],
                provider: "openai",
                upstreamModel: "gpt-\(chance.next(2))",
                label: chance.next(2) == 0 ? "" : "team"
            ),
            startedAt: startedAt,
            settledAt: startedAt + 900
        )
        entry.outcome = chance.next(5) == 0 ? .truncated : .completed
        entry.status = 200
        entry.usage.uncachedInputTokens = chance.next(10_000)
        entry.usage.cacheReadTokens = chance.next(1_000)
        entry.usage.visibleOutputTokens = chance.next(2_000)
        entry.usage.imageInputTokens = chance.next(3)
        entry.usage.webSearchRequests = chance.next(2)
        entry.usage.serviceTier = chance.next(2) == 0 ? .flex : nil
        entry.chargeNanoUSD = Int64(chance.next(5_000_000))
        entry.reservedNanoUSD = entry.chargeNanoUSD + 5
        entry.cacheSavingsNanoUSD = Int64(chance.next(1_000))
        entry.lostCacheNanoUSD = Int64(chance.next(500))
        entry.priceVersion = 3
        entry.isEstimated = chance.next(4) == 0
        entry.isUnpriced = chance.next(7) == 0
        entry.totalMicroseconds = Int64(1_000 + chance.next(1_000_000))
        entry.firstContentMicroseconds = chance.next(2) == 0 ? nil : Int64(500 + chance.next(1_000))
        entry.overheadMicroseconds = Int64(chance.next(200))
        entry.budgets = [
            BudgetPeriodKey(budgetID: "bud-a", startsAt: Self.start),
            BudgetPeriodKey(budgetID: "bud-b", startsAt: startedAt / Self.day * Self.day),
        ]
        return entry
    }

    /// An administrator's entry about an attempt.
    static func correction(of entry: LedgerEntry, by nanoUSD: Int64, number: Int = 1) -> LedgerEntry {
        var correction = entry
        correction.kind = .correction
        correction.number = number
        correction.usage = TokenUsage()
        correction.chargeNanoUSD = nanoUSD
        correction.cacheSavingsNanoUSD = 0
        correction.lostCacheNanoUSD = 0
        correction.note = "the invoice says otherwise"
        return correction
    }

    /// The sum of charges, to be compared with what a store says.
    static func charge(_ entries: [LedgerEntry]) -> Int64 { entries.reduce(0) { $0 + $1.chargeNanoUSD } }

    /// All three days.
    static func query(_ groupBy: [UsageDimension] = [], _ interval: UsageInterval? = nil) -> UsageQuery {
        UsageQuery(from: Self.start, to: Self.end, groupBy: groupBy, interval: interval, limit: 1_000_000)
    }

    static func length(_ interval: UsageInterval) -> Int64 {
        switch interval {
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: Self.day
        }
    }

    static func value(_ dimension: UsageDimension, _ entry: LedgerEntry) -> String {
        switch dimension {
        case .project: entry.subject.projectID
        case .key: entry.subject.keyID
        case .model: entry.subject.model
        case .provider: entry.subject.provider
        case .target: entry.subject.provider + "/" + entry.subject.upstreamModel
        case .status: entry.outcome.rawValue
        case .label: entry.subject.label
        }
    }
}
