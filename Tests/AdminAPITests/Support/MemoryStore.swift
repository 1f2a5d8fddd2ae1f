import Storage
import Synchronization

@testable import AdminAPI

/// A store in memory, with a switch that makes it fail.
final class MemoryStore: ConfigurationStore, RequestLog, AuditStore, AccessStore {
    private struct State {
        var configuration = StoredConfiguration()
        var access = StoredAccess()
        var settings: [String: [UInt8]] = [:]
        var requests: [StoredRequest] = []
        var audit: [AuditEntry] = []
        var versions: [ConfigurationVersion] = []
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
        let writer = WorkingConfiguration(try self.loadConfiguration())
        try write(writer)
        let after = writer.rows
        return try self.with { state in
            if let batch = audit(after) { state.audit += batch.chained(behind: state.audit.last) }
            state.configuration = after
            state.versions += writer.versions
            return after
        }
    }

    func versions(limit: Int, before: Int64?) throws -> [ConfigurationVersion] {
        try self.with { Array($0.versions.reversed().filter { $0.number < before ?? .max }.prefix(limit)) }
    }

    func loadAccess() throws -> StoredAccess { try self.with { $0.access } }

    func changeAccess(_ write: (any AccessWriter) throws -> Void, audit: AuditBatch?) throws -> StoredAccess {
        let writer = MemoryAccessWriter(try self.loadAccess())
        try write(writer)
        return try self.with { state in
            if let audit { state.audit += audit.chained(behind: state.audit.last) }
            state.access = writer.access
            return writer.access
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

    func append(pieces: [[RequestRecord]]) throws {
        try self.with { state in
            for record in pieces.joined() {
                state.requests.append(StoredRequest(sequence: Int64(state.requests.count + 1), record: record))
            }
        }
    }

    func list(_ query: RequestQuery) throws -> [StoredRequest] {
        try self.with { state in
            let matching = state.requests.filter { stored in
                (query.keyID ?? stored.record.keyID) == stored.record.keyID
                    && (query.projectID ?? stored.record.projectID) == stored.record.projectID
                    && (query.projects?.contains(stored.record.projectID) ?? true)
                    && (query.id ?? stored.record.id) == stored.record.id
                    && (query.traceID == nil || query.traceID == stored.record.traceID)
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
