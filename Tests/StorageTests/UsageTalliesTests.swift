import Exchange
import GRDB
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Tallies of usage")
struct UsageTalliesTests {
    /// A row as a rollup table has it: a count for each column, and durations.
    private struct Sample {
        var counts: [Int64]
        var durations: Durations
        var isFailed = false
        var line = 0
    }

    private static func samples(_ count: Int, lines: Int) -> [Sample] {
        var state: UInt64 = 11
        func next(_ bound: UInt64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % bound)
        }
        return (0..<count).map { _ in
            Sample(
                counts: RollupSums.columns.map { _ in next(1_000) - 100 },
                durations: Durations((0..<next(60)).map { _ in UInt16(next(UInt64(Durations.end))) }),
                isFailed: next(3) == 0,
                line: Int(next(UInt64(lines)))
            )
        }
    }

    /// Runs rows through an engine into tallies.
    private static func tallies(_ samples: [Sample], lines: Int) throws -> UsageTallies {
        var tallies = UsageTallies()
        for line in 0..<lines { #expect(Self.begin(&tallies) == line) }
        let places = (0...RollupSums.columns.count).map { _ in "?" }.joined(separator: ", ")
        try DatabaseQueue().read { database in
            let statement = try database.makeStatement(sql: "SELECT 'before', \(places)")
            for sample in samples {
                var binder = RowBinder(statement.sqliteStatement)
                for count in sample.counts { binder.bind(count) }
                binder.bind(sample.durations.bytes)
                try binder.check()
                let rows = RowScanner(statement)
                defer { rows.reset() }
                #expect(try rows.next())
                try tallies.add(rows, from: 1, isFailed: sample.isFailed, to: sample.line)
            }
        }
        return tallies
    }

    private static func begin(_ tallies: inout UsageTallies) -> Int { tallies.begin() }

    private static func row(_ tallies: UsageTallies, _ line: Int) -> UsageRow {
        var row = UsageRow(group: ["kept"])
        tallies.fill(&row, from: line)
        return row
    }

    /// What a row of these samples should be, by plain sums.
    private static func expected(_ samples: [Sample]) -> UsageRow {
        func sum(_ column: String, _ failed: Bool = false) -> Int64 {
            guard let index = RollupSums.columns.firstIndex(of: column) else { return .min }
            return samples.filter { !failed || $0.isFailed }.map { $0.counts[index] }.reduce(0, +)
        }
        var row = UsageRow(group: ["kept"])
        (row.requests, row.errors) = (Int(sum("requests")), Int(sum("requests", true)))
        (row.estimated, row.chargeNanoUSD) = (Int(sum("estimated")), sum("charge_nano_usd"))
        row.cacheSavingsNanoUSD = sum("cache_savings_nano_usd")
        row.lostCacheNanoUSD = sum("lost_cache_nano_usd")
        row.usage.uncachedInputTokens = Int(sum("uncached_input_tokens"))
        row.usage.cacheReadTokens = Int(sum("cache_read_tokens"))
        row.usage.cacheWrite5mTokens = Int(sum("cache_write_5m_tokens"))
        row.usage.cacheWrite1hTokens = Int(sum("cache_write_1h_tokens"))
        row.usage.audioInputTokens = Int(sum("audio_input_tokens"))
        row.usage.imageInputTokens = Int(sum("image_input_tokens"))
        row.usage.visibleOutputTokens = Int(sum("visible_output_tokens"))
        row.usage.reasoningTokens = Int(sum("reasoning_tokens"))
        row.usage.audioOutputTokens = Int(sum("audio_output_tokens"))
        row.usage.imageOutputTokens = Int(sum("image_output_tokens"))
        row.usage.webSearchRequests = Int(sum("web_searches"))
        var durations = Durations()
        for sample in samples { durations.add(sample.durations) }
        row.total = durations.percentiles(.total)
        row.firstContent = durations.percentiles(.firstContent)
        row.overhead = durations.percentiles(.overhead)
        return row
    }

    @Test("each line is the plain sum of its rows, and lines add up to all of them")
    func sums() throws {
        let samples = Self.samples(400, lines: 5)
        let tallies = try Self.tallies(samples, lines: 5)
        #expect(tallies.count == 5)
        var all = UsageTallies()
        let total = all.begin()
        for line in 0..<5 {
            #expect(Self.row(tallies, line) == Self.expected(samples.filter { $0.line == line }))
            all.add(line, of: tallies, to: total)
        }
        #expect(Self.row(all, total) == Self.expected(samples))
        #expect(Self.row(all, total).overhead != nil)
    }

    @Test("a line that nothing was added to is empty")
    func empty() throws {
        let sample = Sample(counts: RollupSums.columns.map { _ in 7 }, durations: Durations([0, 4_095]), line: 1)
        let tallies = try Self.tallies([sample], lines: 3)
        #expect(Self.row(tallies, 0) == UsageRow(group: ["kept"]))
        #expect(Self.row(tallies, 2) == UsageRow(group: ["kept"]))
        #expect(Self.row(tallies, 1).requests == 7 && Self.row(tallies, 1).total?.p99 == 0)
    }

    @Test("sums that do not fit stay at the largest number", arguments: [Int64.max, .min])
    func saturation(_ extreme: Int64) throws {
        let samples = [extreme, extreme, extreme < 0 ? -1 : 1].map { (count: Int64) in
            Sample(counts: RollupSums.columns.map { _ in count }, durations: Durations(), isFailed: true)
        }
        let row = Self.row(try Self.tallies(samples, lines: 1), 0)
        #expect(row.chargeNanoUSD == extreme && row.requests == Int(extreme) && row.errors == Int(extreme))
        #expect(row.lostCacheNanoUSD == extreme && row.usage.webSearchRequests == Int(extreme))
    }
}

@Suite("Durations read from bytes")
struct DurationReaderTests {
    private static func read(_ bytes: [UInt8]) throws -> [[Int64]] {
        try bytes.withUnsafeBytes { (bytes) throws in
            var reader = DurationReader(bytes)
            var found: [[Int64]] = []
            while let (place, count) = try reader.next() { found.append([Int64(place), count]) }
            return found
        }
    }

    @Test("what was written is read, in order")
    func read() throws {
        let durations = Durations([0, 0, 3, 200, 200, 200, 4_095])
        #expect(try Self.read(durations.bytes) == [[0, 2], [3, 1], [200, 3], [4_095, 1]])
        #expect(try Self.read([]) == [])
        #expect(try Self.read([1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) == [[1, .max]])
    }

    @Test(
        "bytes that no Martlet wrote are damage, not a trap",
        arguments: [
            [5], [0x80], [5, 0x80], [1, 1, 0, 1], [0xFF, 0x7F, 1], [0xFF, 0x1F, 1, 1, 1], [0x80, 0x20, 1],
            [1] + Array(repeating: 0xFF, count: 9) + [1], [1] + Array(repeating: 0x80, count: 12) + [1],
        ] as [[UInt8]]
    )
    func damage(_ bytes: [UInt8]) {
        let error = #expect(throws: StorageError.self) { try Self.read(bytes) }
        #expect(error?.code == .failed && error?.message.contains("damaged") == true)
        #expect(throws: StorageError.self) {
            try bytes.withUnsafeBytes { (bytes) throws in try Durations(bytes: bytes) }
        }
    }
}
