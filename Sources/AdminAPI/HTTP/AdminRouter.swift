public import Exchange
import Telemetry

/// Dispatches requests over the table of routes. Knows nothing of sockets: the listener and the command line both carry
/// requests to it.
public struct AdminRouter: Sendable {
    /// The whole table.
    public let routes: [AdminRoute]
    private let gate: AdminGate
    private let isOpenOnLoopback: Bool
    private let metrics: MetricRegistry
    private let audit: AuditDesk
    private let administration: Administration

    /// Builds the table.
    ///
    /// - Parameters:
    ///   - services: What the routes work with.
    ///   - token: The data folder's own token, which opens everything.
    ///   - isLoopback: Whether the listener can only be reached from this machine.
    public init(services: AdminServices, token: Secret, isLoopback: Bool) {
        self.routes = AdminRoutes.all(services)
        self.gate = AdminGate(token: token, services: services)
        self.isOpenOnLoopback = isLoopback
        self.metrics = services.metrics
        self.audit = services.audit
        self.administration = services.administration
    }

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: Its head.
    ///   - body: Reads the body; called only when the route is known, allowed and takes one, with the route's own cap if
    ///     it has one.
    /// - Returns: The answer; refusals are answers too.
    public func answer(
        _ request: AdminRequest,
        body: (_ maxBytes: Int?) async throws(AdminProblem) -> [UInt8]
    ) async -> AdminAnswer {
        let principal = self.gate.principal(of: request)
        let context = AuditContext(
            actor: principal?.actor ?? "nobody",
            origin: request.origin,
            requestID: request.requestID
        )
        switch self.find(request, principal) {
        case .refused(let problem, let allow):
            await self.note(problem, request, context)
            return .problem(problem, requestID: request.requestID, allow: allow)
        case .found(let route, let id):
            let answer: AdminAnswer
            do throws(AdminProblem) {
                answer = try await self.run(route, id: id, request, principal, context, body)
            } catch {
                await self.note(error, request, context)
                answer = .problem(error, requestID: request.requestID)
            }
            if route.access == .token || route.access == .signIn { self.count(route, answer) }
            return answer
        }
    }

    /// The audit trail knows of strangers, of whoever asked for more than they may, and of every change that was refused.
    private func note(_ problem: AdminProblem, _ request: AdminRequest, _ context: AuditContext) async {
        let isRead = request.method == "GET" || request.method == "HEAD"
        let isAccess = [.unauthorized, .forbidden].contains(problem.code)
        guard isAccess || problem.isForeign || !isRead else { return }
        await self.audit.note(refused: "\(request.method) \(request.path)", problem, for: context)
    }

    private enum Finding {
        case found(AdminRoute, id: String)
        case refused(AdminProblem, allow: String?)
    }

    /// Authentication comes before routing: a stranger does not learn which paths exist.
    private func find(_ request: AdminRequest, _ principal: AdminPrincipal?) -> Finding {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: false)
        let all = self.routes.compactMap { route in route.match(path).map { (route: route, id: $0.id) } }
        // A path that is spelt out is not also an id.
        let spelt = all.filter { !$0.route.path.contains("{id}") }
        let matches = spelt.isEmpty ? all : spelt
        // Signing in is open, and nothing else that is done to the same path.
        let isOpen = matches.contains { match in
            self.isOpen(match.route)
                && (match.route.access != .signIn || match.route.method.rawValue == request.method)
        }
        let isHealth = matches.contains { $0.route.access == .open }
        guard request.isAddressAllowed || isHealth else {
            return .refused(AdminProblem(.forbidden, "the admin API may not be used from this address"), allow: nil)
        }
        guard isOpen || principal != nil else {
            return .refused(
                AdminProblem(.unauthorized, "give an admin token as Authorization: Bearer, or sign in"),
                allow: nil
            )
        }
        guard !matches.isEmpty else {
            return .refused(AdminProblem(.routeNotFound, "there is no such route"), allow: nil)
        }
        let method = request.method == "HEAD" && isOpen ? AdminMethod.get.rawValue : request.method
        guard let match = matches.first(where: { $0.route.method.rawValue == method }) else {
            let allow = matches.map(\.route.method.rawValue).joined(separator: ", ")
            return .refused(AdminProblem(.methodNotAllowed, "this route takes \(allow)"), allow: allow)
        }
        guard !self.isOpen(match.route) else { return .found(match.route, id: match.id) }
        guard let principal else {
            return .refused(
                AdminProblem(.unauthorized, "give an admin token as Authorization: Bearer, or sign in"),
                allow: nil
            )
        }
        if let problem = self.gate.refusal(of: match.route, to: principal, request) {
            return .refused(problem, allow: nil)
        }
        return .found(match.route, id: match.id)
    }

    private func isOpen(_ route: AdminRoute) -> Bool {
        switch route.access {
        case .open, .signIn: true
        case .openOnLoopback: self.isOpenOnLoopback
        case .token: false
        }
    }

    private func run(
        _ route: AdminRoute,
        id: String,
        _ request: AdminRequest,
        _ principal: AdminPrincipal?,
        _ context: AuditContext,
        _ body: (_ maxBytes: Int?) async throws(AdminProblem) -> [UInt8]
    ) async throws(AdminProblem) -> AdminAnswer {
        var call = AdminCall(
            request: request,
            principal: principal ?? .nobody,
            id: id,
            query: try AdminQuery(nil),
            body: []
        )
        if let principal, !self.isOpen(route) {
            try await self.gate.check(principal, sees: id, route.right.owned)
            await self.gate.noteUse(by: principal)
        }
        if route.access == .token || route.access == .signIn { call.query = try AdminQuery(request.query) }
        if route.takesBody {
            try Self.checkMediaType(request.contentType)
            call.body = try await body(route.maxBodyBytes)
        }
        let ready = call
        let precondition = request.ifMatch.map { Precondition(id: id, ifMatch: $0) }
        // A task's values carry no typed errors.
        let result: Result<AdminAnswer, AdminProblem> = await AuditContext.$current.withValue(context) {
            await Precondition.$current.withValue(precondition) {
                do throws(AdminProblem) { return .success(try await route.handle(ready)) } catch {
                    return .failure(error)
                }
            }
        }
        return await self.tagged(try result.get(), id)
    }

    /// An answer that shows a row carries its tag; what came of an action on one does not show it.
    private func tagged(_ answer: AdminAnswer, _ id: String) async -> AdminAnswer {
        // A replayed answer shows the row as it was.
        let isReplayed = answer.headers[IdempotencyKey.replayed] != nil
        guard (200..<300).contains(answer.status), !answer.body.isEmpty, !isReplayed else { return answer }
        guard let shown = JSONText.id(of: answer.body), id.isEmpty || shown == id,
            let tag = await self.administration.configuration.entityTag(of: shown)
        else { return answer }
        var tagged = answer
        tagged.headers["etag"] = tag.text
        return tagged
    }

    /// `application/json`, with no other character set than UTF-8.
    private static func checkMediaType(_ contentType: String?) throws(AdminProblem) {
        let parts = (contentType ?? "").lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        let isJSON =
            parts.first == "application/json"
            && parts.dropFirst().allSatisfy { part in
                !part.hasPrefix("charset=") || part == "charset=utf-8" || part == "charset=\"utf-8\""
            }
        guard isJSON else {
            throw AdminProblem(.unsupportedMediaType, "the body must be application/json in UTF-8")
        }
    }

    private func count(_ route: AdminRoute, _ answer: AdminAnswer) {
        self.metrics.counter(
            "martlet_admin_requests_total",
            help: "Answered admin requests by route and status.",
            labels: [("method", route.method.rawValue), ("route", route.path), ("status", String(answer.status))]
        ).add()
    }
}
