import Exchange
import MartletTesting
import Storage

@testable import Ledger

/// Journals on a simulated disk, stepped by hand.
struct Bench {
    let disk = SimulatedDisk()
    let store = MemoryLedgerStore()

    static func options(hook: JournalHook? = nil) -> JournalOptions {
        var options = JournalOptions()
        options.segmentBytes = 65_536
        options.hasThread = false
        options.retryMilliseconds = 0
        options.hook = hook
        return options
    }

    /// A new process on what the last one left.
    func start(hook: JournalHook? = nil, now: UnixMilliseconds = 9_000) throws(JournalError) -> OpenedJournal {
        try self.start(Self.options(hook: hook), now: now)
    }

    func start(_ options: JournalOptions, now: UnixMilliseconds = 9_000) throws(JournalError) -> OpenedJournal {
        try Journal.open(disk: self.disk.mount(), options: options, store: self.store, now: now)
    }

    /// What is in the store, by attempt.
    var ledger: [AttemptID: LedgerEntry] {
        Dictionary(self.store.allEntries.map { ($0.attempt, $0) }) { first, _ in first }
    }

    /// The segment that records are written to.
    var currentName: String { self.disk.names.first ?? "" }
}

extension LedgerEntry {
    /// An attempt's reservation.
    static func sample(_ number: Int, label: String = "") -> LedgerEntry {
        var entry = LedgerEntry(
            attempt: AttemptID(high: 7, low: UInt64(number)),
            requestID: "request-\(number)",
            subject: Subject(
                keyID: "key",
                projectID: "project",
                operation: .chat,
                model: "model",
                provider: "provider",
                upstreamModel: "upstream",
                label: label
            ),
            startedAt: 1_000,
            settledAt: 0
        )
        entry.usage.uncachedInputTokens = 10
        entry.chargeNanoUSD = 10
        entry.reservedNanoUSD = 50
        entry.isEstimated = true
        entry.priceVersion = 3
        entry.budgets = [BudgetPeriodKey(budgetID: "budget", startsAt: 500)]
        return entry
    }

    /// The same attempt, ended.
    func ended(charge: Int64) -> LedgerEntry {
        var entry = self
        entry.isEstimated = false
        entry.settledAt = 2_000
        entry.status = 200
        entry.chargeNanoUSD = charge
        entry.usage.visibleOutputTokens = 20
        entry.totalMicroseconds = 77
        return entry
    }
}

/// Reproducible chance.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
