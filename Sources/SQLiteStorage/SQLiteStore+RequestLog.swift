import GRDB
public import Storage

extension SQLiteStore: RequestLog {
    /// Appends a batch in one transaction: all of it or none. Batches of up to 1,000 share one sync well.
    public func append(_ records: [RequestRecord]) throws {
        guard !records.isEmpty else { return }
        try self.write(work: 1 + records.count / 16) { database in
            let statement = try database.cachedStatement(sql: RequestRow.insert)
            var row = RowBinder(statement.sqliteStatement)
            // Records are long: none is copied on its way.
            try records.withUnsafeBufferPointer { records in
                for index in records.indices {
                    try RequestRow.bind(records[index], to: &row)
                    try row.run()
                }
            }
        }
    }

    /// Lists records: newest first, or oldest first when `after` is set. The limit is brought into 1 to 200.
    public func list(_ query: RequestQuery) throws -> [StoredRequest] {
        var filter = ListFilter()
        filter.require("sequence < ?", query.before)
        filter.require("sequence > ?", query.after)
        filter.require("key_id = ?", query.keyID?.withoutZeroBytes)
        filter.require("project_id = ?", query.projectID?.withoutZeroBytes)
        filter.require("project_id", oneOf: query.projects)
        filter.require("id = ?", query.id?.withoutZeroBytes)
        filter.require("trace_id = ?", query.traceID?.withoutZeroBytes)
        filter.require("model_asked = ?", query.model?.withoutZeroBytes)
        filter.require("outcome = ?", query.outcome?.rawValue)
        filter.arguments.append(min(max(query.limit, 1), 200).databaseValue)
        let sql = """
            SELECT sequence, \(RequestRow.columns) FROM request_log \(filter.clause)
            ORDER BY sequence \(query.after == nil ? "DESC" : "ASC") LIMIT ?
            """
        return try self.query { database in
            let rows = try Row.fetchAll(database, sql: sql, arguments: StatementArguments(filter.arguments))
            return try rows.map(RequestRow.stored)
        }
    }

    /// One record by request id, or `nil`. Callers may repeat their own ids: the newest counts.
    public func find(id: String) throws -> StoredRequest? {
        let sql = """
            SELECT sequence, \(RequestRow.columns) FROM request_log WHERE id = ? ORDER BY sequence DESC LIMIT 1
            """
        return try self.read { database in
            try Row.fetchOne(database, sql: sql, arguments: [id]).map(RequestRow.stored)
        }
    }

    /// When each of these keys was last used; keys without records are left out.
    public func lastUsed(keyIDs: [String]) throws -> [String: UnixMilliseconds] {
        try self.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT started_at FROM request_log WHERE key_id = ? ORDER BY sequence DESC LIMIT 1"
            )
            return try keyIDs.reduce(into: [:]) { used, id in
                used[id] = try Int64.fetchOne(statement, arguments: [id])
            }
        }
    }

    /// Deletes, of the `limit` oldest records, those that started before an instant. Oldest is what was written first: a
    /// clock that was wrong for a while holds up nothing but its own records.
    ///
    /// - Returns: How many were deleted; call again while it equals `limit`, so that writers get their turn in between.
    public func deleteRequests(before instant: UnixMilliseconds, limit: Int = 1000) throws(StorageError) -> Int {
        guard limit > 0 else { return 0 }
        return try self.write(work: 1 + limit / 16) { database in
            try database.execute(
                sql: """
                    DELETE FROM request_log WHERE sequence IN (
                        SELECT sequence FROM request_log ORDER BY sequence LIMIT ?
                    ) AND started_at < ?
                    """,
                arguments: [limit, instant]
            )
            return database.changesCount
        }
    }
}
