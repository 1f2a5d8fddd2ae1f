import FoundationEssentials
import GRDB
public import Storage

extension SQLiteTransaction {
    /// Keeps a version. Throws `.conflict` when its number is taken.
    func insertVersion(_ version: ConfigurationVersion) throws {
        let clashes = ["configuration_versions.number": "there is a version \(version.number) already"]
        try self.write { database in
            try StorageError.naming(clashes) {
                try database.execute(
                    sql: """
                        INSERT INTO configuration_versions (\(SQLiteStore.versionColumns))
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        version.number, version.at, version.actor, version.source, Data(version.digest),
                        Data(version.sealedDocument), version.changes.created, version.changes.changed,
                        version.changes.deleted, version.restores,
                    ]
                )
            }
        }
    }
}

extension SQLiteStore {
    fileprivate static let versionColumns = """
        number, at, actor, source, digest, sealed_document, created, changed, deleted, restores
        """

    /// Versions of what the configuration file declared, newest first.
    public func versions(limit: Int, before: Int64?) throws -> [ConfigurationVersion] {
        let sql = """
            SELECT \(Self.versionColumns) FROM configuration_versions WHERE number < ? ORDER BY number DESC LIMIT ?
            """
        return try self.read { database in
            let arguments: StatementArguments = [before ?? .max, min(max(limit, 1), 1_000)]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map(Self.version)
        }
    }

    private static func version(_ row: Row) throws -> ConfigurationVersion {
        var reader = RowReader(row, of: "configuration_versions")
        return ConfigurationVersion(
            number: try reader.value(),
            at: try reader.value(),
            actor: try reader.value(),
            source: try reader.value(),
            digest: try reader.bytes(),
            sealedDocument: try reader.bytes(),
            changes: ConfigurationVersion.Changes(
                created: try reader.value(),
                changed: try reader.value(),
                deleted: try reader.value()
            ),
            restores: try reader.optional()
        )
    }
}
