import Storage
import Synchronization
import Telemetry

// The committer: forces what was written onto the disk, keeps segments ready, and mends the journal when the disk has failed.

extension Journal {
    /// How long the committer rests when there is nothing to do. So long, at most, waits what wakes nobody: a checkpoint, and
    /// the sync of a mark.
    private static let idleMilliseconds = 1_000

    private enum Wait {
        case none
        case upTo(Int, thenCommit: Bool)
        case over
    }

    /// The committer's life.
    func runCommitter() {
        while true {
            let wait = self.core.state.withLock { state -> Wait in
                if state.isClosing { return .over }
                if state.isBroken { return .upTo(self.options.retryMilliseconds, thenCommit: true) }
                if state.isUrgent || state.unsyncedRecords >= self.options.groupRecords { return .none }
                guard state.unsyncedRecords > 0 else {
                    state.wakeAt = state.freshMarks + 1
                    let milliseconds = state.needsMark ? self.options.groupMilliseconds * 4 : Self.idleMilliseconds
                    return .upTo(milliseconds, thenCommit: false)
                }
                state.wakeAt = state.freshMarks + self.options.groupRecords
                return .upTo(self.options.groupMilliseconds, thenCommit: true)
            }
            switch wait {
            case .over: return
            case .none: self.commit(isQuiet: false)
            case .upTo(let milliseconds, let thenCommit):
                let isOver = !self.committerSignal.wait(milliseconds: milliseconds)
                let isIdle = self.core.state.withLock { state in
                    state.wakeAt = .max
                    return state.unsyncedRecords == 0
                }
                // The first record after a quiet time waits for company.
                if thenCommit || isIdle { self.commit(isQuiet: isIdle && isOver) }
            }
        }
    }

    /// Waits until everything written before is on the disk, but not longer than told, and not for a disk that fails.
    func syncNow(withinMilliseconds milliseconds: Int) {
        guard self.committer.withLock({ $0 != nil }) else { return self.commitNow() }
        let signal = Signal()
        let waits = self.core.state.withLock { state in
            guard !state.isBroken, !state.isClosing, state.freshRecords > 0 || !state.syncing.isEmpty else {
                return false
            }
            state.waiters.append(JournalState.Waiter(place: state.place) { _ in signal.raise() })
            state.isUrgent = true
            return true
        }
        guard waits else { return }
        self.committerSignal.raise()
        signal.wait(milliseconds: milliseconds)
    }

    /// One round as after a quiet time. For tests, and for the last one.
    package func commitNow() {
        self.commit(isQuiet: true)
    }

    /// One round: sync, then see to segments and to whether anything new is taken. What was synced is attested when it has been
    /// quiet for a moment; the mark that does so is synced with the next record, or when none comes for a second.
    package func commit(isQuiet: Bool) {
        if !self.core.state.withLock({ $0.isBroken }) { self.sync(isQuiet: isQuiet) }
        if self.core.state.withLock({ $0.isBroken }) { self.mend() }
        self.prepareSegments()
        if isQuiet { self.attest() }
        self.updateShedding()
    }

    private func sync(isQuiet: Bool) {
        let work = self.core.state.withLock {
            state -> (files: [any JournalFile], place: JournalPosition, written: UInt64, hasRecords: Bool)? in
            state.isUrgent = false
            state.writeOut()
            // A mark is worth no sync of its own while there is other work.
            let isDue = state.unsyncedRecords > 0 || isQuiet || !state.waiters.isEmpty
            guard state.freshRecords > 0, isDue else { return nil }
            let files = state.dirty
            state.dirty = [state.current.file]
            precondition(state.syncing.isEmpty, "one sync at a time")
            swap(&state.syncing, &state.fresh)
            let hasRecords = state.unsyncedRecords > 0
            state.freshRecords = 0
            state.freshMarks = 0
            return (files, state.place, state.written, hasRecords)
        }
        guard let work else { return self.answerWaiters() }
        self.options.hook?(.beforeSync)
        let clock = ContinuousClock()
        let start = clock.now
        var isGood = true
        do throws(JournalError) {
            for file in work.files { try file.sync() }
        } catch {
            isGood = false
            self.metrics.errors.add()
        }
        self.metrics.syncs.add()
        self.metrics.syncSeconds.observe(microseconds: Int64(clamping: (clock.now - start).microseconds))
        self.options.hook?(.afterSync)
        let isDone = self.core.state.withLock { state in
            guard isGood, !state.isBroken else {
                state.isBroken = true
                state.fresh = state.syncing + state.fresh
                state.syncing = []
                return false
            }
            state.forgetSyncing()
            state.synced = work.place
            state.syncedRecords = work.written
            if work.hasRecords { state.needsMark = true }
            return true
        }
        // After a failure, the mending answers.
        if isDone { self.answerWaiters() }
    }

    private func answerWaiters() {
        let (done, isGood) = self.core.state.withLock { state -> ([@Sendable (Bool) -> Void], Bool) in
            guard !state.isBroken, !state.isClosed else {
                let all = state.waiters.map(\.done)
                state.waiters = []
                return (all, false)
            }
            let synced = state.synced
            let ready = state.waiters.filter { $0.place <= synced }.map(\.done)
            state.waiters.removeAll { $0.place <= synced }
            return (ready, true)
        }
        for each in done { each(isGood) }
    }

    /// When nothing follows a synced record, a mark says that it was synced: damage to it is then told from a torn tail. Every
    /// later record says the same, so under load there are no marks.
    private func attest() {
        self.withFrame(payloadBytes: 16) { frame in
            frame.add(.mark) { _ in }
            self.core.state.withLock { state in
                guard state.needsMark, state.freshRecords == 0, !state.isBroken, !state.isClosed,
                    state.unpromisedRoom >= frame.count
                else { return }
                state.needsMark = false
                _ = state.append(frame)
                state.freshMarks += 1
            }
        }
    }

    // MARK: Segments

    /// Keeps empty segments ready, so that the road never waits for one. A disk that has no room is not asked again at once:
    /// looking for room in a full one takes it longer than a sync.
    func prepareSegments() {
        let clock = ContinuousClock()
        while true {
            let number = self.core.state.withLock { state -> UInt64? in
                if let rest = state.segmentsRestUntil, clock.now < rest { return nil }
                // More than usual when many open attempts have taken the room for their ends.
                let isShort = state.unpromisedRoom < self.options.segmentBytes / 2
                guard state.spares.count < self.options.segmentsAhead || isShort, !state.isClosing else { return nil }
                defer { state.nextNumber += 1 }
                return state.nextNumber
            }
            guard let number else { return }
            do throws(JournalError) {
                let file = try self.disk.create(SegmentHeader.fileName(number), bytes: self.options.segmentBytes)
                self.core.state.withLock { $0.spares.append(JournalState.Spare(number: number, file: file)) }
            } catch {
                let rest = clock.now + .milliseconds(self.options.retryMilliseconds)
                self.core.state.withLock { $0.segmentsRestUntil = rest }
                return self.metrics.errors.add()
            }
        }
    }

    private func updateShedding() {
        let (state, isLong) = self.core.state.withLock { state in
            (
                Shedding(
                    [
                        state.isBroken ? .broken : [],
                        state.unpromisedRoom < 2 * RecordFormat.maximumBytes + JournalState.keptBytes ? .full : [],
                        state.backlog > self.options.maximumBacklog ? .backlog : [],
                        state.fresh.count + state.syncing.count > self.options.maximumUnsyncedBytes ? .unsynced : [],
                        state.isClosing ? .closed : [],
                    ] as [Shedding]
                ),
                state.segments.count >= self.options.longJournalSegments
            )
        }
        var shedding = state
        if isLong, let used = self.disk.usedFraction(), used > self.options.maximumDiskUse {
            shedding.insert(.diskUse)
        }
        self.core.shedding.store(shedding.rawValue, ordering: .relaxed)
    }

    // MARK: Mending

    /// After a failure nothing is known of what was not synced: it is written again, from memory, to a new segment, and the old
    /// files are not synced any more.
    private func mend() {
        let work = self.core.state.withLock {
            state -> (number: UInt64, records: [UInt8], written: UInt64, bytes: Int, after: JournalPosition) in
            defer { state.nextNumber += 1 }
            let kept = (state.openAttempts + 16) * JournalState.keptBytes
            let bytes = SegmentHeader.bytes + state.fresh.count * 2 + kept + 2 * RecordFormat.maximumBytes
            return (state.nextNumber, state.fresh, state.written, max(self.options.segmentBytes, bytes), state.synced)
        }
        do throws(JournalError) {
            let file = try self.disk.create(SegmentHeader.fileName(work.number), bytes: work.bytes)
            var moved = MovedRecords(segment: work.number, synced: work.after)
            try file.write(moved.relocated(work.records, from: SegmentHeader.bytes), at: SegmentHeader.bytes)
            try file.sync()
            // The header comes last: with it the segment replaces what was written before.
            let header = SegmentHeader(number: work.number, previous: work.after, synced: work.after).encoded()
            try file.write(header, at: 0)
            try file.sync()
            try self.resume(in: file, number: work.number, (bytes: work.records.count, records: work.written), moved)
        } catch {
            self.metrics.errors.add()
            // Each try has its own file.
            try? self.disk.remove(SegmentHeader.fileName(work.number))
        }
        self.answerWaiters()
    }

    private func resume(
        in file: any JournalFile,
        number: UInt64,
        _ written: (bytes: Int, records: UInt64),
        _ moved: MovedRecords
    ) throws(JournalError) {
        var moved = moved
        let unused = try self.core.state.withLock { (state) throws(JournalError) -> [JournalState.Spare] in
            // What came meanwhile follows, as ordinary records that wait for the next sync.
            let rest = Array(state.fresh.dropFirst(written.bytes))
            let end = SegmentHeader.bytes + written.bytes
            let records = moved.relocated(rest, from: end)
            guard end + records.count + RecordFormat.maximumBytes <= file.size else {
                throw JournalError(.full, "more came meanwhile than fits")
            }
            try file.write(records, at: end)
            state.segments.append(JournalState.Segment(number: number, file: file))
            state.end = end + records.count
            state.synced = JournalPosition(segment: number, offset: UInt64(end))
            state.syncedRecords = written.records
            state.fresh = records
            state.freshRecords = moved.count(in: records)
            state.freshMarks = 0
            state.dirty = [file]
            state.needsMark = true
            state.isBroken = false
            state.follow(moved.reservations, to: number)
            // Those kept ready have lower numbers: they could not follow.
            defer { state.spares = [] }
            return state.spares
        }
        for spare in unused { try? self.disk.remove(SegmentHeader.fileName(spare.number)) }
    }
}

extension JournalState {
    /// Reservations were written anew in another segment: it is the one that is kept for them.
    fileprivate mutating func follow(_ reservations: [AttemptID: UInt64], to segment: UInt64) {
        guard !reservations.isEmpty else { return }
        for index in self.slots.indices where self.slots[index].phase != .free {
            guard let offset = reservations[self.slots[index].attempt] else { continue }
            self.moveLive(self.slots[index].reservation.segment, by: -1)
            self.slots[index].reservation = JournalPosition(segment: segment, offset: offset)
            self.moveLive(segment, by: 1)
        }
        var settled = SettledQueue()
        swap(&settled, &self.settled)
        settled.eachReservation { attempt, old in
            guard reservations[attempt] != nil else { return }
            self.moveLive(old, by: -1)
            old = segment
            self.moveLive(segment, by: 1)
        }
        swap(&settled, &self.settled)
    }
}

/// Records that are written again at another place: their checksums hold the place, so their headers are made anew.
struct MovedRecords {
    let segment: UInt64
    let synced: JournalPosition
    /// Where reservations lie now.
    private(set) var reservations: [AttemptID: UInt64] = [:]

    init(segment: UInt64, synced: JournalPosition) {
        self.segment = segment
        self.synced = synced
    }

    /// The records with headers for their new place.
    mutating func relocated(_ records: [UInt8], from start: Int) -> [UInt8] {
        var bytes = records
        var found: [(AttemptID, UInt64)] = []
        let (segment, synced) = (self.segment, self.synced)
        bytes.withUnsafeMutableBytes { memory in
            var offset = 0
            while offset + RecordFormat.headerBytes <= memory.count {
                let word = UInt32(littleEndian: memory.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let size = RecordFormat.paddedBytes(payload: Int(word & 0xFF_FFFF))
                guard offset + size <= memory.count else { return }
                let payload = UnsafeRawBufferPointer(
                    rebasing: memory[(offset + RecordFormat.headerBytes)..<(offset + size)]
                )
                let place = JournalPosition(segment: segment, offset: UInt64(start + offset))
                let sum = RecordFormat.checksum(CRC32C.update(CRC32C.start, payload), word, at: place, synced: synced)
                memory.storeBytes(of: sum.littleEndian, toByteOffset: offset + 4, as: UInt32.self)
                let parts = [synced.segment, synced.offset].map { UInt32(truncatingIfNeeded: $0).littleEndian }
                memory.storeBytes(of: parts[0], toByteOffset: offset + 8, as: UInt32.self)
                memory.storeBytes(of: parts[1], toByteOffset: offset + 12, as: UInt32.self)
                if RecordType(rawValue: UInt8(word >> 24)) == .reserve, let attempt = try? EntryCodec.attempt(payload) {
                    found.append((attempt, place.offset))
                }
                offset += size
            }
        }
        for (attempt, offset) in found { self.reservations[attempt] = offset }
        return bytes
    }

    /// How many records there are.
    func count(in records: [UInt8]) -> Int {
        records.withUnsafeBytes { bytes in
            var (count, offset) = (0, 0)
            while offset + RecordFormat.headerBytes <= bytes.count {
                let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                offset += RecordFormat.paddedBytes(payload: Int(word & 0xFF_FFFF))
                count += 1
            }
            return count
        }
    }
}

extension Duration {
    fileprivate var microseconds: Int128 {
        let (seconds, attoseconds) = self.components
        return Int128(seconds) * 1_000_000 + Int128(attoseconds / 1_000_000_000_000)
    }
}
