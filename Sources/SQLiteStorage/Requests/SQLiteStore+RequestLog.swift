import GRDB
public import Storage
import Synchronization

extension SQLiteStore: RequestLog {
    /// Appends a batch in one transaction: all of it or none. The larger it is, the more share one sync.
    public func append(pieces: [[RequestRecord]]) throws {
        let count = pieces.reduce(0) { $0 + $1.count }
        guard count > 0 else { return }
        // The writer takes one at a time anyway; the last block must be the file's.
        try self.requestTail.withLock { tail in
            let known = tail
            tail = nil
            tail = try self.write(work: 1 + count / 16) { database in
                var writer = try RequestWriter(database)
                return try writer.append(pieces, to: known)
            }
        }
    }

    /// Lists records: newest first, or oldest first when `after` is set. The limit is brought into 1 to 200.
    public func list(_ query: RequestQuery) throws -> [StoredRequest] {
        let scan = RequestScan(query, until: .now + self.queryLimit)
        let limit = min(max(query.limit, 1), 200)
        return try self.query { database in try scan.records(database, limit: limit) }
    }

    /// One record by request id, or `nil`. Callers may repeat their own ids: the newest counts.
    public func find(id: String) throws -> StoredRequest? {
        var query = RequestQuery(limit: 1)
        query.id = id
        return try self.list(query).first
    }

    /// When each of these keys was last used; keys that never were are left out. It is known after the records have gone, too.
    public func lastUsed(keyIDs: [String]) throws -> [String: UnixMilliseconds] {
        try self.read { database in
            let statement = try database.cachedStatement(sql: "SELECT at FROM key_uses WHERE key_id = ?")
            return try keyIDs.reduce(into: [:]) { used, id in
                used[id] = try Int64.fetchOne(statement, arguments: [id.withoutZeroBytes])
            }
        }
    }
}
