import FoundationEssentials
import GRDB
import Storage

/// What writes access inside one transaction of the store.
struct SQLiteAccessTransaction: AccessWriter {
    let database: Database

    func insertToken(_ token: AdminTokenRecord) throws {
        let clashes = [
            "admin_tokens.id": "a token with the id \(token.id) exists already",
            "admin_tokens.digest": "this token is stored already",
        ]
        try StorageError.naming(clashes) {
            try self.database.execute(
                sql: """
                    INSERT INTO admin_tokens (id, name, digest, role, projects, expires_at, revoked_at, last_used_at,
                        created_by, created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    token.id, token.name, Data(token.digest), token.grant.role.rawValue,
                    try token.grant.projects.map(jsonText), token.expiresAt, token.revokedAt, token.lastUsedAt,
                    token.createdBy, token.createdAt, token.updatedAt,
                ]
            )
        }
    }

    func updateToken(_ token: AdminTokenRecord) throws {
        try self.database.change(
            "token",
            token.id,
            sql: """
                UPDATE admin_tokens SET name = ?, expires_at = ?, revoked_at = coalesce(revoked_at, ?),
                    last_used_at = ?, updated_at = ?
                WHERE id = ?
                """,
            arguments: [
                token.name, token.expiresAt, token.revokedAt, token.lastUsedAt, token.updatedAt, token.id,
            ]
        )
    }

    func deleteToken(id: String) throws {
        try self.database.change("token", id, sql: "DELETE FROM admin_tokens WHERE id = ?", arguments: [id])
    }

    func insertUser(_ user: UserRecord) throws {
        try StorageError.naming(Self.clashes(of: user)) {
            try self.database.execute(
                sql: """
                    INSERT INTO users (id, name, password_hash, issuer, subject, role, projects, is_enabled,
                        last_sign_in_at, created_by, created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user.id, user.name, user.passwordHash, user.identity?.issuer, user.identity?.subject,
                    user.grant.role.rawValue, try user.grant.projects.map(jsonText), user.isEnabled,
                    user.lastSignInAt, user.createdBy, user.createdAt, user.updatedAt,
                ]
            )
        }
    }

    func updateUser(_ user: UserRecord) throws {
        try StorageError.naming(Self.clashes(of: user)) {
            try self.database.change(
                "user",
                user.id,
                sql: """
                    UPDATE users SET name = ?, password_hash = ?, issuer = ?, subject = ?, role = ?, projects = ?,
                        is_enabled = ?, last_sign_in_at = ?, updated_at = ?
                    WHERE id = ?
                    """,
                arguments: [
                    user.name, user.passwordHash, user.identity?.issuer, user.identity?.subject,
                    user.grant.role.rawValue, try user.grant.projects.map(jsonText), user.isEnabled,
                    user.lastSignInAt, user.updatedAt, user.id,
                ]
            )
        }
    }

    func deleteUser(id: String) throws {
        try self.database.change("user", id, sql: "DELETE FROM users WHERE id = ?", arguments: [id])
    }

    func insertSession(_ session: SessionRecord) throws {
        let sql = "SELECT 1 FROM users WHERE id = ?"
        guard try Int.fetchOne(self.database, sql: sql, arguments: [session.userID]) != nil else {
            throw StorageError.missing("user", session.userID)
        }
        try StorageError.naming(["sessions.digest": "this session is stored already"]) {
            try self.database.execute(
                sql: """
                    INSERT INTO sessions (id, digest, user_id, origin, created_at, last_seen_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    session.id, Data(session.digest), session.userID, session.origin, session.createdAt,
                    session.lastSeenAt, session.expiresAt,
                ]
            )
        }
    }

    func touchSession(id: String, at instant: UnixMilliseconds) throws {
        try self.database.execute(
            sql: "UPDATE sessions SET last_seen_at = ? WHERE id = ?",
            arguments: [instant, id]
        )
    }

    func deleteSessions(ids: [String]) throws {
        for id in ids {
            try self.database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [id])
        }
    }

    private static func clashes(of user: UserRecord) -> [String: String] {
        [
            "users.id": "a user with the id \(user.id) exists already",
            "users.name": "there is already a user named \(user.name)",
            "users.issuer, users.subject": "another user has this identity already",
        ]
    }
}
