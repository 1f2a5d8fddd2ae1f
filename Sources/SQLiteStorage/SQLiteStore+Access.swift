import FoundationEssentials
import GRDB
public import Storage

extension SQLiteStore: AccessStore {
    /// All tokens, users and sessions in one consistent read.
    public func loadAccess() throws -> StoredAccess {
        try self.read { database in try Self.access(database) }
    }

    /// Writes in one transaction, audit trail included.
    @discardableResult
    public func changeAccess(
        _ write: (any AccessWriter) throws -> Void,
        audit: AuditBatch?
    ) throws -> StoredAccess {
        try self.write { database in
            try write(SQLiteAccessTransaction(database: database))
            if let audit { try Self.append(audit, to: database) }
            return try Self.access(database)
        }
    }

    private static func access(_ database: Database) throws -> StoredAccess {
        StoredAccess(
            tokens: try Self.tokens(database),
            users: try Self.users(database),
            sessions: try Self.sessions(database)
        )
    }

    private static func tokens(_ database: Database) throws -> [AdminTokenRecord] {
        let sql = """
            SELECT id, name, digest, role, projects, expires_at, revoked_at, last_used_at, created_by, created_at,
                updated_at
            FROM admin_tokens ORDER BY created_at, id
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "admin_tokens")
            return AdminTokenRecord(
                id: try reader.value(),
                name: try reader.value(),
                digest: try reader.bytes(),
                grant: try Self.grant(&reader),
                expiresAt: try reader.optional(),
                revokedAt: try reader.optional(),
                lastUsedAt: try reader.optional(),
                createdBy: try reader.value(),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
        }
    }

    private static func users(_ database: Database) throws -> [UserRecord] {
        let sql = """
            SELECT id, name, password_hash, issuer, subject, role, projects, is_enabled, last_sign_in_at, created_by,
                created_at, updated_at
            FROM users ORDER BY name
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "users")
            return UserRecord(
                id: try reader.value(),
                name: try reader.value(),
                passwordHash: try reader.optional(),
                identity: try Self.identity(&reader),
                grant: try Self.grant(&reader),
                isEnabled: try reader.value(),
                lastSignInAt: try reader.optional(),
                createdBy: try reader.value(),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
        }
    }

    private static func sessions(_ database: Database) throws -> [SessionRecord] {
        let sql = """
            SELECT id, digest, user_id, origin, created_at, last_seen_at, expires_at
            FROM sessions ORDER BY created_at, id
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "sessions")
            return SessionRecord(
                id: try reader.value(),
                digest: try reader.bytes(),
                userID: try reader.value(),
                origin: try reader.value(),
                createdAt: try reader.value(),
                lastSeenAt: try reader.value(),
                expiresAt: try reader.value()
            )
        }
    }

    private static func grant(_ reader: inout RowReader) throws -> AccessGrant {
        let role: AdminRole = try reader.choice()
        return AccessGrant(role: role, projects: try reader.json())
    }

    private static func identity(_ reader: inout RowReader) throws -> UserRecord.Identity? {
        let issuer = try reader.optional(String.self)
        let subject = try reader.optional(String.self)
        guard let issuer, let subject else { return nil }
        return UserRecord.Identity(issuer: issuer, subject: subject)
    }
}
