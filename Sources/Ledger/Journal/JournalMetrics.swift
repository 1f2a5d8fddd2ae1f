import Telemetry

/// What a journal and its drain count.
struct JournalMetrics: Sendable {
    let appendedBytes: Counter
    let syncs: Counter
    let syncSeconds: Histogram
    let errors: Counter
    let checkpointsDropped: Counter
    let drained: Counter
    let drainErrors: Counter

    init(_ registry: MetricRegistry) {
        self.appendedBytes = registry.counter(
            "martlet_journal_appended_bytes_total",
            help: "Bytes appended to the journal."
        )
        self.syncs = registry.counter(
            "martlet_journal_syncs_total",
            help: "Times the journal was forced onto the disk."
        )
        self.syncSeconds = registry.histogram(
            "martlet_journal_sync_seconds",
            help: "How long forcing the journal onto the disk took.",
            buckets: Histogram.overheadSeconds + [0.65536, 1.31072, 2.62144]
        )
        self.errors = registry.counter("martlet_journal_errors_total", help: "Failures of the journal's disk.")
        self.checkpointsDropped = registry.counter(
            "martlet_journal_checkpoints_dropped_total",
            help: "Checkpoints left out because the room is kept for settlements or the disk failed."
        )
        self.drained = registry.counter("martlet_ledger_drained_total", help: "Ledger entries moved into the store.")
        self.drainErrors = registry.counter(
            "martlet_ledger_drain_errors_total",
            help: "Batches of ledger entries that the store refused; they are tried again."
        )
    }
}
