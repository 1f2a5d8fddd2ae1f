import Glibc
import NIOCore

/// Serves one connection: reads requests, takes their scripts' steps one after the other, and logs both directions.
///
/// Confined to its event loop.
final class OracleConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Why the script does not go on by itself.
    private enum Pause: Equatable {
        case none, time, gate, writability, forEver
    }

    /// What is left of a step that sends.
    private enum Unsent {
        case nothing
        case bytes(ByteBuffer)
        case fill(UInt8, Int)
    }

    private let log: OracleLog
    private let router: OracleRouter
    private let pacer: Pacer
    private let connection: OracleLog.Entry<OracleConnection>
    private let connectionID: Int
    private let behaviour: OracleConnectionBehaviour
    private var context: ChannelHandlerContext?

    private var reader = OracleRequestReader()
    private var received = ByteBuffer()
    private var request: OracleLog.Entry<OracleRequest>?
    private var body: [UInt8] = []
    private var bodyIsComplete = false
    private var isAnswered = false
    private var isReading = false

    private var steps: [OracleStep] = []
    private var nextStep = 0
    private var unsent = Unsent.nothing
    private var isServing = false
    private var isStepping = false
    private var pause = Pause.none
    /// Counts pauses, so that a late wake-up of an earlier one is told apart.
    private var turn = 0
    private var closedByOracle = false

    init(log: OracleLog, router: OracleRouter, pacer: Pacer) {
        self.log = log
        self.router = router
        self.pacer = pacer
        self.behaviour = router.connectionBehaviour()
        self.connection = log.opened()
        self.connectionID = self.connection.snapshot.id
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        switch self.behaviour {
        case .serve: break
        case .close: self.close(mode: .all)
        case .reset: self.resetConnection()
        case .ignore: context.channel.setReading(false)
        }
        self.log.changed()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        let now = OracleLog.now()
        let closedByOracle = self.closedByOracle
        self.endRequest(closedByOracle ? .closed : .peerClosed, now: now)
        self.connection.update { connection in
            connection.closedAt = now
            connection.closedByOracle = closedByOracle
        }
        self.log.closed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if self.pause == .writability, context.channel.isWritable { self.resume() }
        context.fireChannelWritabilityChanged()
    }
}

// MARK: Receiving

extension OracleConnectionHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        let limit = self.log.limits.receivedBytes
        self.connection.update { connection in
            connection.receivedByteCount += bytes.readableBytes
            let room = limit - connection.received.count
            if room > 0 { connection.received.append(contentsOf: bytes.readableBytesView.prefix(room)) }
        }
        self.received.writeImmutableBuffer(bytes)
        self.readRequests()
        self.log.changed()
    }

    /// Reads on as far as the current request's end; the next request waits until this one is answered.
    private func readRequests() {
        guard !self.isReading else { return }
        self.isReading = true
        defer { self.isReading = false }
        while !(self.isServing && self.bodyIsComplete), let event = self.reader.next(from: &self.received) {
            switch event {
            case .head(let head): self.begin(head)
            case .body(let bytes): self.take(bytes)
            case .end: self.completeBody()
            case .nonsense(let message): self.connection.update { $0.nonsense = message }
            }
        }
        self.received.discardReadBytes()
    }

    private func begin(_ head: OracleRequestHead) {
        let request = self.log.began(head, on: self.connectionID)
        self.connection.update { $0.requestCount += 1 }
        self.request = request
        self.body = []
        self.bodyIsComplete = false
        self.isAnswered = false
        if let script = self.router.earlyScript(for: request.snapshot) { self.serve(script) }
    }

    private func take(_ bytes: ByteBuffer) {
        self.body.append(contentsOf: bytes.readableBytesView)
        self.request?.update { $0.bodyByteCount += bytes.readableBytes }
    }

    private func completeBody() {
        self.bodyIsComplete = true
        guard let request = self.request else { return }
        var whole = request.snapshot
        whole.body = self.body
        whole.bodyReceivedAt = OracleLog.now()
        let kept = Array(self.body.prefix(self.log.limits.bodyBytes))
        self.body = []
        request.update { request in
            request.body = kept
            request.bodyReceivedAt = whole.bodyReceivedAt
        }
        if self.isAnswered {
            self.request = nil
        } else if !self.isServing {
            self.serve(self.router.script(for: whole))
        }
    }
}

// MARK: Answering

extension OracleConnectionHandler {
    private func serve(_ script: OracleScript) {
        self.isServing = true
        self.steps = script.steps
        self.nextStep = 0
        self.request?.update { $0.outcome = .answering }
        self.resume()
    }

    /// Called by the pacer.
    func wake(turn: Int) {
        guard turn == self.turn, self.pause == .time || self.pause == .gate else { return }
        self.resume()
    }

    private func resume() {
        self.pause = .none
        self.turn += 1
        guard !self.isStepping else { return }
        self.isStepping = true
        while self.pause == .none, self.context != nil, self.isServing { self.goOn() }
        self.isStepping = false
        self.log.changed()
        if !self.isServing, self.context != nil { self.readRequests() }
    }

    /// One piece of the current step, or the next step, or the end.
    private func goOn() {
        switch self.unsent {
        case .bytes(let bytes): self.send(bytes)
        case .fill(let byte, let count): self.fill(byte, count: count)
        case .nothing:
            guard self.nextStep < self.steps.count else { return self.finishScript() }
            self.nextStep += 1
            self.perform(self.steps[self.nextStep - 1])
        }
    }

    private func perform(_ step: OracleStep) {
        switch step {
        case .send(let bytes): self.unsent = .bytes(bytes)
        case .fill(let byte, let count): self.unsent = .fill(byte, count)
        case .wait(let duration): self.wait(duration)
        case .pass(let gate): self.wait(at: gate)
        case .hang: self.pause = .forEver
        case .close: self.close(mode: .all)
        case .reset: self.resetConnection()
        case .halfClose: self.close(mode: .output)
        case .stopReading: self.context?.channel.setReading(false)
        }
    }

    private static let pieceBytes = 32 << 10

    private func send(_ bytes: ByteBuffer) {
        var rest = bytes
        let piece = rest.readSlice(length: min(Self.pieceBytes, rest.readableBytes)) ?? ByteBuffer()
        self.unsent = rest.readableBytes > 0 ? .bytes(rest) : .nothing
        self.write(piece)
    }

    private func fill(_ byte: UInt8, count: Int) {
        let size = min(Self.pieceBytes, count)
        self.unsent = count > size ? .fill(byte, count - size) : .nothing
        self.write(ByteBuffer(repeating: byte, count: size))
    }

    private func write(_ bytes: ByteBuffer) {
        guard let context = self.context else { return }
        let now = OracleLog.now()
        let limit = self.log.limits.sentBytes
        self.request?.update { request in
            request.firstByteSentAt = request.firstByteSentAt ?? now
            request.lastByteSentAt = now
            request.sentByteCount += bytes.readableBytes
            let room = limit - request.sent.count
            if room > 0 { request.sent.append(contentsOf: bytes.readableBytesView.prefix(room)) }
        }
        self.connection.update { $0.sentByteCount += bytes.readableBytes }
        context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
        if !context.channel.isWritable { self.pause = .writability }
    }

    private func wait(_ duration: Duration) {
        self.pause = .time
        self.pacer.wake(self, turn: self.turn, after: duration)
    }

    private func wait(at gate: OracleGate) {
        guard let context = self.context else { return }
        self.pause = .gate
        let turn = self.turn
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let waits = gate.wait { eventLoop.execute { bound.value.wake(turn: turn) } }
        if !waits { self.pause = .none }
    }

    private func finishScript() {
        self.isServing = false
        self.endRequest(.finished, now: OracleLog.now())
        let isLast = self.request?.snapshot.headers.first("connection")?.lowercased() == "close"
        self.isAnswered = true
        if self.bodyIsComplete { self.request = nil }
        if isLast { self.close(mode: .all) }
    }

    private func endRequest(_ outcome: OracleRequest.Outcome, now: Int64) {
        self.request?.update { request in
            guard request.endedAt == nil else { return }
            request.outcome = outcome
            request.endedAt = now
        }
    }
}

// MARK: Closing

extension OracleConnectionHandler {
    /// Closes once everything written so far is with the kernel.
    private func close(mode: CloseMode) {
        self.afterFlush { handler, context in
            if mode == .all { handler.willClose() }
            context.close(mode: mode, promise: nil)
            if mode == .output { handler.resume() }
        }
    }

    private func resetConnection() {
        self.afterFlush { handler, context in
            handler.willClose()
            guard let provider = context.channel as? any SocketOptionProvider else {
                return context.close(promise: nil)
            }
            let channel = context.channel
            provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    private func willClose() {
        self.closedByOracle = true
        self.endRequest(.closed, now: OracleLog.now())
    }

    private func afterFlush(_ act: @escaping (OracleConnectionHandler, ChannelHandlerContext) -> Void) {
        guard let context = self.context else { return }
        self.pause = .forEver
        let flushed = context.eventLoop.makePromise(of: Void.self)
        flushed.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            act(self, context)
        }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: flushed)
    }
}

extension Channel {
    /// Starts or stops reading from the peer.
    fileprivate func setReading(_ reads: Bool) {
        try? self.syncOptions?.setOption(.autoRead, value: reads)
    }
}
