import Exchange
public import NIOCore
import Providers
import Wire

/// Asks a provider for its list of models, once: whether it can be reached, and takes the credential.
public enum ProviderProbe {
    /// How it went.
    public enum Outcome: Sendable, Equatable {
        /// The vendor answered with this HTTP status.
        case answered(status: Int)
        /// No answer could be had; a text for people, without secrets.
        case failed(String)
        /// Nothing to ask: it answers inside this process.
        case inProcess
    }

    /// Probes a provider.
    ///
    /// - Parameters:
    ///   - provider: Whom to ask.
    ///   - connector: Opens the connection, with its own deadline.
    ///   - loop: Where to work.
    ///   - timeout: For the credential, and again for the answer's head.
    /// - Returns: How it went.
    public static func run(
        _ provider: Provider,
        connector: any UpstreamConnector,
        on loop: any EventLoop,
        timeout: TimeAmount = .seconds(10)
    ) async -> Outcome {
        guard case .tcp = provider.endpoint.transport else { return .inProcess }
        let target = provider.configuration.requestTarget(operation: .models, model: "") ?? "/"
        let proof: RequestProof
        switch await Self.authorization(provider, target, loop, timeout) {
        case .ready(let ready): proof = ready
        case .failed(let failure): return .failed(provider.credentials?.problem?.message ?? failure.message)
        case .wait: return .failed(CredentialHolder.tooLate.message)
        }
        var request = ByteBuffer()
        provider.writeHead(
            method: "GET",
            to: &request,
            target: target,
            bodyCount: 0,
            credentials: proof.headers,
            forward: { $0.writeStaticString("accept: application/json\r\n") },
            callerGave: { _ in false }
        )
        do {
            let bytes = request
            let status = try await connector.connect(to: provider.endpoint, on: loop).flatMap { channel in
                Self.ask(channel, bytes, timeout).always { _ in channel.close(promise: nil) }
            }.get()
            return .answered(status: status)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The provider's authorization, once it is there or cannot be had.
    private static func authorization(
        _ provider: Provider,
        _ target: String,
        _ loop: any EventLoop,
        _ timeout: TimeAmount
    ) async -> Provider.Authorization {
        func look() -> Provider.Authorization {
            provider.authorization(
                method: "GET",
                target: target,
                contentType: nil,
                body: UnsafeRawBufferPointer(start: nil, count: 0),
                at: provider.credentials?.now ?? WallTime(seconds: 0)
            )
        }
        guard case .wait(let holder) = look() else { return look() }
        guard case .failed(let failure) = await holder.ready(on: loop, within: timeout) else { return look() }
        return .failed(failure)
    }

    private static func ask(
        _ channel: any Channel,
        _ request: ByteBuffer,
        _ timeout: TimeAmount
    ) -> EventLoopFuture<Int> {
        let answer = channel.eventLoop.makePromise(of: Int.self)
        let loop = channel.eventLoop
        let deadline = loop.scheduleTask(in: timeout) {
            answer.fail(UpstreamError(.closedBeforeAnswer, "no answer in time"))
        }
        answer.futureResult.whenComplete { _ in deadline.cancel() }
        do {
            let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
            if !connection.send(request, to: Head(answer)) {
                answer.fail(UpstreamError(.closedBeforeAnswer, "closed at once"))
            }
        } catch {
            answer.fail(error)
        }
        return answer.futureResult
    }

    /// Takes an answer's status and nothing else.
    private final class Head: UpstreamConsumer {
        private let answer: EventLoopPromise<Int>

        init(_ answer: EventLoopPromise<Int>) {
            self.answer = answer
        }

        func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer) {
            self.answer.succeed(head.status)
        }

        func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer) {}
        func upstreamReadComplete() {}
        func upstreamEnded() {}
        func upstreamFailed(_ error: UpstreamError) { self.answer.fail(error) }
    }
}
