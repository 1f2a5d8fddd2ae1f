import GRDB
import Storage

extension RequestWriter {
    /// Blocks looked at for old records in one step. Sequence is age, but for a clock that was wrong for a while: its records are
    /// looked past, within bounds.
    private static let blocks = 10_000 / RequestBlock.capacity

    /// Deletes records that started before an instant, the first written first: whole blocks, and from a block that is partly old
    /// what is old.
    ///
    /// - Parameters:
    ///   - instant: What started before is old.
    ///   - limit: At most this many go.
    /// - Returns: How many went.
    /// - Throws: What the engine says, or damage.
    func delete(before instant: UnixMilliseconds, limit: Int) throws -> Int {
        let sql = """
            SELECT first, count FROM (
                SELECT first, count, earliest_start FROM request_blocks ORDER BY first LIMIT \(Self.blocks)
            ) WHERE earliest_start < ?
            """
        var left = limit
        for row in try Row.fetchAll(self.database, sql: sql, arguments: [instant]) {
            guard left > 0 else { break }
            var reader = RowReader(row, of: "request_log")
            let first = try reader.value(Int64.self)
            let count = try reader.value(Int.self)
            let kept = try self.block(first, without: instant, atMost: left)
            left -= max(0, count - kept.count)
            try self.replace(kept)
        }
        return limit - left
    }

    /// A block without the first of its records that are old.
    private func block(_ first: Int64, without instant: UnixMilliseconds, atMost limit: Int) throws -> RequestBlock {
        var kept = RequestBlock(first: first)
        var left = limit
        try RequestRows(self.database).read(first) { record, sequence throws(StorageError) in
            if left > 0, record.startedAt < instant {
                left -= 1
            } else {
                kept.take(StoredRequest(sequence: sequence, record: copy record))
            }
            return true
        }
        return kept
    }

    private func replace(_ block: RequestBlock) throws {
        guard block.count == 0 else {
            var writer = self
            return try writer.write(block)
        }
        for table in ["request_blocks", "request_records"] {
            try self.database.cachedStatement(sql: "DELETE FROM \(table) WHERE first = ?").execute(arguments: [
                block.first
            ])
        }
    }
}
