import Exchange
import Storage

/// A user to be made.
struct UserDraft: Sendable, Equatable {
    var name: String
    var grant: AccessGrant
    /// scrypt's text; `nil` for who signs in elsewhere alone.
    var passwordHash: String?
    var identity: UserRecord.Identity?
    var isEnabled = true
}

/// Changes to a user.
struct UserChange: Sendable, Equatable {
    var grant = Change<AccessGrant>.keep
    var isEnabled = Change<Bool>.keep
    var passwordHash = Change<String?>.keep

    /// Whether sessions must not outlive it.
    var endsSessions: Bool { self != UserChange() }
}

extension AccessDesk {
    private static let maximumUsers = 10_000

    /// All users, by name.
    nonisolated var users: [UserRecord] { self.book.access.users }

    /// One user by id.
    nonisolated func user(id: String) throws(AdminProblem) -> UserRecord {
        guard let user = self.users.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no user \(id)")
        }
        return user
    }

    /// Makes a user.
    func createUser(_ draft: UserDraft, by granter: AdminPrincipal) throws(AdminProblem) -> UserRecord {
        try GrantRules.check(draft.grant)
        try GrantRules.check(granter, gives: draft.grant.role)
        try GrantRules.check(granter, givesUntil: nil, now: self.now)
        let user = UserRecord(
            id: self.identifiers.user(),
            name: try NameRules.userName(draft.name),
            passwordHash: draft.passwordHash,
            identity: draft.identity,
            grant: draft.grant,
            isEnabled: draft.isEnabled,
            createdBy: granter.actor,
            createdAt: self.now,
            updatedAt: self.now
        )
        guard self.users.count < Self.maximumUsers else {
            throw AdminProblem(.conflict, "there are \(Self.maximumUsers) users already; delete some")
        }
        guard !self.users.contains(where: { $0.name == user.name }) else {
            throw AdminProblem(.conflict, "there is already a user named \(user.name)", field: "name")
        }
        try self.commit([AccessEntry("created", nil, user)]) { try $0.insertUser(user) }
        return user
    }

    /// Changes a user. Whatever is changed ends all sessions of that user, but for the one that is kept.
    func changeUser(
        id: String,
        _ change: UserChange,
        by granter: AdminPrincipal,
        keeping session: String? = nil
    ) throws(AdminProblem) -> UserRecord {
        let user = try self.user(id: id)
        let isOwn = granter.isUser(id)
        // One's own password needs no right over oneself; everything else does.
        let isOwnPassword = isOwn && change.grant == .keep && change.isEnabled == .keep
        if !isOwnPassword { try GrantRules.check(granter, gives: user.grant.role) }
        var changed = user
        changed.grant = change.grant.applied(to: user.grant)
        changed.isEnabled = change.isEnabled.applied(to: user.isEnabled)
        changed.passwordHash = change.passwordHash.applied(to: user.passwordHash)
        try GrantRules.check(changed.grant)
        if changed.grant != user.grant {
            try GrantRules.check(granter, gives: changed.grant.role)
            try GrantRules.check(granter, givesUntil: nil, now: self.now)
        }
        guard changed != user else { return user }
        changed.updatedAt = self.now
        let ended = self.sessions(of: id).filter { $0.id != session }.map(\.id)
        let written = changed
        try self.commit([AccessEntry("changed", user, written)]) { writer in
            try writer.updateUser(written)
            try writer.deleteSessions(ids: ended)
        }
        return written
    }

    /// Deletes a user and all sessions; what the user did stays in the audit trail.
    func deleteUser(id: String, by granter: AdminPrincipal) throws(AdminProblem) {
        let user = try self.user(id: id)
        try GrantRules.check(granter, gives: user.grant.role)
        try self.commit([AccessEntry("deleted", user, nil)]) { try $0.deleteUser(id: id) }
    }

    /// Who somebody at an OpenID provider is here: made at the first sign-in, and given what the provider says at each.
    func user(
        of identity: UserRecord.Identity,
        named name: String,
        grant: AccessGrant
    ) throws(AdminProblem) -> UserRecord {
        let granter = AdminPrincipal.bootstrap(actor: "oidc")
        guard let known = self.users.first(where: { $0.identity == identity }) else {
            var free = name
            var number = 2
            while self.users.contains(where: { $0.name == free }) {
                free = "\(name)-\(number)"
                number += 1
            }
            return try self.createUser(UserDraft(name: free, grant: grant, identity: identity), by: granter)
        }
        guard known.isEnabled else { throw AdminProblem(.unauthorized, "this user is disabled") }
        var change = UserChange()
        change.grant = .set(grant)
        return try self.changeUser(id: known.id, change, by: granter)
    }
}

extension AdminPrincipal {
    /// Whether it is this user.
    func isUser(_ id: String) -> Bool {
        if case .user(id, _) = self.identity { return true }
        return false
    }
}

extension NameRules {
    /// What is typed to sign in: an address of mail, or less.
    static func userName(_ text: String, field: String = "name") throws(AdminProblem) -> String {
        let bytes = Array(text.utf8)
        let isName = bytes.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._+-@".utf8.contains(byte)
        }
        let starts = bytes.first.map { Base62.contains($0) } ?? false
        guard (1...100).contains(bytes.count), isName, starts else {
            throw .field(field, "must be 1 to 100 of a-z, 0-9, ., _, +, - and @, starting with a letter or digit")
        }
        return text
    }
}

extension UserRecord: AuditedRow {
    static let auditedKind = "user"
    var auditedName: String { self.name }
    var auditFields: AuditFields {
        var fields = AuditFields()
        fields.add("name", self.name)
        fields.add("role", self.grant.role.rawValue)
        fields.add("projects", self.grant.projects)
        fields.add("enabled", self.isEnabled)
        // Which of two passwords it is, and nothing about either: the text ends with a digest under a salt of its own.
        fields.add("password", self.passwordHash.map { "…" + $0.suffix(4) })
        fields.add("issuer", self.identity?.issuer)
        fields.add("subject", self.identity?.subject)
        return fields
    }
}
