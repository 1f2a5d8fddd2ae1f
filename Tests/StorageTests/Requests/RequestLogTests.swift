import Exchange
import GRDB
import Storage
import Testing

@testable import SQLiteStorage

@Suite("The request log in blocks")
struct RequestLogTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private static func record(_ number: Int, key: String = "k", project: String = "p") -> RequestRecord {
        RequestRecord(id: "\(number)", startedAt: Int64(number), keyID: key, projectID: project, operation: .chat)
    }

    private static func records(_ range: Range<Int>) -> [RequestRecord] { range.map { Self.record($0) } }

    private func open() throws -> SQLiteStore { try SQLiteStore(path: self.folder.store) }

    /// Another program on the same file, like the sqlite3 tool.
    private func stranger() throws -> DatabaseQueue { try DatabaseQueue(path: self.folder.store) }

    private static func blocks(_ store: SQLiteStore) throws -> [Int] {
        try store.read { database in
            try Int.fetchAll(database, sql: "SELECT count FROM request_blocks ORDER BY first")
        }
    }

    @Test("records fill blocks whatever batches they come in, and also after closing and opening")
    func filling() throws {
        var store = try self.open()
        for start in stride(from: 0, to: 140, by: 7) { try store.append(Self.records(start..<(start + 7))) }
        #expect(try Self.blocks(store) == [128, 12])
        try store.close()
        store = try self.open()
        try store.append(Self.records(140..<600))
        #expect(try Self.blocks(store) == [128, 128, 128, 128, 88])
        let all = try Self.all(store)
        #expect(all.map(\.record) == Self.records(0..<600).reversed())
        #expect(all.map(\.sequence) == (1...600).reversed())
    }

    private static func all(
        _ store: SQLiteStore,
        _ query: RequestQuery = RequestQuery(limit: 37)
    ) throws -> [StoredRequest] {
        var (query, all) = (query, [StoredRequest]())
        while case let page = try store.list(query), let last = page.last {
            all += page
            query.before = last.sequence
        }
        return all
    }

    @Test("pages in both directions meet the edges of blocks exactly", arguments: [1, 127, 128, 129, 200])
    func edges(_ limit: Int) throws {
        let store = try self.open()
        try store.append(Self.records(0..<400))
        #expect(try Self.all(store, RequestQuery(limit: limit)).map(\.sequence) == (1...400).reversed())
        var query = RequestQuery(limit: limit)
        query.after = 0
        var followed: [Int64] = []
        while case let page = try store.list(query), let last = page.last {
            followed += page.map(\.sequence)
            query.after = last.sequence
        }
        #expect(followed == Array(1...400))
        query.after = 100
        query.before = 104
        #expect(try store.list(query).map(\.sequence) == Array([101, 102, 103].prefix(limit)))
    }

    @Test("what is rare is found wherever it is, by whatever it is looked for")
    func rare() throws {
        let store = try self.open()
        var records = Self.records(0..<1000)
        records[3].keyID = "rare"
        records[300].projectID = "rare"
        records[500].traceID = "rare"
        records[700].modelAsked = "rare"
        records[900].outcome = .truncated
        try store.append(records)
        func found(_ ask: (inout RequestQuery) -> Void) throws -> [Int64] {
            var query = RequestQuery()
            ask(&query)
            return try store.list(query).map(\.record.startedAt)
        }
        #expect(try found { $0.keyID = "rare" } == [3])
        #expect(try found { $0.projectID = "rare" } == [300])
        #expect(try found { $0.projects = ["none", "rare"] } == [300])
        #expect(try found { $0.projects = [] } == [])
        #expect(try found { $0.traceID = "rare" } == [500])
        #expect(try found { $0.model = "rare" } == [700])
        #expect(try found { $0.outcome = .truncated } == [900])
        #expect(try found { $0.id = "999" } == [999])
        #expect(
            try found {
                $0.keyID = "rare"; $0.outcome = .truncated
            } == []
        )
        #expect(try store.find(id: "0")?.sequence == 1)
        #expect(try store.find(id: "1000") == nil)
    }

    @Test("of keys in many blocks the newest use counts")
    func lastUse() throws {
        let store = try self.open()
        try store.append((0..<600).map { Self.record($0, key: $0 < 300 ? "k\($0 % 5)" : "late") })
        #expect(
            try store.lastUsed(keyIDs: ["k0", "k4", "late", "never"]) == ["k0": 295, "k4": 299, "late": 599]
        )
    }

    @Test("a batch that is refused changes nothing, and the next goes on where the last one ended")
    func refusedBatch() throws {
        let store = try self.open()
        try store.append(Self.records(0..<10))
        try store.write { database in
            try database.execute(
                sql: """
                    CREATE TEMP TRIGGER refuse BEFORE INSERT ON request_records WHEN NEW.first > 1
                    BEGIN SELECT RAISE(ABORT, 'refused'); END
                    """
            )
        }
        #expect(throws: StorageError.self) { try store.append(Self.records(10..<300)) }
        #expect(try Self.blocks(store) == [10])
        try store.append(Self.records(10..<20))
        #expect(try Self.all(store).map(\.sequence) == (1...20).reversed())
    }

    @Test(
        "old records go in bounded steps, blocks that are partly old keep the rest, and numbers are never given again"
    )
    func retention() throws {
        let store = try self.open()
        let day: Int64 = 86_400_000
        var retention = Retention()
        retention.requestDays = 1
        retention.minuteDays = nil
        retention.hourDays = nil
        try store.append(Self.records(0..<300))
        // At one day and 200 ms, what started before 200 is old.
        #expect(try store.prune(retention, now: day + 200, limit: 150) == 150)
        #expect(try Self.all(store).last?.record.startedAt == 150)
        #expect(try store.prune(retention, now: day + 200, limit: 150) == 50)
        #expect(try store.prune(retention, now: day + 200, limit: 150) == 0)
        #expect(try Self.blocks(store) == [56, 44])
        #expect(try Self.all(store).map(\.sequence) == (201...300).reversed())
        #expect(try store.find(id: "200")?.sequence == 201)
        try store.append(Self.records(300..<310))
        #expect(try Self.all(store).map(\.sequence) == (201...310).reversed())
        // The key that they were made with is none, so its last use goes with them.
        #expect(try store.prune(retention, now: 3 * day, limit: 1000) == 111)
        #expect(try store.lastUsed(keyIDs: ["k"]) == [:])
        #expect(try Self.blocks(store) == [])
        try store.append(Self.records(0..<1))
        #expect(try Self.all(store).map(\.sequence) == [311])
    }

    @Test("records of a clock that ran ahead are looked past, and keep their place")
    func clockAhead() throws {
        let store = try self.open()
        var records = Self.records(0..<10)
        records[2].startedAt = 1 << 50
        try store.append(records)
        var retention = Retention()
        retention.requestDays = 0
        #expect(try store.prune(retention, now: 1000, limit: 100) == 9 + 1)
        #expect(try Self.all(store).map(\.sequence) == [3])
    }

    @Test("a log with a row for each record is packed when it is opened, and loses nothing")
    func packing() throws {
        TemporaryFolder.write([], to: self.folder.store)
        let old = try self.stranger()
        try Schema.migrator.migrate(old, upTo: "0024-body-rules")
        try old.write { database in
            for number in 1...300 where number % 7 != 0 {
                try database.execute(
                    sql: """
                        INSERT INTO request_log (sequence, id, started_at, key_id, project_id, operation, is_stream, model_asked,
                            model_served, provider, status, outcome, attempts, queue_us, total_us, overhead_us, warnings,
                            uncached_input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
                            audio_input_tokens, visible_output_tokens, reasoning_tokens, audio_output_tokens, usage_is_anomalous,
                            cost_nano_usd, route, trace_id)
                        VALUES (?, 'r' || ?1, 10 * ?1, 'k', 'p', 'chat', 1, 'a', 's', 'o', 200, 'completed', 2, 3, 4, 5, '["w"]',
                            1, 2, 3, 4, 5, 6, 7, 8, 1, 9, '{}', 't')
                        """,
                    arguments: [number]
                )
            }
            try database.execute(sql: "DELETE FROM request_log WHERE sequence > 295")
        }
        try old.close()
        let store = try self.open()
        let all = try Self.all(store)
        #expect(all.map(\.sequence) == (1...295).filter { $0 % 7 != 0 }.reversed().map(Int64.init))
        #expect(all.allSatisfy { $0.record.id == "r\($0.sequence)" && $0.record.startedAt == 10 * $0.sequence })
        let record = try #require(all.first?.record)
        #expect(record.isStream && record.warnings == ["w"] && record.costNanoUSD == 9 && record.route == "{}")
        #expect(record.usage?.audioOutputTokens == 8 && record.usage?.isAnomalous == true && record.traceID == "t")
        try store.append([Self.record(1)])
        // 300 was given, though it is gone.
        #expect(try store.list(RequestQuery(limit: 1)).first?.sequence == 301)
    }

    @Test("rows of an old log that could not be listed are left out, and hold up no start")
    func packingDamage() throws {
        TemporaryFolder.write([], to: self.folder.store)
        let old = try self.stranger()
        try Schema.migrator.migrate(old, upTo: "0024-body-rules")
        try old.write { database in
            for (operation, outcome, warnings) in [
                ("telepathy", "completed", "[]"), ("chat", "guessed", "[]"), ("chat", "completed", "{"),
                ("chat", "refused", "[]"),
            ] {
                try database.execute(
                    sql: """
                        INSERT INTO request_log (id, started_at, key_id, project_id, operation, is_stream, model_asked,
                            model_served, provider, status, outcome, attempts, queue_us, total_us, overhead_us, warnings)
                        VALUES ('r', 7, 'k', 'p', ?, 0, 'a', 's', 'o', 200, ?, 1, 0, 1, 1, ?)
                        """,
                    arguments: [operation, outcome, warnings]
                )
            }
        }
        try old.close()
        let store = try self.open()
        #expect(try store.list(RequestQuery()).map(\.sequence) == [4])
        #expect(try store.lastUsed(keyIDs: ["k", "none"]) == ["k": 7])
    }

    @Test("bytes that no Martlet wrote are told, not trusted", arguments: ["x'01ff'", "x''", "x'0201'"])
    func damage(_ bytes: String) throws {
        let store = try self.open()
        try store.append(Self.records(0..<1))
        try self.stranger().write { try $0.execute(sql: "UPDATE request_records SET records = \(bytes)") }
        #expect(throws: StorageError.self) { try store.list(RequestQuery()) }
        try self.stranger().write { try $0.execute(sql: "DELETE FROM request_records") }
        #expect(throws: StorageError.self) { try store.list(RequestQuery()) }
    }

    @Test("a block that cannot be read holds up neither what comes after nor what is old", arguments: [true, false])
    func damagedBlock(_ isGone: Bool) throws {
        let store = try self.open()
        try store.append(Self.records(0..<140))
        try self.stranger().write { database in
            let last = "first = (SELECT max(first) FROM request_records)"
            try database.execute(
                sql: isGone
                    ? "DELETE FROM request_records WHERE \(last)"
                    : "UPDATE request_records SET records = x'01ff' WHERE \(last)"
            )
        }
        try store.close()
        let again = try self.open()
        try again.append(Self.records(140..<150))
        #expect(try again.list(RequestQuery(limit: 10)).map(\.record) == Self.records(140..<150).reversed())
        var retention = Retention()
        retention.requestDays = 0
        #expect(try again.prune(retention, now: 145, limit: 1000) == 128 + 12 + 5)
        #expect(try Self.all(again).map(\.record) == Self.records(145..<150).reversed())
    }

    @Test("a state that is gone or behind its blocks is mended: no number is given twice", arguments: [0, -3, 7])
    func damagedState(_ next: Int64) throws {
        let store = try self.open()
        try store.append(Self.records(0..<20))
        try self.stranger().write { try $0.execute(sql: "UPDATE request_log_state SET next = ?", arguments: [next]) }
        try store.append(Self.records(20..<21))
        try self.stranger().write { try $0.execute(sql: "DELETE FROM request_log_state") }
        try store.append(Self.records(21..<22))
        #expect(try Self.all(store).map(\.sequence) == (1...22).reversed())
    }

    @Test("a log whose numbers are used up says so")
    func noNumbers() throws {
        let store = try self.open()
        try self.stranger().write { try $0.execute(sql: "UPDATE request_log_state SET next = \(Int64.max)") }
        #expect(throws: StorageError.self) { try store.append(Self.records(0..<1)) }
    }

    @Test("a listing that takes too long is ended, also between the engine's steps")
    func deadline() throws {
        let store = try SQLiteStore(path: self.folder.store, create: true, busyTimeout: 5, queryLimit: .zero)
        try store.append(Self.records(0..<300))
        let error = #expect(throws: StorageError.self) { try store.list(RequestQuery()) }
        #expect(error?.message.contains("too long") == true)
    }
}
