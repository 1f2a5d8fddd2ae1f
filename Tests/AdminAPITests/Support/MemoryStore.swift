import Storage
import Synchronization

/// A store in memory, with a switch that makes it fail.
final class MemoryStore: ConfigurationStore, RequestLog {
    private struct State {
        var configuration = StoredConfiguration()
        var settings: [String: [UInt8]] = [:]
        var requests: [StoredRequest] = []
        var isBroken = false
    }

    private let state = Mutex(State())

    var isBroken: Bool {
        get { self.state.withLock { $0.isBroken } }
        set { self.state.withLock { $0.isBroken = newValue } }
    }

    private func with<R>(_ body: (inout State) throws -> R) throws -> R {
        try self.state.withLock { state in
            guard !state.isBroken else { throw StorageError(.failed, "the disk is full") }
            return try body(&state)
        }
    }

    private static func replace<Row>(
        _ rows: inout [Row],
        with row: Row?,
        where isIt: (Row) -> Bool
    ) throws {
        guard let index = rows.firstIndex(where: isIt) else { throw StorageError(.notFound, "no such row") }
        if let row { rows[index] = row } else { rows.remove(at: index) }
    }

    func loadConfiguration() throws -> StoredConfiguration { try self.with { $0.configuration } }

    func insertProject(_ project: ProjectRecord) throws { try self.with { $0.configuration.projects.append(project) } }
    func updateProject(_ project: ProjectRecord) throws {
        try self.with { try Self.replace(&$0.configuration.projects, with: project) { $0.id == project.id } }
    }
    func deleteProject(id: String) throws {
        try self.with { try Self.replace(&$0.configuration.projects, with: nil) { $0.id == id } }
    }

    func insertKey(_ key: KeyRecord) throws { try self.with { $0.configuration.keys.append(key) } }
    func updateKey(_ key: KeyRecord) throws {
        try self.with { try Self.replace(&$0.configuration.keys, with: key) { $0.id == key.id } }
    }
    func deleteKey(id: String) throws {
        try self.with { try Self.replace(&$0.configuration.keys, with: nil) { $0.id == id } }
    }

    func insertProvider(_ provider: ProviderRecord) throws {
        try self.with { $0.configuration.providers.append(provider) }
    }
    func updateProvider(_ provider: ProviderRecord) throws {
        try self.with { try Self.replace(&$0.configuration.providers, with: provider) { $0.id == provider.id } }
    }
    func deleteProvider(id: String) throws {
        try self.with { try Self.replace(&$0.configuration.providers, with: nil) { $0.id == id } }
    }

    func insertModel(_ model: ModelRecord) throws { try self.with { $0.configuration.models.append(model) } }
    func updateModel(_ model: ModelRecord) throws {
        try self.with { try Self.replace(&$0.configuration.models, with: model) { $0.id == model.id } }
    }
    func deleteModel(id: String) throws {
        try self.with { try Self.replace(&$0.configuration.models, with: nil) { $0.id == id } }
    }

    func insertBudget(_ budget: BudgetRecord) throws { try self.with { $0.configuration.budgets.append(budget) } }
    func updateBudget(_ budget: BudgetRecord) throws {
        try self.with { try Self.replace(&$0.configuration.budgets, with: budget) { $0.id == budget.id } }
    }
    func deleteBudget(id: String) throws {
        try self.with { try Self.replace(&$0.configuration.budgets, with: nil) { $0.id == id } }
    }

    func setting(_ name: String) throws -> [UInt8]? { try self.with { $0.settings[name] } }
    func setSetting(_ name: String, to value: [UInt8], ifAbsent: Bool) throws {
        try self.with { if !ifAbsent || $0.settings[name] == nil { $0.settings[name] = value } }
    }

    func append(_ records: [RequestRecord]) throws {
        try self.with { state in
            for record in records {
                state.requests.append(StoredRequest(sequence: Int64(state.requests.count + 1), record: record))
            }
        }
    }

    func list(_ query: RequestQuery) throws -> [StoredRequest] {
        try self.with { state in
            let matching = state.requests.filter { stored in
                (query.keyID ?? stored.record.keyID) == stored.record.keyID
                    && (query.projectID ?? stored.record.projectID) == stored.record.projectID
                    && (query.model ?? stored.record.modelAsked) == stored.record.modelAsked
                    && (query.outcome ?? stored.record.outcome) == stored.record.outcome
            }
            if let after = query.after { return Array(matching.filter { $0.sequence > after }.prefix(query.limit)) }
            let before = query.before ?? .max
            return Array(matching.reversed().filter { $0.sequence < before }.prefix(query.limit))
        }
    }

    func find(id: String) throws -> StoredRequest? {
        try self.with { state in state.requests.first { $0.record.id == id } }
    }

    func lastUsed(keyIDs: [String]) throws -> [String: UnixMilliseconds] {
        try self.with { state in
            var used: [String: UnixMilliseconds] = [:]
            for stored in state.requests where keyIDs.contains(stored.record.keyID) {
                used[stored.record.keyID] = max(used[stored.record.keyID] ?? 0, stored.record.startedAt)
            }
            return used
        }
    }
}
