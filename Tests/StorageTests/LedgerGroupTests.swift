import Exchange
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Entries that one statement adds to the ledger")
struct LedgerGroupTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private static func entry(_ number: Int, note: String? = nil) -> LedgerEntry {
        let time: Int64 = 1_795_737_600_000 + Int64(number)
        var entry = LedgerEntry(
            attempt: AttemptID(high: UInt64(time) << 16, low: UInt64(number)),
            requestID: "request-\(number)",
            subject: LedgerEntry.Subject(
                keyID: "key-\(number % 3)",
                projectID: "project",
                operation: .chat,
                model: "fast",
                provider: "openai",
                upstreamModel: "gpt"
            ),
            startedAt: time,
            settledAt: time + 1
        )
        entry.chargeNanoUSD = Int64(number) + 1
        entry.budgets = number % 2 == 0 ? [] : [BudgetPeriodKey(budgetID: "budget-\(number % 4)", startsAt: 0)]
        entry.note = note
        return entry
    }

    private static func stored(_ store: SQLiteStore) throws -> [LedgerEntry] {
        var query = LedgerQuery()
        query.limit = 1_000
        return try store.entries(query).sorted { $0.attempt < $1.attempt }
    }

    @Test("any number of entries is added whole", arguments: [1, 7, 8, 9, 16, 23, 100])
    func counts(_ count: Int) throws {
        let store = try SQLiteStore(path: self.folder.store)
        let entries = (0..<count).map { Self.entry($0, note: $0 % 5 == 0 ? "a note" : nil) }
        #expect(try store.append(entries, watermark: nil) == count)
        #expect(try Self.stored(store) == entries)
        let sums = try store.reconcile()
        #expect(sums.faults == [])
        #expect(sums.rows == count)
        #expect(sums.chargeNanoUSD == entries.reduce(0) { $0 + $1.chargeNanoUSD })
    }

    @Test("what is there already is left alone, wherever it is in a group", arguments: 0..<24)
    func repeats(_ known: Int) throws {
        let store = try SQLiteStore(path: self.folder.store)
        var first = Self.entry(known)
        first.chargeNanoUSD = 1_000_000
        #expect(try store.append([first], watermark: nil) == 1)
        let entries = (0..<24).map { Self.entry($0) }
        #expect(try store.append(entries, watermark: nil) == 23)
        #expect(try store.append(entries, watermark: nil) == 0)
        #expect(try store.append(entries + [Self.entry(24)], watermark: nil) == 1)
        var expected = (0...24).map { Self.entry($0) }
        expected[known] = first
        #expect(try Self.stored(store) == expected)
        let sums = try store.reconcile()
        #expect(sums.faults == [])
        #expect(sums.rows == 25)
        #expect(sums.chargeNanoUSD == expected.reduce(0) { $0 + $1.chargeNanoUSD })
    }

    @Test("what goes with a batch is written once, whether or not all of it is new", arguments: [0, 8, 16])
    func companions(_ known: Int) throws {
        let store = try SQLiteStore(path: self.folder.store)
        try store.append((0..<known).map { Self.entry($0) }, watermark: JournalPosition(segment: 1, offset: 1))
        let watermark = JournalPosition(segment: 3, offset: 77)
        #expect(try store.append((0..<24).map { Self.entry($0) }, watermark: watermark) == 24 - known)
        #expect(try store.watermark() == watermark)
        #expect(try Self.stored(store) == (0..<24).map { Self.entry($0) })
        #expect(try store.reconcile().faults == [])
    }

    @Test("one that comes twice among the same counts once")
    func twins() throws {
        let store = try SQLiteStore(path: self.folder.store)
        var entries = (0..<16).map { Self.entry($0) }
        entries.append(contentsOf: [Self.entry(3), Self.entry(16), Self.entry(16)])
        #expect(try store.append(entries, watermark: nil) == 17)
        #expect(try Self.stored(store) == (0...16).map { Self.entry($0) })
        #expect(try store.reconcile().faults == [])
    }
}
