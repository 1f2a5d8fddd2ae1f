import Exchange
import Ledger
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Policy
import Synchronization
import Telemetry
import Upstream

/// What all loops share: constants, the snapshot holder, and a few atomics.
final class SharedState: Sendable {
    let options: GatewayOptions
    let deadlines: ExchangeDeadlines
    let snapshots: SnapshotHolder
    let digester: KeyDigester
    let admissions: AdmissionTable
    let formats: FormatTable
    let metrics: GatewayMetrics
    let records: RecordQueue
    /// Where finished requests are told; `nil` when nobody asked for it.
    let telemetry: TelemetryQueue?
    /// Where kept bodies go; `nil` where none are.
    let bodies: BodyQueue?
    let log: Logger
    /// Where attempts are written before they are made.
    let journal: Journal?
    /// Which target serves which conversation.
    let homes = SessionHomes()
    /// The time that budgets go by.
    let budgetTime: BudgetTime
    let firstUse: @Sendable (KeyEntry, [UInt8]) -> Void
    let unixMilliseconds: @Sendable () -> Int64
    /// Who is let in.
    let gate: LoadGate
    /// Open client connections, over all loops. This and the next are the registry's: a registry serves one data plane.
    let connections: Gauge
    /// Exchanges under way, over all loops.
    let exchanges: Gauge
    /// Answers read on after their caller left, over all loops.
    let draining = Atomic<Int>(0)
    /// 0 serving, 1 not ready but serving, 2 draining.
    let drainState = Atomic<Int>(0)

    init(_ parts: DataPlane.Parts) {
        self.options = parts.options
        self.deadlines = ExchangeDeadlines(parts.options.deadlines)
        self.snapshots = parts.snapshots
        self.digester = parts.digester
        self.admissions = parts.admissions
        self.formats = FormatTable(parts.formats)
        self.metrics = GatewayMetrics(registry: parts.registry)
        self.records = parts.records
        self.telemetry = parts.telemetry
        self.bodies = parts.bodies
        self.log = parts.log
        self.journal = parts.journal
        self.budgetTime = parts.budgetTime
        self.firstUse = parts.firstUse
        self.unixMilliseconds = parts.unixMilliseconds
        let registry = parts.registry
        self.gate = LoadGate(Self.limits(parts), registry: registry, seed: .random(in: .min ... .max))
        self.exchanges = registry.gauge("martlet_in_flight_requests", help: "Exchanges under way.")
        self.connections = registry.gauge("martlet_client_connections", help: "Open client connections.")
        Self.show(self.gate, "martlet_held_body_bytes", "Request body bytes held in memory.", in: registry) {
            $0.count.bodyBytes
        }
        Self.show(self.gate, "martlet_places_taken", "Requests let in and not over.", in: registry) {
            $0.count.requests
        }
        Self.show(self.gate, "martlet_places", "Requests that may be in flight.", in: registry) {
            $0.limits.bound.requests
        }
        Self.show(self.gate, "martlet_waiting_requests", "Requests that wait for a place.", in: registry) { $0.waiting }
        let pressure = "What memory forbids: 0 nothing, 3 all new requests."
        Self.show(self.gate, "martlet_memory_pressure", pressure, in: registry) { $0.pressure.rawValue }
    }

    private static func limits(_ parts: DataPlane.Parts) -> FairQueue.Limits {
        let options = parts.options
        let most =
            options.limits.maxInFlight > 0
            ? options.limits.maxInFlight
            : LoadBound.requests(
                descriptors: parts.descriptors.limit,
                memoryBytes: parts.memory.figures().map(\.limit).min(),
                connections: options.limits.maxConnections
            )
        var limits = FairQueue.Limits(LoadBound(requests: most, bodyBytes: options.limits.bodyByteBudget))
        limits.patience = options.deadlines.queue
        return limits
    }

    /// Tells a count at scrape time. It reads the gate, not this object: one that is held weakly anywhere pays for every reference
    /// that is counted, and this one is counted for every request.
    private static func show(
        _ gate: LoadGate,
        _ name: String,
        _ help: String,
        in registry: MetricRegistry,
        _ count: @escaping @Sendable (LoadGate) -> Int
    ) {
        registry.collect(name, help: help, type: .gauge) { [(labels: [], value: Double(count(gate)))] }
    }

    var isReady: Bool { self.drainState.load(ordering: .relaxed) == 0 }
    var isDraining: Bool { self.drainState.load(ordering: .relaxed) >= 2 }
}

/// The format room of each operation, resolved once.
struct FormatTable: Sendable {
    private let byIndex: [any WireFormat]
    private let clients: [(any ClientFormat)?]

    init(_ formats: [any WireFormat]) {
        precondition(!formats.isEmpty, "the data plane needs at least one format room")
        self.byIndex = Exchange.Operation.allCases.map { operation in
            formats.first { $0.id == operation.format } ?? formats[0]
        }
        self.clients = self.byIndex.map { $0 as? any ClientFormat }
    }

    subscript(_ operation: Exchange.Operation) -> any WireFormat { self.byIndex[Int(operation.index)] }

    /// The room that reads an operation's requests for translation.
    func client(_ operation: Exchange.Operation) -> (any ClientFormat)? { self.clients[Int(operation.index)] }
}

extension Exchange.Operation {
    /// Position in `allCases`.
    var index: UInt8 {
        switch self {
        case .chat: 0
        case .responses: 1
        case .messages: 2
        case .countTokens: 3
        case .embeddings: 4
        case .completions: 5
        case .moderations: 6
        case .responsesInputTokens: 7
        case .responsesCompact: 8
        case .models: 9
        }
    }
}
