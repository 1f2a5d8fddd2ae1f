import Exchange
import Policy
import Storage
import Synchronization
public import Telemetry

/// The data plane's counters, resolved once so that a request pays for an addition and nothing else.
public final class GatewayMetrics: Sendable {
    let registry: MetricRegistry
    let unauthenticated: Counter
    let clientsGone: Counter
    let attempts: Counter
    let retries: Counter
    let hedgesWon: Counter
    let hedgesLost: Counter
    let hedgesFailed: Counter
    let acceptPauses: Counter
    let unknownEvents: Counter
    let duration: Histogram
    let overhead: Histogram
    let upstream: Histogram
    let interToken: Histogram
    let firstContent: Histogram
    let inputTokens: Counter
    let outputTokens: Counter
    let cacheReadTokens: Counter
    let cacheWriteTokens: Counter
    /// What answers cost, in nano-dollars.
    private let cost = Cost()
    let defects: Counter
    let unjournalled: Counter
    let unsynced: Counter
    /// Requests of strangers that have no span.
    let strangersUntold: Counter

    /// Registers everything in `registry`.
    public init(registry: MetricRegistry) {
        self.registry = registry
        self.unauthenticated = registry.counter(
            "martlet_rejected_total",
            help: "Requests refused before any upstream call, by reason.",
            labels: [("reason", "invalid_key")]
        )
        self.clientsGone = registry.counter(
            "martlet_clients_gone_total",
            help: "Exchanges whose caller left before the end."
        )
        self.attempts = registry.counter("martlet_attempts_total", help: "Attempts begun at targets.")
        self.retries = registry.counter(
            "martlet_retries_total",
            help: "Attempts begun because an earlier one of the same request had failed."
        )
        let hedges = { (result: String) in
            registry.counter(
                "martlet_hedges_total",
                help:
                    "Second attempts beside slow ones: took the first's place, were outrun or left by the caller, or failed.",
                labels: [("result", result)]
            )
        }
        self.hedgesWon = hedges("won")
        self.hedgesLost = hedges("lost")
        self.hedgesFailed = hedges("failed")
        self.unjournalled = registry.counter(
            "martlet_unjournalled_total",
            help: "Requests refused because the journal could not be written."
        )
        self.unsynced = registry.counter(
            "martlet_unsynced_total",
            help: "Journal entries whose sync failed; they are written again."
        )
        self.unknownEvents = registry.counter(
            "martlet_unknown_vendor_events_total",
            help: "Messages of translated streams that no room knows; they are skipped."
        )
        self.acceptPauses = registry.counter(
            "martlet_accept_pauses_total",
            help: "Times the listener stopped taking connections for want of room."
        )
        let buckets = [
            0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
            655.36,
        ]
        self.duration = registry.histogram(
            "martlet_request_duration_seconds",
            help: "From head to end.",
            buckets: buckets,
            labels: []
        )
        self.overhead = registry.histogram(
            "martlet_overhead_seconds",
            help: "Martlet's own time before the request left.",
            buckets: [0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1, 1],
            labels: []
        )
        self.firstContent = registry.histogram(
            "martlet_time_to_first_token_seconds",
            help: "From head to first content.",
            buckets: buckets,
            labels: []
        )
        self.upstream = registry.histogram(
            "martlet_upstream_duration_seconds",
            help: "From the beginning of an attempt to its end.",
            buckets: buckets,
            labels: []
        )
        self.interToken = registry.histogram(
            "martlet_inter_token_seconds",
            help: "Mean time between two output tokens of a stream.",
            buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
            labels: []
        )
        self.inputTokens = registry.counter(
            "martlet_tokens_total",
            help: "Tokens by type.",
            labels: [("type", "input")]
        )
        self.outputTokens = registry.counter(
            "martlet_tokens_total",
            help: "Tokens by type.",
            labels: [("type", "output")]
        )
        self.cacheReadTokens = registry.counter(
            "martlet_tokens_total",
            help: "Tokens by type.",
            labels: [("type", "cache_read")]
        )
        self.cacheWriteTokens = registry.counter(
            "martlet_tokens_total",
            help: "Tokens by type.",
            labels: [("type", "cache_write")]
        )
        self.strangersUntold = TelemetryQueue.dropped("strangers", in: registry)
        self.defects = registry.counter(
            "martlet_defects_total",
            help: "States that should not be reachable; please report."
        )
        registry.collect("martlet_cost_usd_total", help: "What answers cost.", type: .counter) { [cost = self.cost] in
            [(labels: [], value: Double(cost.nanoUSD.load(ordering: .relaxed)) / 1_000_000_000)]
        }
    }

    /// Counts what a finished request took and cost.
    ///
    /// - Parameters:
    ///   - usage: What it used, if that is known.
    ///   - costNanoUSD: What it cost, if that is known.
    ///   - microseconds: How long its content streamed; `nil` when it did not.
    func observe(_ usage: TokenUsage?, costNanoUSD: Int64?, streamed microseconds: Int64?) {
        if let cost = costNanoUSD { self.cost.nanoUSD.wrappingAdd(cost, ordering: .relaxed) }
        guard let usage else { return }
        self.inputTokens.add(usage.inputTokens)
        self.outputTokens.add(usage.outputTokens)
        self.cacheReadTokens.add(usage.cacheReadTokens)
        self.cacheWriteTokens.add(usage.cacheWrite5mTokens)
        self.cacheWriteTokens.add(usage.cacheWrite1hTokens)
        guard let microseconds, usage.outputTokens > 1 else { return }
        self.interToken.observe(microseconds: microseconds / Int64(usage.outputTokens - 1))
    }

    /// Counts a request that failed and was not tried again, by why it was not.
    func stopped(_ reason: StopReason) {
        self.registry.counter(
            "martlet_attempts_stopped_total",
            help: "Failed attempts that no other followed, by reason.",
            labels: [("reason", reason.rawValue)]
        ).add()
    }
}

/// A sum that the metrics read.
private final class Cost: Sendable {
    let nanoUSD = Atomic<Int64>(0)
}
