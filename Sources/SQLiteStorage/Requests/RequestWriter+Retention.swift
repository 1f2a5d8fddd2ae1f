import GRDB
import Storage

extension RequestWriter {
    /// Blocks looked at in one step.
    private static let blocks = 80

    /// Deletes records that started before an instant: whole blocks, which are not read for that, and from a block that is partly
    /// old what is old. A block that cannot be read stays until all of it is old.
    ///
    /// - Parameters:
    ///   - instant: What started before is old.
    ///   - limit: At most this many go.
    /// - Returns: How many went.
    /// - Throws: What the engine says.
    func delete(before instant: UnixMilliseconds, limit: Int) throws -> Int {
        let sql = """
            SELECT first, count, latest_start FROM request_blocks WHERE earliest_start < ?
            ORDER BY earliest_start LIMIT \(Self.blocks)
            """
        var left = limit
        for row in try Row.fetchAll(self.database, sql: sql, arguments: [instant]) {
            guard left > 0 else { break }
            var reader = RowReader(row, of: "request_log")
            let first = try reader.value(Int64.self)
            let count = try reader.value(Int.self)
            let isOld = try reader.value(Int64.self) < instant
            if isOld, count <= left {
                try self.remove(first)
                left -= max(count, 0)
            } else {
                left -= try self.thin(first, of: count, before: instant, limit: left, isOld: isOld)
            }
        }
        return limit - left
    }

    /// Deletes the first old records of a block.
    private func thin(_ first: Int64, of count: Int, before instant: Int64, limit: Int, isOld: Bool) throws -> Int {
        var gone = 0
        do {
            let kept = try RequestRows(self.database).block(first) { record in
                guard gone < limit, record.startedAt < instant else { return false }
                gone += 1
                return true
            }
            if kept.count == 0 {
                try self.remove(first)
            } else {
                var writer = self
                try writer.write(kept)
            }
            return gone
        } catch is StorageError {
            guard isOld else { return 0 }
            try self.remove(first)
            return min(max(count, 0), limit)
        }
    }

    private func remove(_ first: Int64) throws {
        for table in ["request_blocks", "request_records"] {
            try self.database.cachedStatement(sql: "DELETE FROM \(table) WHERE first = ?").execute(arguments: [first])
        }
    }
}
