public import NIOCore
public import NIOPosix
public import Providers

/// Fetches credentials over real sockets and reads real files.
///
/// Each request has a connection of its own, its deadline covers all of it, redirects are not followed, and answers end at
/// ``CredentialLimits/answerBytes``. What blocks (names, files, trust roots) is read on thread pools, never
/// on an event loop.
public struct SocketCredentialTransport: CredentialTransport {
    private let group: any EventLoopGroup
    private let environment: [String: String]
    private let internet: InternetRules
    /// How long reading a file may take: some lie on other machines.
    private let fileDeadline: TimeAmount

    /// Reads files: apart from NIO's own pool, so that a disk that hangs does not keep names from being resolved.
    private static let files: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        return pool
    }()

    /// What `.internet` means; other than the default in tests alone.
    struct InternetRules: Sendable {
        var addresses = AddressRule.global
        var caBundlePath: String?
    }

    /// A transport.
    ///
    /// - Parameters:
    ///   - environment: For proxies (`HTTPS_PROXY`, `NO_PROXY`), which metadata services are never asked through.
    ///   - group: Where connections live.
    public init(
        environment: [String: String],
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.init(environment: environment, group: group, internet: InternetRules())
    }

    init(
        environment: [String: String] = [:],
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        internet: InternetRules,
        fileDeadline: TimeAmount = .seconds(5)
    ) {
        self.group = group
        self.environment = environment
        self.internet = internet
        self.fileDeadline = fileDeadline
    }

    /// Makes one request.
    ///
    /// - Throws: `.unreachable`, `.timedOut`, or `.malformed` for a request that cannot be sent and an answer that is too
    ///   long. Messages hold neither host nor secret.
    public func fetch(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse {
        let bytes = try request.wireBytes()
        try self.check(request)
        let limit = TimeAmount(request.deadline)
        return try await self.within(limit) { answer in
            let loop = answer.futureResult.eventLoop
            let channel = NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
                try self.endpoint(for: request)
            }.flatMap { endpoint in
                SocketConnector(connectTimeout: limit, unixSeconds: { 0 }).connect(to: endpoint, on: loop)
            }
            channel.whenComplete { result in
                switch result {
                case .success(let channel): Self.ask(channel, bytes, answer)
                case .failure(let error): answer.fail(error)
                }
            }
        }
    }

    /// Reads a file.
    ///
    /// - Throws: `.absent` when there is none, `.fileUnreadable` when it is no regular file, cannot be read or is too long,
    ///   `.timedOut` when its disk does not answer.
    public func readFile(_ path: String) async throws(CredentialError) -> [UInt8] {
        try await self.within(self.fileDeadline) { answer in
            Self.files.runIfActive(eventLoop: answer.futureResult.eventLoop) {
                try CredentialFile.read(path)
            }.cascade(to: answer)
        }
    }

    /// Runs work on a loop and waits for what it promises, no longer than the limit.
    private func within<Value: Sendable>(
        _ limit: TimeAmount,
        _ work: (EventLoopPromise<Value>) -> Void
    ) async throws(CredentialError) -> Value {
        let loop = self.group.next()
        let answer = loop.makePromise(of: Value.self)
        let deadline = loop.scheduleTask(in: limit) {
            answer.fail(CredentialError(.timedOut, "there was no answer in time"))
        }
        answer.futureResult.whenComplete { _ in deadline.cancel() }
        work(answer)
        do {
            return try await answer.futureResult.get()
        } catch {
            throw Self.normalise(error)
        }
    }

    /// Sends the request on a fresh connection, which ends with the answer or with the wait for it.
    private static func ask(
        _ channel: any Channel,
        _ bytes: ByteBuffer,
        _ answer: EventLoopPromise<CredentialResponse>
    ) {
        answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
        do {
            let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
            guard connection.send(bytes, to: CredentialAnswer(answer)) else {
                return answer.fail(UpstreamError(.closedBeforeAnswer, "closed at once"))
            }
        } catch {
            answer.fail(error)
        }
    }

    private static func normalise(_ error: any Error) -> CredentialError {
        if let error = error as? CredentialError { return error }
        guard let error = error as? UpstreamError else { return CredentialError(.unreachable, "\(type(of: error))") }
        return CredentialError(error.code == .connectTimedOut ? .timedOut : .unreachable, "\(error)")
    }
}

extension SocketCredentialTransport {
    /// Refuses to send a credential over the internet in plain text, or to an address that is not of the internet.
    private func check(_ request: CredentialRequest) throws(CredentialError) {
        if request.reach == .local, let address = request.origin.address, !AddressRule.local.permits(address) {
            throw CredentialError(.unreachable, "the address is not one to be connected to")
        }
        guard request.reach == .internet else { return }
        guard request.origin.isTLS else {
            throw CredentialError(.unreachable, "credentials are sent over the internet by https alone")
        }
        if let address = request.origin.address, !self.internet.addresses.permits(address) {
            throw CredentialError(.unreachable, "the address is not one of the internet")
        }
    }

    private func addresses(_ reach: CredentialRequest.Reach) -> AddressRule {
        switch reach {
        case .internet: self.internet.addresses
        case .local: .local
        case .metadata: .metadata
        }
    }

    /// Where to connect; reads the trust roots, which blocks.
    private func endpoint(for request: CredentialRequest) throws -> UpstreamEndpoint {
        let origin = request.origin
        let isInternet = request.reach == .internet
        let bundle = isInternet ? self.internet.caBundlePath : nil
        let tls = origin.isTLS ? try TLSClientSettings(serverName: origin.host, caBundlePath: bundle) : nil
        return UpstreamEndpoint(
            name: "credentials",
            transport: .tcp(host: origin.host, port: origin.port, tls: tls),
            addresses: self.addresses(request.reach),
            proxy: request.reach != .metadata ? ProxyAddress.forHost(origin.host, environment: self.environment) : nil
        )
    }
}
