import Exchange
import NIOCore
import Storage
import Wire

// The streamed answer. Only whole events pass; everything of one read goes out as one chunk with one flush.

extension ActiveExchange {
    /// Cuts received bytes into events and relays them.
    func frame(_ bytes: UnsafeRawBufferPointer) {
        guard self.partial.readableBytes > 0 else {
            let consumed = self.relayWhole(bytes)
            if consumed < bytes.count, self.isRelaying {
                self.partial.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
            }
            return
        }
        self.partial.writeBytes(bytes)
        let consumed = self.partial.withUnsafeReadableBytes { self.relayWhole($0) }
        self.partial.moveReaderIndex(forwardBy: min(consumed, self.partial.readableBytes))
        if self.partial.readableBytes == 0 { self.partial = ByteBuffer() }
    }

    /// The vendor's bytes have ended: a last event may lack its blank line, and nothing else. What was cut inside is dropped
    /// without a word: clients would trip over it, and the stream is judged by what came before.
    func finishFraming() {
        guard self.frames == nil, self.isRelaying, self.partial.readableBytes > 0 else { return }
        let rest = self.partial
        self.partial = ByteBuffer()
        rest.withUnsafeReadableBytes { bytes in
            var offset = 0
            guard let event = self.framer.finish(bytes, from: &offset) else { return }
            switch self.loop.events.read(event, in: bytes) {
            case .object, .done: self.relay(event, in: bytes, isUnterminated: true)
            case .nothing, .broken: return
            }
        }
    }

    /// Relays what is whole at the start of `bytes`, however the vendor frames its stream; returns how many bytes that is.
    private func relayWhole(_ bytes: UnsafeRawBufferPointer) -> Int {
        self.frames == nil ? self.relayEvents(bytes) : self.relayFrames(bytes)
    }

    var isRelaying: Bool {
        self.machine.phase == .holding || self.machine.phase == .streaming || self.isDraining
    }

    /// Relays the whole events at the start of `bytes`; returns how many bytes they are.
    func relayEvents(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while self.isRelaying {
            do throws(SSEError) {
                guard let event = try self.framer.next(bytes, from: &offset) else { return offset }
                self.relay(event, in: bytes, isUnterminated: false)
            } catch {
                self.perform(
                    self.machine.interrupt(
                        GatewayFailure(.upstreamFailed, "The provider sent an event over the size limit.")
                    )
                )
                return bytes.count
            }
        }
        return bytes.count
    }

    private func relay(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer, isUnterminated: Bool) {
        guard let tap = self.tap else { return }
        self.act(
            on: tap.observe(event, in: bytes),
            UnsafeRawBufferPointer(rebasing: bytes[event.range]),
            isUnterminated
        )
    }

    /// The vendor has said everything: a translated stream may still have something to tell.
    func finishTranslation() {
        guard self.isRelaying, let translation = self.translation else { return }
        guard self.frames == nil || self.partial.readableBytes == 0 else {
            let failure = GatewayFailure(.upstreamFailed, "The provider's stream ended inside a frame.")
            return self.perform(self.machine.interrupt(failure))
        }
        self.act(on: translation.observeEnd(), UnsafeRawBufferPointer(start: nil, count: 0), false)
    }

    /// Does what an observation calls for. What is passed on is the vendor's own bytes, or their translation.
    func act(on observation: StreamObservation, _ raw: UnsafeRawBufferPointer, _ isUnterminated: Bool) {
        guard let translation = self.translation else { return self.pass(observation, raw, isUnterminated) }
        translation.output.withUnsafeBytes { self.pass(observation, $0, false) }
    }

    private func pass(_ observation: StreamObservation, _ raw: UnsafeRawBufferPointer, _ isUnterminated: Bool) {
        guard !self.isDraining else { return }
        let now = self.loop.loop.now
        if observation.isContent, self.record.firstContentMicroseconds == nil {
            self.record.firstContentMicroseconds = (now - self.dispatch.head.receivedAt).nanoseconds / 1000
            self.journey.noteFirstContent(of: self)
        }
        switch self.machine.observed(observation, now) {
        case .forward:
            self.emit(raw, isUnterminated)
        case .hold:
            self.hold(raw, isUnterminated)
        case .hide:
            return
        case .commitAndForward:
            self.commit()
            self.emit(raw, isUnterminated)
        case .answerFailure(let failure):
            self.fail(failure, isTold: observation.failure != nil)
        case .endStream(let failure):
            // A translated failure is its own terminal.
            if observation.failure != nil, self.translation != nil { self.terminal = Array(raw) }
            self.fail(failure, isTold: observation.failure != nil)
        }
    }

    private func hold(_ raw: UnsafeRawBufferPointer, _ isUnterminated: Bool) {
        self.held.writeBytes(raw)
        if isUnterminated { self.held.writeStaticString("\n\n") }
        guard self.held.readableBytes > 256 * 1024 else { return }
        self.perform(self.machine.interrupt(GatewayFailure(.upstreamFailed, "The provider sent no content.")))
    }

    private func emit(_ raw: UnsafeRawBufferPointer, _ isUnterminated: Bool) {
        if let bodies = self.journey.bodies {
            bodies.add(raw, isEventStream: true)
            if isUnterminated { bodies.endEvent() }
        }
        self.withOutput { output in
            output.writeBytes(raw)
            if isUnterminated { output.writeStaticString("\n\n") }
        }
    }

    /// Sends a stream that came whole, and ends it.
    func emitAll(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { raw in
            self.journey.bodies?.add(raw, isEventStream: true)
            self.withOutput { $0.writeBytes(raw) }
        }
        self.journey.bodies?.complete()
        self.flushOutput(isLast: true)
    }

    // MARK: Taps

    /// Makes the tap, once: it watches the stream, and knows how the caller's ends.
    func ensureTap() {
        guard self.tap == nil else { return }
        if let translated = self.dispatch.translated,
            let translation = TranslatedAnswer(translated, context: self.answerContext, requestID: self.record.id)
        {
            self.translation = translation
            self.tap = translation
        } else {
            self.tap = self.format.makeStreamTap(
                operation: self.dispatch.head.operation,
                hidesUsage: self.dispatch.plan.hidesUsage,
                reader: self.loop.events
            )
        }
        self.tap?.notesID = self.journey.isTraced
    }

    /// What a translated answer needs to know.
    var answerContext: AnswerContext {
        AnswerContext(
            model: self.dispatch.plan.model.name,
            seed: self.loop.ids.seed(),
            created: Int(self.loop.unixMilliseconds / 1000),
            showsReasoning: self.dispatch.head.scan.showsReasoning
        )
    }

    // MARK: Output

    private func withOutput(_ write: (inout ByteBuffer) -> Void) {
        if self.output == nil {
            var fresh = self.loop.takeScratch()
            if self.framing == .chunked { ChunkFrame.begin(&fresh) }
            self.output = fresh
        }
        if var output = self.output.take() {
            write(&output)
            self.output = output
        }
    }

    /// Sends what has gathered since the last flush, as one chunk.
    func flushOutput(isLast: Bool = false) {
        self.settleBeforeLastEvent()
        guard !self.isOutputHeld, let context = self.client.context else { return }
        guard var output = self.output.take() else {
            if isLast { self.writeLastChunk(context) }
            return
        }
        if self.framing == .chunked {
            ChunkFrame.end(&output)
            if isLast { output.writeStaticString("0\r\n\r\n") }
        }
        self.client.write(output)
        self.loop.returnScratch(output)
    }

    private func writeLastChunk(_ context: ChannelHandlerContext) {
        guard self.framing == .chunked else { return context.flush() }
        var last = context.channel.allocator.buffer(capacity: 8)
        last.writeStaticString("0\r\n\r\n")
        self.client.write(last)
    }

    /// Sends the head, unless it has been sent, and what was held back: from here on the caller has an answer, and there is no
    /// other attempt.
    func commit() {
        self.journey.prevails(self)
        self.sendHead()
        self.journey.commit()
        self.client.releaseRequest()
        if self.machine.isCalm { self.loop.setCalm(self.client, true) }
        guard self.held.readableBytes > 0 else { return }
        let held = self.held
        self.held = ByteBuffer()
        held.withUnsafeReadableBytes { bytes in
            self.journey.bodies?.add(bytes, isEventStream: true)
            self.withOutput { $0.writeBytes(bytes) }
        }
    }

    /// Sends the head of a stream: from here on failures can only be told inside it.
    func sendHead() {
        guard !self.isHeadSent, self.client.context != nil else { return }
        self.isHeadSent = true
        self.ensureTap()
        self.framing = self.dispatch.head.isHTTP10 ? .untilClose : .chunked
        if self.dispatch.head.isHTTP10 { self.client.keepsAlive = false }
        var head = self.loop.takeScratch()
        self.writeStreamHead(to: &head)
        self.client.write(head, flush: false)
    }

    /// Says that the stream is alive, in a way its grammar ignores.
    func ping() {
        self.withOutput { $0.writeBytes(self.format.keepAlive) }
        self.flushOutput()
    }

    // MARK: Ends

    func completeStream() {
        self.commit()
        self.journey.bodies?.complete()
        self.settle(status: 200, outcome: .completed)
        self.finishStream()
    }

    /// Sends the rest, when the settlement is safe, and ends the exchange.
    private func finishStream() {
        self.isOutputHeld = true
        self.afterSync { exchange, _ in
            exchange.isOutputHeld = false
            exchange.flushOutput(isLast: true)
            exchange.client.exchangeFinished()
        }
    }

    /// Ends a begun stream in the client's own failure terminal: nothing truncated looks complete.
    func endStream(_ failure: GatewayFailure) {
        self.record.failure = failure.kind.rawValue
        self.commit()
        if let tap = self.tap {
            let terminal = self.terminal ?? tap.failureTerminal(failure, requestID: self.record.id)
            terminal.withUnsafeBytes { self.journey.bodies?.add($0, isEventStream: true) }
            self.withOutput { $0.writeBytes(terminal) }
        }
        self.settle(status: 200, outcome: self.outcome(of: failure, begun: true))
        self.finishStream()
    }

    /// Ends a stream whose failure the vendor has told itself.
    func endToldStream() {
        self.record.failure = self.machine.toldFailure?.kind.rawValue
        self.settle(status: 200, outcome: .truncated)
        self.finishStream()
    }
}
