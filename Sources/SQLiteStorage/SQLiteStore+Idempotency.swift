import FoundationEssentials
import GRDB
public import Storage

extension SQLiteStore: IdempotencyStore {
    /// The record of a digest, if it was begun at or after an instant.
    public func idempotencyRecord(_ digest: [UInt8], since: UnixMilliseconds) throws -> IdempotencyRecord? {
        try self.read { database in
            let sql = """
                SELECT actor, fingerprint, created_at, sealed_answer FROM idempotency WHERE digest = ? AND created_at >= ?
                """
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [Data(digest), since]) else { return nil }
            let fingerprint: Data = row[1]
            let answer: Data? = row[3]
            return IdempotencyRecord(
                digest: digest,
                actor: row[0],
                fingerprint: Array(fingerprint),
                createdAt: row[2],
                sealedAnswer: answer.map { Array($0) }
            )
        }
    }

    /// Writes a record, in place of one with the same digest, and forgets what is beyond the bounds.
    public func putIdempotencyRecord(_ record: IdempotencyRecord, within bounds: IdempotencyBounds) throws {
        try self.write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO idempotency (digest, actor, fingerprint, created_at, sealed_answer)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(record.digest), record.actor.withoutZeroBytes, Data(record.fingerprint), record.createdAt,
                    record.sealedAnswer.map { Data($0) },
                ]
            )
            try Self.trim(database, record.actor.withoutZeroBytes, bounds)
        }
    }

    private static func trim(_ database: Database, _ actor: String, _ bounds: IdempotencyBounds) throws {
        try database.execute(sql: "DELETE FROM idempotency WHERE created_at < ?", arguments: [bounds.since])
        try database.execute(
            sql: """
                DELETE FROM idempotency WHERE number IN (
                    SELECT number FROM (
                        SELECT number, row_number() OVER newest AS place,
                            sum(coalesce(length(sealed_answer), 0)) OVER newest AS bytes
                        FROM idempotency WHERE actor = ? WINDOW newest AS (ORDER BY number DESC)
                    ) WHERE place > ? OR bytes > ?
                )
                """,
            arguments: [actor, bounds.maximumRecords, bounds.maximumBytes]
        )
    }

    /// Forgets a record.
    public func deleteIdempotencyRecord(_ digest: [UInt8]) throws {
        try self.write { database in
            try database.execute(sql: "DELETE FROM idempotency WHERE digest = ?", arguments: [Data(digest)])
        }
    }
}
