public import NIOCore

/// Bounds of a pool, per event loop and endpoint.
public struct PoolLimits: Sendable, Equatable {
    /// Open connections, idle ones included.
    public var maxConnections = 8_192
    /// Connections kept idle.
    public var maxIdle = 256
    /// Exchanges waiting for a connection.
    public var maxWaiting = 1_024
    /// How long a connection may stay idle: below what vendors allow, so that we close first.
    public var idleTimeout = TimeAmount.seconds(50)
    /// How long an exchange waits when all connections are in use.
    public var queueTimeout = TimeAmount.seconds(1)

    /// The defaults of docs/operations.md.
    public init() {}
}

/// The connections of one event loop, by endpoint. Not thread-safe, never leaves its loop; nothing hops.
public final class ConnectionPool {
    /// What asking for a connection gave.
    public enum Acquisition {
        /// A live connection, reserved for the asker.
        case ready(UpstreamConnection)
        /// The waiter will be called.
        case waiting
        /// All are in use and the queue is full.
        case saturated
    }

    private struct Waiting {
        // Not weak: whoever was held weakly once pays for it at every later retain. A waiter that gives up cancels.
        let waiter: any ConnectionWaiter
        let since: NIODeadline
    }

    private final class Origin {
        let endpoint: UpstreamEndpoint
        var idle: [UpstreamConnection] = []
        var waiting: [Waiting] = []
        var open = 0
        var connecting = 0

        init(_ endpoint: UpstreamEndpoint) {
            self.endpoint = endpoint
        }
    }

    private let loop: any EventLoop
    private let connector: any UpstreamConnector
    private let limits: PoolLimits
    private var origins: [Int: Origin] = [:]
    /// What was asked for last is often what comes next.
    private var lastOrigin: Origin?
    private var isClosed = false

    /// A pool for one loop.
    public init(loop: any EventLoop, connector: any UpstreamConnector, limits: PoolLimits = PoolLimits()) {
        self.loop = loop
        self.connector = connector
        self.limits = limits
    }

    /// Takes an idle connection, or starts to make one.
    ///
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - waiter: Who is told when there is one later.
    ///   - now: The loop's clock, where the caller has just read it.
    /// - Returns: What there is.
    public func acquire(
        _ endpoint: UpstreamEndpoint,
        for waiter: any ConnectionWaiter,
        at now: NIODeadline? = nil
    ) -> Acquisition {
        let origin = self.origin(endpoint)
        while let connection = origin.idle.popLast() {
            if connection.isStillOpen(idleFor: (now ?? self.now) - connection.idleSince) { return .ready(connection) }
            connection.abort()
        }
        guard origin.waiting.count < self.limits.maxWaiting, !self.isClosed else { return .saturated }
        origin.waiting.append(Waiting(waiter: waiter, since: self.now))
        self.connectIfNeeded(origin)
        return .waiting
    }

    /// Takes back a wait: the waiter is not called any more.
    public func cancel(_ waiter: any ConnectionWaiter, at endpoint: UpstreamEndpoint) {
        guard let origin = self.origins[endpoint.id] else { return }
        origin.waiting.removeAll { $0.waiter === waiter }
    }

    /// Closes what has been idle too long and fails what has waited too long. Called by the loop's tick.
    public func tick() {
        let now = self.now
        for (id, origin) in self.origins {
            while let oldest = origin.idle.first, now - oldest.idleSince > self.limits.idleTimeout {
                origin.idle.removeFirst()
                oldest.abort()
            }
            if origin.connecting == 0 { self.failOverdue(origin, now) }
            if origin.open == 0, origin.connecting == 0, origin.waiting.isEmpty {
                self.origins[id] = nil
                self.lastOrigin = nil
            }
        }
    }

    /// Closes idle connections and refuses new ones; those in use close when their exchange ends.
    public func close() {
        self.isClosed = true
        for origin in self.origins.values {
            let idle = origin.idle
            origin.idle = []
            for connection in idle { connection.abort() }
        }
    }

    /// Open, idle and waiting counts over all endpoints.
    public var counts: (open: Int, idle: Int, waiting: Int) {
        self.origins.values.reduce((0, 0, 0)) { ($0.0 + $1.open, $0.1 + $1.idle.count, $0.2 + $1.waiting.count) }
    }

    // MARK: Inside

    private var now: NIODeadline { self.loop.now }

    private func origin(_ endpoint: UpstreamEndpoint) -> Origin {
        if let last = self.lastOrigin, last.endpoint.id == endpoint.id { return last }
        let known = self.origins[endpoint.id]
        let origin = known ?? Origin(endpoint)
        if known == nil { self.origins[endpoint.id] = origin }
        self.lastOrigin = origin
        return origin
    }

    private func failOverdue(_ origin: Origin, _ now: NIODeadline) {
        while let first = origin.waiting.first, now - first.since > self.limits.queueTimeout {
            origin.waiting.removeFirst()
            first.waiter.connectionFailed(UpstreamError(.saturated, "all connections are in use"))
        }
    }

    private func connectIfNeeded(_ origin: Origin) {
        guard origin.connecting < origin.waiting.count, origin.open + origin.connecting < self.limits.maxConnections
        else { return }
        origin.connecting += 1
        self.connector.connect(to: origin.endpoint, on: self.loop).assumeIsolated().whenComplete { result in
            origin.connecting -= 1
            switch result {
            case .success(let channel):
                self.adopt(channel, origin)
            case .failure(let error):
                let error = error as? UpstreamError ?? UpstreamError(.connectFailed, "\(type(of: error))")
                self.nextWaiter(origin)?.connectionFailed(error)
            }
        }
    }

    private func adopt(_ channel: any Channel, _ origin: Origin) {
        guard let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self),
            channel.isActive
        else {
            channel.close(promise: nil)
            self.nextWaiter(origin)?.connectionFailed(UpstreamError(.connectFailed, "closed while connecting"))
            return
        }
        origin.open += 1
        connection.onClose = { [unowned self, unowned origin] connection in self.closed(connection, origin) }
        connection.onIdle = { [unowned self, unowned origin] connection in self.offer(connection, origin) }
        self.offer(connection, origin)
    }

    private func offer(_ connection: UpstreamConnection, _ origin: Origin) {
        if let waiter = self.nextWaiter(origin) {
            waiter.connectionReady(connection)
            return
        }
        guard origin.idle.count < self.limits.maxIdle, !self.isClosed else { return connection.abort() }
        connection.idleSince = self.now
        origin.idle.append(connection)
    }

    private func closed(_ connection: UpstreamConnection, _ origin: Origin) {
        origin.open -= 1
        origin.idle.removeAll { $0 === connection }
        self.connectIfNeeded(origin)
    }

    private func nextWaiter(_ origin: Origin) -> (any ConnectionWaiter)? {
        origin.waiting.isEmpty ? nil : origin.waiting.removeFirst().waiter
    }
}
