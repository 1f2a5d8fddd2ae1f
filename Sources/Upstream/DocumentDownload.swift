import NIOCore
import NIOPosix
import Providers
import Wire

/// Fetches one document for a person at a command: from the very address that was given, up to a size, within a deadline
/// that covers everything. Nothing is followed and nothing of ours is told.
public struct DocumentDownload: Sendable {
    /// Why there is no document; a text for people.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What was wrong and what would be right.
        public let description: String
    }

    /// The most bytes that a document may have.
    public static let maximumBytes = 16 << 20

    private let url: CredentialURL
    private let deadline: TimeAmount
    private let maximumBytes: Int
    /// Roots beyond the system's; in tests alone.
    private let caBundlePath: String?

    /// The address's host, for naming the source.
    public var host: String { self.url.origin.host }

    /// Reads an address.
    ///
    /// - Parameter address: `https://host[:port][/path][?query]`; `http://` only with this machine's own addresses.
    /// - Throws: A `Failure` that says what to give instead.
    public init(_ address: String) throws(Failure) {
        try self.init(address, deadline: .seconds(30), maximumBytes: Self.maximumBytes, caBundlePath: nil)
    }

    init(
        _ address: String,
        deadline: TimeAmount,
        maximumBytes: Int,
        caBundlePath: String?
    ) throws(Failure) {
        do throws(CredentialError) {
            self.url = try CredentialURL(parsing: address, what: "the address")
        } catch {
            throw Failure(description: error.message)
        }
        self.deadline = deadline
        self.maximumBytes = maximumBytes
        self.caBundlePath = caBundlePath
        let origin = self.url.origin
        guard origin.isTLS || Self.isThisMachine(origin) else {
            throw Failure(description: "prices are fetched by https alone, but for http from this machine (127.0.0.1)")
        }
        if let address = origin.address, !AddressRule.local.permits(address) {
            throw Failure(description: "the address is link-local or a metadata service, which is never asked")
        }
    }

    private static func isThisMachine(_ origin: BaseURL) -> Bool {
        guard let address = origin.address else { return origin.host == "localhost" }
        return address.count == 4 ? address[0] == 127 : address == Array(repeating: 0, count: 15) + [1]
    }

    /// Fetches the document.
    ///
    /// - Parameter environment: For proxies (`HTTPS_PROXY`, `NO_PROXY`), which are not asked for this machine's own addresses.
    /// - Returns: The body of an answer with status 200.
    /// - Throws: A `Failure` for every other answer, redirects included, and when there is none.
    public func run(environment: [String: String]) async throws(Failure) -> [UInt8] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let body = loop.makePromise(of: [UInt8].self)
        let late = loop.scheduleTask(in: self.deadline) {
            body.fail(Failure(description: "there was no whole answer in time"))
        }
        body.futureResult.whenComplete { _ in late.cancel() }
        let (deadline, maximumBytes, request) = (self.deadline, self.maximumBytes, self.request)
        // Trust roots are read from files.
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            try self.endpoint(environment)
        }.flatMap { endpoint in
            SocketConnector(connectTimeout: deadline, unixSeconds: { 0 }).connect(to: endpoint, on: loop)
        }.whenComplete { result in
            switch result {
            case .success(let channel): Self.ask(channel, request, maximumBytes, body)
            case .failure(let error): body.fail(error)
            }
        }
        do {
            return try await body.futureResult.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "no answer could be had: \(error)")
        }
    }

    private var request: ByteBuffer {
        ByteBuffer(
            string: "GET \(self.url.target) HTTP/1.1\r\nhost: \(self.url.origin.authority)\r\n"
                + "accept: application/json\r\nuser-agent: martlet\r\nconnection: close\r\n\r\n"
        )
    }

    private func endpoint(_ environment: [String: String]) throws -> UpstreamEndpoint {
        let origin = self.url.origin
        let tls = origin.isTLS ? try TLSClientSettings(serverName: origin.host, caBundlePath: self.caBundlePath) : nil
        return UpstreamEndpoint(
            name: "download",
            transport: .tcp(host: origin.host, port: origin.port, tls: tls),
            addresses: .local,
            proxy: Self.isThisMachine(origin) ? nil : ProxyAddress.forHost(origin.host, environment: environment)
        )
    }

    private static func ask(
        _ channel: any Channel,
        _ request: ByteBuffer,
        _ maximumBytes: Int,
        _ body: EventLoopPromise<[UInt8]>
    ) {
        body.futureResult.whenComplete { _ in channel.close(promise: nil) }
        do {
            let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
            guard connection.send(request, to: Document(body, maximumBytes)) else {
                return body.fail(UpstreamError(.closedBeforeAnswer, "closed at once"))
            }
        } catch {
            body.fail(error)
        }
    }
}

/// Collects a document as far as its limit.
private final class Document: UpstreamConsumer {
    private let promise: EventLoopPromise<[UInt8]>
    private let maximumBytes: Int
    private var body: [UInt8] = []

    init(_ promise: EventLoopPromise<[UInt8]>, _ maximumBytes: Int) {
        self.promise = promise
        self.maximumBytes = maximumBytes
    }

    func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer) {
        switch head.status {
        case 200:
            if case .length(let count) = head.framing, count > self.maximumBytes { self.refuse() }
        case 300..<400:
            self.fail("status \(head.status): redirects are not followed; give the address that it leads to")
        default:
            self.fail("status \(head.status) instead of a document")
        }
    }

    func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer) {
        // Once refused, the connection is being closed; what still comes is dropped.
        guard bytes.count <= self.maximumBytes - self.body.count else { return self.refuse() }
        self.body += bytes
    }

    func upstreamReadComplete() {}

    func upstreamEnded() { self.promise.succeed(self.body) }

    func upstreamFailed(_ error: UpstreamError) { self.promise.fail(error) }

    private func refuse() { self.fail("the document is longer than \(self.maximumBytes) bytes") }

    private func fail(_ what: String) { self.promise.fail(DocumentDownload.Failure(description: what)) }
}
