import Exchange
public import NIOCore
public import Providers
import Wire

/// One request to a provider outside the road, on a connection of its own: what trying a provider out is made of.
public struct ProviderCall: Sendable {
    /// What came back.
    public struct Answer: Sendable, Equatable {
        /// The HTTP status.
        public var status: Int
        /// The value of `content-type`; empty when there was none.
        public var contentType = ""
        /// The value of `date`.
        public var date: String?
        /// The body's beginning, as far as the call's limit.
        public var body: [UInt8] = []
        /// From sending to the answer's head.
        public var firstByte: Duration
        /// From sending to the answer's end.
        public var total: Duration
        /// Why the answer is not whole; `nil` when it ended as it should.
        public var fault: String?
    }

    /// How it went.
    public enum Outcome: Sendable, Equatable {
        /// The vendor answered.
        case answered(Answer)
        /// No answer could be had; a text for people, without secrets.
        case failed(String)
    }

    /// The method.
    public var method: StaticString
    /// Path and query.
    public var target: String
    /// What is asked for by `accept`.
    public var accept = "application/json"
    /// Further headers, by lower-case name.
    public var headers: [HeaderField] = []
    /// The body; with none, no content type is told.
    public var body: [UInt8] = []
    /// How much of the answer's body is kept.
    public var keptBytes = 64 << 10

    /// A call.
    public init(method: StaticString, target: String) {
        self.method = method
        self.target = target
    }

    /// Makes the call.
    ///
    /// - Parameters:
    ///   - provider: Whom to ask.
    ///   - connector: Opens the connection, with its own deadline.
    ///   - loop: Where to work.
    ///   - timeout: For the credential, and again for the answer.
    /// - Returns: How it went.
    public func send(
        to provider: Provider,
        connector: any UpstreamConnector,
        on loop: any EventLoop,
        timeout: TimeAmount
    ) async -> Outcome {
        let proof: RequestProof
        switch await self.authorization(provider, loop, timeout) {
        case .ready(let ready): proof = ready
        case .failed(let failure): return .failed(provider.credentials?.problem?.message ?? failure.message)
        case .wait: return .failed(CredentialHolder.tooLate.message)
        }
        let request = self.bytes(provider, proof)
        let keptBytes = self.keptBytes
        do {
            let answer = try await connector.connect(to: provider.endpoint, on: loop).flatMap { channel in
                Self.ask(channel, request, timeout, keptBytes).always { _ in channel.close(promise: nil) }
            }.get()
            return .answered(answer)
        } catch {
            return .failed("\(error)")
        }
    }

    private func bytes(_ provider: Provider, _ proof: RequestProof) -> ByteBuffer {
        var request = ByteBuffer()
        provider.writeHead(
            method: self.method,
            to: &request,
            target: self.target,
            bodyCount: self.body.count,
            credentials: proof.headers,
            forward: { head in
                head.write(field: "accept", self.accept)
                head.write(fixed: "accept-encoding: identity\r\nuser-agent: martlet\r\n")
                if !self.body.isEmpty { head.write(fixed: "content-type: application/json\r\n") }
                for header in self.headers { head.write(header.name, header.value) }
            },
            callerGave: { name in self.headers.contains { $0.name == name } }
        )
        request.writeBytes(self.body)
        return request
    }

    /// The provider's authorization, once it is there or cannot be had.
    private func authorization(
        _ provider: Provider,
        _ loop: any EventLoop,
        _ timeout: TimeAmount
    ) async -> Provider.Authorization {
        func look() -> Provider.Authorization {
            self.body.withUnsafeBytes { body in
                provider.authorization(
                    method: self.method,
                    target: self.target,
                    contentType: self.body.isEmpty ? nil : "application/json",
                    body: body,
                    at: provider.credentials?.now ?? WallTime(seconds: 0)
                )
            }
        }
        guard case .wait(let holder) = look() else { return look() }
        guard case .failed(let failure) = await holder.ready(on: loop, within: timeout) else { return look() }
        return .failed(failure)
    }

    private static func ask(
        _ channel: any Channel,
        _ request: ByteBuffer,
        _ timeout: TimeAmount,
        _ keptBytes: Int
    ) -> EventLoopFuture<Answer> {
        let promise = channel.eventLoop.makePromise(of: Answer.self)
        let taker = AnswerTaker(promise, keptBytes: keptBytes)
        let deadline = channel.eventLoop.assumeIsolated().scheduleTask(in: timeout) { taker.timedOut() }
        promise.futureResult.whenComplete { _ in deadline.cancel() }
        do {
            let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
            if !connection.send(request, to: taker) {
                promise.fail(UpstreamError(.closedBeforeAnswer, "closed at once"))
            }
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    /// Takes an answer's facts and the beginning of its body.
    private final class AnswerTaker: UpstreamConsumer {
        private let promise: EventLoopPromise<Answer>
        private let keptBytes: Int
        private let started = NIODeadline.now()
        private var answer: Answer?

        init(_ promise: EventLoopPromise<Answer>, keptBytes: Int) {
            self.promise = promise
            self.keptBytes = keptBytes
        }

        private var elapsed: Duration { .nanoseconds((NIODeadline.now() - self.started).nanoseconds) }

        func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer) {
            var answer = Answer(status: head.status, firstByte: self.elapsed, total: .zero)
            for field in head.headers {
                let value = String(decoding: bytes[field.value], as: UTF8.self)
                switch String(decoding: bytes[field.name], as: UTF8.self).lowercased() {
                case "content-type": answer.contentType = value.lowercased()
                case "date": answer.date = value
                default: break
                }
            }
            self.answer = answer
        }

        func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer) {
            let room = max(0, self.keptBytes - (self.answer?.body.count ?? 0))
            self.answer?.body += bytes.prefix(room)
        }

        func upstreamReadComplete() {}

        func upstreamEnded() { self.end(nil) }

        func upstreamFailed(_ error: UpstreamError) {
            guard self.answer != nil else { return self.promise.fail(error) }
            self.end("\(error)")
        }

        func timedOut() {
            guard self.answer != nil else {
                return self.promise.fail(UpstreamError(.closedBeforeAnswer, "no answer in time"))
            }
            self.end("the answer did not end in time")
        }

        private func end(_ fault: String?) {
            guard var answer = self.answer else { return }
            answer.total = self.elapsed
            answer.fault = fault
            self.promise.succeed(answer)
        }
    }
}
