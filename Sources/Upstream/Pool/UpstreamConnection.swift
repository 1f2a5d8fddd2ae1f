public import NIOCore
public import Wire

/// One HTTP/1.1 connection to a vendor, confined to its event loop: takes a request's bytes, hands the answer's bytes to a
/// consumer. It knows framing only; what the bytes mean is the consumer's business.
public final class UpstreamConnection: ChannelInboundHandler {
    /// Raw bytes in.
    public typealias InboundIn = ByteBuffer

    private enum State {
        case idle
        case awaitingHead
        case fixedBody(remaining: Int)
        case chunkedBody
        case bodyUntilClose
        case closed
    }

    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var consumer: (any UpstreamConsumer)?
    private var parser: HTTPResponseParser
    private var head = HTTPResponseHead()
    private var chunked = ChunkedDecoder()
    /// For an answer that is compressed although that was not asked for.
    private var gzip: GzipDecoder?
    private var unparsed: ByteBuffer?
    private var hasAnswerBytes = false
    private var isReadingPaused = false
    private let isPlain: Bool
    private let writer = SocketWriter()

    /// Called once when the connection can no longer carry an exchange.
    var onClose: ((UpstreamConnection) -> Void)?
    /// Called when an answer ended and the connection can carry another.
    var onIdle: ((UpstreamConnection) -> Void)?
    /// When the connection last became idle; the pool's business.
    var idleSince = NIODeadline.distantPast

    /// A connection handler to be put last into a channel's pipeline.
    ///
    /// - Parameters:
    ///   - limits: Of an answer's head.
    ///   - isPlain: No handler before it sees or changes what is written.
    public init(limits: HTTPLimits = HTTPLimits(), isPlain: Bool = false) {
        self.isPlain = isPlain
        self.parser = HTTPResponseParser(limits: limits)
    }

    /// Whether the channel is open and no exchange is under way.
    public var isReusable: Bool {
        guard case .idle = self.state, let context = self.context else { return false }
        return context.channel.isActive
    }

    /// The channel, while there is one.
    var channel: (any Channel)? { self.context?.channel }

    /// Writes a request and directs the answer to `consumer`.
    ///
    /// - Parameters:
    ///   - request: Head and body, complete.
    ///   - consumer: Takes the answer.
    /// - Returns: `false` when the connection turned out to be closed; nothing was written then.
    public func send(_ request: ByteBuffer, to consumer: any UpstreamConsumer) -> Bool {
        guard self.isReusable, let context = self.context else { return false }
        self.state = .awaitingHead
        self.consumer = consumer
        self.hasAnswerBytes = false
        self.writer.write(request, context)
        return true
    }

    /// Ends the exchange at once and closes; the consumer hears nothing more.
    public func abort() {
        self.consumer = nil
        self.shut()
    }

    /// Stops or resumes reading from the vendor (back-pressure).
    public func setReadingPaused(_ isPaused: Bool) {
        guard isPaused != self.isReadingPaused, let context = self.context else { return }
        self.isReadingPaused = isPaused
        _ = try? context.channel.syncOptions?.setOption(.autoRead, value: !isPaused)
        if !isPaused { context.read() }
    }

    // MARK: ChannelHandler

    /// Keeps the context.
    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.writer.open(context, isPlain: self.isPlain)
    }

    /// Lets go of the context.
    public func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.writer.close()
    }

    /// Consumes bytes.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if var earlier = self.unparsed.take() {
            earlier.writeBuffer(&bytes)
            bytes = earlier
        }
        let consumed = bytes.withUnsafeReadableBytes { self.consume($0) }
        bytes.moveReaderIndex(forwardBy: min(consumed, bytes.readableBytes))
        if bytes.readableBytes > 0, case .closed = self.state {
        } else if bytes.readableBytes > 0 {
            self.unparsed = bytes
        }
    }

    /// Ends a batch.
    public func channelReadComplete(context: ChannelHandlerContext) {
        self.consumer?.upstreamReadComplete()
    }

    /// The vendor closed.
    public func channelInactive(context: ChannelHandlerContext) {
        self.vendorClosed(UpstreamError(.closedInsideAnswer, "connection closed by the vendor"), isOrderly: true)
    }

    /// The vendor closed its side only: nothing more will come, which for us is the same.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            self.vendorClosed(UpstreamError(.closedInsideAnswer, "input closed by the vendor"), isOrderly: true)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// A socket or TLS error.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.vendorClosed(UpstreamError(.closedInsideAnswer, "\(type(of: error))"), isOrderly: false)
    }

    // MARK: Bytes

    /// Consumes what it can and returns how many bytes that was.
    private func consume(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while true {
            switch self.state {
            case .closed:
                return bytes.count
            case .idle:
                if offset < bytes.count { self.shut() }
                return bytes.count
            case .awaitingHead:
                guard self.consumeHead(bytes, from: &offset) else { return offset }
            case .fixedBody(let remaining):
                guard self.consumeFixed(bytes, from: &offset, remaining: remaining) else { return offset }
            case .chunkedBody:
                guard self.consumeChunked(bytes, from: &offset) else { return offset }
            case .bodyUntilClose:
                if offset < bytes.count {
                    self.deliver(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
                }
                return bytes.count
            }
        }
    }

    private func consumeHead(_ bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Bool {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        guard !rest.isEmpty else { return false }
        self.hasAnswerBytes = true
        do throws(HTTPParseError) {
            guard try self.parser.parse(rest, requestWasHead: false, into: &self.head) else { return false }
        } catch {
            self.fail(UpstreamError(.protocolViolation, error.message))
            return false
        }
        offset += self.head.byteCount
        guard self.head.status >= 200 else {
            if self.head.status == 101 { self.fail(UpstreamError(.protocolViolation, "unexpected 101")) }
            return true
        }
        guard self.readEncoding(rest) else { return false }
        self.enterBody()
        self.consumer?.upstreamReceivedHead(self.head, in: rest)
        if case .fixedBody(0) = self.state { self.end(isLastByte: offset == bytes.count) }
        return true
    }

    private func enterBody() {
        switch self.head.framing {
        case .none: self.state = .fixedBody(remaining: 0)
        case .length(let count): self.state = .fixedBody(remaining: count)
        case .chunked:
            self.chunked = ChunkedDecoder()
            self.state = .chunkedBody
        case .untilClose: self.state = .bodyUntilClose
        }
    }

    /// Vendors are asked not to compress. One that uses gzip all the same is understood, others are not.
    private func readEncoding(_ head: UnsafeRawBufferPointer) -> Bool {
        self.gzip = nil
        for field in self.head.headers {
            let name = UnsafeRawBufferPointer(rebasing: head[field.name])
            guard ASCII.caseInsensitiveEquals(name, "content-encoding") else { continue }
            let value = UnsafeRawBufferPointer(rebasing: head[field.value])
            if value.isEmpty || ASCII.caseInsensitiveEquals(value, "identity") { continue }
            let isGzip =
                ASCII.caseInsensitiveEquals(value, "gzip") || ASCII.caseInsensitiveEquals(value, "x-gzip")
            guard isGzip, self.gzip == nil else {
                self.fail(UpstreamError(.protocolViolation, "an answer in an encoding that was not asked for"))
                return false
            }
            self.gzip = GzipDecoder()
        }
        return true
    }

    /// Hands body bytes over, inflated where need be.
    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        guard self.gzip != nil, var gzip = self.gzip.take() else {
            self.consumer?.upstreamReceivedBody(bytes)
            return
        }
        do throws(GzipError) {
            // The consumer may let go at any piece.
            try gzip.decode(bytes) { self.consumer?.upstreamReceivedBody($0) }
            self.gzip = gzip
        } catch {
            self.fail(UpstreamError(.protocolViolation, error.message))
        }
    }

    private func consumeFixed(_ bytes: UnsafeRawBufferPointer, from offset: inout Int, remaining: Int) -> Bool {
        let count = min(remaining, bytes.count - offset)
        guard count > 0 else { return false }
        let piece = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
        offset += count
        self.state = .fixedBody(remaining: remaining - count)
        self.deliver(piece)
        guard case .fixedBody(0) = self.state else { return true }
        self.end(isLastByte: offset == bytes.count)
        return true
    }

    private func consumeChunked(_ bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Bool {
        do throws(HTTPParseError) {
            switch try self.chunked.next(bytes, from: &offset) {
            case .data(let range):
                self.deliver(UnsafeRawBufferPointer(rebasing: bytes[range]))
                return true
            case .end:
                self.end(isLastByte: offset == bytes.count)
                return true
            case .needMore:
                return false
            }
        } catch {
            self.fail(UpstreamError(.protocolViolation, error.message))
            return false
        }
    }

    // MARK: Ends

    /// The answer is complete. The connection goes back to the pool before the consumer hears of it, so that a request the
    /// consumer starts at once finds it there. Bytes beyond the answer make it unusable: whose answer would they be?
    private func end(isLastByte: Bool) {
        guard self.gzip.take()?.isComplete ?? true else {
            return self.fail(UpstreamError(.closedInsideAnswer, "a compressed answer ends early"))
        }
        let consumer = self.consumer.take()
        // A long body may still be on its way when the answer ends: such a connection is not used again.
        let isReusable = self.head.keepAlive && self.writer.hasSentAll && !self.isReadingPaused && isLastByte
        self.state = .idle
        if isReusable, self.isReusable { self.onIdle?(self) } else { self.shut() }
        consumer?.upstreamEnded()
    }

    private func fail(_ error: UpstreamError) {
        let consumer = self.consumer.take()
        self.shut()
        consumer?.upstreamFailed(error)
    }

    private func vendorClosed(_ error: UpstreamError, isOrderly: Bool) {
        switch self.state {
        case .closed:
            return
        case .idle:
            self.shut()
        case .bodyUntilClose where isOrderly:
            self.head.keepAlive = false
            self.end(isLastByte: true)
        case .awaitingHead, .fixedBody, .chunkedBody, .bodyUntilClose:
            self.fail(self.hasAnswerBytes ? error : UpstreamError(.closedBeforeAnswer, error.detail))
        }
    }

    private func shut() {
        if case .closed = self.state { return }
        self.state = .closed
        self.unparsed = nil
        self.onClose.take()?(self)
        self.onIdle = nil
        self.context?.close(promise: nil)
    }
}
