import Exchange
import Storage

/// Neighbouring request records packed into one row. What a record shares with the one before it takes a bit, so a block is read
/// from its beginning.
///
/// The bytes of a block are a version and then its records; a record is
/// - a mask: the flags of `Flag`, and from bit `Flag.texts` on a bit for each text that is as in the record before,
/// - the distance of its sequence from the last one, and of its start,
/// - the texts that are not as before, in the order of `RequestTexts`,
/// - its numbers; those that the mask tells as absent are left out.
struct RequestBlock {
    /// Records of a full block. More make a block dearer to write again and again while it fills, fewer make more marks to look at.
    static let capacity = 128
    /// A block of this size takes no more.
    static let mostBytes = 32 << 10
    /// The first byte; another one was written by a newer Martlet.
    static let version: UInt64 = 1

    /// The first bits of a record's mask.
    enum Flag {
        static let isStream: UInt64 = 1
        static let isEstimated: UInt64 = 1 << 1
        static let usage: UInt64 = 1 << 2
        static let anomalous: UInt64 = 1 << 3
        static let firstByte: UInt64 = 1 << 4
        static let firstContent: UInt64 = 1 << 5
        static let cost: UInt64 = 1 << 6
        static let warnings: UInt64 = 1 << 7
        /// The first text's bit.
        static let texts: UInt64 = 8
    }

    /// The record before the first.
    static let blank = RequestRecord(id: "", startedAt: 0, keyID: "", projectID: "", operation: .chat)

    /// The sequence of the first record: the block's name.
    let first: Int64
    /// The sequence of the last record; below `first` while there is none.
    private(set) var last: Int64
    private(set) var count = 0
    /// When the first of its records started, by their own clocks, and the last.
    private(set) var earliestStart = Int64.max
    private(set) var latestStart = Int64.min
    private var packed = PackedWriter()
    private var marks: [UInt64] = []
    private var previous = RequestBlock.blank

    /// An empty block.
    init(first: Int64) {
        self.first = first
        self.last = first &- 1
        self.packed.unsigned(Self.version)
    }

    /// The records as bytes.
    var bytes: [UInt8] { self.packed.bytes }
    /// What they can be looked for by.
    var filter: [UInt8] { RequestMarks.filter(self.marks) }
    /// Whether the next record belongs to the next block.
    var isFull: Bool { self.count >= Self.capacity || self.packed.bytes.count >= Self.mostBytes }

    /// Packs records from an index on until the block is full or none is left; the sequence after the last one is `next`.
    mutating func take(_ records: UnsafeBufferPointer<RequestRecord>, from index: inout Int, next: inout Int64) {
        guard let base = records.baseAddress else { return }
        let start = index
        while index < records.count, !self.isFull {
            // Records are long: each is looked at where it lies, and so is the one before.
            if index == start {
                self.pack(base + index, behind: self.previous, sequence: next)
            } else {
                self.pack(base + index, base + index - 1, sequence: next)
            }
            index += 1
            next += 1
        }
        if index > start { self.previous = records[index - 1] }
    }

    /// Packs one record that was stored before.
    mutating func take(_ stored: StoredRequest) {
        withUnsafePointer(to: stored.record) { self.pack($0, behind: self.previous, sequence: stored.sequence) }
        self.previous = stored.record
    }

    private mutating func pack(_ record: UnsafePointer<RequestRecord>, behind previous: RequestRecord, sequence: Int64)
    {
        withUnsafePointer(to: previous) { self.pack(record, $0, sequence: sequence) }
    }

    private mutating func pack(
        _ record: UnsafePointer<RequestRecord>,
        _ before: UnsafePointer<RequestRecord>,
        sequence: Int64
    ) {
        let same = RequestTexts.same(record, before)
        self.mark(record, same)
        self.packed.unsigned(Self.flags(record) | (same << Flag.texts))
        self.packed.unsigned(UInt64(bitPattern: sequence &- self.last))
        self.packed.signed(record.pointee.startedAt &- before.pointee.startedAt)
        RequestTexts.write(record, besides: same, to: &self.packed)
        self.packNumbers(record)
        self.last = sequence
        self.count += 1
        self.earliestStart = min(self.earliestStart, record.pointee.startedAt)
        self.latestStart = max(self.latestStart, record.pointee.startedAt)
    }

    private static func flags(_ record: UnsafePointer<RequestRecord>) -> UInt64 {
        var flags: UInt64 = 0
        if record.pointee.isStream { flags |= Flag.isStream }
        if record.pointee.isEstimated { flags |= Flag.isEstimated }
        if let usage = record.pointee.usage { flags |= usage.isAnomalous ? Flag.usage | Flag.anomalous : Flag.usage }
        if record.pointee.firstByteMicroseconds != nil { flags |= Flag.firstByte }
        if record.pointee.firstContentMicroseconds != nil { flags |= Flag.firstContent }
        if record.pointee.costNanoUSD != nil { flags |= Flag.cost }
        if !record.pointee.warnings.isEmpty { flags |= Flag.warnings }
        return flags
    }

    private mutating func packNumbers(_ record: UnsafePointer<RequestRecord>) {
        self.packed.unsigned(UInt64(bitPattern: record.pointee.outcome.ledgerCode))
        self.packed.signed(Int64(record.pointee.status))
        self.packed.signed(Int64(record.pointee.attempts))
        self.packed.signed(record.pointee.queueMicroseconds)
        self.packed.signed(record.pointee.totalMicroseconds)
        self.packed.signed(record.pointee.overheadMicroseconds)
        if let first = record.pointee.firstByteMicroseconds { self.packed.signed(first) }
        if let first = record.pointee.firstContentMicroseconds { self.packed.signed(first) }
        if let cost = record.pointee.costNanoUSD { self.packed.signed(cost) }
        if let usage = record.pointee.usage {
            self.packed.signed(Int64(usage.uncachedInputTokens))
            self.packed.signed(Int64(usage.cacheReadTokens))
            self.packed.signed(Int64(usage.cacheWrite5mTokens))
            self.packed.signed(Int64(usage.cacheWrite1hTokens))
            self.packed.signed(Int64(usage.audioInputTokens))
            self.packed.signed(Int64(usage.visibleOutputTokens))
            self.packed.signed(Int64(usage.reasoningTokens))
            self.packed.signed(Int64(usage.audioOutputTokens))
        }
        guard !record.pointee.warnings.isEmpty else { return }
        self.packed.unsigned(UInt64(record.pointee.warnings.count))
        for warning in record.pointee.warnings { self.packed.text(warning) }
    }

    /// Marks what is not as in the record before, which is marked already.
    private mutating func mark(_ record: UnsafePointer<RequestRecord>, _ same: UInt64) {
        let same = self.count == 0 ? 0 : same
        self.marks.append(RequestMarks.mark(.id, record.pointee.id))
        if same & RequestTexts.key == 0 { self.marks.append(RequestMarks.mark(.key, record.pointee.keyID)) }
        if same & RequestTexts.project == 0 { self.marks.append(RequestMarks.mark(.project, record.pointee.projectID)) }
        if same & RequestTexts.model == 0 { self.marks.append(RequestMarks.mark(.model, record.pointee.modelAsked)) }
        if same & RequestTexts.trace == 0, let trace = record.pointee.traceID {
            self.marks.append(RequestMarks.mark(.trace, trace))
        }
        // Seven outcomes: seven marks at most.
        let outcome = 1 << UInt8(truncatingIfNeeded: record.pointee.outcome.ledgerCode)
        if self.outcomes & outcome == 0 {
            self.outcomes |= outcome
            self.marks.append(RequestMarks.mark(.outcome, record.pointee.outcome.rawValue))
        }
    }

    /// The outcomes that are marked, a bit each.
    private var outcomes = 0
}
