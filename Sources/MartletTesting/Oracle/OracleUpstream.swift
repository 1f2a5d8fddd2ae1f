public import NIOCore
import NIOPosix
import Synchronization

/// A fake vendor over real sockets on the loopback interface, scripted by the test and logging every byte.
///
/// What serves a request, first match wins: a script enqueued for its path, a script enqueued for any path, the
/// functions given to `handle`, and last the built-in vendor, whose behaviour the request's model name chooses
/// (`VendorBehaviour`).
public final class OracleUpstream: Sendable {
    /// How an oracle is set up.
    public struct Options: Sendable {
        /// Address to listen on.
        public var host = "127.0.0.1"
        /// Port to listen on; 0 takes a free one.
        public var port = 0
        /// Event loops of its own; 0 shares the process's.
        public var threads = 0
        /// How finely waits are told apart.
        public var tick = Duration.milliseconds(1)
        /// What is kept of the traffic.
        public var log = OracleLogLimits()
        /// Stream pace and length where the model name says nothing.
        public var vendor = VendorDefaults()
        /// Called on each accepted channel before the oracle's own handler is added, to put TLS in front of it.
        public var prepareChannel: (@Sendable (any Channel) throws -> Void)?

        /// A plain oracle on a free port.
        public init() {}
    }

    /// Why an oracle could not be started, or a wait was in vain.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// What happened.
        public var description: String
    }

    /// The port it listens on.
    public let port: Int
    private let log: OracleLog
    private let router: OracleRouter
    private let vendor: Vendor
    private let listener: any Channel
    private let channels: OracleChannels
    private let group: any EventLoopGroup
    private let ownsGroup: Bool

    /// Starts an oracle and returns once it accepts connections.
    public static func start(_ options: Options = Options()) async throws -> OracleUpstream {
        let group: any EventLoopGroup =
            options.threads > 0
            ? MultiThreadedEventLoopGroup(numberOfThreads: options.threads) : .singletonMultiThreadedEventLoopGroup
        let log = OracleLog(limits: options.log)
        let vendor = Vendor(defaults: options.vendor)
        let router = OracleRouter { vendor.script(for: $0) }
        let channels = OracleChannels(tick: options.tick)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 8 << 10, high: 32 << 10))
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try options.prepareChannel?(channel)
                    channels.add(channel)
                    let pacer = channels.pacer(for: channel.eventLoop)
                    let handler = OracleConnectionHandler(log: log, router: router, pacer: pacer)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: options.host, port: options.port).get()
        return OracleUpstream(log, router, vendor, listener, channels, group, ownsGroup: options.threads > 0)
    }

    private init(
        _ log: OracleLog,
        _ router: OracleRouter,
        _ vendor: Vendor,
        _ listener: any Channel,
        _ channels: OracleChannels,
        _ group: any EventLoopGroup,
        ownsGroup: Bool
    ) {
        self.port = listener.localAddress?.port ?? 0
        self.log = log
        self.router = router
        self.vendor = vendor
        self.listener = listener
        self.channels = channels
        self.group = group
        self.ownsGroup = ownsGroup
    }

    /// Stops listening and closes every connection.
    public func shutdown() async {
        try? await self.listener.close().get()
        await self.channels.closeAll()
        if self.ownsGroup { try? await self.group.shutdownGracefully() }
    }

    /// Returns when the oracle stops listening.
    public func waitForShutdown() async throws {
        try await self.listener.closeFuture.get()
    }
}

// MARK: Scripting

extension OracleUpstream {
    /// `http://127.0.0.1:PORT`
    public var url: String {
        "http://127.0.0.1:\(self.port)"
    }

    /// Adds scripts to be used once each, in order, by whatever requests come.
    public func enqueue(_ scripts: OracleScript...) {
        self.router.enqueue(scripts, path: nil)
    }

    /// Adds scripts to be used once each, in order, by requests for this path.
    public func enqueue(_ scripts: OracleScript..., path: String) {
        self.router.enqueue(scripts, path: path)
    }

    /// Says what happens to the next accepted connection; called twice, to the next two.
    public func enqueueConnection(_ behaviour: OracleConnectionBehaviour) {
        self.router.enqueueConnection(behaviour)
    }

    /// Adds a function that answers requests no enqueued script is there for; it passes by returning `nil`.
    public func handle(_ handler: @escaping @Sendable (OracleRequest) -> OracleScript?) {
        self.router.addHandler(handler)
    }

    /// Makes the built-in vendor answer every later request as these words say (`VendorBehaviour`), whatever model it
    /// names; no words let the names speak again. What has begun goes on as it was.
    public func setMood(_ words: String) {
        self.vendor.setMood(words)
    }

    /// Forgets the log. Numbers of requests and connections go on from where they were.
    public func forget() {
        self.log.reset()
    }

    /// Forgets the log, the enqueued scripts and the functions. Open connections stay.
    public func reset() {
        self.router.reset()
        self.log.reset()
    }
}

// MARK: Looking

extension OracleUpstream {
    /// Every request kept, in order of arrival.
    public var requests: [OracleRequest] {
        self.log.requests
    }

    /// Every connection kept, in order of arrival.
    public var connections: [OracleConnection] {
        self.log.connections
    }

    /// How many requests have come in all, forgotten ones included.
    public var requestCount: Int {
        self.log.counts.requests
    }

    /// How many connections were accepted in all.
    public var connectionCount: Int {
        self.log.counts.connections
    }

    /// How many connections are open now.
    public var openConnections: Int {
        self.log.counts.openConnections
    }

    /// Waits until a condition on the oracle holds; it is looked at after every change.
    ///
    /// - Returns: Whether it came to hold within the limit.
    public func wait(
        within limit: Duration = .seconds(10),
        until isFulfilled: @escaping @Sendable (OracleUpstream) -> Bool
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let id = self.log.wait(until: { isFulfilled(self) }, resume: { continuation.resume(returning: $0) })
            self.group.any().scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) {
                self.log.finish(id, with: false)
            }
        }
    }

    /// Waits for the request with this number (1 for the first) to fulfil a condition; by default, to be over.
    ///
    /// - Throws: `Failure` when it does not within the limit.
    public func request(
        _ id: Int,
        within limit: Duration = .seconds(10),
        until isFulfilled: @escaping @Sendable (OracleRequest) -> Bool = { $0.isOver }
    ) async throws(Failure) -> OracleRequest {
        let find: @Sendable (OracleUpstream) -> OracleRequest? = { oracle in
            oracle.requests.first { $0.id == id && isFulfilled($0) }
        }
        _ = await self.wait(within: limit) { find($0) != nil }
        if let request = find(self) { return request }
        throw Failure(description: "request \(id) did not get there in \(limit)")
    }
}
