import Storage

/// Rows in memory that are written to as a store is: what several changes would come to, before any of them is made.
///
/// It holds no rules of its own beyond what hangs together: budgets go with their key or project.
final class WorkingConfiguration: ConfigurationWriter {
    private(set) var rows: StoredConfiguration
    /// Versions that were kept along with them.
    private(set) var versions: [ConfigurationVersion] = []

    init(_ rows: StoredConfiguration) {
        self.rows = rows
    }

    func insertProject(_ project: ProjectRecord) { self.rows.projects.append(project) }
    func updateProject(_ project: ProjectRecord) throws {
        try Self.replace(in: &self.rows.projects, "project", id: project.id, with: project) { $0.id }
    }
    func deleteProject(id: String) throws {
        try Self.replace(in: &self.rows.projects, "project", id: id, with: nil) { $0.id }
        self.rows.budgets.removeAll { $0.scope == .project(id) }
    }

    func insertKey(_ key: KeyRecord) { self.rows.keys.append(key) }
    func updateKey(_ key: KeyRecord) throws {
        try Self.replace(in: &self.rows.keys, "key", id: key.id, with: key) { $0.id }
    }
    func rotateKey(_ key: KeyRecord) throws { try self.updateKey(key) }
    func deleteKey(id: String) throws {
        try Self.replace(in: &self.rows.keys, "key", id: id, with: nil) { $0.id }
        self.rows.budgets.removeAll { $0.scope == .key(id) }
    }

    func insertProvider(_ provider: ProviderRecord) { self.rows.providers.append(provider) }
    func updateProvider(_ provider: ProviderRecord) throws {
        try Self.replace(in: &self.rows.providers, "provider", id: provider.id, with: provider) { $0.id }
    }
    func deleteProvider(id: String) throws {
        try Self.replace(in: &self.rows.providers, "provider", id: id, with: nil) { $0.id }
    }

    func insertModel(_ model: ModelRecord) { self.rows.models.append(model) }
    func updateModel(_ model: ModelRecord) throws {
        try Self.replace(in: &self.rows.models, "model", id: model.id, with: model) { $0.id }
    }
    func deleteModel(id: String) throws {
        try Self.replace(in: &self.rows.models, "model", id: id, with: nil) { $0.id }
    }

    func insertBudget(_ budget: BudgetRecord) { self.rows.budgets.append(budget) }
    func updateBudget(_ budget: BudgetRecord) throws {
        try Self.replace(in: &self.rows.budgets, "budget", id: budget.id, with: budget) { $0.id }
    }
    func deleteBudget(id: String) throws {
        try Self.replace(in: &self.rows.budgets, "budget", id: id, with: nil) { $0.id }
    }

    func insertVersion(_ version: ConfigurationVersion) { self.versions.append(version) }

    func rewrapSealed(_ rewrap: (SealedPlace, [UInt8]) throws -> [UInt8]?) throws -> Int {
        var count = 0
        for (index, provider) in self.rows.providers.enumerated() {
            let place = SealedPlace(table: "providers", row: provider.id, column: "sealed_secret")
            guard let sealed = provider.sealedSecret, let changed = try rewrap(place, sealed) else { continue }
            self.rows.providers[index].sealedSecret = changed
            count += 1
        }
        return count
    }

    private static func replace<Row>(
        in rows: inout [Row],
        _ kind: String,
        id: String,
        with row: Row?,
        _ identify: (Row) -> String
    ) throws {
        guard let index = rows.firstIndex(where: { identify($0) == id }) else {
            throw StorageError(.notFound, "there is no \(kind) with the id \(id)")
        }
        if let row { rows[index] = row } else { rows.remove(at: index) }
    }
}
