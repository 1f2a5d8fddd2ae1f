import Exchange
import Storage
import Wire

/// Signing in by password, signing out, and one's own password.
enum SessionRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/session"
        return [
            AdminRoute(.post, path, access: .signIn, takesBody: true, "signs in by name and password") {
                call throws(AdminProblem) in
                try await self.signIn(call, services)
            }.documented(SessionOperations.signIn),
            AdminRoute(.get, path, "tells who is signed in, and until when") { call throws(AdminProblem) in
                let session = try self.session(call, services)
                return .object { self.write(session, call.principal, services, to: &$0) }
            }.documented(SessionOperations.show),
            AdminRoute(.delete, path, "signs out") { call throws(AdminProblem) in
                try await services.access.endSession(id: try self.session(call, services).id)
                var answer = AdminAnswer.noContent
                answer.headers["set-cookie"] = services.cookie.clear
                return answer
            }.documented(SessionOperations.signOut),
            AdminRoute(.put, "\(AdminRoutes.prefix)/password", takesBody: true, "changes one's own password") {
                call throws(AdminProblem) in
                try await self.changePassword(call, services)
            }.documented(SessionOperations.password),
        ]
    }

    private static func signIn(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        // A page of another site must not sign its visitors in as somebody else.
        if let site = call.request.site, !services.cookie.isOwn(site, call.request) {
            throw AdminProblem(.forbidden, "signing in must come from Martlet's own pages")
        }
        let (name, password) = try AdminBody.read(call.body, ["name", "password"]) { body throws(AdminProblem) in
            (try body.requiredString("name"), Secret(try body.requiredString("password")))
        }
        let old = services.cookie.secret(in: call.request.cookies).map { String(decoding: $0, as: UTF8.self) }
        let created = try await services.access.signIn(
            name: String(name.prefix(200)),
            password: password.bytes,
            origin: call.request.origin,
            instead: old
        )
        return self.answer(created, services)
    }

    /// The session, with its secret in a cookie and nowhere else.
    static func answer(_ created: CreatedSession, _ services: AdminServices) -> AdminAnswer {
        let principal = AdminPrincipal(session: created.record, of: created.user)
        var answer = AdminAnswer.object { self.write(created.record, principal, services, to: &$0) }
        answer.headers["set-cookie"] = services.cookie.set(
            created.secret.bytes,
            seconds: services.access.sessionRules.absoluteMilliseconds / 1_000
        )
        return answer
    }

    private static func changePassword(
        _ call: AdminCall,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        let fields = ["current_password", "new_password"]
        let (current, new) = try AdminBody.read(call.body, fields) { body throws(AdminProblem) in
            (Secret(try body.requiredString("current_password")), Secret(try body.requiredString("new_password")))
        }
        guard case .user(let id, let session) = call.principal.identity else {
            throw AdminProblem(.conflict, "only who is signed in has a password")
        }
        let user = try services.access.user(id: id)
        guard current.bytes.count <= PasswordHash.maximumBytes else {
            throw .field("current_password", "must be at most \(PasswordHash.maximumBytes) bytes")
        }
        try PasswordHasher.check(new.bytes, field: "new_password")
        try services.access.limit(user.name, call.request.origin)
        guard try await services.access.hasher.verify(current.bytes, against: user.passwordHash) else {
            throw AdminProblem(.forbidden, "current_password is not right", field: "current_password")
        }
        var change = UserChange()
        change.passwordHash = .set(try await services.access.hasher.hash(new.bytes, field: "new_password"))
        _ = try await services.access.changeUser(id: id, change, by: call.principal, keeping: session)
        return .noContent
    }

    private static func session(_ call: AdminCall, _ services: AdminServices) throws(AdminProblem) -> SessionRecord {
        guard case .user(_, let id) = call.principal.identity,
            let session = services.access.book.access.sessions.first(where: { $0.id == id })
        else { throw AdminProblem(.conflict, "who shows a token has no session") }
        return session
    }

    private static func write(
        _ session: SessionRecord,
        _ principal: AdminPrincipal,
        _ services: AdminServices,
        to writer: inout JSONWriter
    ) {
        writer.member("session", session.id)
        writer.member("session_expires_at", time: session.expiresAt)
        AccountRoutes.write(principal, to: &writer)
    }
}
