public import NIOCore
import NIOPosix
import NIOSSL

/// Makes connections. A parameter of the pool, so that tests hand out embedded channels.
public protocol UpstreamConnector: Sendable {
    /// Opens a channel whose pipeline ends with an `UpstreamConnection`, TLS done, ready to send.
    ///
    /// The future completes on `loop`, within the connect deadline, and fails with `UpstreamError`.
    func connect(to endpoint: UpstreamEndpoint, on loop: any EventLoop) -> EventLoopFuture<any Channel>
}

/// Connects by TCP (with happy eyeballs, TLS and CONNECT proxies) or to the sandbox inside this process.
public struct SocketConnector: UpstreamConnector {
    private let connectTimeout: TimeAmount
    private let descriptors: DescriptorRoom
    private let sandbox: SandboxLink

    /// A connector.
    ///
    /// - Parameters:
    ///   - connectTimeout: For the whole way: name lookup, TCP, proxy, TLS.
    ///   - descriptors: How many descriptors connections may use.
    ///   - unixSeconds: The wall clock, for what the sandbox dates.
    public init(
        connectTimeout: TimeAmount = .seconds(5),
        descriptors: DescriptorRoom = .process,
        unixSeconds: @escaping @Sendable () -> Int
    ) {
        self.connectTimeout = connectTimeout
        self.descriptors = descriptors
        self.sandbox = SandboxLink(unixSeconds: unixSeconds)
    }

    /// Opens a channel.
    public func connect(to endpoint: UpstreamEndpoint, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        switch endpoint.transport {
        case .sandbox:
            return self.sandbox.connect(on: loop)
        case .tcp(let host, let port, let tls):
            guard self.descriptors.hasRoom(for: .vendor) else {
                return loop.makeFailedFuture(UpstreamError(.saturated, "no descriptors are left for vendors"))
            }
            guard !loop.inEventLoop else { return self.connect(endpoint, host: host, port: port, tls: tls, on: loop) }
            // What is done when the channel opens must be in place before it does.
            return loop.flatSubmit { self.connect(endpoint, host: host, port: port, tls: tls, on: loop) }
        }
    }

    private func connect(
        _ endpoint: UpstreamEndpoint,
        host: String,
        port: Int,
        tls: TLSClientSettings?,
        on loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let ready = loop.makePromise(of: (any Channel).self)
        // Whatever hangs (lookup, SYN, proxy, handshake), the waiter hears of it in time.
        let deadline = loop.scheduleTask(in: self.connectTimeout) {
            ready.fail(UpstreamError(.connectTimedOut, "no connection within the deadline"))
        }
        let opened = ClientBootstrap(group: loop)
            .connectTimeout(self.connectTimeout)
            .resolver(CheckedResolver(loop: loop, addresses: endpoint.proxy == nil ? endpoint.addresses : .local))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: 128 * 1024, high: 256 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.fill(channel.pipeline, endpoint, host: host, port: port, tls: tls)
                }
            }
            .connect(host: endpoint.proxy?.host ?? host, port: endpoint.proxy?.port ?? port)
        let established = opened.flatMap { channel in
            let waiter: EventLoopFuture<Void>
            do {
                waiter = try channel.pipeline.syncOperations.handler(type: EstablishmentHandler.self).established
            } catch {
                waiter = loop.makeFailedFuture(error)
            }
            return waiter.map { channel }
        }
        established.whenComplete { result in
            deadline.cancel()
            switch result {
            case .success(let channel):
                ready.succeed(channel)
            case .failure(let error):
                ready.fail(Self.normalise(error))
            }
        }
        // A channel that comes too late is closed, not leaked.
        ready.futureResult.whenFailure { _ in opened.whenSuccess { $0.close(promise: nil) } }
        return ready.futureResult
    }

    private static func fill(
        _ pipeline: ChannelPipeline,
        _ endpoint: UpstreamEndpoint,
        host: String,
        port: Int,
        tls: TLSClientSettings?
    ) throws {
        let sync = pipeline.syncOperations
        let establishment = EstablishmentHandler(expectsHandshake: tls != nil, eventLoop: pipeline.eventLoop)
        if endpoint.proxy != nil {
            try sync.addHandler(ProxyTunnelHandler(host: host, port: port, tls: tls))
        } else if let tls {
            try sync.addHandler(try Self.tlsHandler(tls))
        }
        try sync.addHandler(establishment)
        try sync.addHandler(UpstreamConnection(isPlain: tls == nil && endpoint.proxy == nil))
    }

    static func tlsHandler(_ tls: TLSClientSettings) throws -> NIOSSLClientHandler {
        let identity = tls.identity
        return try NIOSSLClientHandler._makeSSLClientHandler(
            context: tls.context,
            serverHostname: identity.isAddress ? nil : tls.serverName
        ) { certificate, channel in
            channel.eventLoop.makeCompletedFuture {
                guard identity.isProven(by: certificate) else {
                    throw UpstreamError(.tlsFailed, "the certificate is for another host")
                }
            }
        }
    }

    private static func normalise(_ error: any Error) -> UpstreamError {
        if let error = error as? UpstreamError { return error }
        if let error = error as? NIOConnectionError {
            for failure in [error.dnsAError, error.dnsAAAAError] {
                if let refused = failure as? UpstreamError, refused.code == .addressRefused { return refused }
            }
            return UpstreamError(.connectFailed, "no address could be connected to")
        }
        if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError {
            return UpstreamError(.tlsFailed, "\(error)")
        }
        if let error = error as? ChannelError, case .connectTimeout = error {
            return UpstreamError(.connectTimedOut, "connect deadline")
        }
        return UpstreamError(.connectFailed, "\(type(of: error))")
    }
}
