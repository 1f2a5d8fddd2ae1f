import FoundationEssentials
import GRDB
import Glibc
public import Storage
import Synchronization

/// Bodies in an SQLite file of their own. It is made with the first bodies and opened when it is needed: one that cannot be
/// opened concerns nobody but who wants bodies, and is tried again with the next call.
public final class SQLiteBodyStore: BodyStore {
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

    /// Adds bodies, all or none, or drops a part of the oldest, which stand in their way.
    public func append(_ bodies: [KeptBodies], maxBytes: Int?) throws -> BodyAddition {
        try self.write { database in
            if let maxBytes {
                let room = maxBytes - bodies.reduce(0) { $0 + BodyRows.bytes(of: $1) }
                guard room >= 0 else { return .noRoom }
                let excess = try BodyRows.usedBytes(database) - room
                let gone = excess > 0 ? try BodyRows.delete(BodyRows.oldest(covering: excess), database) : 0
                guard try BodyRows.usedBytes(database) <= room else { return gone > 0 ? .madeRoom : .noRoom }
            }
            for kept in bodies { try BodyRows.insert(kept, database) }
            return .added
        }
    }

    /// The newest bodies of a request among those of projects.
    public func find(requestID: String, in projects: [String]?) throws -> KeptBodies? {
        guard self.exists else { return nil }
        return try self.read { try BodyRows.newest(of: requestID, in: projects, $0) }
    }

    /// Whether there are any.
    public func holds(_ bodies: BodySelection) throws -> Bool {
        guard self.exists else { return false }
        return try self.read { try BodyRows.holds(bodies, $0) }
    }

    /// A mark behind all bodies that are kept now.
    public func mark() throws -> Int64 {
        guard self.exists else { return 0 }
        return try self.read { try Int64.fetchOne($0, sql: "SELECT max(sequence) FROM bodies") ?? 0 }
    }

    /// Erases a part of the bodies before a mark: it is overwritten, its room is given back, and the log, where it may still stand,
    /// is emptied.
    public func erase(_ bodies: BodySelection, before mark: Int64) throws -> Int {
        guard self.exists else { return 0 }
        let count = try self.write { try BodyRows.delete(BodyRows.part(of: bodies, before: mark), $0) }
        // When nothing was left, too: an earlier part may not have got so far.
        try self.giveBack(.truncate)
        return count
    }

    /// Drops a part of what is too old, or too much.
    public func prune(before: UnixMilliseconds?, maxBytes: Int?) throws -> Int {
        guard self.exists else { return 0 }
        let count = try self.write { database in
            if let before, case let count = try BodyRows.delete(.older(than: before), database), count > 0 {
                return count
            }
            guard let maxBytes, case let excess = try BodyRows.usedBytes(database) - maxBytes, excess > 0 else {
                return 0
            }
            return try BodyRows.delete(.oldest(covering: excess), database)
        }
        if count > 0 { try self.giveBack(.passive) }
        return count
    }

    /// Bytes of pages in use.
    func usedBytes() throws -> Int { try self.read(BodyRows.usedBytes) }

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

    private func read<R>(_ body: (Database) throws -> R) throws -> R {
        try self.use { queue in try queue.read(body) }
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
            try queue.writeWithoutTransaction { try BodySchema.bringUpToDate($0, path: path) }
            return queue
        }
    }
}
