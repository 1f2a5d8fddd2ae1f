import NIOCore
import NIOTLS

/// Tells when a fresh channel may carry requests: at once for plain TCP, after the handshake for TLS. Then it removes itself.
final class EstablishmentHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let expectsHandshake: Bool
    private let promise: EventLoopPromise<Void>

    var established: EventLoopFuture<Void> { self.promise.futureResult }

    init(expectsHandshake: Bool, eventLoop: any EventLoop) {
        self.expectsHandshake = expectsHandshake
        self.promise = eventLoop.makePromise()
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if !self.expectsHandshake { self.finish(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { self.finish(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise.fail(UpstreamError(.connectFailed, "closed while connecting"))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.promise.fail(UpstreamError(.connectFailed, "closed while connecting"))
    }

    private func finish(_ context: ChannelHandlerContext) {
        self.promise.succeed(())
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
