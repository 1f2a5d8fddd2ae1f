import FoundationEssentials
import GRDB
public import Storage

extension SQLiteStore: AuditStore {
    private static let auditColumns = """
        number, at, actor, origin, request_id, action, object_id, object_name, before, after, detail, hash
        """

    /// Adds entries in a transaction of their own.
    public func appendAudit(_ batch: AuditBatch) throws {
        guard !batch.drafts.isEmpty else { return }
        try self.write { database in try Self.append(batch, to: database) }
    }

    /// Lists entries: newest first, or oldest first when `after` is set. The limit is brought into 1 to 1,000.
    public func auditEntries(_ query: AuditQuery) throws -> [AuditEntry] {
        var filter = ListFilter()
        filter.require("number < ?", query.before)
        filter.require("number > ?", query.after)
        filter.require("actor = ?", query.actor?.withoutZeroBytes)
        filter.require("at >= ?", query.from)
        filter.require("at < ?", query.to)
        if let action = query.action?.withoutZeroBytes {
            // `key.` stands for all that begins so: up to the next text after its last byte, a dot.
            if action.hasSuffix(".") {
                filter.require("action > ?", action)
                filter.require("action < ?", action.dropLast() + "/")
            } else {
                filter.require("action = ?", action)
            }
        }
        if let object = query.object?.withoutZeroBytes {
            filter.require("(object_id = ? OR object_name = ?)", all: [object, object])
        }
        filter.arguments.append(min(max(query.limit, 1), 1_000).databaseValue)
        let sql = """
            SELECT \(Self.auditColumns) FROM audit \(filter.clause)
            ORDER BY number \(query.after == nil ? "DESC" : "ASC") LIMIT ?
            """
        return try self.query { database in
            let rows = try Row.fetchAll(database, sql: sql, arguments: StatementArguments(filter.arguments))
            return try rows.map(Self.auditEntry)
        }
    }

    /// Chains entries behind the last one, inside somebody's transaction.
    static func append(_ batch: AuditBatch, to database: Database) throws {
        let sql = "SELECT \(Self.auditColumns) FROM audit ORDER BY number DESC LIMIT 1"
        let last = try Row.fetchOne(database, sql: sql).map(Self.auditEntry)
        for entry in batch.chained(behind: last) {
            let draft = entry.draft
            try database.execute(
                sql: "INSERT INTO audit (\(Self.auditColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    entry.number, draft.at, draft.actor, draft.origin, draft.requestID, draft.action, draft.objectID,
                    draft.objectName, draft.before, draft.after, draft.detail, Data(entry.hash),
                ]
            )
        }
    }

    private static func auditEntry(_ row: Row) throws -> AuditEntry {
        var reader = RowReader(row, of: "audit")
        let number = try reader.value(Int64.self)
        let draft = AuditDraft(
            at: try reader.value(),
            actor: try reader.value(),
            origin: try reader.value(),
            requestID: try reader.value(),
            action: try reader.value(),
            objectID: try reader.value(),
            objectName: try reader.value(),
            before: try reader.optional(),
            after: try reader.optional(),
            detail: try reader.optional()
        )
        return AuditEntry(number: number, draft: draft, hash: try reader.bytes())
    }
}
