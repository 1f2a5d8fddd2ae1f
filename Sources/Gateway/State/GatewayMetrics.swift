import Policy
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
    let firstContent: Histogram
    let inputTokens: Counter
    let outputTokens: Counter
    let cacheReadTokens: Counter
    let cacheWriteTokens: Counter
    let defects: Counter
    let unjournalled: Counter
    let unsynced: Counter

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
        self.defects = registry.counter(
            "martlet_defects_total",
            help: "States that should not be reachable; please report."
        )
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

/// Counters of finished requests by what they were, resolved per event loop so that the road makes no label strings.
struct RequestCounters {
    private struct Key: Hashable {
        var operation: UInt8
        var status: Int
        var model: ObjectIdentifier?
    }

    private let registry: MetricRegistry
    private var counters: [Key: Counter] = [:]

    init(registry: MetricRegistry) {
        self.registry = registry
    }

    /// Counts one request. `model` is a configured model (never a name from outside), so series stay bounded.
    mutating func count(operation: String, operationIndex: UInt8, status: Int, model: ModelLabel?) {
        let key = Key(operation: operationIndex, status: status, model: model.map(ObjectIdentifier.init))
        if let counter = self.counters[key] { return counter.add() }
        if self.counters.count > 2_000 { self.counters.removeAll() }
        let counter = self.registry.counter(
            "martlet_requests_total",
            help: "Finished requests.",
            labels: [
                ("operation", operation), ("model", model?.model ?? "unknown"), ("provider", model?.provider ?? "none"),
                ("status", String(status)),
            ]
        )
        self.counters[key] = counter
        counter.add()
    }
}

/// The label values of one target, shared so that their identity is the key of a counter.
final class ModelLabel: Sendable {
    let model: String
    let provider: String

    init(model: String, provider: String) {
        self.model = model
        self.provider = provider
    }
}
