import Exchange
import Storage

extension RequestBlock {
    /// Reads the records of a block in their order, and stops when told to.
    ///
    /// - Parameters:
    ///   - first: The block's name.
    ///   - bytes: What `bytes` was.
    ///   - visit: Is given each record; `false` ends the reading.
    /// - Throws: `.failed` when no Martlet wrote these bytes, `.unusable` when a newer one did.
    static func read(
        first: Int64,
        _ bytes: UnsafeRawBufferPointer,
        _ visit: (borrowing RequestRecord, _ sequence: Int64) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var packed = PackedReader(bytes, of: "request_log")
        guard try packed.unsigned() == Self.version else {
            throw StorageError(.unusable, "request records were written by a newer Martlet; run that version or newer")
        }
        var record = Self.blank
        var sequence = first &- 1
        while !packed.isAtEnd {
            let mask = try packed.unsigned()
            let (next, isOver) = sequence.addingReportingOverflow(Int64(bitPattern: try packed.unsigned()))
            guard next > sequence, !isOver else { throw packed.damage() }
            sequence = next
            record.startedAt &+= try packed.signed()
            try RequestTexts.read(&packed, besides: mask >> Flag.texts, into: &record)
            try Self.readNumbers(&packed, mask, into: &record)
            guard try visit(record, sequence) else { return }
        }
    }

    private static func readNumbers(
        _ packed: inout PackedReader,
        _ mask: UInt64,
        into record: inout RequestRecord
    ) throws(StorageError) {
        record.isStream = mask & Flag.isStream != 0
        record.isEstimated = mask & Flag.isEstimated != 0
        guard let outcome = ExchangeOutcome(ledgerCode: Int64(bitPattern: try packed.unsigned())) else {
            throw packed.damage()
        }
        record.outcome = outcome
        record.status = try packed.integer()
        record.attempts = try packed.integer()
        record.queueMicroseconds = try packed.signed()
        record.totalMicroseconds = try packed.signed()
        record.overheadMicroseconds = try packed.signed()
        record.firstByteMicroseconds = mask & Flag.firstByte != 0 ? try packed.signed() : nil
        record.firstContentMicroseconds = mask & Flag.firstContent != 0 ? try packed.signed() : nil
        record.costNanoUSD = mask & Flag.cost != 0 ? try packed.signed() : nil
        record.usage = mask & Flag.usage != 0 ? try Self.usage(&packed, mask) : nil
        record.warnings = []
        guard mask & Flag.warnings != 0 else { return }
        // Each takes a byte at least, so that the reader ends before a forged count does.
        for _ in 0..<(try packed.unsigned()) { record.warnings.append(try packed.text() ?? "") }
    }

    private static func usage(_ packed: inout PackedReader, _ mask: UInt64) throws(StorageError) -> TokenUsage {
        var usage = TokenUsage()
        usage.uncachedInputTokens = try packed.integer()
        usage.cacheReadTokens = try packed.integer()
        usage.cacheWrite5mTokens = try packed.integer()
        usage.cacheWrite1hTokens = try packed.integer()
        usage.audioInputTokens = try packed.integer()
        usage.visibleOutputTokens = try packed.integer()
        usage.reasoningTokens = try packed.integer()
        usage.audioOutputTokens = try packed.integer()
        usage.isAnomalous = mask & Flag.anomalous != 0
        return usage
    }
}
