import Exchange
import Policy
import Storage

/// A token to be made.
struct TokenDraft: Sendable, Equatable {
    /// A name for people.
    var name: String
    var grant: AccessGrant
    var expiresAt: UnixMilliseconds?
}

/// Changes to a token. What it may do stays: who needs something else is given another token.
struct TokenChange: Sendable, Equatable {
    var name = Change<String>.keep
    var expiresAt = Change<UnixMilliseconds?>.keep
}

/// A token just made, with the only showing of its secret.
struct CreatedToken: Sendable {
    var record: AdminTokenRecord
    var secret: Secret
}

extension AccessDesk {
    /// Tokens that are there at once, at most: all are in memory.
    private static let maximumTokens = 10_000

    /// All tokens, by creation.
    nonisolated var tokens: [AdminTokenRecord] { self.book.access.tokens }

    /// One token by id.
    nonisolated func token(id: String) throws(AdminProblem) -> AdminTokenRecord {
        guard let token = self.tokens.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no token \(id)")
        }
        return token
    }

    /// Makes a token. Its secret is returned here and never again.
    func createToken(_ draft: TokenDraft, by granter: AdminPrincipal) throws(AdminProblem) -> CreatedToken {
        let now = self.now
        try GrantRules.check(draft.grant)
        try GrantRules.check(granter, gives: draft.grant.role)
        try GrantRules.check(granter, givesUntil: draft.expiresAt, now: now)
        guard self.tokens.count < Self.maximumTokens else {
            throw AdminProblem(.conflict, "there are \(Self.maximumTokens) tokens already; delete some")
        }
        let secret = AdminToken.generate(self.randomness)
        let record = AdminTokenRecord(
            id: self.identifiers.token(),
            name: try NameRules.label(draft.name),
            digest: self.book.digest(ofToken: secret.bytes).bytes,
            grant: draft.grant,
            expiresAt: draft.expiresAt,
            createdBy: granter.actor,
            createdAt: now,
            updatedAt: now
        )
        try self.commit([AccessEntry("created", nil, record)]) { try $0.insertToken(record) }
        return CreatedToken(record: record, secret: secret)
    }

    /// Changes the name or the expiry of a token that was not revoked.
    func changeToken(
        id: String,
        _ change: TokenChange,
        by granter: AdminPrincipal
    ) throws(AdminProblem) -> AdminTokenRecord {
        let token = try self.token(id: id)
        try GrantRules.check(granter, gives: token.grant.role)
        guard token.revokedAt == nil else {
            throw AdminProblem(.conflict, "token \(id) is revoked and stays so; make a new one")
        }
        var changed = token
        changed.name = try NameRules.label(change.name.applied(to: token.name))
        changed.expiresAt = change.expiresAt.applied(to: token.expiresAt)
        if change.expiresAt != .keep {
            try GrantRules.check(granter, givesUntil: changed.expiresAt, now: self.now)
        }
        return try self.write(changed, "changed", instead: token)
    }

    /// Revokes a token for good. Doing it again changes nothing.
    func revokeToken(id: String, by granter: AdminPrincipal) throws(AdminProblem) -> AdminTokenRecord {
        let token = try self.token(id: id)
        try GrantRules.check(granter, gives: token.grant.role)
        guard token.revokedAt == nil else { return token }
        var revoked = token
        revoked.revokedAt = self.now
        return try self.write(revoked, "changed", instead: token)
    }

    /// Deletes a token; what it did stays in the audit trail.
    func deleteToken(id: String, by granter: AdminPrincipal) throws(AdminProblem) {
        let token = try self.token(id: id)
        try GrantRules.check(granter, gives: token.grant.role)
        try self.commit([AccessEntry("deleted", token, nil)]) { try $0.deleteToken(id: id) }
    }

    /// Notes a use, unless one was noted lately. That it could not be written down refuses nobody.
    func noteUse(ofToken id: String) {
        guard var token = try? self.token(id: id) else { return }
        guard token.isUseNews(at: self.now) else { return }
        token.lastUsedAt = self.now
        let used = token
        try? self.commit([]) { try $0.updateToken(used) }
    }

    private func write(
        _ token: AdminTokenRecord,
        _ action: String,
        instead before: AdminTokenRecord
    ) throws(AdminProblem) -> AdminTokenRecord {
        var token = token
        token.updatedAt = self.now
        let changed = token
        try self.commit([AccessEntry(action, before, changed)]) { try $0.updateToken(changed) }
        return changed
    }
}

extension AdminTokenRecord {
    /// Whether a use now is to be written down.
    func isUseNews(at now: UnixMilliseconds) -> Bool {
        self.lastUsedAt.map { now - $0 >= AccessDesk.touchInterval } ?? true
    }
}

extension Identifiers {
    func token() -> String { "adt_" + self.base62(Self.length) }
    func user() -> String { "usr_" + self.base62(Self.length) }
    func session() -> String { "ses_" + self.base62(Self.length) }
}
