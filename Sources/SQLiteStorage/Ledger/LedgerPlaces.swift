import GRDB
import Storage

/// Where in the ledger the rows of a key and those of a request lie. Rows lie by attempt, and the id of an attempt begins with its
/// time. So it is enough to note in which seconds a key has rows at all, and which attempts do not lie where the id of their
/// request says. An index of rows by key and another by request would cost more than the rows themselves.
enum LedgerPlaces {
    /// The stored high halves of one slice of time, 1.024 seconds. Part of what is stored.
    static let highsOfSlice: Int64 = 1 << 26

    /// The slice of an attempt.
    static func slice(ofHigh high: Int64) -> Int64 { high >> 26 }

    /// The stored high halves among which the attempts of a request lie, unless `ledger_late_attempts` has them: those of its own
    /// first 1.024 seconds. `nil` when its id tells no time, as those that callers make. Part of what is stored.
    static func highs(ofRequest id: String) -> ClosedRange<Int64>? {
        guard let time = Self.time(ofRequest: id), time < 1 << 48 - 1024 else { return nil }
        return AttemptID.storedHigh(at: time)...(AttemptID.storedHigh(at: time + 1023) | 0xFFFF)
    }

    /// Milliseconds in a request id of ours: `req_` and a ULID of 26 digits, the first ten of which are its time. Whoever made it: only
    /// attempts of that time are looked for there.
    private static func time(ofRequest id: String) -> Int64? {
        var id = id
        return id.withUTF8 { digits in
            guard digits.count == 30, digits.starts(with: "req_".utf8) else { return nil }
            var time: Int64 = 0
            for digit in digits[4..<14] {
                guard let value = Self.value(ofDigit: digit) else { return nil }
                time = time << 5 | value
            }
            return time
        }
    }

    /// Crockford's base 32: no I, L, O, U.
    private static func value(ofDigit digit: UInt8) -> Int64? {
        switch digit {
        case 0x30...0x39: Int64(digit) - 0x30
        case 0x41...0x48: Int64(digit) - 0x41 + 10
        case 0x4A...0x4B: Int64(digit) - 0x4A + 18
        case 0x4D...0x4E: Int64(digit) - 0x4D + 20
        case 0x50...0x54: Int64(digit) - 0x50 + 22
        case 0x56...0x5A: Int64(digit) - 0x56 + 27
        default: nil
        }
    }
}

/// Notes where rows lie that are added to the ledger within one transaction.
struct LedgerPlaceWriter {
    private struct KeyTime: Hashable {
        var key: Int64
        var slice: Int64
    }

    private static let mostNoted = 10_000

    private var times: RowBinder
    private var attempts: RowBinder
    /// Noted by this writer. Neighbours often lie in the same slice.
    private var noted: Set<KeyTime> = []
    private var latest: KeyTime?

    init(_ database: Database) throws {
        let times = "INSERT OR IGNORE INTO ledger_key_times (key_number, slice) VALUES (?, ?)"
        let attempts = "INSERT OR IGNORE INTO ledger_late_attempts (request, high, low) VALUES (?, ?, ?)"
        self.times = RowBinder(try database.cachedStatement(sql: times).sqliteStatement)
        self.attempts = RowBinder(try database.cachedStatement(sql: attempts).sqliteStatement)
    }

    /// Notes one row.
    mutating func note(_ attempt: AttemptID, request id: String, key: Int64) throws {
        let (high, low) = attempt.stored
        let time = KeyTime(key: key, slice: LedgerPlaces.slice(ofHigh: high))
        if time != self.latest {
            self.latest = time
            if self.noted.count >= Self.mostNoted { self.noted.removeAll() }
            if self.noted.insert(time).inserted {
                self.times.bind(time.key)
                self.times.bind(time.slice)
                try self.times.run()
            }
        }
        if let highs = LedgerPlaces.highs(ofRequest: id), highs.contains(high) { return }
        self.attempts.bind(id)
        self.attempts.bind(high)
        self.attempts.bind(low)
        try self.attempts.run()
    }
}
