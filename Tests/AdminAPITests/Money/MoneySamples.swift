import Exchange
import Storage

@testable import AdminAPI

enum MoneySamples {
    /// A settlement of a tenth of a dollar; attempts sort by their number.
    static func settlement(_ number: UInt64, model: String = "fast") -> LedgerEntry {
        var entry = LedgerEntry(
            attempt: AttemptID(high: 1 << 20, low: number),
            requestID: "req_\(number)",
            subject: LedgerEntry.Subject(
                keyID: "key1",
                projectID: "prj_1",
                operation: .chat,
                model: model,
                provider: "sandbox",
                upstreamModel: "echo"
            ),
            startedAt: AdminFixture.now - 1_000 + UnixMilliseconds(number),
            settledAt: AdminFixture.now
        )
        entry.chargeNanoUSD = 100_000_000
        entry.usage.uncachedInputTokens = 1_000
        entry.budgets = [BudgetPeriodKey(budgetID: "bud_1", startsAt: 5)]
        return entry
    }
}
