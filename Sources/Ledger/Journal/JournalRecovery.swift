import Glibc
import Storage

/// What the segments of an earlier process say.
struct JournalRecovery {
    /// An attempt that was reserved and has not ended.
    private struct Open {
        var entry: LedgerEntry
        var isSent = false
    }

    /// A segment as it was found.
    private struct Segment {
        var number: UInt64
        var file: any JournalFile
        var header: SegmentHeader
        /// Where its records end at the latest.
        var end: Int
        /// Where its records end, when a later segment says so.
        var limit: Int?
    }

    /// All segments found, ready ones included.
    private(set) var numbers: [UInt64]
    /// The highest number there is.
    var highest: UInt64 { self.numbers.max() ?? 0 }

    private var open: [AttemptID: Open] = [:]
    private var ended: [LedgerEntry] = []

    /// Reads all segments, one at a time and twice: a journal may be longer than memory.
    ///
    /// - Throws: `.damaged` when a record that was on the disk cannot be read.
    static func read(_ disk: any JournalDisk, _ numbers: [UInt64]) throws(JournalError) -> JournalRecovery {
        var recovery = JournalRecovery(numbers: numbers.sorted())
        var segments: [Segment] = []
        var synced = JournalPosition(segment: 0, offset: 0)
        for number in recovery.numbers {
            let file = try disk.open(SegmentHeader.fileName(number))
            let bytes = try file.read(at: 0, count: file.size)
            let (end, header) = bytes.withUnsafeBytes { bytes in
                let end = Self.usedBytes(bytes)
                let used = UnsafeRawBufferPointer(rebasing: bytes[..<end])
                synced = max(synced, Self.knownSynced(used, number))
                return (end, SegmentHeader.read(bytes, number: number))
            }
            // One without a header was ready and never used, or its header did not outlive a power cut.
            guard let header else { continue }
            synced = max(synced, header.synced)
            segments.append(Segment(number: number, file: file, header: header, end: end))
        }
        try recovery.replay(recovery.chain(segments), synced: synced)
        return recovery
    }

    /// Behind this are only zeros that belong to no record.
    private static func usedBytes(_ bytes: UnsafeRawBufferPointer) -> Int {
        let block = 4_096
        var end = bytes.count
        while end > 0 {
            let start = (end - 1) / block * block
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if let first = part.baseAddress, part[0] != 0 || memcmp(first, first + 1, part.count - 1) != 0 {
                // The last record may end with zeros of its own.
                return min(bytes.count, end + RecordFormat.maximumBytes)
            }
            end = start
        }
        return 0
    }

    /// The furthest place that a readable record of a segment says was on the disk.
    private static func knownSynced(_ bytes: UnsafeRawBufferPointer, _ number: UInt64) -> JournalPosition {
        var furthest = JournalPosition(segment: 0, offset: 0)
        var offset = SegmentHeader.bytes
        while offset + RecordFormat.headerBytes <= bytes.count {
            guard let record = Record.read(bytes, at: offset, segment: number) else {
                offset += RecordFormat.alignment
                continue
            }
            furthest = max(furthest, record.synced)
            offset = record.end
        }
        return furthest
    }

    /// The segments whose records count, oldest first: each names the one before it and where that ends.
    private func chain(_ segments: [Segment]) -> [Segment] {
        guard var last = segments.last else { return [] }
        var chain = [last]
        while last.header.previous.segment > 0 {
            let wanted = last.header.previous.segment
            if var previous = segments.last(where: { $0.number == wanted }) {
                previous.limit = Int(clamping: last.header.previous.offset)
                chain.insert(previous, at: 0)
                last = previous
            } else if self.numbers.contains(wanted), let before = segments.last(where: { $0.number < wanted }) {
                // Its header is lost, so the journal was torn there: what came later does not count.
                chain = [before]
                last = before
            } else {
                break
            }
        }
        return chain
    }

    private mutating func replay(_ chain: [Segment], synced: JournalPosition) throws(JournalError) {
        let first = chain.first?.number ?? 0
        guard synced.segment < max(first, 1) || chain.contains(where: { $0.number == synced.segment }) else {
            throw Self.damaged(synced.segment, 0, "what follows was safely on the disk")
        }
        for segment in chain {
            let offset = try self.replay(segment)
            let reached = JournalPosition(segment: segment.number, offset: UInt64(offset))
            let isWhole = segment.limit.map { offset >= $0 } ?? false
            guard reached >= synced || isWhole else {
                throw Self.damaged(segment.number, offset, "what follows was safely on the disk")
            }
            // A torn tail: what lies behind it was never acknowledged as being on the disk.
            if segment.limit != nil, !isWhole { return }
        }
    }

    /// - Returns: Where the last readable record ends.
    private mutating func replay(_ segment: Segment) throws(JournalError) -> Int {
        let end = min(segment.limit ?? .max, segment.file.size)
        let bytes = try segment.file.read(at: 0, count: min(end, segment.end))
        var offset = SegmentHeader.bytes
        while offset < bytes.count {
            let record = bytes.withUnsafeBytes { Record.read($0, at: offset, segment: segment.number) }
            guard let record else { break }
            let isRead = bytes.withUnsafeBytes { bytes in
                (try? self.apply(record, UnsafeRawBufferPointer(rebasing: bytes[record.payload]))) != nil
            }
            guard isRead else {
                throw Self.damaged(segment.number, offset, "the record there is not of this version of Martlet")
            }
            offset = record.end
        }
        return offset
    }

    private static func damaged(_ segment: UInt64, _ offset: Int, _ why: String) -> JournalError {
        JournalError(
            .damaged,
            "\(SegmentHeader.fileName(segment)) is damaged at offset \(offset): \(why). Restore the file, or move the journal away and accept that what it held is lost."
        )
    }

    /// - Throws: When the payload cannot be read although its checksum holds.
    private mutating func apply(_ record: Record, _ payload: UnsafeRawBufferPointer) throws(MalformedPayload) {
        guard record.type != .mark else { return }
        let attempt = try EntryCodec.attempt(payload)
        switch record.type {
        case .reserve:
            self.open[attempt] = Open(entry: try EntryCodec.readReservation(payload))
        case .sent:
            self.open[attempt]?.isSent = true
        case .checkpoint:
            let (usage, charge) = try EntryCodec.readCheckpoint(payload)
            self.open[attempt]?.entry.usage = usage
            self.open[attempt]?.entry.chargeNanoUSD = charge
        case .settle:
            // One whose reservation is gone was in the store already.
            guard var entry = self.open.removeValue(forKey: attempt)?.entry else { return }
            try EntryCodec.readSettlement(payload, into: &entry)
            self.ended.append(entry)
        case .release:
            self.open[attempt] = nil
        case .mark:
            return
        }
    }

    /// All settlements: those that were written, and those of attempts that an earlier process did not end. What was never sent
    /// is none.
    func settlements(at now: UnixMilliseconds) -> [LedgerEntry] {
        let cut = self.open.values.filter(\.isSent).map { open in
            var entry = open.entry
            entry.isEstimated = true
            entry.outcome = .interrupted
            entry.settledAt = now
            return entry
        }
        return self.ended + cut.sorted { $0.attempt < $1.attempt }
    }

    private init(numbers: [UInt64]) {
        self.numbers = numbers
    }
}
