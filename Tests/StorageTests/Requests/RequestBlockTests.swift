import Exchange
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Request records in blocks")
struct RequestBlockTests {
    private static func read(_ first: Int64, _ bytes: [UInt8]) throws -> [StoredRequest] {
        try bytes.withUnsafeBytes { bytes in
            var found: [StoredRequest] = []
            try RequestBlock.read(first: first, bytes) { record, sequence throws(StorageError) in
                found.append(StoredRequest(sequence: sequence, record: copy record))
                return true
            }
            return found
        }
    }

    private static func block(_ records: [RequestRecord], first: Int64 = 1) -> RequestBlock {
        var block = RequestBlock(first: first)
        var (index, next) = (0, first)
        records.withUnsafeBufferPointer { block.take($0, from: &index, next: &next) }
        return block
    }

    @Test("what goes in comes out, whatever is absent, extreme or as before", arguments: 0..<40)
    func roundTrip(_ seed: UInt64) throws {
        var random = SplitMix(seed)
        let records = (0..<60).map { _ in Self.record(&random) }
        let first = Int64.random(in: 1...1_000_000, using: &random)
        let block = Self.block(records, first: first)
        let read = try Self.read(first, block.bytes)
        #expect(read.map(\.record) == records)
        #expect(read.map(\.sequence) == (0..<60).map { first + $0 })
        #expect(block.last == first + 59)
        #expect(block.earliestStart == records.map(\.startedAt).min())
        #expect(block.latestStart == records.map(\.startedAt).max())
    }

    @Test("gaps in the numbers stay, and a block goes on after it was read")
    func gaps() throws {
        var block = RequestBlock(first: 5)
        let stored = [5, 6, 90, .max - 1].map { (sequence: Int64) in
            StoredRequest(sequence: sequence, record: Self.plain("\(sequence)"))
        }
        for each in stored { block.take(each) }
        #expect(try Self.read(5, block.bytes) == stored)
        // Its first record went, as old ones do.
        var rest = RequestBlock(first: 5)
        for each in stored.dropFirst() { rest.take(each) }
        #expect(try Self.read(5, rest.bytes) == Array(stored.dropFirst()))
    }

    @Test("texts that only look alike are kept apart, byte by byte")
    func lookalikes() throws {
        let names = ["caf\u{E9}", "cafe\u{301}", "caf\u{E9}", "a\0b", ""]
        let records = names.map { (name: String) -> RequestRecord in
            var record = Self.plain("same")
            record.modelAsked = name
            return record
        }
        let read = try Self.read(1, Self.block(records).bytes).map { Array($0.record.modelAsked.utf8) }
        #expect(read == names.map { Array($0.utf8) })
    }

    @Test("a block is full by number or by size, and takes no more")
    func full() {
        let many = Self.block((0..<500).map { Self.plain("\($0)") })
        #expect(many.count == RequestBlock.capacity && many.isFull)
        let large = Self.block(
            (0..<500).map { index in
                var record = Self.plain("\(index)")
                record.route = String(repeating: "\(index % 10)", count: 8 << 10)
                return record
            }
        )
        #expect(large.count == 4 && large.isFull)
    }

    @Test("neighbours alike take little room: the log may not cost more than what it tells")
    func small() {
        let records = (0..<128).map { index -> RequestRecord in
            var record = Self.plain("req_01JD8Z5Q9X7C3V1B5N6M\(100_000 + index)")
            record.startedAt = 1_764_000_000_000 + Int64(index)
            record.usage = TokenUsage()
            record.usage?.uncachedInputTokens = 1200
            record.usage?.visibleOutputTokens = 340
            record.totalMicroseconds = 1_234_567
            record.costNanoUSD = 6_300_000
            return record
        }
        #expect(Self.block(records).bytes.count < 128 * 80)
    }

    @Test("bytes cut short or altered are damage or other records, never a trap", arguments: 0..<30)
    func damaged(_ seed: UInt64) throws {
        var random = SplitMix(seed)
        let bytes = Self.block((0..<10).map { _ in Self.record(&random) }).bytes
        var refusals = 0
        for _ in 0..<400 {
            var altered = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !altered.isEmpty {
                altered[Int.random(in: 0..<altered.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do { _ = try Self.read(1, altered) } catch is StorageError { refusals += 1 }
        }
        #expect(refusals > 100)
    }

    @Test("a block of a newer Martlet says so")
    func newer() {
        let error = #expect(throws: StorageError.self) { try Self.read(1, [2, 1, 2, 3]) }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("newer Martlet") == true)
    }

    @Test("a forged number of warnings ends with the bytes")
    func forgedCount() {
        var packed = PackedWriter()
        packed.unsigned(1)
        packed.unsigned(RequestBlock.Flag.warnings | UInt64.max << RequestBlock.Flag.texts)
        packed.unsigned(1)
        for _ in 0..<7 { packed.signed(0) }
        packed.unsigned(.max)
        #expect(throws: StorageError.self) { try Self.read(1, packed.bytes) }
    }
}

// MARK: - Records

extension RequestBlockTests {
    private static func plain(_ id: String) -> RequestRecord {
        RequestRecord(id: id, startedAt: 1, keyID: "key_1", projectID: "prj_1", operation: .chat)
    }

    private static func record(_ random: inout SplitMix) -> RequestRecord {
        func text(_ random: inout SplitMix) -> String {
            ["", "a", "b", "gpt-4o", "\u{1F426}", String(repeating: "x", count: 30), "a\0b"].randomElement(
                using: &random
            ) ?? ""
        }
        func number(_ random: inout SplitMix) -> Int64 {
            [0, 1, -1, 127, 128, 1 << 40, .max, .min].randomElement(using: &random) ?? 0
        }
        func maybe<Value>(_ random: inout SplitMix, _ value: (inout SplitMix) -> Value) -> Value? {
            Bool.random(using: &random) ? value(&random) : nil
        }
        var record = RequestRecord(
            id: text(&random),
            startedAt: number(&random),
            keyID: text(&random),
            projectID: text(&random),
            operation: Exchange.Operation.allCases.randomElement(using: &random) ?? .chat
        )
        record.isStream = .random(using: &random)
        record.modelAsked = text(&random)
        record.modelServed = text(&random)
        record.provider = text(&random)
        record.status = Int(number(&random))
        record.outcome = ExchangeOutcome.allCases.randomElement(using: &random) ?? .refused
        record.failure = maybe(&random, text)
        record.attempts = Int(number(&random))
        record.upstreamRequestID = maybe(&random, text)
        record.finishReason = maybe(&random, text)
        record.queueMicroseconds = number(&random)
        record.firstByteMicroseconds = maybe(&random, number)
        record.firstContentMicroseconds = maybe(&random, number)
        record.totalMicroseconds = number(&random)
        record.overheadMicroseconds = number(&random)
        record.usage = maybe(&random) { random in
            var usage = TokenUsage()
            usage.uncachedInputTokens = Int(number(&random))
            usage.cacheReadTokens = Int(number(&random))
            usage.cacheWrite5mTokens = Int(number(&random))
            usage.cacheWrite1hTokens = Int(number(&random))
            usage.audioInputTokens = Int(number(&random))
            usage.visibleOutputTokens = Int(number(&random))
            usage.reasoningTokens = Int(number(&random))
            usage.audioOutputTokens = Int(number(&random))
            usage.isAnomalous = .random(using: &random)
            return usage
        }
        record.costNanoUSD = maybe(&random, number)
        record.isEstimated = .random(using: &random)
        record.warnings = (0..<Int.random(in: 0...2, using: &random)).map { _ in text(&random) }
        record.client = maybe(&random, text)
        record.session = maybe(&random, text)
        record.route = maybe(&random, text)
        record.traceID = maybe(&random, text)
        return record
    }
}

/// Numbers that a seed decides.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
