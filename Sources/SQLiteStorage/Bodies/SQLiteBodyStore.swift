import FoundationEssentials
import GRDB
import Glibc
public import Storage
import Synchronization

/// Bodies in an SQLite file of their own. It is made with the first bodies and opened when it is needed: one that cannot be
/// opened concerns nobody but who wants bodies, and is tried again with the next call.
public final class SQLiteBodyStore: BodyStore {
    private static let version = 1
    /// Rows that one step of `prune` takes.
    private static let step = 200

    /// The database file.
    public let path: String
    private let open = Mutex<Open?>(nil)

    /// The open file, watched for replacement under our feet.
    private struct Open {
        let queue: DatabaseQueue
        let watch: FileWatch
    }

    /// A store at a path; nothing is opened or made yet.
    public init(path: String) {
        self.path = path
    }

    /// Adds bodies, all or none.
    public func append(_ bodies: [KeptBodies]) throws {
        try self.write { database in
            for kept in bodies {
                try database.execute(
                    sql: """
                        INSERT INTO bodies (request_id, project_id, at, mode, is_stream, request_bytes, request_is_cut,
                            request, answer_bytes, answer_is_cut, answer)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        kept.requestID, kept.projectID, kept.at, kept.mode, kept.isStream, kept.request.bytes,
                        kept.request.isCut, Data(kept.request.sealed), kept.answer?.bytes, kept.answer?.isCut,
                        kept.answer.map { Data($0.sealed) },
                    ]
                )
            }
        }
    }

    /// The newest bodies of a request among those of projects.
    public func find(requestID: String, in projects: [String]?) throws -> KeptBodies? {
        guard self.exists else { return nil }
        let sql = """
            SELECT project_id, at, mode, is_stream, request_bytes, request_is_cut, request, answer_bytes, answer_is_cut,
                answer
            FROM bodies WHERE request_id = ? ORDER BY sequence DESC
            """
        return try self.use { queue in
            try queue.read { database in
                let rows = try Row.fetchCursor(database, sql: sql, arguments: [requestID])
                while let row = try rows.next() {
                    let kept = try Self.kept(row, requestID)
                    if projects?.contains(kept.projectID) ?? true { return kept }
                }
                return nil
            }
        }
    }

    private static func kept(_ row: Row, _ requestID: String) throws -> KeptBodies {
        var reader = RowReader(row, of: "bodies")
        var kept = KeptBodies(
            requestID: requestID,
            projectID: try reader.value(),
            at: try reader.value(),
            mode: try reader.value(),
            isStream: try reader.value(),
            request: KeptBodies.Part(
                bytes: try reader.value(),
                isCut: try reader.value(),
                sealed: try reader.bytes()
            ),
            answer: nil
        )
        let bytes = try reader.optional(Int.self)
        let isCut = try reader.optional(Bool.self)
        guard let bytes, let isCut else { return kept }
        kept.answer = KeptBodies.Part(bytes: bytes, isCut: isCut, sealed: try reader.bytes())
        return kept
    }

    /// Erases all bodies of a request, or of those of it that are of these projects.
    public func erase(requestID: String, in projects: [String]?) throws -> Int {
        guard let projects else { return try self.erase("request_id = ?", [requestID]) }
        return try projects.reduce(0) { count, project in
            try count + self.erase("request_id = ? AND project_id = ?", [requestID, project])
        }
    }

    /// Erases all bodies of a project.
    public func erase(projectID: String) throws -> Int { try self.erase("project_id = ?", [projectID]) }

    /// What is erased is overwritten, its room is given back, and the log, where it may still stand, is emptied.
    private func erase(_ condition: String, _ arguments: StatementArguments) throws -> Int {
        guard self.exists else { return 0 }
        let count = try self.write { database in
            try database.execute(sql: "DELETE FROM bodies WHERE \(condition)", arguments: arguments)
            return database.changesCount
        }
        try self.giveBack(.truncate)
        return count
    }

    /// Drops a part of what is too old, or too much.
    public func prune(before: UnixMilliseconds?, maxBytes: Int?) throws -> Int {
        guard self.exists else { return 0 }
        let isFull = try maxBytes.map { try self.usedBytes() > $0 } ?? false
        guard before != nil || isFull else { return 0 }
        let count = try self.write { database in
            try database.execute(
                sql: """
                    DELETE FROM bodies WHERE sequence IN (
                        SELECT sequence FROM bodies ORDER BY sequence LIMIT ?
                    ) AND (? OR at < ?)
                    """,
                arguments: [Self.step, isFull, before ?? 0]
            )
            return database.changesCount
        }
        if count > 0 { try self.giveBack(.passive) }
        return count
    }

    /// Bytes of pages in use.
    func usedBytes() throws -> Int {
        try self.use { queue in
            try queue.read { database in
                func number(_ pragma: String) throws -> Int {
                    try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0
                }
                return (try number("page_count") - number("freelist_count")) * (try number("page_size"))
            }
        }
    }

    private func giveBack(_ mode: Database.CheckpointMode) throws {
        try self.use { queue in
            try queue.writeWithoutTransaction { database in
                // Each step of the statement frees a page.
                let pages = try Row.fetchCursor(database, sql: "PRAGMA incremental_vacuum")
                while try pages.next() != nil {}
                _ = try database.checkpoint(mode)
            }
        }
    }

    /// Closes the file, if it is open.
    public func close() throws {
        let queue = self.open.withLock { open in
            defer { open = nil }
            return open?.queue
        }
        try StorageError.mapping { try queue?.close() }
    }
}

// MARK: - Access

extension SQLiteBodyStore {
    private var exists: Bool { access(self.path, F_OK) == 0 }

    private func write<R>(_ body: (Database) throws -> R) throws -> R {
        try self.use { queue in try queue.write(body) }
    }

    private func use<R>(_ body: (DatabaseQueue) throws -> R) throws -> R {
        do {
            let queue = try self.opened()
            return try StorageError.mapping { try body(queue) }
        } catch {
            // A file that was replaced or mended is found by the next call.
            try? self.close()
            throw error
        }
    }

    private func opened() throws -> DatabaseQueue {
        try self.open.withLock { open in
            if let now = open, (try? now.watch.check()) != nil { return now.queue }
            try? open?.queue.close()
            open = nil
            let queue = try Self.openQueue(self.path)
            open = Open(queue: queue, watch: try FileWatch(path: self.path))
            return queue
        }
    }

    private static func openQueue(_ path: String) throws -> DatabaseQueue {
        _ = try StoreFile.prepare(path: path, create: true)
        return try StorageError.mapping {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.label = "SQLiteBodyStore"
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON")
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                guard version <= Self.version else {
                    throw StoreFile.refusal(path, "was written by a newer Martlet; run that version or newer")
                }
                if version == 0 { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
                try database.execute(
                    sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216"
                )
                if version == 0 { try database.execute(sql: Self.schema) }
            }
            return queue
        }
    }

    private static let schema = """
        BEGIN;
        PRAGMA application_id = \(Schema.applicationID);
        CREATE TABLE IF NOT EXISTS bodies (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            request_id TEXT NOT NULL,
            project_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            mode TEXT NOT NULL,
            is_stream INTEGER NOT NULL,
            request_bytes INTEGER NOT NULL,
            request_is_cut INTEGER NOT NULL,
            request BLOB NOT NULL,
            answer_bytes INTEGER,
            answer_is_cut INTEGER,
            answer BLOB
        ) STRICT;
        CREATE INDEX IF NOT EXISTS bodies_by_request ON bodies (request_id);
        CREATE INDEX IF NOT EXISTS bodies_by_project ON bodies (project_id);
        PRAGMA user_version = \(SQLiteBodyStore.version);
        COMMIT;
        """
}
