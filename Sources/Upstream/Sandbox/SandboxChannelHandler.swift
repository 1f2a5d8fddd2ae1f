import NIOCore
import Providers
import Wire

/// The sandbox's end of a connection: reads requests, asks the sandbox what to answer, writes the pieces at their pace.
final class SandboxChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var received = ByteBuffer()
    private var parser = HTTPRequestParser(limits: HTTPLimits())
    private var head = HTTPRequestHead()
    private var isAnswering = false
    private var isClosed = false
    private var next: Scheduled<Void>?
    private let unixSeconds: @Sendable () -> Int

    init(unixSeconds: @escaping @Sendable () -> Int) {
        self.unixSeconds = unixSeconds
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.received.writeBuffer(&bytes)
        self.answerNext(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.isClosed = true
        self.next?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
    }

    /// Our own road speaks to us, always with a content length; anything else is a defect and ends the connection.
    private func answerNext(_ context: ChannelHandlerContext) {
        guard !self.isAnswering, self.received.readableBytes > 0 else { return }
        let parsed: Result<Bool, HTTPParseError> = self.received.withUnsafeReadableBytes { bytes in
            Result { () throws(HTTPParseError) in try self.parser.parse(bytes, into: &self.head) }
        }
        switch parsed {
        case .failure:
            return context.close(promise: nil)
        case .success(false):
            return
        case .success(true):
            break
        }
        var count = 0
        if case .length(let length) = self.head.framing { count = length }
        guard self.received.readableBytes - self.head.byteCount >= count else { return }
        let request = self.request(bodyCount: count)
        self.received.moveReaderIndex(forwardBy: self.head.byteCount + count)
        if self.received.readableBytes == 0 { self.received = ByteBuffer() }
        self.parser = HTTPRequestParser(limits: HTTPLimits())
        self.isAnswering = true
        self.write(Sandbox.answer(request), context)
    }

    private func request(bodyCount: Int) -> SandboxRequest {
        self.received.withUnsafeReadableBytes { bytes in
            SandboxRequest(
                method: String(decoding: bytes[self.head.methodRange], as: UTF8.self),
                target: String(decoding: bytes[self.head.target], as: UTF8.self),
                body: Array(bytes[self.head.byteCount..<self.head.byteCount + bodyCount]),
                unixSeconds: self.unixSeconds()
            )
        }
    }

    // MARK: Answering

    private func write(_ answer: SandboxAnswer, _ context: ChannelHandlerContext) {
        var bytes = context.channel.allocator.buffer(capacity: 1024)
        bytes.writeString("HTTP/1.1 \(answer.status) Sandbox\r\n")
        for header in answer.headers { bytes.writeString("\(header.name): \(header.value)\r\n") }
        let isPaced = answer.isStream || answer.endsAbruptly || answer.pieces.contains { $0.delay > .zero }
        guard isPaced else {
            let body = answer.body
            bytes.writeString("content-length: \(body.count)\r\n\r\n")
            bytes.writeBytes(body)
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
            return self.finish(context)
        }
        bytes.writeStaticString("transfer-encoding: chunked\r\n\r\n")
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
        self.writePieces(answer, from: 0, context)
    }

    private func writePieces(_ answer: SandboxAnswer, from index: Int, _ context: ChannelHandlerContext) {
        guard !self.isClosed else { return }
        guard index < answer.pieces.count else { return self.end(answer, context) }
        let piece = answer.pieces[index]
        let write: () -> Void = {
            guard !self.isClosed else { return }
            var bytes = context.channel.allocator.buffer(capacity: piece.bytes.count + 16)
            bytes.writeString(String(piece.bytes.count, radix: 16))
            bytes.writeStaticString("\r\n")
            bytes.writeBytes(piece.bytes)
            bytes.writeStaticString("\r\n")
            // A reader that does not read stops the sandbox, as it would any vendor.
            context.writeAndFlush(self.wrapOutboundOut(bytes)).assumeIsolated().whenSuccess {
                self.writePieces(answer, from: index + 1, context)
            }
        }
        guard piece.delay > .zero else { return write() }
        self.next = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(piece.delay)) { write() }
    }

    private func end(_ answer: SandboxAnswer, _ context: ChannelHandlerContext) {
        guard !answer.endsAbruptly else { return context.close(promise: nil) }
        var last = context.channel.allocator.buffer(capacity: 8)
        last.writeStaticString("0\r\n\r\n")
        context.writeAndFlush(self.wrapOutboundOut(last), promise: nil)
        self.finish(context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        self.isAnswering = false
        self.answerNext(context)
    }
}
