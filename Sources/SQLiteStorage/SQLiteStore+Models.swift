import GRDB
import Storage

extension SQLiteTransaction {
    /// Inserts a model with its targets. Throws `.conflict` when the name or id is taken.
    func insertModel(_ model: ModelRecord) throws {
        try self.write { database in
            try StorageError.naming(SQLiteStore.clashes(model)) {
                try database.execute(
                    sql: """
                        INSERT INTO models (id, name, is_enabled, origin, created_at, updated_at, routing)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        model.id, model.name, model.isEnabled, model.origin.rawValue, model.createdAt, model.updatedAt,
                        try RoutingText.text(model.routing),
                    ]
                )
            }
            try SQLiteStore.insertTargets(database, of: model)
        }
    }

    /// Replaces a model and its targets. Throws `.notFound`, or `.conflict` when the name is taken.
    func updateModel(_ model: ModelRecord) throws {
        try self.write { database in
            try StorageError.naming(SQLiteStore.clashes(model)) {
                try database.change(
                    "model",
                    model.id,
                    sql: """
                        UPDATE models SET name = ?, is_enabled = ?, origin = ?, created_at = ?, updated_at = ?,
                            routing = ?
                        WHERE id = ?
                        """,
                    arguments: [
                        model.name, model.isEnabled, model.origin.rawValue, model.createdAt, model.updatedAt,
                        try RoutingText.text(model.routing), model.id,
                    ]
                )
            }
            try database.execute(sql: "DELETE FROM targets WHERE model_id = ?", arguments: [model.id])
            try SQLiteStore.insertTargets(database, of: model)
        }
    }

    /// Deletes a model and its targets. Throws `.notFound`.
    func deleteModel(id: String) throws {
        try self.write { database in
            try database.change("model", id, sql: "DELETE FROM models WHERE id = ?", arguments: [id])
        }
    }
}

extension SQLiteStore {
    /// All stored models with their targets, by name.
    static func models(_ database: Database) throws -> [ModelRecord] {
        var targets = try Self.targets(database)
        let sql = "SELECT id, name, routing, is_enabled, origin, created_at, updated_at FROM models ORDER BY name"
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "models")
            let id = try reader.value(String.self)
            let name = try reader.value(String.self)
            let routing = try RoutingText.routing(&reader)
            return ModelRecord(
                id: id,
                name: name,
                isEnabled: try reader.value(),
                targets: targets.removeValue(forKey: id) ?? [],
                routing: routing,
                origin: try reader.choice(),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
        }
    }

    private static func targets(_ database: Database) throws -> [String: [TargetRecord]] {
        let sql = """
            SELECT model_id, provider, upstream_model, weight, priority, is_enabled, overrides FROM targets
            ORDER BY model_id, position
            """
        return try Row.fetchAll(database, sql: sql).reduce(into: [:]) { targets, row in
            var reader = RowReader(row, of: "targets")
            let model = try reader.value(String.self)
            let target = TargetRecord(
                provider: try reader.value(),
                upstreamModel: try reader.value(),
                weight: try reader.value(),
                priority: try reader.value(),
                isEnabled: try reader.value(),
                overrides: try RoutingText.overrides(&reader)
            )
            targets[model, default: []].append(target)
        }
    }

    fileprivate static func insertTargets(_ database: Database, of model: ModelRecord) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO targets (model_id, position, provider, upstream_model, weight, priority, is_enabled,
                    overrides)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        for (position, target) in model.targets.enumerated() {
            try statement.execute(arguments: [
                model.id, position, target.provider, target.upstreamModel, target.weight, target.priority,
                target.isEnabled, try RoutingText.text(target.overrides),
            ])
        }
    }

    fileprivate static func clashes(_ model: ModelRecord) -> [String: String] {
        [
            "models.id": "a model with the id \(model.id) exists already",
            "models.name": "a model named \"\(model.name)\" exists already",
        ]
    }
}
