import Exchange
import NIOCore
import Policy
import Storage
import Synchronization
import Telemetry
import Upstream
import Wire

/// One client connection, confined to its event loop: reads requests one after another, sends each down the road, writes
/// answers in order. Pipelined requests wait in the buffer until the answer before them is finished.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What the connection is waiting for.
    enum Phase {
        /// The rest of a head, or a new request.
        case head
        /// A place on the road.
        case waiting(ReceivedRequest)
        /// This many body bytes.
        case body(ReceivedRequest, count: Int)
        /// The next chunk.
        case chunkedBody(ReceivedRequest)
        /// A refused request's body, thrown away so that the connection can be used again.
        case discarding(remaining: Int)
        /// An exchange is under way.
        case busy
        /// The last answer is written; whatever still arrives is thrown away until the client closes.
        case lingering
        case closed
    }

    /// What the record of a refused request tells of its body.
    struct RequestOutline {
        let model: String
        let isStream: Bool
        let session: String?
    }

    let loop: LoopState
    /// Position in the loop's list; the loop's business.
    var slot = -1
    var phase = Phase.head
    var exchange: ActiveExchange?
    var authenticator = Authenticator()
    /// Bytes received and not yet consumed.
    var inbound = ByteBuffer()
    /// A chunked body as far as it is decoded.
    var decodedBody = ByteBuffer()
    var chunkedDecoder = ChunkedDecoder()
    var parser = HTTPRequestParser(limits: HTTPLimits())
    var head = HTTPRequestHead()
    /// The place that the current request has on the road, and the body bytes counted there; see ClientConnection+Place.
    var place: LoadCount.Project?
    var heldBytes = 0
    var placeWait: PlaceWait?
    /// Of the caller before this one.
    var lastProject: LoadCount.Project?
    /// The wait for a vendor's credential, to be given up when the caller leaves.
    var credentialWait: CredentialWait?
    /// What the format room found in the current request, for its record.
    var outline: RequestOutline?
    var keepsAlive = true
    private(set) var context: ChannelHandlerContext?
    private(set) var peer = "unknown"
    private let isPlain: Bool
    private let writer = SocketWriter()
    private var phaseSince: NIODeadline
    private var stalledSince: NIODeadline?
    private var isProcessing = false
    private var isFirstRequest = true

    /// - Parameters:
    ///   - loop: What its event loop owns.
    ///   - isPlain: No handler before it sees or changes what is written.
    init(loop: LoopState, isPlain: Bool = false) {
        self.loop = loop
        self.isPlain = isPlain
        self.phaseSince = loop.loop.now
    }

    // MARK: ChannelHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.writer.open(context, isPlain: self.isPlain)
        if context.channel.isActive { self.opened(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.opened(context)
    }

    private func opened(_ context: ChannelHandlerContext) {
        guard self.slot < 0 else { return }
        self.peer = context.remoteAddress?.ipAddress ?? "unknown"
        self.loop.add(self)
        self.loop.shared.connections.add(1)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        if case .lingering = self.phase { return }
        if self.inbound.readableBytes == 0 {
            self.inbound = bytes
        } else {
            self.inbound.writeBuffer(&bytes)
        }
        self.process()
        // Pipelining is served in order, not hoarded: with an exchange under way only so much is read ahead.
        switch self.phase {
        case .busy, .waiting:
            guard self.inbound.readableBytes > 64 * 1024 else { return }
            _ = try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            self.isReadingStopped = true
        case .head, .body, .chunkedBody, .discarding, .lingering, .closed:
            return
        }
    }

    private var isReadingStopped = false

    func channelInactive(context: ChannelHandlerContext) {
        self.clientClosed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.clientClosed()
        self.context = nil
        self.writer.close()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        self.stalledSince = isWritable ? nil : (self.stalledSince ?? self.loop.loop.now)
        self.exchange?.clientWritability(isWritable)
        context.fireChannelWritabilityChanged()
    }

    private func clientClosed() {
        if case .closed = self.phase { return }
        self.phase = .closed
        self.exchange?.clientGone()
        self.exchange = nil
        self.credentialWait?.cancel()
        self.credentialWait = nil
        self.placeWait?.cancel()
        self.placeWait = nil
        self.leavePlace()
        // One that failed before it was open was never counted.
        guard self.slot >= 0 else { return }
        self.loop.remove(self)
        self.loop.shared.connections.add(-1)
    }

    // MARK: Writing

    /// Writes to the client, if it is still there.
    ///
    /// - Parameters:
    ///   - bytes: What to write.
    ///   - flush: Whether it goes at once; otherwise it goes with the next write.
    func write(_ bytes: ByteBuffer, flush: Bool = true) {
        guard let context = self.context else { return }
        self.writer.write(bytes, context, flush: flush)
    }

    /// Whether the kernel has not taken all of what was written.
    private var hasUnsentBytes: Bool { !self.writer.hasSentAll }

    // MARK: Reading

    /// Consumes as much of what has arrived as can be consumed now.
    func process() {
        guard !self.isProcessing else { return }
        self.isProcessing = true
        defer { self.isProcessing = false }
        while self.step() {}
        if self.inbound.readableBytes == 0 { self.inbound = ByteBuffer() }
    }

    /// One step; `false` when more bytes, or the end of an exchange, must come first.
    private func step() -> Bool {
        switch self.phase {
        case .head:
            return self.stepHead()
        case .body(let receiving, let count):
            guard self.inbound.readableBytes >= count, let body = self.inbound.readSlice(length: count) else {
                return false
            }
            self.received(body, receiving)
            return true
        case .chunkedBody(let receiving):
            return self.stepChunked(receiving)
        case .discarding(let remaining):
            let count = min(remaining, self.inbound.readableBytes)
            self.inbound.moveReaderIndex(forwardBy: count)
            guard count == remaining else {
                self.phase = .discarding(remaining: remaining - count)
                return false
            }
            self.enter(.head)
            return true
        case .waiting, .busy, .lingering, .closed:
            return false
        }
    }

    private func stepHead() -> Bool {
        guard self.inbound.readableBytes > 0 else { return false }
        let parsed: Result<Bool, HTTPParseError> = self.inbound.withUnsafeReadableBytes { bytes in
            Result { () throws(HTTPParseError) in try self.parser.parse(bytes, into: &self.head) }
        }
        switch parsed {
        case .failure(let error):
            self.refuseUnparsed(error)
            return false
        case .success(false):
            // The clock of the header deadline starts with the first byte, not with the connection's idleness.
            if self.isFirstByteOfHead { self.restartClock() }
            return false
        case .success(true):
            break
        }
        self.isFirstByteOfHead = true
        self.isFirstRequest = false
        guard let headBytes = self.inbound.readSlice(length: min(self.head.byteCount, self.inbound.readableBytes))
        else { return false }
        self.receivedHead(headBytes)
        return true
    }

    private var isFirstByteOfHead = true

    private func restartClock() {
        self.isFirstByteOfHead = false
        self.phaseSince = self.loop.loop.now
    }

    private func stepChunked(_ receiving: ReceivedRequest) -> Bool {
        var failure: HTTPParseError?
        var isEnd = false
        var offset = 0
        self.inbound.withUnsafeReadableBytes { bytes in
            do throws(HTTPParseError) {
                reading: while true {
                    switch try self.chunkedDecoder.next(bytes, from: &offset) {
                    case .data(let range):
                        self.decodedBody.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[range]))
                        if self.decodedBody.readableBytes > self.loop.shared.options.limits.maxBodyBytes {
                            break reading
                        }
                    case .end:
                        isEnd = true
                        break reading
                    case .needMore:
                        break reading
                    }
                }
            } catch {
                failure = error
            }
        }
        self.inbound.moveReaderIndex(forwardBy: min(offset, self.inbound.readableBytes))
        if let failure {
            self.refuseUnparsed(failure)
            return false
        }
        return self.decoded(isEnd: isEnd, receiving)
    }

    private func decoded(isEnd: Bool, _ receiving: ReceivedRequest) -> Bool {
        let count = self.decodedBody.readableBytes
        let limits = self.loop.shared.options.limits
        guard count <= limits.maxBodyBytes else {
            self.refuse(
                Self.bodyTooLarge(limits.maxBodyBytes),
                head: receiving.head,
                caller: receiving.caller,
                bodyIsUnread: true
            )
            return false
        }
        do throws(GatewayFailure) {
            try self.holdBytes(count)
        } catch {
            self.refuse(error, head: receiving.head, caller: receiving.caller, bodyIsUnread: true)
            return false
        }
        guard isEnd else { return false }
        let body = self.decodedBody
        self.decodedBody = ByteBuffer()
        self.received(body, receiving)
        return true
    }

    private func received(_ body: ByteBuffer, _ receiving: ReceivedRequest) {
        let now = self.loop.loop.now
        self.enter(.busy, at: now)
        receiving.complete(body, at: now)
        self.travel(receiving)
    }

    // MARK: Phases

    func enter(_ phase: Phase) { self.enter(phase, at: self.loop.loop.now) }

    func enter(_ phase: Phase, at now: NIODeadline) {
        self.phase = phase
        self.phaseSince = now
        switch phase {
        case .head, .discarding, .lingering, .closed: self.leavePlace()
        case .waiting, .body, .chunkedBody, .busy: return
        }
    }

    /// The answer of the current exchange is written completely.
    func exchangeFinished() {
        self.exchange = nil
        self.outline = nil
        self.loop.setCalm(self, false)
        self.returnHeldBytes()
        guard case .busy = self.phase else { return }
        guard self.keepsAlive, !self.loop.shared.isDraining else { return self.linger() }
        self.enter(.head)
        self.resumeReading()
        self.process()
    }

    /// Reads on, if reading was stopped.
    func resumeReading() {
        guard self.isReadingStopped else { return }
        self.isReadingStopped = false
        _ = try? self.context?.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    /// Closes without cutting off an answer that the client has not read yet: closing a socket with unread input makes the
    /// kernel throw the output away.
    func linger() {
        self.enter(.lingering)
        self.inbound = ByteBuffer()
        self.context?.flush()
        if self.isReadingStopped { _ = try? self.context?.channel.syncOptions?.setOption(.autoRead, value: true) }
    }

    /// Closes at once, dropping what is under way.
    func close() {
        self.context?.close(promise: nil)
    }

    /// Stopping: closes unless a request is being received or answered.
    ///
    /// - Returns: Whether it has to be waited for.
    func closeIfIdle() -> Bool {
        switch self.phase {
        case .waiting, .body, .chunkedBody, .discarding, .busy:
            return true
        case .head where self.inbound.readableBytes > 0:
            return true
        case .head, .lingering:
            // The last answer may not have left yet: its client reads slowly.
            if self.hasUnsentBytes { return true }
            self.close()
            return false
        case .closed:
            return false
        }
    }

    /// Stopping: ends whatever is under way. A stream is told why; the channel itself closes with the loop, after that.
    func end() {
        if case .waiting(let receiving) = self.phase { self.stopWaiting(receiving) }
        guard case .busy = self.phase else { return self.close() }
        self.exchange?.interrupt(GatewayFailure(.interrupted, "Martlet is shutting down."))
        // Its end waits for the journal, and the loop may have no other round.
        self.loop.writeJournal()
        if case .busy = self.phase { self.close() }
    }

    // MARK: Time

    func tick(_ now: NIODeadline) {
        let deadlines = self.loop.shared.options.deadlines
        if let stalledSince = self.stalledSince, self.exchange == nil,
            now - stalledSince > TimeAmount(deadlines.writeStall)
        {
            return self.close()
        }
        let waited = now - self.phaseSince
        switch self.phase {
        case .busy:
            self.exchange?.tick(now)
            self.exchange?.journey.hedge?.second?.tick(now)
        case .head:
            self.tickHead(waited, deadlines)
        case .body, .chunkedBody, .discarding:
            let received = self.inbound.readableBytes + self.decodedBody.readableBytes
            let allowed = TimeAmount(deadlines.body) + .seconds(Int64(received / max(1, deadlines.bodyBytesPerSecond)))
            if waited > allowed { self.bodyTooSlow() }
        case .lingering:
            guard waited > .seconds(2) else { return }
            if !self.hasUnsentBytes || waited > TimeAmount(deadlines.writeStall) { self.close() }
        case .waiting, .closed:
            return
        }
    }

    private func tickHead(_ waited: TimeAmount, _ deadlines: GatewayOptions.Deadlines) {
        if self.inbound.readableBytes > 0 {
            if waited > TimeAmount(deadlines.header) {
                self.refuseUnparsed(GatewayFailure(.requestTimeout, "The request head did not arrive in time."))
            }
        } else if waited > TimeAmount(self.isFirstRequest ? deadlines.header : deadlines.keepAlive) {
            self.close()
        }
    }

    private func bodyTooSlow() {
        self.keepsAlive = false
        let failure = GatewayFailure(.requestTimeout, "The request body did not arrive in time.")
        switch self.phase {
        case .body(let receiving, _), .chunkedBody(let receiving):
            self.refuse(failure, head: receiving.head, caller: receiving.caller, bodyIsUnread: true)
        case .head, .waiting, .discarding, .busy, .lingering, .closed:
            self.close()
        }
    }
}
