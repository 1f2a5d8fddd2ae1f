import Storage
import Synchronization

/// A store in memory, with a switch that makes it fail.
final class MemoryStore: ConfigurationStore, RequestLog, AuditStore {
    private struct State {
        var configuration = StoredConfiguration()
        var settings: [String: [UInt8]] = [:]
        var requests: [StoredRequest] = []
        var audit: [AuditEntry] = []
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

    func loadConfiguration() throws -> StoredConfiguration { try self.with { $0.configuration } }

    func change(
        _ write: (any ConfigurationWriter) throws -> Void,
        audit: (StoredConfiguration) -> AuditBatch?
    ) throws -> StoredConfiguration {
        let writer = MemoryWriter(try self.loadConfiguration())
        try write(writer)
        let after = writer.configuration
        return try self.with { state in
            if let batch = audit(after) { state.audit += batch.chained(behind: state.audit.last) }
            state.configuration = after
            return after
        }
    }

    func appendAudit(_ batch: AuditBatch) throws {
        try self.with { $0.audit += batch.chained(behind: $0.audit.last) }
    }

    func auditEntries(_ query: AuditQuery) throws -> [AuditEntry] {
        try self.with { state in
            let matching = state.audit.filter { entry in
                let (draft, number) = (entry.draft, entry.number)
                let isAction = query.action.map { $0.hasSuffix(".") ? draft.action.hasPrefix($0) : draft.action == $0 }
                return number < query.before ?? .max && number > query.after ?? 0
                    && (query.actor ?? draft.actor) == draft.actor && isAction ?? true
                    && (query.object.map { [draft.objectID, draft.objectName].contains($0) } ?? true)
                    && draft.at >= query.from ?? .min && draft.at < query.to ?? .max
            }
            return Array((query.after == nil ? matching.reversed() : matching).prefix(query.limit))
        }
    }

    /// Changes an entry behind everybody's back.
    func tamper(_ change: (inout [AuditEntry]) -> Void) { self.state.withLock { change(&$0.audit) } }

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

/// Changes a copy of the configuration.
private final class MemoryWriter: ConfigurationWriter {
    private(set) var configuration: StoredConfiguration

    init(_ configuration: StoredConfiguration) {
        self.configuration = configuration
    }

    private func change(_ body: (inout StoredConfiguration) throws -> Void) throws { try body(&self.configuration) }

    private static func replace<Row>(
        _ rows: inout [Row],
        with row: Row?,
        where isIt: (Row) -> Bool
    ) throws {
        guard let index = rows.firstIndex(where: isIt) else { throw StorageError(.notFound, "no such row") }
        if let row { rows[index] = row } else { rows.remove(at: index) }
    }

    func insertProject(_ project: ProjectRecord) throws { try self.change { $0.projects.append(project) } }
    func updateProject(_ project: ProjectRecord) throws {
        try self.change { try Self.replace(&$0.projects, with: project) { $0.id == project.id } }
    }
    func deleteProject(id: String) throws {
        try self.change { try Self.replace(&$0.projects, with: nil) { $0.id == id } }
    }

    func insertKey(_ key: KeyRecord) throws { try self.change { $0.keys.append(key) } }
    func updateKey(_ key: KeyRecord) throws {
        try self.change { try Self.replace(&$0.keys, with: key) { $0.id == key.id } }
    }
    func rotateKey(_ key: KeyRecord) throws { try self.updateKey(key) }
    func deleteKey(id: String) throws {
        try self.change { try Self.replace(&$0.keys, with: nil) { $0.id == id } }
    }

    func insertProvider(_ provider: ProviderRecord) throws {
        try self.change { $0.providers.append(provider) }
    }
    func updateProvider(_ provider: ProviderRecord) throws {
        try self.change { try Self.replace(&$0.providers, with: provider) { $0.id == provider.id } }
    }
    func deleteProvider(id: String) throws {
        try self.change { try Self.replace(&$0.providers, with: nil) { $0.id == id } }
    }

    func insertModel(_ model: ModelRecord) throws { try self.change { $0.models.append(model) } }
    func updateModel(_ model: ModelRecord) throws {
        try self.change { try Self.replace(&$0.models, with: model) { $0.id == model.id } }
    }
    func deleteModel(id: String) throws {
        try self.change { try Self.replace(&$0.models, with: nil) { $0.id == id } }
    }

    func insertBudget(_ budget: BudgetRecord) throws { try self.change { $0.budgets.append(budget) } }
    func updateBudget(_ budget: BudgetRecord) throws {
        try self.change { try Self.replace(&$0.budgets, with: budget) { $0.id == budget.id } }
    }
    func deleteBudget(id: String) throws {
        try self.change { try Self.replace(&$0.budgets, with: nil) { $0.id == id } }
    }
}
