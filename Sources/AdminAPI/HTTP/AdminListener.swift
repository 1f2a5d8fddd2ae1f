import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
public import Policy
public import ServiceLifecycle

/// The admin listener: Hummingbird carries, `AdminRouter` answers.
public struct AdminListener: Sendable {
    /// Where it listens, and its bounds.
    public struct Options: Sendable {
        /// Address to bind.
        public var host: String
        /// Port to bind; 0 takes any free one.
        public var port: Int
        /// Networks that it may be used from, health aside; `nil` for all.
        public var allowedFrom: [NetworkRange]?
        /// Which proxies are believed about whom they speak for.
        public var forwarding = ForwardingRule()
        /// Largest body.
        public var maxBodyBytes = 1 << 20
        /// How long a body may take to arrive.
        public var bodyDeadline = Duration.seconds(15)
        /// How long a connection may be silent.
        public var idleDeadline = Duration.seconds(30)
        /// Connections at once.
        public var maxConnections = 128

        /// Who asks, and whether they may from there.
        func origin(peer: String, forwarded: [String]) -> (text: String, isAllowed: Bool) {
            guard let peer = NetworkAddress(peer) else { return (peer, self.allowedFrom == nil) }
            let origin = self.forwarding.origin(peer: peer, forwarded: forwarded)
            let isAllowed = self.allowedFrom.map { $0.contains { $0.contains(origin) } } ?? true
            return (origin.description, isAllowed)
        }

        /// Listens at an address.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// A service that listens until it is shut down gracefully.
    ///
    /// - Parameters:
    ///   - router: Answers.
    ///   - options: Address and bounds.
    ///   - group: Event loops to run on.
    ///   - logger: For Hummingbird's own lines.
    ///   - onListening: Told the port once it is bound.
    /// - Returns: The service, not yet running.
    public static func service(
        router: AdminRouter,
        options: Options,
        group: any EventLoopGroup,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) -> some Service {
        Application(
            responder: AdminResponder(router: router, options: options),
            server: .http1(configuration: .init(idleTimeout: TimeAmount(options.idleDeadline))),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: MaximumAvailableConnections(options.maxConnections)
            ),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? options.port) },
            eventLoopGroupProvider: .shared(group),
            logger: logger
        )
    }
}

/// Turns Hummingbird's requests into ours and our answers into its responses.
struct AdminResponder: HTTPResponder {
    typealias Context = AdminRequestContext

    let router: AdminRouter
    let options: AdminListener.Options

    func respond(to request: Request, context: Context) async throws -> Response {
        var head = Self.head(of: request)
        let forwarded = HTTPField.Name("x-forwarded-for").map { request.headers[values: $0] } ?? []
        (head.origin, head.isAddressAllowed) = self.options.origin(peer: context.origin, forwarded: forwarded)
        let answer = await self.router.answer(head) { (maxBytes: Int?) throws(AdminProblem) in
            try await self.body(of: request, upTo: max(maxBytes ?? 0, self.options.maxBodyBytes))
        }
        var response = Self.response(answer, requestID: head.requestID)
        if request.method == .head { response.body = ResponseBody() }
        return response
    }

    private static func head(of request: Request) -> AdminRequest {
        var uri = (request.head.path ?? "")[...]
        var query: String?
        if let mark = uri.firstIndex(of: "?") {
            query = String(uri[uri.index(after: mark)...])
            uri = uri[..<mark]
        }
        var head = AdminRequest(
            method: request.method.rawValue,
            path: String(uri),
            query: query,
            requestID: "adm_" + Identifiers(randomness: .system).base62(20)
        )
        head.authorization = request.headers[values: .authorization]
        head.cookies = request.headers[values: .cookie]
        head.csrf = HTTPField.Name("x-martlet-csrf").flatMap { request.headers[$0] }
        head.site = request.headers[.origin]
        head.host = request.head.authority
        head.contentType = request.headers[.contentType]
        head.ifMatch = request.headers[.ifMatch]
        if let name = HTTPField.Name(IdempotencyKey.header) { head.idempotencyKey = request.headers[values: name] }
        return head
    }

    /// The whole body, within the cap and the deadline.
    private func body(of request: Request, upTo maxBytes: Int) async throws(AdminProblem) -> [UInt8] {
        let tooLarge = AdminProblem(.bodyTooLarge, "the body must be at most \(maxBytes) bytes")
        let declared = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard declared <= maxBytes else { throw tooLarge }
        switch await self.collect(request.body, upTo: maxBytes) {
        case .read(let bytes): return bytes
        case .tooLarge: throw tooLarge
        case .late: throw AdminProblem(.requestTimeout, "the body did not arrive in time")
        case .broken: throw AdminProblem(.invalidBody, "the body could not be read")
        }
    }

    private enum Collected: Sendable {
        case read([UInt8])
        case tooLarge
        case late
        case broken
    }

    private func collect(_ body: RequestBody, upTo maxBytes: Int) async -> Collected {
        let deadline = self.options.bodyDeadline
        return await withTaskGroup(of: Collected.self) { group in
            group.addTask {
                do {
                    let buffer = try await body.collect(upTo: maxBytes)
                    return .read(Array(buffer.readableBytesView))
                } catch {
                    return error is NIOTooManyBytesError ? .tooLarge : .broken
                }
            }
            group.addTask {
                try? await Task.sleep(for: deadline)
                return .late
            }
            let first = await group.next() ?? .broken
            group.cancelAll()
            return first
        }
    }

    private static func response(_ answer: AdminAnswer, requestID: String) -> Response {
        var headers = HTTPFields()
        if let contentType = answer.contentType { headers[.contentType] = contentType }
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) + [(key: "x-request-id", value: requestID)]
        {
            guard let name = HTTPField.Name(name) else { continue }
            headers[name] = value
        }
        // What is left of a refused body is not read: the connection ends with the answer.
        if answer.status == 408 || answer.status == 413 { headers[.connection] = "close" }
        let body = answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }
}

/// A request's context with the address that it comes from.
struct AdminRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// An IP address without its port; empty when it is not known.
    let origin: String

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.origin = source.channel.remoteAddress?.ipAddress ?? ""
    }
}
