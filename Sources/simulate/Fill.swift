import Exchange
import SQLiteStorage
import Storage

/// Fills a store with a month of made-up traffic, by the very calls that the gateway writes with, so that lists and reports
/// can be timed at size.
struct Fill {
    private static let batch = 2_000
    private static let models = 12
    private static let month: UnixMilliseconds = 30 * 86_400_000

    let path: String
    let requests: Int
    let rows: Int
    let now: UnixMilliseconds

    func run() throws {
        let store = try SQLiteStore(path: self.path)
        let configuration = try store.loadConfiguration()
        guard let first = configuration.keys.first else { throw Failed(description: "\(self.path) has no keys") }
        let keys = configuration.keys.isEmpty ? [first] : configuration.keys
        try self.each(self.requests) { numbers in
            try store.append(numbers.map { self.record($0, keys[$0 % keys.count]) })
        }
        try self.each(self.rows) { numbers in
            try store.append(numbers.map { self.entry($0, keys[$0 % keys.count]) }, watermark: nil, audit: nil)
        }
        try store.close()
        print("filled requests=\(self.requests) ledger_rows=\(self.rows) keys=\(keys.count) models=\(Self.models)")
    }

    private func each(_ count: Int, _ write: (Range<Int>) throws -> Void) throws {
        for start in stride(from: 0, to: count, by: Self.batch) {
            try write(start..<min(start + Self.batch, count))
        }
    }

    /// Spread evenly over the month before now, the last a second ago.
    private func time(_ number: Int, of count: Int) -> UnixMilliseconds {
        self.now - 1_000 - Self.month + Self.month * UnixMilliseconds(number) / UnixMilliseconds(max(1, count))
    }

    private func record(_ number: Int, _ key: KeyRecord) -> RequestRecord {
        let startedAt = self.time(number, of: self.requests)
        var record = RequestRecord(
            id: Self.requestID(startedAt, number),
            startedAt: startedAt,
            keyID: key.id,
            projectID: key.projectID,
            operation: .chat
        )
        record.modelAsked = "model-\(number % Self.models)"
        record.modelServed = "upstream-model-\(number % Self.models)"
        record.provider = "vendor-\(number % 3)"
        record.status = number % 50 == 0 ? 502 : 200
        record.outcome = number % 50 == 0 ? .upstreamError : .completed
        record.attempts = 1
        record.totalMicroseconds = Int64(200_000 + number % 900_000)
        record.firstContentMicroseconds = Int64(100_000 + number % 100_000)
        record.overheadMicroseconds = Int64(100 + number % 300)
        record.usage = Self.usage(number)
        record.costNanoUSD = Int64(1_000_000 + number % 5_000_000)
        return record
    }

    private func entry(_ number: Int, _ key: KeyRecord) -> LedgerEntry {
        let startedAt = self.time(number, of: self.rows)
        var entry = LedgerEntry(
            attempt: AttemptID(
                high: UInt64(clamping: startedAt) << 16,
                low: UInt64(number) &* 0x9E37_79B9_7F4A_7C15
            ),
            requestID: Self.requestID(startedAt, number),
            subject: LedgerEntry.Subject(
                keyID: key.id,
                projectID: key.projectID,
                operation: .chat,
                model: "model-\(number % Self.models)",
                provider: "vendor-\(number % 3)",
                upstreamModel: "upstream-model-\(number % Self.models)"
            ),
            startedAt: startedAt,
            settledAt: startedAt + 800
        )
        entry.status = number % 50 == 0 ? 502 : 200
        entry.outcome = number % 50 == 0 ? .upstreamError : .completed
        entry.usage = Self.usage(number)
        entry.chargeNanoUSD = Int64(1_000_000 + number % 5_000_000)
        entry.reservedNanoUSD = 10_000_000
        entry.priceVersion = 1
        entry.totalMicroseconds = Int64(200_000 + number % 900_000)
        entry.firstContentMicroseconds = Int64(100_000 + number % 100_000)
        entry.overheadMicroseconds = Int64(100 + number % 300)
        return entry
    }

    /// As the gateway makes them: `req_`, ten digits of time in base 32, sixteen more.
    private static func requestID(_ time: UnixMilliseconds, _ number: Int) -> String {
        let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let (time, rest) = (UInt64(clamping: time), String(1_000_000_000_000_000 + number))
        return "req_" + String((0..<10).reversed().map { digits[Int(time >> (5 * UInt64($0)) & 31)] }) + rest
    }

    private static func usage(_ number: Int) -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = 100 + number % 5_000
        usage.visibleOutputTokens = 50 + number % 700
        return usage
    }

    private struct Failed: Error, CustomStringConvertible {
        let description: String
    }
}
