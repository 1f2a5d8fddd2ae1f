import FoundationEssentials
import GRDB
import Storage

extension SQLiteTransaction {
    /// Inserts a provider. Throws `.conflict` when the name or id is taken.
    func insertProvider(_ provider: ProviderRecord) throws {
        try self.write { database in
            try StorageError.naming(SQLiteStore.clashes(provider)) {
                try database.execute(
                    sql: """
                        INSERT INTO providers (id, name, kind, base_url, sealed_secret, secret_hint, settings,
                            is_enabled, origin, created_at, updated_at, is_draining)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        provider.id, provider.name, provider.kind, provider.baseURL,
                        provider.sealedSecret.map { Data($0) }, provider.secretHint, try jsonText(provider.settings),
                        provider.isEnabled, provider.origin.rawValue, provider.createdAt, provider.updatedAt,
                        provider.isDraining,
                    ]
                )
            }
        }
    }

    /// Replaces a provider. Throws `.notFound`, or `.conflict` when the name is taken, or when a provider that a model
    /// has a target on would be renamed.
    func updateProvider(_ provider: ProviderRecord) throws {
        try self.write { database in
            let old = try SQLiteStore.providerName(database, id: provider.id)
            if !old.utf8.elementsEqual(provider.name.utf8) { try SQLiteStore.refuseWhileTargeted(database, name: old) }
            try StorageError.naming(SQLiteStore.clashes(provider)) {
                try database.execute(
                    sql: """
                        UPDATE providers SET name = ?, kind = ?, base_url = ?, sealed_secret = ?, secret_hint = ?,
                            settings = ?, is_enabled = ?, origin = ?, created_at = ?, updated_at = ?,
                            is_draining = ?
                        WHERE id = ?
                        """,
                    arguments: [
                        provider.name, provider.kind, provider.baseURL, provider.sealedSecret.map { Data($0) },
                        provider.secretHint, try jsonText(provider.settings), provider.isEnabled,
                        provider.origin.rawValue, provider.createdAt, provider.updatedAt, provider.isDraining,
                        provider.id,
                    ]
                )
            }
        }
    }

    /// Deletes a provider. Throws `.notFound`, or `.conflict` while a model has a target on it.
    func deleteProvider(id: String) throws {
        try self.write { database in
            try SQLiteStore.refuseWhileTargeted(database, name: try SQLiteStore.providerName(database, id: id))
            try database.change("provider", id, sql: "DELETE FROM providers WHERE id = ?", arguments: [id])
        }
    }
}

extension SQLiteStore {
    /// All stored providers, by name.
    static func providers(_ database: Database) throws -> [ProviderRecord] {
        let sql = """
            SELECT id, name, kind, base_url, sealed_secret, secret_hint, settings, is_enabled, origin, created_at,
                updated_at, is_draining
            FROM providers ORDER BY name
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "providers")
            var provider = ProviderRecord(
                id: try reader.value(),
                name: try reader.value(),
                kind: try reader.value(),
                baseURL: try reader.value(),
                sealedSecret: try reader.optionalBytes(),
                secretHint: try reader.value(),
                settings: try reader.json() ?? [:],
                isEnabled: try reader.value(),
                origin: try reader.choice(),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
            provider.isDraining = try reader.value()
            return provider
        }
    }

    fileprivate static func providerName(_ database: Database, id: String) throws -> String {
        let sql = "SELECT name FROM providers WHERE id = ?"
        guard let name = try String.fetchOne(database, sql: sql, arguments: [id]) else {
            throw StorageError.missing("provider", id)
        }
        return name
    }

    /// Targets name their provider, which may live outside the store, so this cannot be a foreign key.
    fileprivate static func refuseWhileTargeted(_ database: Database, name: String) throws {
        let sql = "SELECT m.name FROM targets t JOIN models m ON m.id = t.model_id WHERE t.provider = ? LIMIT 1"
        guard let model = try String.fetchOne(database, sql: sql, arguments: [name]) else { return }
        let message = "the model \"\(model)\" has a target on the provider \"\(name)\"; change the model first"
        throw StorageError(.conflict, message)
    }

    fileprivate static func clashes(_ provider: ProviderRecord) -> [String: String] {
        [
            "providers.id": "a provider with the id \(provider.id) exists already",
            "providers.name": "a provider named \"\(provider.name)\" exists already",
        ]
    }
}
