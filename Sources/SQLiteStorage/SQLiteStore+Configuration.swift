import FoundationEssentials
import GRDB
public import Storage

extension SQLiteStore: ConfigurationStore {
    /// All rows of all kinds in one consistent read.
    public func loadConfiguration() throws -> StoredConfiguration {
        try self.read { database in try Self.configuration(database) }
    }

    /// Writes in one transaction, audit trail included.
    @discardableResult
    public func change(
        _ write: (any ConfigurationWriter) throws -> Void,
        audit: (StoredConfiguration) -> AuditBatch?
    ) throws -> StoredConfiguration {
        try self.write { database in
            try write(SQLiteTransaction(database: database))
            let after = try Self.configuration(database)
            if let batch = audit(after) { try Self.append(batch, to: database) }
            return after
        }
    }

    private static func configuration(_ database: Database) throws -> StoredConfiguration {
        StoredConfiguration(
            projects: try Self.projects(database),
            keys: try Self.keys(database),
            providers: try Self.providers(database),
            models: try Self.models(database),
            budgets: try Self.budgets(database)
        )
    }

    /// A setting's value, or `nil`.
    public func setting(_ name: String) throws -> [UInt8]? {
        try self.read { database in
            let value = try Data.fetchOne(database, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name])
            return value.map { [UInt8]($0) }
        }
    }

    /// Writes a setting; with `ifAbsent` an existing value stays, in one atomic statement.
    public func setSetting(_ name: String, to value: [UInt8], ifAbsent: Bool) throws {
        let clash = ifAbsent ? "NOTHING" : "UPDATE SET value = excluded.value"
        try self.write { database in
            try database.execute(
                sql: "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO \(clash)",
                arguments: [name, Data(value)]
            )
        }
    }
}

extension Database {
    /// Runs a statement that must touch a row, or else throws `.notFound`.
    func change(_ kind: String, _ id: String, sql: String, arguments: StatementArguments) throws {
        try self.execute(sql: sql, arguments: arguments)
        guard self.changesCount > 0 else { throw StorageError.missing(kind, id) }
    }
}
