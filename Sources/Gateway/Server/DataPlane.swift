public import Exchange
public import Ledger
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import Policy
public import ServiceLifecycle
import Synchronization
public import Telemetry
public import Upstream

/// The data plane: the listener clients talk to, its event loops, and their drain.
public final class DataPlane: Service {
    /// What the data plane is made of; everything that touches the outside is a parameter.
    public struct Parts: Sendable {
        /// Sizes, times, addresses.
        public var options: GatewayOptions
        /// Keys and models, swapped by writes.
        public var snapshots: SnapshotHolder
        /// Digests keys under the pepper.
        public var digester: KeyDigester
        /// The keys' limits.
        public var admissions: AdmissionTable
        /// One room per format.
        public var formats: [any WireFormat]
        /// Where counters live.
        public var registry: MetricRegistry
        /// Where records go.
        public var records: RecordQueue
        /// Where finished requests are told; `nil` when nobody asked for it.
        public var telemetry: TelemetryQueue?
        /// Where kept bodies go; `nil` where none are.
        public var bodies: BodyQueue?
        /// Makes connections to vendors.
        public var connector: any UpstreamConnector
        /// How many descriptors the listener may use.
        public var descriptors: DescriptorRoom
        /// Tells how much memory is in use.
        public var memory: MemoryReader
        /// Called behind a key's first use, off the critical path, with the key's bytes: the verifier's door.
        public var firstUse: @Sendable (KeyEntry, [UInt8]) -> Void
        /// Where attempts are written before they are made; `nil` keeps no ledger (tools and tests).
        public var journal: Journal?
        /// The time that budgets go by.
        public var budgetTime: BudgetTime
        /// The wall clock.
        public var unixMilliseconds: @Sendable () -> Int64
        /// The log.
        public var log: Logger

        /// Bundles the parts.
        public init(
            options: GatewayOptions,
            snapshots: SnapshotHolder,
            digester: KeyDigester,
            admissions: AdmissionTable,
            formats: [any WireFormat],
            registry: MetricRegistry,
            records: RecordQueue,
            telemetry: TelemetryQueue? = nil,
            bodies: BodyQueue? = nil,
            connector: any UpstreamConnector,
            descriptors: DescriptorRoom = .process,
            memory: MemoryReader = .system,
            journal: Journal? = nil,
            budgetTime: BudgetTime = BudgetTime(),
            firstUse: @escaping @Sendable (KeyEntry, [UInt8]) -> Void,
            unixMilliseconds: @escaping @Sendable () -> Int64,
            log: Logger
        ) {
            self.options = options
            self.snapshots = snapshots
            self.digester = digester
            self.admissions = admissions
            self.formats = formats
            self.journal = journal
            self.budgetTime = budgetTime
            self.registry = registry
            self.records = records
            self.telemetry = telemetry
            self.bodies = bodies
            self.connector = connector
            self.descriptors = descriptors
            self.memory = memory
            self.firstUse = firstUse
            self.unixMilliseconds = unixMilliseconds
            self.log = log
        }
    }

    private struct Running {
        let group: MultiThreadedEventLoopGroup
        let listener: any Channel
        let loops: [NIOLoopBound<LoopState>]
    }

    let parts: Parts
    let shared: SharedState
    private let running = Mutex<Running?>(nil)
    private let isHurried = Atomic(false)

    /// A data plane that is not listening yet.
    public init(_ parts: Parts) {
        self.parts = parts
        self.shared = SharedState(parts)
    }

    /// The port it listens on, once it does.
    public var port: Int? { self.running.withLock { $0?.listener.localAddress?.port } }

    /// Whether it is serving and not draining.
    public var isReady: Bool { self.port != nil && self.shared.isReady }

    /// Exchanges under way.
    public var exchangesUnderWay: Int { self.shared.exchanges.value }

    /// How much is in flight, who waits, and how many were turned away.
    public var load: LoadView { LoadView(self.shared.gate) }

    /// Open client connections.
    public var openConnections: Int { self.shared.connections.value }

    /// Binds the listener.
    ///
    /// - Throws: When the address cannot be bound or the TLS files cannot be read.
    public func start() async throws {
        let count = self.parts.options.loops > 0 ? self.parts.options.loops : System.coreCount
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        let shared = self.shared
        let connector = self.parts.connector
        var loops: [ObjectIdentifier: NIOLoopBound<LoopState>] = [:]
        for loop in group.makeIterator() {
            let seed = UInt64.random(in: .min ... .max)
            loops[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(LoopState(loop: loop, shared: shared, connector: connector, seed: seed), eventLoop: loop)
            }.get()
        }
        do {
            let tls = try self.parts.options.tls.map { try TLSServerFiles($0, log: self.parts.log) }
            let listener = try await self.bind(group, loops: loops, tls: tls)
            self.running.withLock { $0 = Running(group: group, listener: listener, loops: Array(loops.values)) }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func bind(
        _ group: MultiThreadedEventLoopGroup,
        loops: [ObjectIdentifier: NIOLoopBound<LoopState>],
        tls: TLSServerFiles?
    ) async throws -> any Channel {
        let options = self.parts.options
        let unsent = options.limits.unsentBytes
        let gate = ListenerGate.Parts(
            maxConnections: options.limits.maxConnections,
            descriptors: self.parts.descriptors,
            pauses: self.shared.metrics.acceptPauses,
            log: self.parts.log
        )
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // One at a time, so that the gate can close behind each.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ListenerGate(gate))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: unsent / 2, high: unsent))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let state = loops[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.operationUnsupported
                    }
                    let sync = channel.pipeline.syncOperations
                    if let tls { try sync.addHandler(NIOSSLServerHandler(context: tls.context)) }
                    try sync.addHandler(ClientConnection(loop: state.value, isPlain: tls == nil))
                }
            }
            .bind(host: options.host, port: options.port)
            .get()
    }

    /// Serves until shutdown, then drains: readiness goes first, then the listener, then what is in flight.
    public func run() async throws {
        if self.running.withLock({ $0 == nil }) { try await self.start() }
        await withTaskGroup { tasks in
            tasks.addTask { await self.watchMemory() }
            await self.withTaskCancellationOrGracefulShutdown()
            await self.drain()
            tasks.cancelAll()
        }
    }

    private func withTaskCancellationOrGracefulShutdown() async {
        try? await gracefulShutdown()
    }

    /// Ends the drain under way, or the next one, without waiting for what is in flight: streams are told, and recorded.
    public func hurry() {
        self.isHurried.store(true, ordering: .relaxed)
    }

    /// Stops taking traffic, lets requests under way finish within the limit, closes everything.
    public func drain() async {
        guard let running = self.running.withLock({ $0 }) else { return }
        let drain = self.parts.options.drain
        self.shared.drainState.store(1, ordering: .relaxed)
        await self.wait(for: drain.delay) { false }
        self.shared.drainState.store(2, ordering: .relaxed)
        try? await running.listener.close().get()
        self.parts.log.info("draining", metadata: ["in_flight": "\(self.exchangesUnderWay)"])
        await self.wait(for: drain.limit) {
            let busy = await Self.onLoops(running) { $0.closeIdleConnections() }
            return busy.allSatisfy { $0 == 0 } && self.exchangesUnderWay == 0
        }
        _ = await Self.onLoops(running) { $0.endConnections() }
        // One turn for the last bytes to leave.
        try? await Task.sleep(for: .milliseconds(20))
        _ = await Self.onLoops(running) { $0.stop() }
        self.running.withLock { $0 = nil }
        try? await running.group.shutdownGracefully()
    }

    /// Waits until something is so; no longer than the limit, and not at all when hurried or cancelled.
    private func wait(for limit: Duration, until isSo: () async -> Bool) async {
        let deadline = ContinuousClock.now.advanced(by: limit)
        while await !isSo() {
            let left = deadline - .now
            guard left > .zero, !self.isHurried.load(ordering: .relaxed), !Task.isCancelled else { return }
            try? await Task.sleep(for: min(left, .milliseconds(50)))
        }
    }

    private static func onLoops<Value: Sendable>(
        _ running: Running,
        _ body: @escaping @Sendable (LoopState) -> Value
    ) async -> [Value] {
        var values: [Value] = []
        for bound in running.loops {
            if let value = try? await bound.eventLoop.submit({ body(bound.value) }).get() { values.append(value) }
        }
        return values
    }
}
