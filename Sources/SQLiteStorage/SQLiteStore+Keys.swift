import FoundationEssentials
import GRDB
import Storage

extension SQLiteTransaction {
    /// Inserts a key. Throws `.conflict` when its id or digest is taken, `.notFound` when its project does not exist.
    func insertKey(_ key: KeyRecord) throws {
        let clashes = [
            "keys.id": "a key with the id \(key.id) exists already",
            "keys.digest": "this key is stored already",
        ]
        try self.write { database in
            let sql = "SELECT 1 FROM projects WHERE id = ?"
            guard try Int.fetchOne(database, sql: sql, arguments: [key.projectID]) != nil else {
                throw StorageError.missing("project", key.projectID)
            }
            try StorageError.naming(clashes) {
                try database.execute(
                    sql: """
                        INSERT INTO keys (id, name, project_id, digest, verifier, is_enabled, revoked_at, expires_at,
                            allowed_models, limits, max_output_tokens, is_strict, allowed_from, created_at, updated_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        key.id, key.name, key.projectID, Data(key.digest), key.verifier, key.isEnabled, key.revokedAt,
                        key.expiresAt, try key.allowedModels.map(jsonText), try LimitsText.text(key.limits),
                        key.maxOutputTokens, key.isStrict, try key.allowedFrom.map(jsonText), key.createdAt,
                        key.updatedAt,
                    ]
                )
            }
        }
    }

    /// Replaces a key. Its digest and project stay, and so does the instant of its revocation once there is one.
    func updateKey(_ key: KeyRecord) throws {
        try self.write { database in
            try database.change(
                "key",
                key.id,
                sql: """
                    UPDATE keys SET name = ?, verifier = ?, is_enabled = ?, revoked_at = coalesce(revoked_at, ?),
                        expires_at = ?, allowed_models = ?, limits = ?, max_output_tokens = ?, is_strict = ?,
                        allowed_from = ?, created_at = ?, updated_at = ?
                    WHERE id = ?
                    """,
                arguments: [
                    key.name, key.verifier, key.isEnabled, key.revokedAt, key.expiresAt,
                    try key.allowedModels.map(jsonText), try LimitsText.text(key.limits), key.maxOutputTokens,
                    key.isStrict, try key.allowedFrom.map(jsonText), key.createdAt, key.updatedAt, key.id,
                ]
            )
        }
    }

    /// Gives a key another secret. Throws `.notFound`, or `.conflict` when the digest is taken.
    func rotateKey(_ key: KeyRecord) throws {
        try self.write { database in
            try StorageError.naming(["keys.digest": "this secret is stored already"]) {
                try database.change(
                    "key",
                    key.id,
                    sql: """
                        UPDATE keys SET digest = ?, verifier = ?, retired_digest = ?, retired_until = ?, updated_at = ?
                        WHERE id = ?
                        """,
                    arguments: [
                        Data(key.digest), key.verifier, key.retired.map { Data($0.digest) }, key.retired?.until,
                        key.updatedAt, key.id,
                    ]
                )
            }
        }
    }

    /// Deletes a key for good, and its budgets; its request records, ledger rows and balances stay.
    func deleteKey(id: String) throws {
        try self.write { database in
            try database.change("key", id, sql: "DELETE FROM keys WHERE id = ?", arguments: [id])
        }
    }
}

extension SQLiteStore {
    /// All keys, by creation.
    static func keys(_ database: Database) throws -> [KeyRecord] {
        let sql = """
            SELECT id, name, project_id, digest, verifier, is_enabled, revoked_at, expires_at, allowed_models,
                limits, max_output_tokens, is_strict, allowed_from, retired_digest, retired_until, created_at, updated_at
            FROM keys ORDER BY created_at, id
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "keys")
            return KeyRecord(
                id: try reader.value(),
                name: try reader.value(),
                projectID: try reader.value(),
                digest: try reader.bytes(),
                verifier: try reader.value(),
                isEnabled: try reader.value(),
                revokedAt: try reader.optional(),
                expiresAt: try reader.optional(),
                allowedModels: try reader.json(),
                limits: try LimitsText.limits(&reader),
                maxOutputTokens: try reader.optional(),
                isStrict: try reader.value(),
                allowedFrom: try reader.json(),
                retired: try Self.retired(&reader),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
        }
    }

    private static func retired(_ reader: inout RowReader) throws -> KeyRecord.RetiredSecret? {
        let digest = try reader.optionalBytes()
        let until = try reader.optional(UnixMilliseconds.self)
        guard let digest, let until else { return nil }
        return KeyRecord.RetiredSecret(digest: digest, until: until)
    }
}
