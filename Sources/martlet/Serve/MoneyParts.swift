import AdminAPI
import Catalogue
import Exchange
import Gateway
import Ledger
import Logging
import NIOCore
import Policy
import SQLiteStorage
import Storage
import Synchronization
import Telemetry

/// The parts of the gateway that money goes through, opened in the order that loses nothing: what the journal still holds is in
/// the store before any balance is read.
struct MoneyParts: Sendable {
    let journal: Journal
    let drain: LedgerDrain
    let prices: PriceAdministration
    let budgetTime: BudgetTime
    let estimator: UsageEstimator
    /// The price list in force, for snapshots.
    let book: PriceShelf

    static func open(_ workspace: Workspace, registry: MetricRegistry, log: Logger) async throws -> MoneyParts {
        var options = JournalOptions()
        options.sync = JournalSync(rawValue: workspace.settings.journal.sync) ?? .group
        options.registry = registry
        // For scripts/chaos-kill.sh: where the process ends itself, and segments so short that they are soon deleted.
        options.hook = SettingsOptions.environment["MARTLET_JOURNAL_HOOK"].flatMap(JournalPoint.killer)
        let segmentBytes = SettingsOptions.environment["MARTLET_JOURNAL_SEGMENT_BYTES"].flatMap(Int.init)
        if let segmentBytes { options.segmentBytes = max(segmentBytes, 64 << 10) }
        // Without a price list nothing starts, and the journal is left as it is.
        let prices = PriceAdministration(
            store: workspace.store,
            audit: AuditChain(workspace.digester),
            clock: Workspace.unixMilliseconds
        )
        try await prices.load()
        let folder = workspace.folder.journalPath
        // It lies in the data folder, which was looked at, but may be a mount of its own.
        if let type = NetworkFilesystem.type(ofFolder: folder) {
            throw JournalError(.unusable, "\(folder) is on a \(type) filesystem, where locks fail; use a local disk")
        }
        let opened = try Journal.open(
            disk: FileDisk(folder: folder),
            options: options,
            store: workspace.store,
            now: Workspace.unixMilliseconds()
        )
        if opened.recovered > 0 {
            log.info("the journal was recovered", metadata: ["settled": "\(opened.recovered)"])
        }
        let budgetTime = BudgetTime()
        budgetTime.tick(
            wall: Workspace.unixMilliseconds(),
            at: MonotonicInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
        )
        return MoneyParts(
            journal: opened.journal,
            drain: opened.drain,
            prices: prices,
            budgetTime: budgetTime,
            estimator: UsageEstimator(),
            book: PriceShelf()
        )
    }

    /// What snapshots are priced and bounded by.
    func desk(_ workspace: Workspace, log: Logger) -> PricingDesk {
        let (book, budgetTime) = (self.book, self.budgetTime)
        let periods = BudgetPeriods(workspace.zones.boundaries)
        let store = workspace.store
        return PricingDesk(
            book: { book.current },
            unpriced: UnpricedPolicy(rawValue: workspace.settings.pricing.unpriced) ?? .deny,
            estimator: self.estimator,
            now: Workspace.unixMilliseconds,
            budgets: { configuration in
                Self.facts(configuration, periods, store, log, at: budgetTime.unixMilliseconds)
            }
        )
    }

    /// Boundaries are worked out for so many periods ahead; they are renewed long before the last.
    private static let periodsAhead = 62
    /// Of so many periods, the present one first, it is looked up what was spent: a clock may have been ahead.
    private static let periodsLookedUp = 8

    private static func facts(
        _ configuration: StoredConfiguration,
        _ periods: BudgetPeriods,
        _ store: any LedgerStore,
        _ log: Logger,
        at now: UnixMilliseconds
    ) -> [(budget: BudgetRecord, facts: BudgetFacts)] {
        let records = configuration.budgets
        let starts = records.map { periods.boundaries(of: $0, at: now, count: Self.periodsAhead) }
        let keys = zip(records, starts).flatMap { record, starts in
            starts.prefix(Self.periodsLookedUp).map { BudgetPeriodKey(budgetID: record.id, startsAt: $0) }
        }
        let spent: [BudgetPeriodKey: Int64]
        do {
            let balances = try store.balances(keys)
            spent = Dictionary(balances.map { ($0.period, $0.spentNanoUSD) }, uniquingKeysWith: { first, _ in first })
        } catch {
            // What is open already knows better; a budget that is new to this process starts from nothing, and this is said.
            log.error("what budgets have spent could not be read", metadata: ["error": "\(error)"])
            spent = [:]
        }
        return zip(records, starts).map { record, starts in
            func known(_ startsAt: Int64) -> Int64? {
                spent[BudgetPeriodKey(budgetID: record.id, startsAt: startsAt)]
            }
            let later = starts.dropFirst().prefix(Self.periodsLookedUp - 1).compactMap { start in
                known(start).map { (start, $0) }
            }
            var facts = BudgetFacts(
                id: record.id,
                scopeLabel: Self.label(record.scope, configuration),
                amountNanoUSD: record.amountNanoUSD,
                periodName: record.period.rawValue,
                isHard: record.isHard,
                isUpperBound: record.isUpperBound,
                schedule: BudgetSchedule(boundaries: starts),
                spentNanoUSD: starts.first.flatMap(known) ?? 0,
                resetAt: record.resetAt
            )
            facts.laterSpending = Dictionary(later, uniquingKeysWith: { first, _ in first })
            return (record, facts)
        }
    }

    private static func label(_ scope: BudgetScope, _ configuration: StoredConfiguration) -> String {
        switch scope {
        case .key(let id):
            return "the key \(VirtualKey.label(id: id))…"
        case .project(let id):
            let project = configuration.projects.first { $0.id == id }
            return "the project \(project?.name ?? id)"
        }
    }
}

/// Holds the price list that snapshots are made with.
final class PriceShelf: Sendable {
    private let book = Mutex<PriceBook?>(nil)

    var current: PriceBook? { self.book.withLock { $0 } }

    func put(_ book: PriceBook) {
        self.book.withLock { $0 = book }
    }
}
