import Glibc
import Storage

/// What the segments of an earlier process say.
///
/// All segments are read twice, one at a time: first it is made sure that nothing is missing, then the settlements are told. Of an
/// attempt that has not ended only its places are kept, so that a journal may be longer than memory.
struct JournalRecovery {
    /// Where a record's payload lies.
    private struct Place {
        /// Which segment of the chain.
        var segment: Int
        var payload: Range<Int>
    }

    /// An attempt that was reserved and has not ended.
    private struct Open {
        var reservation: Place
        var checkpoint: Place?
        var isSent = false
    }

    /// A segment as it was found.
    private struct Segment {
        var number: UInt64
        var file: any JournalFile
        var header: SegmentHeader
        /// Where its records end, when a later segment says so.
        var limit: Int?
        /// Where the last readable record ends of those that follow one another from the first.
        var reached = SegmentHeader.bytes
    }

    /// All segments found, ready ones included.
    private(set) var numbers: [UInt64]
    /// The highest number there is.
    var highest: UInt64 { self.numbers.max() ?? 0 }

    /// The segments whose records count, oldest first.
    private var chain: [Segment] = []
    private var open: [AttemptID: Open] = [:]

    private init(numbers: [UInt64]) {
        self.numbers = numbers
    }
}

// MARK: - Whether everything is there

extension JournalRecovery {
    /// Reads all segments and finds out which records count.
    ///
    /// - Throws: `.damaged` when a record that was on the disk cannot be read.
    static func read(_ disk: any JournalDisk, _ numbers: [UInt64]) throws(JournalError) -> JournalRecovery {
        var recovery = JournalRecovery(numbers: numbers.sorted())
        var files: [(number: UInt64, file: any JournalFile)] = []
        var segments: [Segment] = []
        for number in recovery.numbers {
            let file = try disk.open(SegmentHeader.fileName(number))
            files.append((number, file))
            let bytes = try file.read(at: 0, count: SegmentHeader.bytes)
            // One without a header was ready and never used, or its header did not outlive a power cut.
            guard let header = bytes.withUnsafeBytes({ SegmentHeader.read($0, number: number) }) else { continue }
            segments.append(Segment(number: number, file: file, header: header))
        }
        recovery.chain = recovery.chain(segments)
        let synced = try recovery.survey(files)
        try recovery.check(max(synced, segments.map(\.header.synced).max() ?? synced))
        return recovery
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

    /// Reads every file once.
    ///
    /// - Returns: The furthest place that any readable record says was on the disk.
    private mutating func survey(
        _ files: [(number: UInt64, file: any JournalFile)]
    ) throws(JournalError) -> JournalPosition {
        var furthest = JournalPosition(segment: 0, offset: 0)
        for (number, file) in files {
            let bytes = try file.read(at: 0, count: file.size)
            let index = self.chain.firstIndex { $0.number == number }
            let limit = index.flatMap { self.chain[$0].limit } ?? .max
            let (synced, reached) = bytes.withUnsafeBytes { bytes in
                let used = UnsafeRawBufferPointer(rebasing: bytes[..<Self.usedBytes(bytes)])
                return Self.survey(used, number, limit: limit)
            }
            furthest = max(furthest, synced)
            if let index { self.chain[index].reached = reached }
        }
        return furthest
    }

    /// Looks for readable records, also behind unreadable ones.
    private static func survey(
        _ bytes: UnsafeRawBufferPointer,
        _ number: UInt64,
        limit: Int
    ) -> (synced: JournalPosition, reached: Int) {
        var furthest = JournalPosition(segment: 0, offset: 0)
        var reached = SegmentHeader.bytes
        var offset = SegmentHeader.bytes
        while offset + RecordFormat.headerBytes <= bytes.count {
            guard let record = Record.read(bytes, at: offset, segment: number) else {
                offset += RecordFormat.alignment
                continue
            }
            furthest = max(furthest, record.synced)
            if reached == offset, record.end <= limit { reached = record.end }
            offset = record.end
        }
        return (furthest, reached)
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

    /// Refuses a journal of which something is missing that was on the disk, and leaves out what follows a torn tail.
    private mutating func check(_ synced: JournalPosition) throws(JournalError) {
        let first = self.chain.first?.number ?? 0
        guard synced.segment < max(first, 1) || self.chain.contains(where: { $0.number == synced.segment }) else {
            throw Self.damaged(synced.segment, 0, "what follows was safely on the disk")
        }
        for (index, segment) in self.chain.enumerated() {
            let reached = JournalPosition(segment: segment.number, offset: UInt64(segment.reached))
            let isWhole = segment.limit.map { segment.reached >= $0 } ?? false
            guard reached >= synced || isWhole else {
                throw Self.damaged(segment.number, segment.reached, "what follows was safely on the disk")
            }
            if segment.limit != nil, !isWhole {
                // A torn tail: what lies behind it was never acknowledged as being on the disk.
                self.chain.removeSubrange((index + 1)...)
                return
            }
        }
    }

    private static func damaged(_ segment: UInt64, _ offset: Int, _ why: String) -> JournalError {
        JournalError(
            .damaged,
            "\(SegmentHeader.fileName(segment)) is damaged at offset \(offset): \(why). Restore the file, or move the journal away and accept that what it held is lost."
        )
    }
}

// MARK: - What it says

extension JournalRecovery {
    /// Tells all settlements: first those that were written, then those of attempts that an earlier process did not end. What
    /// was never sent is none.
    ///
    /// - Parameters:
    ///   - now: When attempts are settled that had not ended.
    ///   - count: How many are told at a time.
    ///   - take: Gets them.
    /// - Throws: `.damaged` when a record was written by another version; `.failed`; what `take` throws.
    mutating func settlements(
        at now: UnixMilliseconds,
        inPartsOf count: Int,
        _ take: ([LedgerEntry]) throws(JournalError) -> Void
    ) throws(JournalError) {
        var part: [LedgerEntry] = []
        part.reserveCapacity(count)
        for index in self.chain.indices {
            let segment = self.chain[index]
            let bytes = try segment.file.read(at: 0, count: segment.reached)
            var offset = SegmentHeader.bytes
            while let record = bytes.withUnsafeBytes({ Record.read($0, at: offset, segment: segment.number) }) {
                if let entry = try self.apply(record, bytes, index) { part.append(entry) }
                offset = record.end
                if part.count >= count { try Self.flush(&part, take) }
            }
            guard offset == segment.reached else {
                throw JournalError(.failed, "\(SegmentHeader.fileName(segment.number)) was changed while it was read")
            }
        }
        try self.cut(at: now, inPartsOf: count, &part, take)
        try Self.flush(&part, take)
    }

    private static func flush(
        _ part: inout [LedgerEntry],
        _ take: ([LedgerEntry]) throws(JournalError) -> Void
    ) throws(JournalError) {
        guard !part.isEmpty else { return }
        try take(part)
        part.removeAll(keepingCapacity: true)
    }

    /// - Returns: The settlement, when the record completes one.
    private mutating func apply(_ record: Record, _ bytes: [UInt8], _ index: Int) throws(JournalError) -> LedgerEntry? {
        guard record.type != .mark else { return nil }
        let place = Place(segment: index, payload: record.payload)
        let payload = bytes[record.payload]
        let attempt = try self.decode(place, payload, EntryCodec.attempt)
        switch record.type {
        case .reserve:
            self.open[attempt] = Open(reservation: place)
        case .sent:
            self.open[attempt]?.isSent = true
        case .checkpoint:
            self.open[attempt]?.checkpoint = place
        case .settle:
            // One whose reservation is gone was in the store already.
            guard let open = self.open.removeValue(forKey: attempt) else { return nil }
            var entry = try self.read(open.reservation, (index, bytes), EntryCodec.readReservation)
            try self.decode(place, payload) { (payload) throws(MalformedPayload) in
                try EntryCodec.readSettlement(payload, into: &entry)
            }
            return entry
        case .release:
            self.open[attempt] = nil
        case .mark: break
        }
        return nil
    }

    /// Settles what was sent and has not ended, by its last checkpoint or its reservation.
    private func cut(
        at now: UnixMilliseconds,
        inPartsOf count: Int,
        _ part: inout [LedgerEntry],
        _ take: ([LedgerEntry]) throws(JournalError) -> Void
    ) throws(JournalError) {
        let sent = self.open.values.filter(\.isSent).sorted { a, b in
            (a.reservation.segment, a.reservation.payload.lowerBound)
                < (b.reservation.segment, b.reservation.payload.lowerBound)
        }
        var held: (index: Int, bytes: [UInt8]) = (-1, [])
        for open in sent {
            let index = open.reservation.segment
            if held.index != index {
                held = (index, [])
                held.bytes = try self.chain[index].file.read(at: 0, count: self.chain[index].reached)
            }
            var entry = try self.read(open.reservation, held, EntryCodec.readReservation)
            if let checkpoint = open.checkpoint {
                (entry.usage, entry.chargeNanoUSD) = try self.read(checkpoint, held, EntryCodec.readCheckpoint)
            }
            entry.isEstimated = true
            entry.outcome = .interrupted
            entry.settledAt = now
            part.append(entry)
            if part.count >= count { try Self.flush(&part, take) }
        }
    }

    /// Reads a payload, from the bytes at hand when it lies in them.
    private func read<Value>(
        _ place: Place,
        _ held: (index: Int, bytes: [UInt8]),
        _ body: (UnsafeRawBufferPointer) throws(MalformedPayload) -> Value
    ) throws(JournalError) -> Value {
        guard place.segment != held.index else { return try self.decode(place, held.bytes[place.payload], body) }
        let file = self.chain[place.segment].file
        let bytes = try file.read(at: place.payload.lowerBound, count: place.payload.count)
        return try self.decode(place, bytes[...], body)
    }

    /// - Throws: `.damaged` when a payload cannot be read although its checksum holds.
    private func decode<Value>(
        _ place: Place,
        _ bytes: ArraySlice<UInt8>,
        _ body: (UnsafeRawBufferPointer) throws(MalformedPayload) -> Value
    ) throws(JournalError) -> Value {
        let result: Result<Value, MalformedPayload> = bytes.withUnsafeBytes { payload in
            do throws(MalformedPayload) {
                return .success(try body(payload))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure:
            let offset = place.payload.lowerBound - RecordFormat.headerBytes
            let number = self.chain[place.segment].number
            throw Self.damaged(number, offset, "the record there is not of this version of Martlet")
        }
    }
}
