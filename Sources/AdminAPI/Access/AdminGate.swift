import Exchange
import Storage

/// Finds who asks, and whether they may. Everything it decides by is in memory but for requests and attempts, whose projects
/// the store knows.
struct AdminGate: Sendable {
    private let bootstrap: AdminTokenCheck
    private let access: AccessDesk
    private let administration: Administration
    private let requests: RequestReader
    private let ledger: LedgerDesk
    private let cookie: SessionCookie
    private let bodies: (any BodyDesk)?

    init(token: Secret, services: AdminServices) {
        self.bootstrap = AdminTokenCheck(token)
        self.access = services.access
        self.administration = services.administration
        self.requests = services.requests
        self.ledger = services.ledger
        self.cookie = services.cookie
        self.bodies = services.bodies
    }

    /// Who asks; `nil` when what is shown is good for nothing.
    func principal(of request: AdminRequest) -> AdminPrincipal? {
        if self.bootstrap.accepts(request.authorization) { return .bootstrap(actor: request.actor) }
        let now = self.access.now
        // Who shows a token means the token, good or not.
        guard request.authorization.isEmpty else {
            return AdminTokenCheck.bearer(request.authorization)
                .flatMap { self.access.book.token($0, now: now)?.principal }
        }
        guard let secret = self.cookie.secret(in: request.cookies) else { return nil }
        return self.access.book.session(secret, rules: self.access.sessionRules, now: now).map { found in
            AdminPrincipal(session: found.session, of: found.user)
        }
    }

    /// Why somebody may not use a route at all; `nil` when they may.
    func refusal(of route: AdminRoute, to principal: AdminPrincipal, _ request: AdminRequest) -> AdminProblem? {
        if case .user = principal.identity, let problem = self.cookie.refusal(of: request) { return problem }
        let permission = route.right.permission
        guard !principal.may(permission) else { return nil }
        let role = principal.grant.role.rawValue
        let what = principal.isScoped && principal.grant.role.permissions.contains(permission)
        let why = what ? "is not for a \(role) of single projects" : "is not for a \(role)"
        return AdminProblem(.forbidden, "this takes the permission '\(permission.rawValue)', which \(why)")
    }

    /// Refuses a row of a project that is not seen, as if there were none.
    func check(_ principal: AdminPrincipal, sees id: String, _ owned: RouteRight.Owned) async throws(AdminProblem) {
        guard principal.isScoped, owned != .none else { return }
        if try await self.hasOwn(principal, id, owned) { return }
        let project = try await self.project(of: id, owned)
        let isForeign = project.map { !principal.sees(project: $0) } ?? false
        // Whether others have such a request must not be told by another answer.
        guard isForeign || owned == .bodies else { return }
        var problem = AdminProblem(.notFound, "there is no \(owned.noun) \(id)")
        problem.isForeign = isForeign
        throw problem
    }

    /// Callers may repeat the ids of others: of several rows with one id those of one's own projects count. Bodies know their own
    /// project, whether or not the request's record is still there.
    private func hasOwn(
        _ principal: AdminPrincipal,
        _ id: String,
        _ owned: RouteRight.Owned
    ) async throws(AdminProblem)
        -> Bool
    {
        guard owned == .request || owned == .bodies else { return false }
        if try await self.requests.find(id: id, in: principal.projects) != nil { return true }
        guard owned == .bodies, let bodies = self.bodies else { return false }
        return try await bodies.holds(.request(id, projects: principal.projects))
    }

    /// Notes that a token was used, when that is news.
    func noteUse(by principal: AdminPrincipal) async {
        if case .user(_, let session) = principal.identity {
            let sessions = self.access.book.access.sessions
            guard let record = sessions.first(where: { $0.id == session }), record.isUseNews(at: self.access.now) else {
                return
            }
            return await self.access.noteUse(ofSession: session)
        }
        guard case .token(let id) = principal.identity else { return }
        guard let token = self.access.tokens.first(where: { $0.id == id }), token.isUseNews(at: self.access.now) else {
            return
        }
        await self.access.noteUse(ofToken: id)
    }

    /// The project that a row belongs to; `nil` when there is no such row.
    private func project(of id: String, _ owned: RouteRight.Owned) async throws(AdminProblem) -> String? {
        let configuration = await self.administration.configuration
        switch owned {
        case .none: return nil
        case .project: return configuration.projects.first { $0.id == id }?.id
        case .key: return configuration.keys.first { $0.id == id }?.projectID
        case .budget:
            guard let budget = configuration.budgets.first(where: { $0.id == id }) else { return nil }
            switch budget.scope {
            case .project(let id): return id
            case .key(let id): return configuration.keys.first { $0.id == id }?.projectID
            }
        case .request, .bodies: return try await self.requests.find(id: id)?.record.projectID
        case .attempt:
            guard let attempt = AttemptText.parse(id) else { return nil }
            return try await self.ledger.entries(of: attempt).first?.subject.projectID
        }
    }
}
