import Dispatch
import Exchange
import GRDB
import Glibc
import Storage
import Testing

@testable import SQLiteStorage

@Suite("The SQLite store")
struct SQLiteStoreTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private func open(busyTimeout: Double = 5) throws -> SQLiteStore {
        try SQLiteStore(path: self.folder.store, create: true, busyTimeout: busyTimeout)
    }

    private static func project(_ name: String) -> ProjectRecord {
        ProjectRecord(id: name, name: name, createdAt: 1, updatedAt: 1)
    }

    private static func requests(_ range: Range<Int>) -> [RequestRecord] {
        range.map {
            RequestRecord(id: "\($0)", startedAt: Int64($0), keyID: "k", projectID: "p", operation: .chat)
        }
    }

    /// Another program on the same file, like the sqlite3 tool.
    private func stranger() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: self.folder.store, configuration: configuration)
    }

    @Test("every connection is set up as designed")
    func pragmas() throws {
        let store = try self.open()
        func number(_ database: Database, _ name: String) throws -> Int? {
            try Int.fetchOne(database, sql: "PRAGMA \(name)")
        }
        try store.pool.writeWithoutTransaction { (database) throws in
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
            #expect(try number(database, "synchronous") == 2)
            #expect(try number(database, "wal_autocheckpoint") == 0)
            #expect(try number(database, "foreign_keys") == 1)
            #expect(try number(database, "trusted_schema") == 0)
            #expect(try number(database, "busy_timeout") == 5000)
        }
        try store.pool.read { (database) throws in
            #expect(throws: (any Error).self) { try database.execute(sql: "DELETE FROM keys") }
            #expect(try number(database, "trusted_schema") == 0)
        }
    }

    @Test("what was stored is there after closing and opening, and after a crash")
    func durability() throws {
        let store = try self.open()
        try store.insertProject(Self.project("one"))
        try store.close()
        #expect(TemporaryFolder.size(self.folder.store + "-wal") == nil, "closing leaves one file")
        let crashed = try self.open()
        try crashed.insertProject(Self.project("two"))
        let copy = try Self.copy(self.folder)
        let recovered = try SQLiteStore(path: copy.store)
        #expect(try recovered.loadConfiguration().projects.map(\.name) == ["one", "two"])
    }

    /// The files as a crash would leave them.
    private static func copy(_ folder: TemporaryFolder) throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            let source = Glibc.open(folder.store + suffix, O_RDONLY)
            defer { Glibc.close(source) }
            var bytes = [UInt8](repeating: 0, count: TemporaryFolder.size(folder.store + suffix) ?? 0)
            let count = bytes.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            #expect(count == bytes.count)
            TemporaryFolder.write(bytes, to: copy.store + suffix)
        }
        return copy
    }

    @Test("a closed store says so, and closing twice is harmless")
    func closed() throws {
        let store = try self.open()
        try store.close()
        try store.close()
        for call in [
            { _ = try store.loadConfiguration() }, { try store.append(Self.requests(0..<1)) },
            { try store.checkpoint() }, { _ = try store.prune(Retention(), now: 1, limit: 1) },
        ] as [() throws -> Void] {
            let error = #expect(throws: StorageError.self) { try call() }
            #expect(error?.message == "the store is closed")
        }
    }

    @Test("closing while readers and writers are at work only ever ends in clear errors")
    func closingUnderLoad() throws {
        let store = try self.open()
        DispatchQueue.concurrentPerform(iterations: 5) { worker in
            for round in 0..<50 {
                do {
                    switch worker {
                    case 0: if round == 25 { try store.close() } else { _ = try store.setting("x") }
                    case 1: try store.append(Self.requests(0..<5))
                    default: _ = try store.list(RequestQuery())
                    }
                } catch let error as StorageError {
                    #expect(error.code == .failed)
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        #expect(try self.open().list(RequestQuery(limit: 200)).count.isMultiple(of: 5))
    }

    @Test("a batch with one bad record stores nothing")
    func atomicity() throws {
        let store = try self.open()
        try store.write { database in
            try database.execute(
                sql: """
                    CREATE TEMP TRIGGER refuse BEFORE INSERT ON request_records WHEN NEW.first > 1
                    BEGIN SELECT RAISE(ABORT, 'refused'); END
                    """
            )
        }
        #expect(throws: StorageError.self) { try store.append(Self.requests(0..<200)) }
        #expect(try store.list(RequestQuery()).isEmpty)
        try store.append(Self.requests(0..<7))
        #expect(try store.list(RequestQuery()).count == 7)
    }

    @Test("the log is copied into the file from time to time, by the writer")
    func checkpoints() throws {
        let store = try self.open()
        for batch in 0..<300 {
            var records = Self.requests(batch * 100..<(batch + 1) * 100)
            for index in records.indices { records[index].route = String(repeating: "\(index)", count: 200) }
            try store.append(records)
        }
        let log = try #require(TemporaryFolder.size(self.folder.store + "-wal"))
        let file = try #require(TemporaryFolder.size(self.folder.store))
        #expect(log < file / 2)
        #expect(store.checkpointFailures == 0)
    }

    @Test("a checkpoint on demand fills the file")
    func checkpointOnDemand() throws {
        let store = try self.open()
        try store.append(Self.requests(0..<1000))
        let before = try #require(TemporaryFolder.size(self.folder.store))
        try store.checkpoint()
        #expect(try #require(TemporaryFolder.size(self.folder.store)) > before)
    }

    @Test("the library's version is named and an old one refused")
    func engineVersion() throws {
        #expect(SQLiteStore.sqliteVersion.split(separator: ".").count == 3)
        try SQLiteStore.requireEngine(version: 3_037_000)
        let error = #expect(throws: StorageError.self) { try SQLiteStore.requireEngine(version: 3_036_001) }
        #expect(error?.code == .unusable)
    }
}

// MARK: - Foreign hands

extension SQLiteStoreTests {
    @Test("a write waits for a foreign program within its bound, then says that the database is busy")
    func busy() throws {
        let store = try self.open(busyTimeout: 0.05)
        let stranger = try self.stranger()
        try stranger.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            let error = #expect(throws: StorageError.self) { try store.append(Self.requests(0..<1)) }
            #expect(error?.code == .failed)
            #expect(error?.message.contains("busy") == true)
            #expect(try store.list(RequestQuery()).isEmpty, "readers go on")
            try database.execute(sql: "ROLLBACK")
        }
        try store.append(Self.requests(0..<1))
        #expect(try store.list(RequestQuery()).count == 1)
    }

    @Test("settlements that meet a busy database leave nothing of themselves, and count once when it is free")
    func busyLedger() throws {
        let store = try self.open(busyTimeout: 0.02)
        let stranger = try self.stranger()
        let period = BudgetPeriodKey(budgetID: "b", startsAt: 0)
        let entries = (0..<20).map { number in
            let request = Self.requests(number..<(number + 1))[0]
            let subject = LedgerEntry.Subject(
                keyID: "k",
                projectID: "p",
                operation: .chat,
                model: "m",
                provider: "v",
                upstreamModel: "u",
                label: ""
            )
            var entry = LedgerEntry(
                attempt: AttemptID(high: 1, low: UInt64(number)),
                requestID: request.id,
                subject: subject,
                startedAt: 1,
                settledAt: 2
            )
            entry.chargeNanoUSD = 3
            entry.budgets = [period]
            return entry
        }
        for _ in 0..<5 {
            try stranger.writeWithoutTransaction { database in
                try database.execute(sql: "BEGIN IMMEDIATE")
                let error = #expect(throws: StorageError.self) { try store.append(entries, watermark: nil) }
                #expect(error?.message.contains("busy") == true)
                try database.execute(sql: "ROLLBACK")
            }
            #expect(try store.balances([period]).isEmpty)
        }
        #expect(try store.append(entries, watermark: nil) == 20)
        #expect(try store.append(entries, watermark: nil) == 0)
        #expect(try store.balances([period]).map(\.spentNanoUSD) == [60])
    }

    @Test("a write gets through when the foreign program lets go in time")
    func busyForAMoment() throws {
        let store = try self.open(busyTimeout: 30)
        let stranger = try self.stranger()
        try stranger.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        DispatchQueue.concurrentPerform(iterations: 2) { worker in
            do {
                if worker == 0 { try store.append(Self.requests(0..<1)) }
                if worker == 1 { try stranger.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") } }
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(try store.list(RequestQuery()).count == 1)
    }

    @Test("a deleted log stops reads and writes, and what it held is saved")
    func logDeleted() throws {
        let store = try self.open()
        try store.insertProject(Self.project("one"))
        #expect(unlink(self.folder.store + "-wal") == 0)
        for call in [{ try store.insertProject(Self.project("two")) }, { _ = try store.loadConfiguration() }]
            as [() throws -> Void]
        {
            let error = #expect(throws: StorageError.self) { try call() }
            #expect(error?.code == .failed)
            #expect(error?.message.contains("deleted or replaced") == true)
        }
        try store.close()
        #expect(try self.open().loadConfiguration().projects.map(\.name) == ["one"])
    }

    @Test("a replaced database file stops writes")
    func fileReplaced() throws {
        let store = try self.open()
        rename(self.folder.store, self.folder.path + "/moved.db")
        TemporaryFolder.write([], to: self.folder.store)
        let error = #expect(throws: StorageError.self) { try store.insertProject(Self.project("one")) }
        #expect(error?.message.contains("deleted or replaced") == true)
    }

    @Test("a log deleted after a crash leaves a store that opens, at its last checkpoint")
    func logDeletedAfterCrash() throws {
        let store = try self.open()
        try store.insertProject(Self.project("one"))
        try store.checkpoint()
        try store.insertProject(Self.project("two"))
        let crashed = try Self.copy(self.folder)
        #expect(unlink(crashed.store + "-wal") == 0)
        #expect(try SQLiteStore(path: crashed.store).loadConfiguration().projects.map(\.name) == ["one"])
    }

    @Test("keys made before strictness was known ask for none, and can be made strict")
    func keysBeforeStrictness() throws {
        TemporaryFolder.write([], to: self.folder.store)
        let old = try self.stranger()
        try Schema.migrator.migrate(old, upTo: "0003-fewer-request-indexes")
        try old.write { database in
            try database.execute(
                sql: """
                    INSERT INTO projects VALUES ('p', 'p', 1, 1, 1);
                    INSERT INTO keys VALUES ('k', 'old', 'p', x'07', 'v', 1, NULL, NULL, NULL, 9, 1, 1);
                    """
            )
        }
        try old.close()
        let store = try self.open()
        var key = try #require(try store.loadConfiguration().keys.first)
        #expect(key.name == "old" && key.limits == LimitsRecord(requestsPerMinute: 9) && !key.isStrict)
        key.isStrict = true
        try store.updateKey(key)
        #expect(try store.loadConfiguration().keys == [key])
    }

    @Test("models and records made before routing was known keep its defaults, and can be given it")
    func modelsBeforeRouting() throws {
        TemporaryFolder.write([], to: self.folder.store)
        let old = try self.stranger()
        try Schema.migrator.migrate(old, upTo: "0008-request-costs")
        try old.write { database in
            try database.execute(
                sql: """
                    INSERT INTO models VALUES ('m', 'old', 1, 'stored', 1, 1);
                    INSERT INTO targets VALUES ('m', 0, 'p', 'u', 5, 1, 1);
                    INSERT INTO request_log (id, started_at, key_id, project_id, operation, is_stream, model_asked,
                        model_served, provider, status, outcome, attempts, queue_us, total_us, overhead_us)
                    VALUES ('r', 1, 'k', 'p', 'chat', 0, 'a', 's', 'p', 200, 'completed', 1, 0, 1, 1);
                    """
            )
        }
        try old.close()
        let store = try self.open()
        var model = try #require(try store.loadConfiguration().models.first)
        #expect(model.routing == ModelRoutingRecord())
        #expect(model.targets == [TargetRecord(provider: "p", upstreamModel: "u", weight: 5, priority: 1)])
        #expect(try store.find(id: "r")?.record.route == nil)
        model.routing.strategy = "least-latency"
        model.targets[0].overrides.maxOutputTokens = 7
        try store.updateModel(model)
        #expect(try store.loadConfiguration().models == [model])
    }

    @Test("a routing text that no Martlet wrote is damage, not a trap", arguments: ["{", "[]", #"{"strategy":1}"#])
    func damagedRouting(_ text: String) throws {
        let store = try self.open()
        try store.insertModel(ModelRecord(id: "m", name: "m", targets: [], createdAt: 1, updatedAt: 1))
        try self.stranger().write { database in
            try database.execute(sql: "UPDATE models SET routing = ?", arguments: [text])
        }
        let error = #expect(throws: StorageError.self) { try store.loadConfiguration() }
        #expect(error?.message.contains("models") == true)
    }

    @Test("a newer schema is refused and left as it is")
    func newerSchema() throws {
        try self.open().close()
        try self.stranger().write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999-from-the-future')")
        }
        let error = #expect(throws: StorageError.self) { try self.open() }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("newer Martlet") == true)
    }

    @Test("another application's database is refused and left as it is", arguments: [0, 42])
    func otherApplication(_ id: Int) throws {
        TemporaryFolder.write([], to: self.folder.store)
        let queue = try self.stranger()
        try queue.write { try $0.execute(sql: "PRAGMA application_id = \(id); CREATE TABLE theirs (a)") }
        try queue.close()
        let error = #expect(throws: StorageError.self) { try self.open() }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("another application") == true)
        try self.stranger().read { (database) throws in
            #expect(try String.fetchAll(database, sql: "SELECT name FROM sqlite_master") == ["theirs"])
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "delete")
        }
    }
}
