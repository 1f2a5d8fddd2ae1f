import NIOCore
import Wire

/// Opens a tunnel through an HTTP proxy by CONNECT, then puts TLS in its own place and disappears.
///
/// Until the tunnel stands nothing is told to the handlers behind it, `channelActive` included.
final class ProxyTunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let authority: String
    private let tls: TLSClientSettings?
    private var parser = HTTPResponseParser(limits: HTTPLimits())
    private var received = ByteBuffer()

    init(host: String, port: Int, tls: TLSClientSettings?) {
        self.authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        self.tls = tls
    }

    func channelActive(context: ChannelHandlerContext) {
        var request = context.channel.allocator.buffer(capacity: 128)
        request.writeString("CONNECT \(self.authority) HTTP/1.1\r\nhost: \(self.authority)\r\n\r\n")
        context.writeAndFlush(self.wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.received.writeBuffer(&bytes)
        var head = HTTPResponseHead()
        do {
            let isComplete = try self.received.withUnsafeReadableBytes { bytes in
                try self.parser.parse(bytes, requestWasHead: true, into: &head)
            }
            guard isComplete else { return }
            guard (200..<300).contains(head.status), head.byteCount == self.received.readableBytes else {
                throw UpstreamError(.proxyRefused, "the proxy answered \(head.status)")
            }
            try self.openTunnel(context)
        } catch let error as UpstreamError {
            context.fireErrorCaught(error)
        } catch {
            context.fireErrorCaught(UpstreamError(.proxyRefused, "the proxy's answer is not HTTP"))
        }
    }

    private func openTunnel(_ context: ChannelHandlerContext) throws {
        let sync = context.pipeline.syncOperations
        if let tls = self.tls {
            try sync.addHandler(try SocketConnector.tlsHandler(tls), position: .after(self))
        }
        // The handlers behind have not seen the channel become active: now it is, for them.
        context.fireChannelActive()
        sync.removeHandler(self, promise: nil)
    }
}
