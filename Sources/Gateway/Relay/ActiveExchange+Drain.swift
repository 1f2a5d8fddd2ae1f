import Synchronization
import Upstream
import Exchange
import NIOCore
import Storage
import Wire

// The caller has left, and the provider's setting says that the vendor's final count is worth waiting for: the answer is read on
// for a short while, told to nobody, and settled by what the vendor counts. The client connection is gone: nothing here
// touches it.

extension ActiveExchange {
    private static let longest = TimeAmount.seconds(10)
    private static let mostAtOnce = 32

    /// Reads on instead of giving up, where the provider asks for it and not too many do so already.
    ///
    /// - Returns: Whether it does.
    func startDraining() -> Bool {
        let isWanted =
            self.dispatch.plan.target.provider.drainsOnDisconnect && self.dispatch.estimate.isBilled
            && !self.machine.isTimedOut && !self.isMoneySettled
        guard isWanted, self.connection != nil, self.upstreamStatus == 0 || self.upstreamStatus == 200 else {
            return false
        }
        let (_, count) = self.loop.shared.draining.add(1, ordering: .relaxed)
        guard count <= Self.mostAtOnce else {
            self.loop.shared.draining.subtract(1, ordering: .relaxed)
            return false
        }
        self.isDraining = true
        self.output = nil
        self.held = ByteBuffer()
        self.connection?.setReadingPaused(false)
        let bound = NIOLoopBound(self, eventLoop: self.loop.loop)
        self.drainDeadline = self.loop.loop.scheduleTask(in: Self.longest) {
            bound.value.connection?.abort()
            bound.value.connection = nil
            bound.value.endDraining(isComplete: false)
        }
        return true
    }

    func drainHead(_ content: AnswerContent) {
        guard (200..<300).contains(self.upstreamStatus) else { return }
        if self.journey.inspected.facts.isStream, content == .eventStream { self.ensureTap() }
    }

    func drain(_ bytes: UnsafeRawBufferPointer) {
        guard self.tap == nil else { return self.frame(bytes) }
        guard self.collected.readableBytes + bytes.count <= self.loop.shared.options.limits.maxAnswerBytes else {
            return
        }
        self.collected.writeBytes(bytes)
    }

    /// Settles what was read.
    func endDraining(isComplete: Bool) {
        guard self.isDraining else { return }
        self.finishFraming()
        self.isDraining = false
        self.drainDeadline?.cancel()
        self.drainDeadline = nil
        self.loop.shared.draining.subtract(1, ordering: .relaxed)
        if self.tap == nil { self.readDrained() }
        self.hasDrained = isComplete && (self.tap?.isComplete ?? true)
        self.settle(status: self.isHeadSent ? 200 : 0, outcome: .clientGone)
    }

    private func readDrained() {
        guard (200..<300).contains(self.upstreamStatus), self.collected.readableBytes > 0 else { return }
        if let translated = self.dispatch.translated {
            let whole = TranslatedAnswer.whole(
                self.collected,
                translated,
                self.answerContext,
                requestID: self.record.id,
                tape: self.loop.tape
            )
            if case .success(let answer) = whole { self.record.usage = answer.reading.usage }
        } else {
            let format = self.format
            let operation = self.dispatch.head.operation
            self.record.usage = self.collected.withUnsafeReadableBytes { bytes in
                guard let root = try? self.loop.tape.parse(bytes) else { return nil }
                return format.readAnswer(root, operation: operation).usage
            }
        }
        self.answerBytes = self.collected.readableBytes
        self.collected = ByteBuffer()
    }
}
