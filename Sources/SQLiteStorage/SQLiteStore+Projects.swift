import GRDB
import Storage

extension SQLiteTransaction {
    /// Inserts a project. Throws `.conflict` when the name or id is taken.
    func insertProject(_ project: ProjectRecord) throws {
        try self.write { database in
            try StorageError.naming(SQLiteStore.clashes(project)) {
                try database.execute(
                    sql: """
                        INSERT INTO projects (id, name, is_enabled, limits, bodies, origin, created_at, updated_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        project.id, project.name, project.isEnabled, try LimitsText.text(project.limits),
                        try BodyRulesText.text(project.bodies), project.origin.rawValue, project.createdAt,
                        project.updatedAt,
                    ]
                )
            }
        }
    }

    /// Replaces a project. Throws `.notFound`, or `.conflict` when the name is taken.
    func updateProject(_ project: ProjectRecord) throws {
        try self.write { database in
            try StorageError.naming(SQLiteStore.clashes(project)) {
                try database.change(
                    "project",
                    project.id,
                    sql: """
                        UPDATE projects SET name = ?, is_enabled = ?, limits = ?, bodies = ?, origin = ?,
                            created_at = ?, updated_at = ?
                        WHERE id = ?
                        """,
                    arguments: [
                        project.name, project.isEnabled, try LimitsText.text(project.limits),
                        try BodyRulesText.text(project.bodies), project.origin.rawValue, project.createdAt,
                        project.updatedAt, project.id,
                    ]
                )
            }
        }
    }

    /// Deletes a project and its budgets. Throws `.notFound`, or `.conflict` while it owns keys.
    func deleteProject(id: String) throws {
        try self.write { database in
            let keys =
                try Int.fetchOne(database, sql: "SELECT count(*) FROM keys WHERE project_id = ?", arguments: [id]) ?? 0
            guard keys == 0 else {
                let noun = keys == 1 ? "1 key" : "\(keys) keys"
                throw StorageError(.conflict, "the project \(id) still owns \(noun); delete them first")
            }
            try database.change("project", id, sql: "DELETE FROM projects WHERE id = ?", arguments: [id])
        }
    }
}

extension SQLiteStore {
    /// All projects, by name.
    static func projects(_ database: Database) throws -> [ProjectRecord] {
        let sql = """
            SELECT id, name, is_enabled, limits, bodies, origin, created_at, updated_at FROM projects ORDER BY name
            """
        return try Row.fetchAll(database, sql: sql).map { row in
            var reader = RowReader(row, of: "projects")
            return ProjectRecord(
                id: try reader.value(),
                name: try reader.value(),
                isEnabled: try reader.value(),
                limits: try LimitsText.limits(&reader),
                bodies: try BodyRulesText.rules(&reader),
                origin: try reader.choice(),
                createdAt: try reader.value(),
                updatedAt: try reader.value()
            )
        }
    }

    fileprivate static func clashes(_ project: ProjectRecord) -> [String: String] {
        [
            "projects.id": "a project with the id \(project.id) exists already",
            "projects.name": "a project named \"\(project.name)\" exists already",
        ]
    }
}
