import Dispatch
import Exchange
import GRDB
import Storage
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite("Names of the ledger that nothing names any more")
struct LedgerSweepTests {
    private static let day: Int64 = 86_400_000
    private static let start: Int64 = 1_795_737_600_000

    private let folder: TemporaryFolder
    private let store: SQLiteStore

    init() throws {
        self.folder = try TemporaryFolder()
        self.store = try SQLiteStore(path: self.folder.store)
    }

    private static func entry(
        _ number: Int,
        day: Int,
        key: String = "key",
        label: String,
        budget: Int64? = nil
    ) -> LedgerEntry {
        let startedAt = Self.start + Int64(day) * Self.day
        var entry = LedgerEntry(
            attempt: AttemptID(high: UInt64(startedAt) << 16, low: UInt64(number)),
            requestID: "req-\(number)",
            subject: LedgerEntry.Subject(
                keyID: key,
                projectID: "project",
                operation: .chat,
                model: "fast",
                provider: "openai",
                upstreamModel: "gpt",
                label: label
            ),
            startedAt: startedAt,
            settledAt: startedAt + 1
        )
        entry.chargeNanoUSD = 5
        entry.budgets = budget.map { [BudgetPeriodKey(budgetID: "bud", startsAt: $0)] } ?? []
        return entry
    }

    private static var oneDay: Retention {
        var retention = Retention()
        (retention.ledgerDays, retention.minuteDays, retention.hourDays, retention.dayDays) = (1, 1, 1, 1)
        return retention
    }

    private func prune(_ retention: Retention = Self.oneDay, day: Int, limit: Int = 1_000) throws {
        while try self.store.prune(retention, now: Self.start + Int64(day) * Self.day, limit: limit) > 0 {}
    }

    private func count(_ table: String) throws -> Int? {
        try self.store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
    }

    private func labels() throws -> [String] {
        try self.store.pool.read { try String.fetchAll($0, sql: "SELECT label FROM ledger_subjects ORDER BY label") }
    }

    private func listed(key: String? = nil) throws -> [LedgerEntry] {
        var query = LedgerQuery()
        query.limit = 1_000
        query.keyID = key
        return try self.store.entries(query)
    }

    @Test("subjects and sets of budgets go when their last row and their last sum do, in bounded steps")
    func swept() throws {
        let old = (0..<300).map { Self.entry($0, day: 0, label: "old \($0)", budget: Int64($0)) }
        let young = (300..<310).map { Self.entry($0, day: 5, label: "young \($0)", budget: Int64($0)) }
        try self.store.append(old + young, watermark: nil)
        var retention = Self.oneDay
        retention.dayDays = 30
        try self.prune(retention, day: 5, limit: 50)
        // Sums by day still name them; their rows, and so their sets, are gone.
        #expect(try self.count("ledger_subjects") == 310)
        #expect(try self.count("ledger_budget_sets") == 10)
        try self.prune(day: 6, limit: 50)
        #expect(try self.labels() == young.map(\.subject.label).sorted())
        #expect(Set(try self.listed().map(\.attempt)) == Set(young.map(\.attempt)))
        #expect(try self.listed().allSatisfy { $0.budgets.count == 1 })
    }

    @Test("while ledger rows are kept for ever nothing is looked for")
    func kept() throws {
        try self.store.append([Self.entry(1, day: 0, label: "a")], watermark: nil)
        var retention = Self.oneDay
        retention.ledgerDays = nil
        try self.prune(retention, day: 90)
        #expect(try self.labels() == ["a"])
        #expect(try self.listed().count == 1)
    }

    @Test("a number that went is not given again, so that no key is taken for another")
    func numbers() throws {
        // The first subject of a key names the key; it goes while a later one stays, and the newest of all goes, too.
        try self.store.append([Self.entry(1, day: 0, key: "a", label: "first")], watermark: nil)
        try self.store.append([Self.entry(2, day: 5, key: "a", label: "later")], watermark: nil)
        try self.store.append([Self.entry(3, day: 0, key: "b", label: "newest")], watermark: nil)
        try self.prune(day: 6)
        #expect(try self.labels() == ["later"])
        let entries = (10..<20).map { Self.entry($0, day: 6, key: "c \($0)", label: "") }
        try self.store.append(entries, watermark: nil)
        #expect(try self.listed(key: "a").map(\.requestID) == ["req-2"])
        #expect(try self.listed(key: "b").isEmpty)
        for entry in entries { #expect(try self.listed(key: entry.subject.keyID) == [entry]) }
        try self.store.append([Self.entry(30, day: 6, key: "a", label: "first")], watermark: nil)
        #expect(try self.listed(key: "a").map(\.requestID) == ["req-30", "req-2"])
        let smallest = try self.store.pool.read {
            try Int.fetchOne($0, sql: "SELECT min(id) FROM ledger_subjects WHERE label != 'later'")
        }
        #expect((smallest ?? 0) > 3)
    }

    @Test("a name that went comes back as new, though it was just in use")
    func cached() throws {
        for day in stride(from: 0, to: 40, by: 4) {
            let entry = Self.entry(day, day: day, label: "same", budget: 1)
            try self.store.append([entry], watermark: nil)
            #expect(try self.listed() == [entry])
            try self.prune(day: day + 2)
            #expect(try self.count("ledger_subjects") == 0)
            #expect(try self.count("ledger_budget_sets") == 0)
        }
    }

    @Test("the look is made once a day, and again when the clock was set back")
    func interval() throws {
        try self.store.append([Self.entry(1, day: 0, label: "a")], watermark: nil)
        try self.prune(day: 2)
        #expect(try self.labels().isEmpty)
        // Both rows and sums of a new name are gone, but the last look was less than a day ago.
        try self.store.append([Self.entry(2, day: 0, label: "b")], watermark: nil)
        #expect(try self.store.prune(Self.oneDay, now: Self.start + 2 * Self.day + 1, limit: 10) == 1)
        #expect(try self.store.prune(Self.oneDay, now: Self.start + 2 * Self.day + 1, limit: 10) == 0)
        #expect(try self.labels() == ["b"])
        try self.prune(day: 1)
        #expect(try self.labels().isEmpty)
    }

    @Test("entries appended meanwhile never lose their names")
    func concurrent() throws {
        let store = self.store
        let isDone = Atomic<Bool>(false)
        try Self.inParallel(
            {
                // Few labels, so that most were just swept when they are used again.
                for batch in 0..<150 {
                    let entries = (batch * 4..<batch * 4 + 4).map { number in
                        Self.entry(number, day: number % 3, label: "label \(number % 7)", budget: Int64(number % 5))
                    }
                    try store.append(entries, watermark: nil)
                }
                isDone.store(true, ordering: .sequentiallyConsistent)
            },
            {
                var now = Self.start + 3 * Self.day
                // Each round is a day later for the sweep, and young rows stay young for the retention.
                var days = 2
                while !isDone.load(ordering: .sequentiallyConsistent) {
                    var retention = Self.oneDay
                    (retention.ledgerDays, retention.dayDays, retention.hourDays, retention.minuteDays) = (
                        days, days, days, days
                    )
                    while try store.prune(retention, now: now, limit: 3) > 0 {}
                    now += Self.day
                    days += 1
                }
            }
        )
        // What the ledger holds is shown: a row without its subject would not be.
        let rows = try self.count("ledger")
        #expect(rows == (try self.listedAll()))
        let orphans = try self.store.pool.read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT count(*) FROM ledger WHERE subject NOT IN (SELECT id FROM ledger_subjects)
                        OR budget_set NOT IN (SELECT id FROM ledger_budget_sets)
                    """
            )
        }
        #expect(orphans == 0)
    }

    private func listedAll() throws -> Int {
        var query = LedgerQuery()
        query.limit = 1_000
        var count = 0
        while case let page = try self.store.entries(query), let last = page.last {
            count += page.count
            query.before = last.attempt
        }
        return count
    }

    private static func inParallel(_ works: (@Sendable () throws -> Void)...) throws {
        let failures = Mutex<[any Error]>([])
        let list = works
        DispatchQueue.concurrentPerform(iterations: list.count) { index in
            do { try list[index]() } catch { failures.withLock { $0.append(error) } }
        }
        if let failure = failures.withLock({ $0.first }) { throw failure }
    }

    @Test("a store of the version before keeps its names and their numbers")
    func migration() throws {
        let folder = try TemporaryFolder()
        do {
            // The file's mode and owner are checked when it is opened.
            TemporaryFolder.write([], to: folder.store)
            let pool = try DatabasePool(path: folder.store)
            try Schema.migrator.migrate(pool, upTo: "0008-request-costs")
            try pool.write { (database) throws in
                try database.execute(
                    sql: """
                        INSERT INTO ledger_subjects VALUES (7, 7, 'k', 'p', 'chat', 'm', 'v', 'u', 'old');
                        INSERT INTO ledger_budget_sets VALUES (9, '[["bud",0]]');
                        """
                )
            }
            try pool.close()
        }
        let store = try SQLiteStore(path: folder.store, create: false)
        var entry = Self.entry(1, day: 0, key: "k", label: "new", budget: 1)
        entry.subject.projectID = "p"
        try store.append([entry], watermark: nil)
        let (subjects, sets) = try store.pool.read { (database) throws in
            (
                try Row.fetchAll(database, sql: "SELECT id, key_number FROM ledger_subjects ORDER BY id").map(
                    \.description
                ),
                try Int.fetchAll(database, sql: "SELECT id FROM ledger_budget_sets ORDER BY id")
            )
        }
        #expect(subjects == ["[id:7 key_number:7]", "[id:8 key_number:7]"])
        #expect(sets == [9, 10])
        try store.close()
    }
}
