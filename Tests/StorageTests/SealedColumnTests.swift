import Exchange
import GRDB
import MartletTesting
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Sealed values in the store")
struct SealedColumnTests {
    /// Columns of bytes that are no sealed values.
    private static let others: Set<String> = [
        "audit.hash", "keys.digest", "keys.retired_digest", "usage_minutes.durations", "usage_hours.durations",
        "usage_days.durations", "admin_tokens.digest", "sessions.digest", "configuration_versions.digest",
        "idempotency.digest", "idempotency.fingerprint", "request_blocks.marks", "request_records.records",
    ]

    @Test("every column of bytes is known either to a rotation of the master key or here")
    func everyColumn() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.path + "/store.sqlite")
        let columns = try store.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
                    WHERE m.type = 'table' AND c.type = 'BLOB'
                    """
            )
        }
        let sealed = Set(SealedColumn.all.map { "\($0.table).\($0.column)" })
        #expect(sealed.isSubset(of: columns))
        #expect(Set(columns).subtracting(sealed) == Self.others)
        try store.close()
    }

    @Test("a rewrap is shown sealed values only, with their places, and replaces what it gives back")
    func rewrap() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.path + "/store.sqlite")
        let mark = Array("MTSB".utf8)
        try store.setSetting("pepper", to: mark + [1, 2, 3], ifAbsent: false)
        try store.setSetting("plain", to: [9, 9, 9, 9, 9], ifAbsent: false)
        try store.setSetting("kept", to: mark + [7], ifAbsent: false)
        var places: [SealedPlace] = []
        var count = 0
        try store.change(
            { writer in
                count = try writer.rewrapSealed { place, bytes in
                    places.append(place)
                    return bytes.count > 5 ? mark + [4, 5, 6] : nil
                }
            },
            audit: { _ in nil }
        )
        #expect(count == 1)
        #expect(Set(places.map(\.row)) == ["pepper", "kept"])
        #expect(places.allSatisfy { $0.table == "settings" && $0.column == "value" })
        #expect(try store.setting("pepper") == mark + [4, 5, 6])
        #expect(try store.setting("kept") == mark + [7])
        #expect(try store.setting("plain") == [9, 9, 9, 9, 9])
        #expect(try store.sealedCounts { $0.count } == [7: 1, 5: 1])
        try store.close()
    }

    @Test("a rewrap that fails leaves everything as it was")
    func atomic() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.path + "/store.sqlite")
        let mark = Array("MTSB".utf8)
        for name in ["a", "b"] { try store.setSetting(name, to: mark + Array(name.utf8), ifAbsent: false) }
        var seen = 0
        #expect(throws: StorageError.self) {
            try store.change(
                { writer in
                    _ = try writer.rewrapSealed { _, _ in
                        seen += 1
                        guard seen == 1 else { throw StorageError(.conflict, "the second does not open") }
                        return mark + [0]
                    }
                },
                audit: { _ in nil }
            )
        }
        #expect(try store.setting("a") == mark + Array("a".utf8))
        #expect(try store.setting("b") == mark + Array("b".utf8))
        try store.close()
    }
}
