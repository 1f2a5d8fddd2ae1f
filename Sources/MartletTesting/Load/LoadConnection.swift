import NIOCore
import NIOPosix

/// One request of the load client.
struct LoadRequest {
    var bytes: ByteBuffer
    /// The client leaves after so many events (or, of a plain answer, before it has come).
    var abortsAfter: Int?
}

/// What became of one request.
struct LoadResult {
    var progress = LoadResponseReader.Progress()
    var startedAt: Int64
    var endedAt: Int64 = 0
    var wasAborted = false

    /// `nil` when the answer was whole, successful, and a stream ended with its terminal event.
    var error: String? {
        if self.wasAborted { return nil }
        if let failure = self.progress.failure { return failure }
        guard self.progress.status == 200 else { return "status \(self.progress.status ?? 0)" }
        return self.progress.isEventStream && !self.progress.sawTerminal ? "stream without its end" : nil
    }
}

/// A kept-alive connection of the load client; one request at a time. Confined to its event loop.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var reader = LoadResponseReader()
    private var buffer = ByteBuffer()
    private var request: LoadRequest?
    private var result = LoadResult(startedAt: 0)
    private var deadline: Scheduled<Void>?
    private var completion: ((LoadResult, LoadConnection) -> Void)?
    /// Told of each read that brought events, with how many.
    var onEvents: ((Int) -> Void)?

    /// Whether another request can be sent.
    var isOpen: Bool { self.context != nil }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended()
    }

    /// A channel closed from within its connect future never becomes active, so it never becomes inactive either.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.ended()
    }

    private func ended() {
        guard self.context != nil else { return }
        self.context = nil
        self.reader.end()
        self.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Sends a request. `completion` is called once, whatever happens.
    func perform(
        _ request: LoadRequest,
        timeout: Duration,
        completion: @escaping (LoadResult, LoadConnection) -> Void
    ) {
        self.request = request
        self.completion = completion
        self.reader = LoadResponseReader()
        self.result = LoadResult(startedAt: OracleLog.now())
        guard let context = self.context else {
            self.reader.end()
            return self.finish()
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        self.deadline = context.eventLoop.scheduleTask(in: .nanoseconds(timeout.wholeNanoseconds)) {
            bound.value.abort(wanted: false)
        }
        context.writeAndFlush(Self.wrapOutboundOut(request.bytes), promise: nil)
        if request.abortsAfter == 0 { self.abort(wanted: true) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.completion != nil else { return }
        self.buffer.writeImmutableBuffer(Self.unwrapInboundIn(data))
        let before = self.reader.progress.events
        self.reader.read(&self.buffer)
        let progress = self.reader.progress
        if progress.events > before { self.onEvents?(progress.events - before) }
        if progress.isComplete || progress.failure != nil {
            self.finish()
        } else if let limit = self.request?.abortsAfter, progress.events >= limit {
            self.abort(wanted: true)
        }
    }

    /// Leaves; a client that wanted to is not in error.
    private func abort(wanted: Bool) {
        self.result.wasAborted = wanted
        self.closeNow()
    }

    /// Ends the connection.
    func closeNow() {
        self.context?.close(promise: nil)
    }

    private func finish() {
        guard let completion = self.completion else { return }
        self.completion = nil
        self.deadline?.cancel()
        self.result.progress = self.reader.progress
        self.result.endedAt = OracleLog.now()
        if self.result.progress.closes || self.result.progress.failure != nil { self.closeNow() }
        completion(self.result, self)
    }

    /// Opens a connection on this loop.
    static func open(
        host: String,
        port: Int,
        on eventLoop: any EventLoop,
        then act: @escaping (LoadConnection?) -> Void
    ) {
        ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LoadConnection())
                }
            }
            .connect(host: host, port: port)
            .assumeIsolated()
            .whenComplete { result in
                let channel = try? result.get()
                act(try? channel?.pipeline.syncOperations.handler(type: LoadConnection.self))
            }
    }
}
