import Exchange
import Storage

/// Numbers that stand for words in the ledger's tables. A number never changes its meaning.
protocol LedgerCode: CaseIterable {
    /// What the tables hold.
    var ledgerCode: Int64 { get }
}

extension LedgerCode {
    /// The word behind a number, or `nil` when there is none.
    init?(ledgerCode code: Int64) {
        guard let value = Self.allCases.first(where: { $0.ledgerCode == code }) else { return nil }
        self = value
    }
}

extension LedgerEntryKind: LedgerCode {
    var ledgerCode: Int64 {
        switch self {
        case .settlement: 0
        case .correction: 1
        case .rerating: 2
        }
    }
}

extension ExchangeOutcome: LedgerCode {
    var ledgerCode: Int64 {
        switch self {
        case .completed: 0
        case .refused: 1
        case .upstreamError: 2
        case .truncated: 3
        case .clientGone: 4
        case .timedOut: 5
        case .interrupted: 6
        }
    }
}

extension PriceTier: LedgerCode {
    var ledgerCode: Int64 {
        switch self {
        case .standard: 1
        case .batch: 2
        case .flex: 3
        case .priority: 4
        }
    }
}

extension AttemptID {
    /// Both halves as the ledger keeps them: signed numbers in the order of the unsigned ones.
    var stored: (high: Int64, low: Int64) {
        (Int64(bitPattern: self.high ^ 1 << 63), Int64(bitPattern: self.low ^ 1 << 63))
    }

    /// Reads the halves back.
    init(storedHigh high: Int64, low: Int64) {
        self.init(high: UInt64(bitPattern: high) ^ 1 << 63, low: UInt64(bitPattern: low) ^ 1 << 63)
    }

    /// When it was made.
    var milliseconds: Int64 { Int64(self.high >> 16) }

    /// The stored high half of the first id of an instant; instants outside the 48 bits count as the nearest end.
    static func storedHigh(at instant: UnixMilliseconds) -> Int64 {
        let time = UInt64(min(max(instant, 0), 1 << 48 - 1))
        return AttemptID(high: time << 16, low: 0).stored.high
    }
}
