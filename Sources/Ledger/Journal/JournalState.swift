import Exchange
import Storage

/// Everything behind the journal's lock.
struct JournalState {
    /// What an attempt's slot knows of it.
    struct Slot {
        enum Phase { case free, reserved, sent }

        var phase = Phase.free
        var generation: UInt64 = 0
        var attempt = AttemptID(high: 0, low: 0)
        /// Where its reservation is; the segment is kept for it.
        var reservation = JournalPosition(segment: 0, offset: 0)
        /// Where its last checkpoint is, if there is one.
        var checkpoint: JournalPosition?
    }

    /// A segment that holds something that is still needed.
    struct Segment {
        var number: UInt64
        var file: any JournalFile
        /// Reservations in it whose attempts are open, or settled and not yet in the store.
        var live = 0
    }

    /// A segment kept ready.
    struct Spare {
        var number: UInt64
        var file: any JournalFile
    }

    /// Someone who waits until the journal is on the disk up to a place.
    struct Waiter {
        var place: JournalPosition
        var done: @Sendable (Bool) -> Void
    }

    /// Room kept for the end of every open attempt: a settlement, the longest of its records.
    static let keptBytes = RecordFormat.paddedBytes(payload: EntryCodec.settlementBytes)

    var slots: [Slot] = []
    var freeSlots: [Int] = []
    var openAttempts = 0

    /// Oldest first; the last one is written to.
    var segments: [Segment]
    /// Where the next record goes in the last segment.
    var end: Int
    var spares: [Spare] = []
    /// Every segment ever named has a lower number.
    var nextNumber: UInt64

    /// Everything before this is on the disk.
    var synced: JournalPosition
    /// Files with records that are not.
    var dirty: [any JournalFile] = []
    /// Those records: the ones a running sync covers, and those written since.
    var syncing: [UInt8] = []
    var fresh: [UInt8] = []
    var freshRecords = 0
    /// Bytes at the end of `fresh` that were put off: they are in no file yet, and end where the next record goes.
    private(set) var unwritten = 0
    /// Of the fresh records, those that only attest.
    var freshMarks = 0
    /// How many records were ever appended, and how many of those are on the disk.
    var written: UInt64 = 0
    var syncedRecords: UInt64 = 0
    /// A record was synced and nothing attests it yet.
    var needsMark = false
    /// No segment could be made: before this none is tried again.
    var segmentsRestUntil: ContinuousClock.Instant?

    var waiters: [Waiter] = []
    var settled = SettledQueue()

    /// How many fresh records wake the committer; `.max` while it is awake.
    var wakeAt = Int.max
    var isUrgent = false
    /// The disk failed: records stay in memory until they are written to a new segment.
    var isBroken = false {
        didSet {
            // All that is in memory is written anew, what was put off with it.
            if self.isBroken { self.unwritten = 0 }
        }
    }
    /// The committer has been told to end.
    var isClosing = false
    var isClosed = false
    /// How many copies are being made: while one is, no segment goes.
    var holds = 0

    init(first: Segment, end: Int, nextNumber: UInt64) {
        self.segments = [first]
        self.end = end
        self.nextNumber = nextNumber
        self.synced = JournalPosition(segment: first.number, offset: UInt64(end))
        self.dirty = [first.file]
    }
}

// MARK: - Places and room

extension JournalState {
    /// The segment that is written to.
    var current: Segment { self.segments[self.segments.count - 1] }

    /// Where the next record goes.
    var place: JournalPosition { JournalPosition(segment: self.current.number, offset: UInt64(self.end)) }

    /// Settled entries that the store does not have.
    var backlog: Int { self.settled.count }

    /// The first settled entries that the store may have now: those on the disk. If the store were ahead of the disk, a power
    /// cut could leave what was paid from a reservation together with that reservation, whose release is lost. While the
    /// disk fails nothing new is let in, and the store is the one safe place: then all.
    mutating func drainable(evenUnsynced: Bool) -> [LedgerEntry] {
        self.settled.batch(upTo: !evenUnsynced && !self.isBroken ? self.syncedRecords : .max)
    }

    /// The store has what was drainable.
    mutating func drained() {
        for run in self.settled.finish() { self.moveLive(run.segment, by: -run.count) }
    }

    /// Bytes certain to take records: at the end of each segment one record may not fit any more.
    var room: Int {
        let here = max(0, self.current.file.size - self.end - RecordFormat.maximumBytes)
        return self.spares.reduce(here) { $0 + Self.usableBytes($1.file.size) }
    }

    /// Records that wait for a sync and say something of an attempt.
    var unsyncedRecords: Int { self.freshRecords - self.freshMarks }

    /// What is left of the room when every open attempt has ended.
    var unpromisedRoom: Int { self.room - self.openAttempts * Self.keptBytes }

    static func usableBytes(_ size: Int) -> Int {
        max(0, size - SegmentHeader.bytes - RecordFormat.maximumBytes)
    }

    mutating func moveLive(_ segment: UInt64, by change: Int) {
        guard let index = self.segments.lastIndex(where: { $0.number == segment }) else { return }
        self.segments[index].live += change
    }
}

// MARK: - Slots

extension JournalState {
    mutating func takeSlot(_ attempt: AttemptID, at place: JournalPosition, isSent: Bool) -> JournalTicket {
        let index: Int
        if let free = self.freeSlots.popLast() {
            index = free
        } else {
            index = self.slots.count
            self.slots.append(Slot())
        }
        self.slots[index].phase = isSent ? .sent : .reserved
        self.slots[index].generation += 1
        self.slots[index].attempt = attempt
        self.slots[index].reservation = place
        self.slots[index].checkpoint = nil
        self.openAttempts += 1
        self.moveLive(place.segment, by: 1)
        return JournalTicket(attempt: attempt, slot: index, generation: self.slots[index].generation)
    }

    /// The slot's place if the ticket's attempt is still open.
    func isOpen(_ ticket: JournalTicket) -> Bool {
        guard self.slots.indices.contains(ticket.slot) else { return false }
        let slot = self.slots[ticket.slot]
        return slot.generation == ticket.generation && slot.phase != .free
    }

    mutating func freeSlot(_ ticket: JournalTicket) {
        self.slots[ticket.slot].phase = .free
        self.freeSlots.append(ticket.slot)
        self.openAttempts -= 1
    }
}

// MARK: - Appending

extension JournalState {
    /// Writes a frame behind the last one, into the next segment if this one is full. Keeps a copy until it is synced.
    ///
    /// When the disk fails, the frame is kept in memory only and `isBroken` is set.
    ///
    /// - Parameters:
    ///   - frame: The records.
    ///   - isPutOff: They are written with the next ones that are not, or by `writeOut`.
    /// - Returns: Where the frame lies, or would.
    mutating func append(_ frame: Frame, isPutOff: Bool = false) -> JournalPosition {
        let waits = isPutOff || self.unwritten > 0
        if !self.isBroken {
            do throws(JournalError) {
                if self.end + frame.count > self.current.file.size { try self.roll() }
                frame.seal(at: self.place, synced: self.synced)
                if !waits { try self.current.file.write(frame.bytes, at: self.end) }
            } catch {
                self.isBroken = true
            }
        }
        let place = self.place
        self.fresh.append(contentsOf: frame.bytes)
        self.freshRecords += frame.records
        self.written += UInt64(frame.records)
        guard !self.isBroken else { return place }
        self.end += frame.count
        if waits { self.unwritten += frame.count }
        if !isPutOff { self.writeOut() }
        return place
    }

    /// Writes what was put off, in one piece. When the disk fails, it is kept in memory only and `isBroken` is set.
    mutating func writeOut() {
        let count = self.unwritten
        guard count > 0 else { return }
        self.unwritten = 0
        let (file, offset) = (self.current.file, self.end - count)
        let isWritten = self.fresh.withUnsafeBytes { bytes in
            do throws(JournalError) {
                try file.write(UnsafeRawBufferPointer(rebasing: bytes.suffix(count)), at: offset)
                return true
            } catch {
                return false
            }
        }
        if !isWritten { self.isBroken = true }
    }

    /// What a sync covered is on the disk. The memory is used again, unless it is unusually large.
    mutating func forgetSyncing() {
        self.syncing.removeAll(keepingCapacity: self.syncing.capacity <= 1 << 20)
    }

    /// Takes back a frame that could not be written and that its caller gives up.
    mutating func dropLast(_ frame: Frame) {
        self.fresh.removeLast(frame.count)
        self.freshRecords -= frame.records
        self.written -= UInt64(frame.records)
    }

    /// Goes on in the first segment kept ready.
    private mutating func roll() throws(JournalError) {
        self.writeOut()
        guard !self.isBroken else { throw JournalError(.failed, Shedding.broken.reason) }
        guard let next = self.spares.first else {
            throw JournalError(.full, "no segment is ready")
        }
        let header = SegmentHeader(number: next.number, previous: self.place, synced: self.synced).encoded()
        try next.file.write(header, at: 0)
        self.spares.removeFirst()
        self.segments.append(Segment(number: next.number, file: next.file))
        self.dirty.append(next.file)
        self.end = SegmentHeader.bytes
    }
}

// MARK: - The watermark

extension JournalState {
    /// Everything before this place belongs to attempts that have ended and are in the store.
    var watermark: JournalPosition {
        guard let index = self.segments.firstIndex(where: { $0.live > 0 }) else {
            return self.isBroken ? self.synced : self.place
        }
        return JournalPosition(segment: self.segments[index].number, offset: UInt64(SegmentHeader.bytes))
    }

    /// Takes the segments before a place out of use, but for the one written to.
    mutating func takeDead(before place: JournalPosition) -> [UInt64] {
        guard self.holds == 0 else { return [] }
        let dead = self.segments.dropLast().prefix { $0.number < place.segment && $0.live == 0 }.map(\.number)
        self.segments.removeFirst(dead.count)
        return dead
    }
}
