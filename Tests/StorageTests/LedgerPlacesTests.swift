import Exchange
import GRDB
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Where the ledger's rows lie by key and by request")
struct LedgerPlacesTests {
    private static let start: Int64 = 1_795_737_600_000
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private static func requestID(_ time: Int64, _ tail: String) -> String {
        let digits = (0..<10).reversed().map { Self.alphabet[Int(time >> Int64(5 * $0) & 31)] }
        return "req_" + String(digits) + tail
    }

    private static func tail(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "Z", count: 16 - digits.count) + digits
    }

    private static func attempt(_ time: Int64, _ number: Int) -> AttemptID {
        AttemptID(high: UInt64(time) << 16 | UInt64(number & 0xFFFF), low: UInt64(number))
    }

    private static func entry(_ request: String, at time: Int64, _ number: Int, key: String = "key") -> LedgerEntry {
        var entry = LedgerEntry(
            attempt: Self.attempt(time, number),
            requestID: request,
            subject: LedgerEntry.Subject(
                keyID: key,
                projectID: "project",
                operation: .chat,
                model: "fast",
                provider: "openai",
                upstreamModel: "gpt"
            ),
            startedAt: time,
            settledAt: time + 1
        )
        entry.chargeNanoUSD = 5
        return entry
    }

    /// Requests of ours and of callers, retried soon, late and, after a step of the clock, before their own time.
    private static func samples() -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        for number in 0..<300 {
            let time = Self.start + Int64(number) * 731
            let request =
                switch number % 10 {
                case 0: "theirs"
                case 1: "req_\(number)"
                default: Self.requestID(time, Self.tail(number))
                }
            let key = "key-\(number % 7 == 0 ? 9 : number % 3)"
            entries.append(Self.entry(request, at: time + Int64(number % 5), 4 * number, key: key))
            if number % 4 == 0 { entries.append(Self.entry(request, at: time + 1023, 4 * number + 1, key: key)) }
            if number % 6 == 0 { entries.append(Self.entry(request, at: time + 1024, 4 * number + 2, key: key)) }
            if number % 8 == 0 { entries.append(Self.entry(request, at: time - 1, 4 * number + 3, key: key)) }
        }
        return entries
    }

    private static func listed(_ entries: [LedgerEntry], _ passes: (LedgerEntry) -> Bool) -> [LedgerEntry] {
        entries.filter(passes).sorted { $1.attempt < $0.attempt }
    }

    private static func pages(_ store: SQLiteStore, _ query: LedgerQuery) throws -> [LedgerEntry] {
        var (query, listed) = (query, [LedgerEntry]())
        query.limit = 7
        while true {
            let page = try store.entries(query)
            guard let last = page.last else { return listed }
            listed += page
            query.before = last.attempt
        }
    }

    @Test("The id of a request tells the first second of its attempts")
    func tellsTime() throws {
        let highs = try #require(LedgerPlaces.highs(ofRequest: Self.requestID(Self.start, Self.tail(1))))
        for (time, isIn) in [(-1, false), (0, true), (1, true), (1023, true), (1024, false)] as [(Int64, Bool)] {
            for number in [0, 0xFFFF] {
                let high = Self.attempt(Self.start + time, number).stored.high
                #expect(highs.contains(high) == isIn, "\(time) \(number)")
            }
        }
    }

    @Test(
        "Ids that callers make tell no time",
        arguments: [
            "", "theirs", "req_", "req_fill1000000001", "REQ_01JDXYZ0000000000000000000",
            "req_01JDXYZ000000000000000000",
            "req_01JDXYZ00000000000000000000", "req_01jdxyz0000000000000000000", "req_01JDXYZI0000000000000000000",
            "req_O1JDXYZ00000000000000000000", "req_ZZZZZZZZZZ0000000000000000", "req_01JDXY\u{e9}00000000000000000",
            "req_01JDXYZI000000000000000000", "req_O1JDXYZ0000000000000000000", "req_01JDXY\u{e9}000000000000000000",
            "req_\u{1F426}\u{1F426}\u{1F426}\u{1F426}\u{1F426}\u{1F426}zz",
        ]
    )
    func foreignIDs(id: String) {
        #expect(LedgerPlaces.highs(ofRequest: id) == nil)
    }

    @Test("Every request and every key finds its rows, page by page, whenever its attempts were")
    func findsRows() throws {
        let store = try SQLiteStore(path: self.folder.store)
        let entries = Self.samples()
        try store.append(entries.shuffled(), watermark: nil, audit: nil)
        try self.expectListings(store, entries)
    }

    @Test("Rows of one attempt under two requests are told apart")
    func twoRequests() throws {
        let store = try SQLiteStore(path: self.folder.store)
        let first = Self.entry("theirs", at: Self.start, 1)
        var second = Self.entry("others", at: Self.start, 1)
        (second.kind, second.number) = (.correction, 1)
        try store.append([first, second], watermark: nil, audit: nil)
        for entry in [first, second] {
            var query = LedgerQuery()
            query.requestID = entry.requestID
            #expect(try store.entries(query) == [entry])
        }
    }

    private func expectListings(_ store: SQLiteStore, _ entries: [LedgerEntry]) throws {
        for request in Set(entries.map(\.requestID)) {
            var query = LedgerQuery()
            query.requestID = request
            #expect(try Self.pages(store, query) == Self.listed(entries) { $0.requestID == request }, "\(request)")
        }
        for key in ["key-0", "key-1", "key-2", "key-9"] {
            var query = LedgerQuery()
            query.keyID = key
            #expect(try Self.pages(store, query) == Self.listed(entries) { $0.subject.keyID == key }, "\(key)")
            let (from, to) = (Self.start + 50_123, Self.start + 120_456)
            (query.from, query.to) = (from, to)
            let between = Self.listed(entries) {
                $0.subject.keyID == key && $0.startedAt >= from && $0.startedAt < to
            }
            #expect(try Self.pages(store, query) == between, "\(key)")
            query.requestID = "theirs"
            #expect(try Self.pages(store, query) == between.filter { $0.requestID == "theirs" }, "\(key)")
        }
    }

    @Test("A second of a key is noted once, and an attempt only when its request does not lead to it")
    func notesLittle() throws {
        let store = try SQLiteStore(path: self.folder.store)
        let entries = Self.samples()
        // Some batches, and some twice.
        for first in stride(from: 0, to: entries.count, by: 50) {
            try store.append(Array(entries[first..<min(first + 60, entries.count)]), watermark: nil, audit: nil)
        }
        let (times, late) = try store.pool.read { database in
            (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM ledger_key_times"),
                try Int.fetchOne(database, sql: "SELECT count(*) FROM ledger_late_attempts")
            )
        }
        let slices = Set(entries.map { "\($0.subject.keyID) \($0.startedAt >> 10)" })
        let isLate = { (entry: LedgerEntry) in
            guard entry.requestID.utf8.count == 30 else { return true }
            let place = Int(entry.attempt.low) % 4
            return place > 1
        }
        #expect(times == slices.count)
        #expect(late == entries.filter(isLate).count)
    }

    @Test("Listings are read in order, by search alone")
    func isSearch() throws {
        let store = try SQLiteStore(path: self.folder.store)
        try store.append(Self.samples(), watermark: nil, audit: nil)
        var (key, request) = (LedgerQuery(), LedgerQuery())
        key.keyID = "key-1"
        request.requestID = Self.requestID(Self.start, Self.tail(0))
        for query in [key, request] {
            let plans = try store.pool.read { database in
                try LedgerSource.sources(of: query, database).map { source in
                    try Row.fetchAll(
                        database,
                        sql: "EXPLAIN QUERY PLAN \(source.sql)",
                        arguments: StatementArguments(source.filter.arguments + [5.databaseValue])
                    ).compactMap { $0["detail"] as String? }
                }
            }
            #expect(!plans.isEmpty)
            for step in plans.joined() { #expect(step.hasPrefix("SEARCH"), "\(step)") }
        }
    }

    @Test("A store of before has its rows noted, and loses the indexes")
    func upgrade() throws {
        let entries = Self.samples()
        let newer = try TemporaryFolder()
        let store = try SQLiteStore(path: newer.store)
        try store.append(entries, watermark: nil, audit: nil)
        TemporaryFolder.write([], to: self.folder.store)
        let old = try DatabaseQueue(path: self.folder.store)
        try Schema.migrator.migrate(old, upTo: "0027-request-blocks")
        for table in ["ledger_subjects", "ledger"] {
            let rows = try store.pool.read { try Row.fetchAll($0, sql: "SELECT * FROM \(table)") }
            try old.write { database in
                for row in rows {
                    let places = row.columnNames.map { _ in "?" }.joined(separator: ", ")
                    try database.execute(
                        sql: "INSERT INTO \(table) (\(row.columnNames.joined(separator: ", "))) VALUES (\(places))",
                        arguments: StatementArguments(row.databaseValues)
                    )
                }
            }
        }
        try old.close()
        let upgraded = try SQLiteStore(path: self.folder.store)
        try self.expectListings(upgraded, entries)
        let indexes = try upgraded.pool.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE name LIKE 'ledger_by_%'")
        }
        #expect(indexes.isEmpty)
    }

    @Test("Places go with the rows that lay there, and the others' stay")
    func retention() throws {
        let store = try SQLiteStore(path: self.folder.store)
        let day: Int64 = 86_400_000
        var entries: [LedgerEntry] = []
        for number in 0..<40 {
            let time = Self.start + Int64(number / 20) * 10 * day + Int64(number) * 2_000
            entries.append(Self.entry("theirs-\(number)", at: time, number, key: "key-\(number % 2)"))
        }
        try store.append(entries, watermark: nil, audit: nil)
        var retention = Retention()
        retention.ledgerDays = 5
        while try store.prune(retention, now: Self.start + 12 * day, limit: 7) > 0 {}
        let left = Array(entries[20...])
        for key in ["key-0", "key-1"] {
            var query = LedgerQuery()
            query.keyID = key
            #expect(try Self.pages(store, query) == Self.listed(left) { $0.subject.keyID == key })
        }
        for (number, entry) in entries.enumerated() {
            var query = LedgerQuery()
            query.requestID = entry.requestID
            #expect(try store.entries(query).count == (number < 20 ? 0 : 1))
        }
        let (times, late) = try store.pool.read { database in
            (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM ledger_key_times"),
                try Int.fetchOne(database, sql: "SELECT count(*) FROM ledger_late_attempts")
            )
        }
        #expect(times == 20)
        #expect(late == 20)
    }
}
