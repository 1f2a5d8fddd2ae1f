import Exchange
import GRDB
import Storage
import Testing

@testable import MartletTesting
@testable import SQLiteStorage

@Suite("Rollups in the order in which they are read")
struct RollupOrderTests {
    private static let tables = RollupTable.allCases.map(\.name)

    private static let questions: [UsageQuery] = {
        var questions = [
            LedgerSamples.query(), LedgerSamples.query([.key, .status]), LedgerSamples.query([.model, .label], .hour),
            LedgerSamples.query([.target], .day), LedgerSamples.query([.project], .minute),
        ]
        for index in questions.indices where index % 2 == 0 { questions[index].from += 7 * 3_600_000 + 11 * 60_000 }
        return questions
    }()

    private static func answers(_ store: SQLiteStore) throws -> [UsageSums] {
        try Self.questions.map { try store.usageAndTotal($0) }
    }

    /// A store of the version before, with the subjects and rollups of another, which lie there in no order.
    private func older(than store: SQLiteStore, in folder: TemporaryFolder) throws -> DatabaseQueue {
        TemporaryFolder.write([], to: folder.store)
        let old = try DatabaseQueue(path: folder.store)
        try Schema.migrator.migrate(old, upTo: "0024-body-rules")
        for table in ["ledger_subjects"] + Self.tables {
            let rows = try store.pool.read { try Row.fetchAll($0, sql: "SELECT * FROM \(table)") }
            try old.write { database in
                for row in rows.shuffled() {
                    let names = row.columnNames.joined(separator: ", ")
                    let places = row.columnNames.map { _ in "?" }.joined(separator: ", ")
                    try database.execute(
                        sql: "INSERT INTO \(table) (\(names)) VALUES (\(places))",
                        arguments: StatementArguments(row.databaseValues)
                    )
                }
            }
        }
        return old
    }

    private func isInOrder(_ store: SQLiteStore) throws -> Bool {
        try store.pool.read { database in
            try Self.tables.allSatisfy { table in
                let plan = try Row.fetchAll(
                    database,
                    sql:
                        "EXPLAIN QUERY PLAN SELECT durations FROM \(table) WHERE slice >= 1 AND slice < 9 ORDER BY slice"
                )
                let texts = plan.compactMap { $0["detail"] as String? }
                return texts == ["SEARCH \(table) USING PRIMARY KEY (slice>? AND slice<?)"]
            }
        }
    }

    @Test("a store of the version before answers as it did, and goes on where it was")
    func upgrade() throws {
        let (source, upgraded) = (try TemporaryFolder(), try TemporaryFolder())
        let store = try SQLiteStore(path: source.store)
        let (first, second) = (LedgerSamples.entries(700, seed: 31), LedgerSamples.entries(1_000, seed: 31).suffix(300))
        try store.append(first, watermark: nil)
        try self.older(than: store, in: upgraded).close()
        let after = try SQLiteStore(path: upgraded.store, create: false)
        #expect(try self.isInOrder(after))
        #expect(try Self.answers(after) == Self.answers(store))
        #expect(try Self.answers(after).allSatisfy { $0.total.requests > 400 && $0.total.total != nil })
        for opened in [store, after] { try opened.append(Array(second), watermark: nil) }
        #expect(try Self.answers(after) == Self.answers(store))
        #expect(try after.usage(LedgerSamples.query()).first?.requests == 1_000)
        let size = try after.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM usage_days") }
        #expect(try store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM usage_days") } == size)
        try after.close()
        try store.close()
    }

    @Test("rows without durations, and sums at the largest number, come through an upgrade")
    func extremes() throws {
        let folder = try TemporaryFolder()
        TemporaryFolder.write([], to: folder.store)
        let old = try DatabaseQueue(path: folder.store)
        try Schema.migrator.migrate(old, upTo: "0024-body-rules")
        let sums = (["1", "0", "9223372036854775807"] + Array(repeating: "0", count: 12)).joined(separator: ", ")
        try old.write { database in
            try database.execute(
                sql: """
                    INSERT INTO ledger_subjects VALUES (3, 3, 'k', 'p', 'chat', 'm', 'v', 'u', '');
                    INSERT INTO usage_days VALUES (9, 20000, 3, 0, \(sums), NULL, 5);
                    INSERT INTO usage_days VALUES (4, -7, 3, 1, \(sums), x'0501', 6);
                    """
            )
        }
        try old.close()
        let store = try SQLiteStore(path: folder.store, create: false)
        let rows = try store.usage(UsageQuery(from: -10 * 86_400_000, to: 30_000 * 86_400_000, interval: .day))
        #expect(rows.map(\.startsAt) == [-7 * 86_400_000, 20_000 * 86_400_000])
        #expect(rows.map(\.chargeNanoUSD) == [.max, .max] && rows.map(\.lostCacheNanoUSD) == [6, 5])
        #expect(rows.map(\.errors) == [1, 0] && rows.map { $0.total?.p50 } == [5, nil])
        #expect(try store.usage(UsageQuery(from: -10 * 86_400_000, to: .max)).first?.chargeNanoUSD == .max)
        try store.close()
    }

    @Test("an upgrade that fails half-way leaves the store as it was, and the next one goes through")
    func interrupted() throws {
        let (source, upgraded) = (try TemporaryFolder(), try TemporaryFolder())
        let store = try SQLiteStore(path: source.store)
        try store.append(LedgerSamples.entries(50, seed: 32), watermark: nil)
        let old = try self.older(than: store, in: upgraded)
        // The last of the three cannot be copied: STRICT takes no text for a number, but a view has any.
        try old.write { database in
            try database.execute(
                sql: """
                    ALTER TABLE usage_days RENAME TO aside;
                    CREATE VIEW usage_days AS SELECT * FROM aside;
                    """
            )
        }
        try old.close()
        let error = #expect(throws: StorageError.self) { try SQLiteStore(path: upgraded.store, create: false) }
        #expect(error?.code == .failed)
        let again = try DatabaseQueue(path: upgraded.store)
        try again.write { database in
            let applied = try Schema.migrator.appliedIdentifiers(database)
            #expect(applied.contains("0024-body-rules") && !applied.contains("0025-rollups-in-order"))
            #expect(try Int.fetchOne(database, sql: "SELECT count(id) FROM usage_minutes") ?? 0 > 0)
            #expect(try !database.tableExists("new_rollup"))
            try database.execute(sql: "DROP VIEW usage_days; ALTER TABLE aside RENAME TO usage_days")
        }
        try again.close()
        let after = try SQLiteStore(path: upgraded.store, create: false)
        #expect(try Self.answers(after) == Self.answers(store))
        try after.close()
        try store.close()
    }
}
