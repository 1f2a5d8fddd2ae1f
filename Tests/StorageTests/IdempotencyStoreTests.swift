import SQLiteStorage
import Storage
import Testing

@Suite("idempotency in SQLite")
struct IdempotencyStoreTests {
    private static let wide = IdempotencyBounds(since: 0, maximumRecords: 1_000, maximumBytes: 1 << 20)

    private static func record(_ number: Int, actor: String = "a", answerBytes: Int? = nil) -> IdempotencyRecord {
        IdempotencyRecord(
            digest: Array(repeating: UInt8(truncatingIfNeeded: number), count: 31) + [UInt8(number / 256)],
            actor: actor,
            fingerprint: [1, UInt8(truncatingIfNeeded: number)],
            createdAt: UnixMilliseconds(number),
            sealedAnswer: answerBytes.map { Array(repeating: 9, count: $0) }
        )
    }

    @Test("what is put is found again, also after reopening, and replaced by its digest")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var record = Self.record(5)
        var store = try SQLiteStore(path: folder.store)
        try store.putIdempotencyRecord(record, within: Self.wide)
        #expect(try store.idempotencyRecord(record.digest, since: 0) == record)
        record.sealedAnswer = [1, 2, 3]
        try store.putIdempotencyRecord(record, within: Self.wide)
        try store.close()
        store = try SQLiteStore(path: folder.store)
        #expect(try store.idempotencyRecord(record.digest, since: 5) == record)
        #expect(try store.idempotencyRecord(record.digest, since: 6) == nil)
        try store.deleteIdempotencyRecord(record.digest)
        #expect(try store.idempotencyRecord(record.digest, since: 0) == nil)
        try store.close()
    }

    @Test("each actor's oldest records go first when there are too many or too many bytes; others' stay (N137)")
    func bounds() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.store)
        let other = Self.record(900, actor: "b", answerBytes: 500)
        try store.putIdempotencyRecord(other, within: Self.wide)
        let few = IdempotencyBounds(since: 0, maximumRecords: 3, maximumBytes: 1_000)
        for number in 1...10 { try store.putIdempotencyRecord(Self.record(number), within: few) }
        let kept = try (1...10).filter { try store.idempotencyRecord(Self.record($0).digest, since: 0) != nil }
        #expect(kept == [8, 9, 10])
        for number in 11...13 {
            try store.putIdempotencyRecord(Self.record(number, answerBytes: 400), within: few)
        }
        let fitting = try (8...13).filter { try store.idempotencyRecord(Self.record($0).digest, since: 0) != nil }
        #expect(fitting == [12, 13])
        #expect(try store.idempotencyRecord(other.digest, since: 0) == other)
        try store.close()
    }

    @Test("what is too old goes, whoever asked")
    func age() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.store)
        try store.putIdempotencyRecord(Self.record(1, actor: "b"), within: Self.wide)
        var bounds = Self.wide
        bounds.since = 2
        try store.putIdempotencyRecord(Self.record(2), within: bounds)
        #expect(try store.idempotencyRecord(Self.record(1).digest, since: 0) == nil)
        #expect(try store.idempotencyRecord(Self.record(2).digest, since: 0) != nil)
        try store.close()
    }
}
