import Exchange
import NIOCore
import NIOPosix
import Storage
import Wire

// Whole answers and errors of vendors that speak another format than the caller.

extension ActiveExchange {
    /// The answer is whole: the caller gets it in its own format.
    func completeTranslated(_ body: ByteBuffer, _ translated: TranslatedRequest) {
        let context = self.answerContext
        let id = self.record.id
        guard body.readableBytes > self.loop.shared.options.limits.workerBodyBytes else {
            let result = TranslatedAnswer.whole(body, translated, context, requestID: id, tape: self.loop.tape)
            return self.finishTranslated(result)
        }
        // The closure keeps the connection object alive: the caller may leave while the worker translates.
        let client = self.client
        NIOThreadPool.singleton.runIfActive(eventLoop: self.loop.loop) {
            TranslatedAnswer.whole(body, translated, context, requestID: id, tape: JSONTape())
        }.assumeIsolated().whenComplete { result in
            let failure = GatewayFailure(.overloaded, "Martlet is stopping.", retryAfter: .seconds(1))
            withExtendedLifetime(client) {
                self.finishTranslated((try? result.get()) ?? .failure(failure))
            }
        }
    }

    private func finishTranslated(_ result: Result<(body: [UInt8], reading: AnswerReading), GatewayFailure>) {
        guard !self.isSettled else { return }
        switch result {
        case .failure(let failure):
            self.fail(failure)
        case .success(let (bytes, reading)):
            self.record.usage = reading.usage
            self.told(id: reading.id, model: reading.model)
            self.answerReasoning = reading.reasoningState
            self.record.finishReason = reading.finishReason
            var body = ByteBuffer()
            body.writeBytes(bytes)
            self.answerBytes = bytes.count
            if self.journey.inspected.facts.isStream {
                self.commit()
                self.settle(status: 200, outcome: .completed)
                self.afterSync { exchange, _ in
                    exchange.emitAll(body)
                    exchange.client.exchangeFinished()
                }
            } else {
                self.settle(status: self.upstreamStatus, outcome: .completed)
                self.finishWhole(status: 200, headers: [], contentType: "application/json", body: body)
            }
        }
    }

    /// The vendor refused: the caller is told in its own format, in the vendor's words where they concern the caller.
    func completeForeignError(
        _ body: ByteBuffer,
        _ decode: (_ status: Int, _ root: JSONValue?, _ text: String) -> VendorRefusal
    ) {
        let status = self.upstreamStatus
        let refusal = body.withUnsafeReadableBytes { bytes in
            let root = try? self.loop.tape.parse(bytes)
            let text = root == nil ? String(decoding: bytes.prefix(300), as: UTF8.self) : self.upstreamErrorType ?? ""
            return decode(status, root, text)
        }
        var failure = self.failure(of: refusal.fault) ?? refusal.failure
        failure.retryAfter = refusal.failure.retryAfter ?? failure.retryAfter
        self.fail(
            failure,
            as: AttemptEnd(refusal.fault, retryAfter: refusal.failure.retryAfter ?? self.upstreamRetryAfter)
        )
    }
}
