import CSQLiteMemory
import GRDB
import GRDBSQLite
public import Storage
import Synchronization

/// The embedded store: configuration and request log in one SQLite file.
///
/// One writer connection commits (`synchronous=FULL`) and it alone checkpoints; readers never do, because SQLite before
/// 3.51.3 can corrupt the file when two connections write and checkpoint at once. One process per file: the store holds
/// a `StoreLock` while it is open. Calls block and may be made from any thread.
public final class SQLiteStore: Sendable {
    /// The path given at opening.
    public let path: String

    /// The pool of connections; closed by `close()`.
    let pool: DatabasePool
    /// The identity of the files, watched for replacement under our feet.
    private let watch: FileWatch
    private let lock: StoreLock
    private let state = Mutex(State())
    /// The last block of the request log, as of the last commit; `nil` reads it from the file. Held while records are appended or go.
    let requestTail = Mutex<RequestBlock?>(nil)
    /// Numbers of the ledger's texts, as of the last commit. Taken and put back by the one writer.
    let ledgerNames = Mutex(LedgerNames())
    /// Held while entries are appended, and while names are deleted that nothing names any more.
    let ledgerAppends = Mutex(())
    /// The sweep of such names.
    let sweep = Mutex(NameSweep())
    /// How long a listing or a sum may take.
    let queryLimit: Duration

    /// What changes while the store is open.
    private struct State {
        var isClosed = false
        /// Work since the last checkpoint: one per commit and one per sixteen appended records.
        var pendingWork = 0
        var checkpointFailures = 0
    }

    /// Work after which a commit is followed by a passive checkpoint.
    private static let checkpointInterval = 256

    /// Opens the store, or creates it.
    ///
    /// - Parameters:
    ///   - path: The database file. It is created with mode 0600; its folder, when missing, with mode 0700.
    ///   - create: Whether a missing file is created rather than refused.
    ///   - lock: The lock already held on this path; `nil` takes it.
    /// - Throws: `.unusable` with the way to mend it when the file must not be opened: a symbolic link, foreign owner,
    ///   readable by others, read-only, on a network filesystem, held by another process, of a newer schema, damaged,
    ///   or not Martlet's. `.failed` when the engine fails.
    public convenience init(path: String, create: Bool = true, lock: StoreLock? = nil) throws(StorageError) {
        try self.init(path: path, create: create, lock: lock, busyTimeout: 5)
    }

    /// As above, with the seconds to wait for a foreign program that holds the file and the time that a query may take.
    package init(
        path: String,
        create: Bool,
        lock: StoreLock? = nil,
        busyTimeout: Double,
        queryLimit: Duration = .seconds(2)
    ) throws(StorageError) {
        _ = Self.engineIsSetUp
        try Self.requireEngine(version: Int(Database.sqliteLibVersionNumber))
        let file = try StoreFile.prepare(path: path, create: create)
        self.path = path
        self.queryLimit = queryLimit
        if let lock { self.lock = lock } else { self.lock = try StoreLock.acquire(path: path) }
        self.pool = try StorageError.mapping { () throws -> DatabasePool in
            if !file.isEmpty { try Schema.refuseForeign(path: path, busyTimeout: busyTimeout) }
            return try Self.openPool(path: path, busyTimeout: busyTimeout)
        }
        self.watch = try FileWatch(path: path)
    }

    /// The version of the SQLite library in use, like `3.40.1`.
    public static var sqliteVersion: String {
        let number = Int(Database.sqliteLibVersionNumber)
        return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
    }

    /// Passive checkpoints that failed since opening; the commits before them stand.
    public var checkpointFailures: Int { self.state.withLock { $0.checkpointFailures } }

    /// Copies what the write-ahead log holds into the database file, as far as readers allow.
    public func checkpoint() throws(StorageError) {
        try self.checkpoint(.passive)
    }

    /// As above, in another manner.
    func checkpoint(_ mode: Database.CheckpointMode) throws(StorageError) {
        try self.requireOpen()
        try StorageError.mapping {
            _ = try self.pool.writeWithoutTransaction { database in try database.checkpoint(mode) }
        }
    }

    /// Closes the store: readers first, then a full checkpoint, then the writer and the lock. Later calls throw.
    public func close() throws(StorageError) {
        let wasClosed = self.state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        defer { self.lock.release() }
        try StorageError.mapping {
            self.pool.releaseMemory()
            _ = try self.pool.writeWithoutTransaction { database in try database.checkpoint(.truncate) }
            try self.pool.close()
        }
    }
}

// MARK: - Access

extension SQLiteStore {
    /// Runs `body` in one read transaction.
    func read<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try self.requireOpen()
        try self.watch.check()
        return try StorageError.mapping { try self.pool.read(body) }
    }

    /// As `read`, but ends with an error when it takes longer than a query may.
    func query<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try self.read { database in
            try QueryLimit.hold(database, to: self.queryLimit) { try body(database) }
        }
    }

    /// Runs `body` in one write transaction; `work` counts towards the next checkpoint.
    func write<R>(work: Int = 1, _ body: (Database) throws -> R) throws(StorageError) -> R {
        try self.requireOpen()
        return try StorageError.mapping {
            try self.pool.writeWithoutTransaction { database in
                try self.requireSameFiles(database)
                var result: R?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                self.checkpointIfDue(database, work: work)
                guard let result else { throw StorageError(.failed, "the transaction returned nothing") }
                return result
            }
        }
    }

    private func requireOpen() throws(StorageError) {
        guard !self.state.withLock({ $0.isClosed }) else { throw StorageError(.failed, "the store is closed") }
    }

    /// Refuses to write when the files were replaced, after saving what the open write-ahead log still holds.
    private func requireSameFiles(_ database: Database) throws {
        do throws(StorageError) {
            try self.watch.check()
        } catch {
            // The refusal below is the news; a failed rescue only adds to it and is counted.
            do { try database.checkpoint(.passive) } catch { self.countCheckpointFailure() }
            throw error
        }
    }

    /// Checkpoints after enough work. A failure must not make the finished commit look failed, so it is only counted.
    private func checkpointIfDue(_ database: Database, work: Int) {
        let isDue = self.state.withLock { state in
            state.pendingWork += work
            guard state.pendingWork >= Self.checkpointInterval else { return false }
            state.pendingWork = 0
            return true
        }
        guard isDue else { return }
        do { try database.checkpoint(.passive) } catch { self.countCheckpointFailure() }
    }

    private func countCheckpointFailure() {
        self.state.withLock { $0.checkpointFailures += 1 }
    }
}

// MARK: - Opening

extension SQLiteStore {
    /// The engine's own account of its memory, which nobody reads, costs a lock that all connections share at each of the
    /// ten pieces of memory that a row needs. Once the engine is in use this changes nothing any more.
    private static let engineIsSetUp = martlet_sqlite_count_memory(0) == SQLITE_OK

    /// Refuses SQLite libraries that do not know `STRICT` tables.
    static func requireEngine(version: Int) throws(StorageError) {
        guard version >= 3_037_000 else {
            throw StorageError(.unusable, "SQLite 3.37 or newer is needed, this library is \(Self.sqliteVersion)")
        }
    }

    private static func openPool(path: String, busyTimeout: Double) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.label = "SQLiteStore"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            guard !database.configuration.readonly else { return }
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // Only now: turning on WAL inside the pool sets NORMAL.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try Schema.migrate(pool)
        return pool
    }
}
