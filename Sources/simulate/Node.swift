import Ledger
import MartletTesting
import Policy
import Storage
import Telemetry

/// One life of the process: the journal with its drain, the table of limits, the keys.
struct Node {
    let journal: Journal
    let drain: LedgerDrain
    let table = AdmissionTable()
    private let dropped: Counter
    var keys = KeyTable.empty

    /// Starts on what the world has kept.
    init(_ world: World, now: Int64) throws {
        var options = JournalOptions()
        options.sync = world.sync
        options.segmentBytes = 64 << 10
        options.segmentsAhead = 1
        options.hasThread = false
        options.retryMilliseconds = 0
        let registry = MetricRegistry()
        options.registry = registry
        options.hook = { point in world.pass(point) }
        let opened = try Journal.open(disk: world.disk.mount(), options: options, store: world.store, now: now)
        self.journal = opened.journal
        self.drain = opened.drain
        self.dropped = registry.counter("martlet_journal_checkpoints_dropped_total", help: "")
    }

    /// One round of the committer.
    func commit(isQuiet: Bool) {
        self.journal.commit(isQuiet: isQuiet)
    }

    /// One batch of the drain; a store that fails is asked again some other time.
    func drainOnce() {
        _ = try? self.drain.drainOnce()
    }

    /// Until the store has everything that has ended, or the process has died of it.
    func drainAll() {
        var rounds = 0
        while self.journal.backlog > 0, rounds < 1_000 {
            rounds += 1
            self.journal.commitNow()
            self.drainOnce()
        }
    }

    /// Checkpoints that the journal had no room for.
    var checkpointsDropped: Int { self.dropped.value }

    /// Nothing is under way.
    var isIdle: Bool { self.journal.openAttempts == 0 && self.journal.backlog == 0 }

    var state: String {
        "\(self.journal.openAttempts) open, \(self.journal.backlog) to drain,"
            + " \(self.journal.unwritableReason ?? "writable")"
    }
}
