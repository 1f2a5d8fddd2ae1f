import NIOCore
import NIOPosix
import Synchronization

/// A tiny HTTP proxy that knows CONNECT only: it tunnels every authority to one port of this machine, or does not.
final class ConnectProxy: Sendable {
    enum Behaviour: Sendable {
        /// Opens a tunnel to this port, whatever was asked for.
        case tunnel(port: Int)
        /// Answers with these bytes.
        case answer(String)
        /// Closes instead of answering.
        case close
        /// Takes the request and says nothing.
        case hang
    }

    let port: Int
    private let listener: any Channel
    private let connections: ConnectProxyConnections

    /// Runs a test with a proxy and closes it, its connections too, whatever happens.
    static func run(_ behaviour: Behaviour, _ body: (ConnectProxy) async throws -> Void) async throws {
        let connections = ConnectProxyConnections()
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connections.opened(channel)
                    let handler = ConnectProxyHandler(behaviour) { connections.received($0) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = ConnectProxy(listener, connections)
        do {
            try await body(proxy)
        } catch {
            await proxy.shutdown()
            throw error
        }
        await proxy.shutdown()
    }

    private init(_ listener: any Channel, _ connections: ConnectProxyConnections) {
        self.listener = listener
        self.port = listener.localAddress?.port ?? 0
        self.connections = connections
    }

    /// The heads of the requests, in order.
    var heads: [String] { self.connections.heads }

    /// Connections accepted in all.
    var connectionCount: Int { self.connections.total }

    /// Connections open now.
    var openConnections: Int { self.connections.open.count }

    private func shutdown() async {
        try? await self.listener.close().get()
        for channel in self.connections.open { try? await channel.close().get() }
    }
}

/// What a proxy's connections have in common.
private final class ConnectProxyConnections: Sendable {
    private struct State {
        var heads: [String] = []
        var open: [ObjectIdentifier: any Channel] = [:]
        var total = 0
    }

    private let state = Mutex(State())

    var heads: [String] { self.state.withLock { $0.heads } }
    var total: Int { self.state.withLock { $0.total } }
    var open: [any Channel] { self.state.withLock { Array($0.open.values) } }

    func opened(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        self.state.withLock { state in
            state.total += 1
            state.open[id] = channel
        }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.open[id] = nil } }
    }

    func received(_ head: String) {
        self.state.withLock { $0.heads.append(head) }
    }
}

/// One connection of the proxy, confined to its event loop.
private final class ConnectProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let behaviour: ConnectProxy.Behaviour
    private let received: (String) -> Void
    private var text = ""
    private var tunnel: (any Channel)?

    init(_ behaviour: ConnectProxy.Behaviour, received: @escaping (String) -> Void) {
        self.behaviour = behaviour
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        if let tunnel { return tunnel.writeAndFlush(bytes, promise: nil) }
        self.text += String(buffer: bytes)
        guard self.text.hasSuffix("\r\n\r\n") else { return }
        self.received(self.text)
        switch self.behaviour {
        case .hang: return
        case .close: context.close(promise: nil)
        case .answer(let answer): context.channel.writeAndFlush(ByteBuffer(string: answer), promise: nil)
        case .tunnel(let port): self.open(context.channel, port)
        }
    }

    /// Both ends live on one event loop, so that nothing is passed between threads.
    private func open(_ near: any Channel, _ port: Int) {
        ClientBootstrap(group: near.eventLoop).connect(host: "127.0.0.1", port: port).assumeIsolated()
            .whenComplete { result in
                guard case .success(let far) = result else { return near.close(promise: nil) }
                try? far.pipeline.syncOperations.addHandler(TunnelEnd(near))
                self.tunnel = far
                near.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"), promise: nil)
            }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.tunnel?.close(promise: nil)
        self.tunnel = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// The far end of a tunnel: hands everything to the near one.
private final class TunnelEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let near: any Channel

    init(_ near: any Channel) {
        self.near = near
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.near.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.near.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
