import Exchange
import Storage
import Wire

/// Users: list, show, create, change, sign out, delete. Passwords go in and never come out.
enum UserRoutes {
    private static let changeable = ["role", "projects", "enabled", "password"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/users"
        let access = services.access
        return [
            AdminRoute(.get, path, "lists users by name") { call throws(AdminProblem) in
                let users = access.users.filter { call.query.matches("name", $0.name) }
                let page = try AdminPage(of: users, list: "users", query: call.query) { $0.name }
                return page.answer { writer, user in writer.object { self.write(user, services, to: &$0) } }
            }.documented(UserOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates a user") { call throws(AdminProblem) in
                try await self.create(call, services)
            }.documented(UserOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows a user") { call throws(AdminProblem) in
                self.answer(try access.user(id: call.id), services)
            }.documented(UserOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a user and ends the user's sessions") {
                call throws(AdminProblem) in
                try await self.change(call, services)
            }.documented(UserOperations.change),
            AdminRoute(.post, "\(path)/{id}/sign-out", "ends all sessions of a user") { call throws(AdminProblem) in
                try await access.endSessions(ofUser: call.id, by: call.principal)
                return self.answer(try access.user(id: call.id), services)
            }.documented(UserOperations.signOut),
            AdminRoute(.delete, "\(path)/{id}", "deletes a user; what the user did stays in the audit trail") {
                call throws(AdminProblem) in
                try await access.deleteUser(id: call.id, by: call.principal)
                return .noContent
            }.documented(UserOperations.delete),
        ]
    }

    private static func answer(_ user: UserRecord, _ services: AdminServices, status: Int = 200) -> AdminAnswer {
        .object(status: status) { self.write(user, services, to: &$0) }
    }

    private static func create(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        let configuration = await services.administration.configuration
        let (given, password) = try AdminBody.read(call.body, ["name"] + self.changeable) {
            body throws(AdminProblem) in
            var draft = UserDraft(
                name: try body.requiredString("name"),
                grant: try GrantFields.grant(body, configuration)
            )
            draft.isEnabled = try body.bool("enabled") ?? true
            return (draft, Secret(try body.requiredString("password")))
        }
        var draft = given
        // Whoever may not make the user has nothing hashed.
        try GrantRules.check(call.principal, gives: draft.grant.role)
        draft.passwordHash = try await services.access.hasher.hash(password.bytes)
        return self.answer(try await services.access.createUser(draft, by: call.principal), services, status: 201)
    }

    private static func change(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        let configuration = await services.administration.configuration
        let user = try services.access.user(id: call.id)
        try GrantRules.check(call.principal, gives: user.grant.role)
        let (given, password) = try AdminBody.read(call.body, self.changeable) { body throws(AdminProblem) in
            var change = UserChange()
            if body.root.member("role") != nil {
                change.grant = .set(try GrantFields.grant(body, configuration))
            } else if body.root.member("projects") != nil {
                let references = try body.optional("projects", body.strings)
                let ids = try references.map { names throws(AdminProblem) in
                    try GrantRules.resolved(names, in: configuration)
                }
                change.grant = .set(AccessGrant(role: user.grant.role, projects: ids))
            }
            change.isEnabled = try body.change("enabled", body.bool)
            return (change, try body.secret("password"))
        }
        var change = given
        if let password {
            change.passwordHash = .set(try await services.access.hasher.hash(password.bytes))
        }
        return self.answer(try await services.access.changeUser(id: call.id, change, by: call.principal), services)
    }

    private static func write(_ user: UserRecord, _ services: AdminServices, to writer: inout JSONWriter) {
        let now = services.process.now()
        let sessions = services.access.sessions(of: user.id)
            .filter { $0.isInForce(at: now, services.access.sessionRules) }
        writer.member("id", user.id)
        writer.member("name", user.name)
        GrantFields.write(user.grant, to: &writer)
        writer.member("enabled", user.isEnabled)
        writer.member("has_password", user.passwordHash != nil)
        writer.member("issuer", user.identity?.issuer)
        writer.member("sessions", sessions.count)
        writer.member("last_sign_in_at", time: user.lastSignInAt)
        writer.member("created_by", user.createdBy)
        writer.member("created_at", time: user.createdAt)
        writer.member("updated_at", time: user.updatedAt)
    }
}
