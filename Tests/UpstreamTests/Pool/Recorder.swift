import NIOCore
import NIOEmbedded
import Wire

@testable import Upstream

/// Keeps what a connection told it.
final class Recorder: UpstreamConsumer, ConnectionWaiter {
    private(set) var status = 0
    private(set) var body: [UInt8] = []
    private(set) var ended = 0
    private(set) var failure: UpstreamError?
    private(set) var batches = 0
    private(set) var connection: UpstreamConnection?

    func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer) { self.status = head.status }
    func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer) { self.body += bytes }
    func upstreamReadComplete() { self.batches += 1 }
    func upstreamEnded() { self.ended += 1 }
    func upstreamFailed(_ error: UpstreamError) { self.failure = error }
    func connectionReady(_ connection: UpstreamConnection) { self.connection = connection }
    func connectionFailed(_ error: UpstreamError) { self.failure = error }

    var text: String { String(decoding: self.body, as: UTF8.self) }
}

/// Hands out embedded channels when told to.
///
/// `@unchecked Sendable`: everything happens on the one thread that runs the test's embedded loop.
final class ManualConnector: UpstreamConnector, @unchecked Sendable {
    private let loop: EmbeddedEventLoop
    private var promises: [EventLoopPromise<any Channel>] = []
    private(set) var channels: [EmbeddedChannel] = []

    init(_ loop: EmbeddedEventLoop) {
        self.loop = loop
    }

    var asked: Int { self.promises.count + self.channels.count }

    func connect(to endpoint: UpstreamEndpoint, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        let promise = loop.makePromise(of: (any Channel).self)
        self.promises.append(promise)
        return promise.futureResult
    }

    /// Lets the oldest attempt succeed.
    func succeed() throws {
        let channel = EmbeddedChannel(handler: UpstreamConnection(), loop: self.loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 443)).wait()
        self.channels.append(channel)
        self.promises.removeFirst().succeed(channel)
    }

    /// Lets the oldest attempt fail.
    func fail(_ error: UpstreamError) {
        self.promises.removeFirst().fail(error)
    }
}
