import Exchange
import Storage
import Wire

/// Admin tokens: list, show, create, change, revoke, delete. The secret is in the answer to a creation and nowhere else.
enum TokenRoutes {
    private static let changeable = ["name", "expires_at"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/tokens"
        let access = services.access
        return [
            AdminRoute(.get, path, "lists admin tokens by creation") { call throws(AdminProblem) in
                let tokens = access.tokens.filter { call.query.matches("name", $0.name) }
                let page = try AdminPage(of: tokens, list: "tokens", query: call.query) {
                    "\(Timestamp.text($0.createdAt)) \($0.id)"
                }
                return page.answer { writer, token in writer.object { self.write(token, services, to: &$0) } }
            }.documented(TokenOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates an admin token and shows its secret once") {
                call throws(AdminProblem) in
                let draft = try self.draft(call.body, await services.administration.configuration)
                let created = try await access.createToken(draft, by: call.principal)
                return .object(status: 201) { writer in
                    self.write(created.record, services, to: &writer)
                    writer.member("secret", String(decoding: created.secret.bytes, as: UTF8.self))
                }
            }.documented(TokenOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows an admin token") { call throws(AdminProblem) in
                self.answer(try access.token(id: call.id), services)
            }.documented(TokenOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes an admin token's name or expiry") {
                call throws(AdminProblem) in
                let change = try self.change(call.body)
                return self.answer(try await access.changeToken(id: call.id, change, by: call.principal), services)
            }.documented(TokenOperations.change),
            AdminRoute(.post, "\(path)/{id}/revoke", "revokes an admin token for good") { call throws(AdminProblem) in
                self.answer(try await access.revokeToken(id: call.id, by: call.principal), services)
            }.documented(TokenOperations.revoke),
            AdminRoute(.delete, "\(path)/{id}", "deletes an admin token; what it did stays in the audit trail") {
                call throws(AdminProblem) in
                try await access.deleteToken(id: call.id, by: call.principal)
                return .noContent
            }.documented(TokenOperations.delete),
        ]
    }

    private static func answer(_ token: AdminTokenRecord, _ services: AdminServices) -> AdminAnswer {
        .object { self.write(token, services, to: &$0) }
    }

    private static func draft(
        _ body: [UInt8],
        _ configuration: StoredConfiguration
    ) throws(AdminProblem) -> TokenDraft {
        try AdminBody.read(body, ["role", "projects"] + self.changeable) { body throws(AdminProblem) in
            TokenDraft(
                name: try body.requiredString("name"),
                grant: try GrantFields.grant(body, configuration),
                expiresAt: try body.optional("expires_at", body.instant)
            )
        }
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> TokenChange {
        try AdminBody.read(body, self.changeable) { body throws(AdminProblem) in
            var change = TokenChange()
            change.name = try body.change("name", body.string)
            change.expiresAt = try body.clearableChange("expires_at", body.instant)
            return change
        }
    }

    private static func write(_ token: AdminTokenRecord, _ services: AdminServices, to writer: inout JSONWriter) {
        writer.member("id", token.id)
        writer.member("name", token.name)
        GrantFields.write(token.grant, to: &writer)
        writer.member("state", token.state(at: services.process.now()))
        writer.member("expires_at", time: token.expiresAt)
        writer.member("revoked_at", time: token.revokedAt)
        writer.member("last_used_at", time: token.lastUsedAt)
        writer.member("created_by", token.createdBy)
        writer.member("created_at", time: token.createdAt)
        writer.member("updated_at", time: token.updatedAt)
    }
}

/// The `role` and `projects` of tokens and users, in bodies and answers.
enum GrantFields {
    /// What a body grants; projects may be named by name or id.
    static func grant(_ body: AdminBody, _ configuration: StoredConfiguration) throws(AdminProblem) -> AccessGrant {
        guard let role: AdminRole = try body.choice("role") else { throw body.wrong("role", "is needed") }
        guard let references = try body.optional("projects", body.strings) else { return AccessGrant(role: role) }
        return AccessGrant(role: role, projects: try GrantRules.resolved(references, in: configuration))
    }

    static func write(_ grant: AccessGrant, to writer: inout JSONWriter) {
        writer.member("role", grant.role.rawValue)
        writer.member("projects", grant.projects)
    }
}
