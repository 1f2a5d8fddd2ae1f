public import Exchange
public import Storage
import Synchronization
import Telemetry

/// The write-behind journal of the ledger: what a request may cost is written here before it leaves, and what it did
/// cost before its answer ends. Records outlive the process at once and a power cut a few milliseconds later; a
/// `LedgerDrain` moves settled entries into the store.
///
/// Every call but `close` is short: one `write` under a lock, no sync, no wait for the store. Each reservation keeps room for
/// its settlement in segments already allocated, so a full disk stops new attempts, never the end of one.
public final class Journal: Sendable {
    let disk: any JournalDisk
    let options: JournalOptions
    let metrics: JournalMetrics
    let core: JournalCore
    let committerSignal = Signal()
    let drainSignal = Signal()
    let committer = Mutex<BlockingThread?>(nil)

    init(disk: any JournalDisk, options: JournalOptions, state: sending JournalState) {
        self.disk = disk
        self.options = options
        let registry = options.registry ?? MetricRegistry()
        self.metrics = JournalMetrics(registry)
        self.core = JournalCore(state)
        self.registerGauges(registry)
    }

    /// Whether new attempts are taken. While `false`, paid requests are refused; it becomes `true` by itself when the
    /// cause is gone. Open attempts can always end.
    public var isWritable: Bool { self.core.isWritable }

    /// Why `isWritable` is false; `nil` when it is true.
    public var unwritableReason: String? {
        let shedding = Shedding(rawValue: self.core.shedding.load(ordering: .relaxed))
        return shedding.isEmpty ? nil : shedding.reason
    }

    /// Whether every append that is waited for is forced onto the disk before the road goes on.
    public var syncsEach: Bool { self.options.sync == .each }

    /// Attempts that have not ended.
    public var openAttempts: Int { self.core.openAttempts }

    /// Settled entries that are not in the store yet.
    public var backlog: Int { self.core.backlog }

    /// Segments on the disk that hold something still needed.
    public var segmentCount: Int { self.core.segmentCount }

    /// Metrics outlive the journal: they read its core, and tell nothing of one that is closed.
    private func registerGauges(_ registry: MetricRegistry) {
        func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable (JournalCore) -> Int) {
            registry.collect(name, help: help, type: .gauge) { [core = self.core] in
                core.state.withLock { $0.isClosed } ? [] : [(labels: [], value: Double(value(core)))]
            }
        }
        gauge("martlet_journal_writable", "1 while the journal takes new attempts.") { $0.isWritable ? 1 : 0 }
        gauge("martlet_journal_open_attempts", "Attempts that have not ended.") { $0.openAttempts }
        gauge("martlet_journal_segments", "Segments that hold something still needed.") { $0.segmentCount }
        gauge("martlet_ledger_backlog", "Settled entries that are not in the store yet.") { $0.backlog }
    }
}

/// What of a journal is shared with whoever shows it. Nobody holds it weakly, nor the journal: an object that is held weakly
/// anywhere pays for every reference that is counted, and these are counted for every request.
final class JournalCore: Sendable {
    let state: Mutex<JournalState>
    let shedding = Atomic<Int>(0)

    init(_ state: sending JournalState) {
        self.state = Mutex(state)
    }

    var isWritable: Bool { self.shedding.load(ordering: .relaxed) == 0 }
    var openAttempts: Int { self.state.withLock { $0.openAttempts } }
    var backlog: Int { self.state.withLock { $0.backlog } }
    var segmentCount: Int { self.state.withLock { $0.segments.count } }
}

// MARK: - What the road calls

extension Journal {
    /// Reserves for an attempt and notes that it is sent, in one write. Call it right before the request leaves.
    ///
    /// - Parameters:
    ///   - entry: The settlement to be assumed if the process died now: estimated input, its charge, the reservation, the
    ///     budget periods. `note` is not kept.
    ///   - isPutOff: It is written together with others by `writeOut`, and the request must not leave before that.
    /// - Returns: The ticket to end the attempt with.
    /// - Throws: `.notWritable`, `.full`, `.failed`: then the request must not be sent; `.tooLarge`.
    public func open(_ entry: LedgerEntry, isPutOff: Bool = false) throws(JournalError) -> JournalTicket {
        try withUnsafePointer(to: entry) { (entry) throws(JournalError) in
            try self.begin(entry, isSent: true, isPutOff: isPutOff)
        }
    }

    /// Reserves for an attempt that still waits for something. If the process dies before `markSent`, it cost nothing.
    ///
    /// - Parameter entry: As for `open`.
    /// - Returns: The ticket to go on with.
    /// - Throws: As `open`.
    public func reserve(_ entry: LedgerEntry) throws(JournalError) -> JournalTicket {
        try withUnsafePointer(to: entry) { (entry) throws(JournalError) in try self.begin(entry, isSent: false) }
    }

    /// Notes that a reserved attempt is sent. Call it right before the request leaves.
    ///
    /// - Throws: `.failed` when it cannot be written: then the request must not be sent.
    public func markSent(_ ticket: JournalTicket) throws(JournalError) {
        let (failure, wakes) = self.withFrame(payloadBytes: 16) { frame in
            frame.add(.sent) { out in out.attempt(ticket.attempt.high, ticket.attempt.low) }
            return self.core.state.withLock { state in (Self.send(ticket, frame, &state), Self.wakes(&state)) }
        }
        if wakes { self.committerSignal.raise() }
        if let failure { throw failure }
    }

    private static func send(_ ticket: JournalTicket, _ frame: Frame, _ state: inout JournalState) -> JournalError? {
        guard !state.isClosed else { return JournalError(.closed, Shedding.closed.reason) }
        guard state.isOpen(ticket), state.slots[ticket.slot].phase == .reserved else { return nil }
        guard !state.isBroken, state.room >= frame.count else {
            return JournalError(.failed, Shedding.broken.reason)
        }
        _ = state.append(frame)
        guard !state.isBroken else {
            state.dropLast(frame)
            return JournalError(.failed, Shedding.broken.reason)
        }
        state.slots[ticket.slot].phase = .sent
        return nil
    }

    /// Notes what an attempt has used so far, input included; what is assumed if the process dies. Left out, and
    /// counted, when the room is needed for settlements.
    ///
    /// It does not wake the committer: it goes to the disk with the next record that does, or, when none comes, after the
    /// committer's longest rest of a second. A power cut can cost that much of a stream that runs alone.
    ///
    /// - Parameters:
    ///   - ticket: Which attempt.
    ///   - usage: Everything so far.
    ///   - chargeNanoUSD: What that costs.
    ///   - isPutOff: It is written together with others by `writeOut`.
    public func checkpoint(
        _ ticket: JournalTicket,
        usage: TokenUsage,
        chargeNanoUSD: Int64,
        isPutOff: Bool = false
    ) {
        let write = { (out: inout PayloadWriter) in
            EntryCodec.writeCheckpoint(ticket.attempt, usage, chargeNanoUSD, &out)
        }
        self.withFrame(payloadBytes: EntryCodec.settlementBytes) { frame in
            frame.add(.checkpoint, write)
            let isWritten = self.core.state.withLock { state in
                guard state.isOpen(ticket), !state.isBroken, !state.isClosed else { return false }
                guard state.unpromisedRoom >= frame.count else { return false }
                let place = state.append(frame, isPutOff: isPutOff)
                state.slots[ticket.slot].checkpoint = place
                return true
            }
            if !isWritten { self.metrics.checkpointsDropped.add() }
        }
    }

    /// Ends an attempt with what it came to. Never fails: its room was kept, and when the disk itself fails the record is
    /// kept in memory until it can be written.
    ///
    /// - Parameters:
    ///   - ticket: Which attempt.
    ///   - entry: What it came to. Request, subject, beginning and budgets are those it was opened with.
    ///   - isPutOff: It is written together with others by `writeOut`, and the answer must not end before that.
    public func settle(_ ticket: JournalTicket, _ entry: LedgerEntry, isPutOff: Bool = false) {
        withUnsafePointer(to: entry) { entry in
            self.withFrame(payloadBytes: EntryCodec.settlementBytes) { frame in
                frame.add(.settle) { out in EntryCodec.writeSettlement(entry, of: ticket.attempt, &out) }
                self.end(ticket, frame, isPutOff: isPutOff) { state, segment in
                    state.settled.append(entry, segment: segment, record: state.written)
                    return state.backlog == 1
                }
            }
        }
    }

    /// Writes what was put off: entries of many requests that an event loop has worked on in one go, in one piece.
    ///
    /// - Returns: Whether all of it is in the file. If not, what was opened must not be sent; what was settled is kept in
    ///   memory until it can be written.
    public func writeOut() -> Bool {
        self.options.hook?(.beforeWrite)
        let (isGood, wakes) = self.core.state.withLock { state in
            state.writeOut()
            return (!state.isBroken, Self.wakes(&state))
        }
        self.options.hook?(.afterWrite)
        if !isGood { self.shed(.broken, true) }
        if wakes || !isGood { self.committerSignal.raise() }
        return isGood
    }

    /// Ends an attempt that cost nothing and leaves no entry: it was never sent, or its request did not get through.
    public func release(_ ticket: JournalTicket) {
        self.withFrame(payloadBytes: 16) { frame in
            frame.add(.release) { out in out.attempt(ticket.attempt.high, ticket.attempt.low) }
            self.end(ticket, frame) { state, segment in
                state.moveLive(segment, by: -1)
                return false
            }
        }
    }

    /// Calls back when everything written for an attempt so far is on the disk.
    ///
    /// - Parameters:
    ///   - ticket: Which attempt; it may have ended.
    ///   - done: Called once, on the committer's thread or, when nothing is left to do, at once. `false` when the disk
    ///     failed: the records are then only in memory, and are written later.
    public func whenSynced(_ ticket: JournalTicket, _ done: @escaping @Sendable (Bool) -> Void) {
        let answer: Bool? = self.core.state.withLock { state in
            if state.isBroken || state.isClosed { return false }
            let place = state.place
            if place <= state.synced { return true }
            state.waiters.append(JournalState.Waiter(place: place, done: done))
            state.isUrgent = true
            return nil
        }
        if let answer { return done(answer) }
        self.committerSignal.raise()
    }
}

// MARK: - How

extension Journal {
    private func begin(
        _ entry: UnsafePointer<LedgerEntry>,
        isSent: Bool,
        isPutOff: Bool = false
    ) throws(JournalError) -> JournalTicket {
        guard self.isWritable else { throw JournalError(.notWritable, self.unwritableReason ?? "") }
        let payloadBytes = EntryCodec.reservationBytes(entry) + 16 + RecordFormat.headerBytes + RecordFormat.alignment
        let result: Result<JournalTicket, JournalError> = self.withFrame(payloadBytes: payloadBytes) { frame in
            frame.add(.reserve) { out in EntryCodec.writeReservation(entry, &out) }
            if isSent { frame.add(.sent) { out in out.attempt(entry.pointee.attempt.high, entry.pointee.attempt.low) } }
            guard !frame.isTooLarge else {
                return .failure(JournalError(.tooLarge, "an entry of \(frame.count) bytes does not fit in a record"))
            }
            self.options.hook?(.beforeWrite)
            let (result, wakes) = self.core.state.withLock { state in
                let result = Self.admit(
                    entry.pointee.attempt,
                    frame,
                    isSent: isSent,
                    isPutOff: isPutOff,
                    unsyncedLimit: self.options.maximumUnsyncedBytes,
                    &state
                )
                return (result, Self.wakes(&state))
            }
            self.options.hook?(.afterWrite)
            self.wrote(frame, wakes: wakes)
            return result
        }
        do {
            return try result.get()
        } catch {
            self.noteFailure(error)
            throw error
        }
    }

    private static func admit(
        _ attempt: AttemptID,
        _ frame: Frame,
        isSent: Bool,
        isPutOff: Bool,
        unsyncedLimit: Int,
        _ state: inout JournalState
    ) -> Result<JournalTicket, JournalError> {
        guard !state.isClosed else { return .failure(JournalError(.closed, Shedding.closed.reason)) }
        guard !state.isBroken else { return .failure(JournalError(.failed, Shedding.broken.reason)) }
        guard state.fresh.count + state.syncing.count < unsyncedLimit else {
            return .failure(JournalError(.notWritable, Shedding.unsynced.reason))
        }
        guard state.unpromisedRoom >= frame.count + JournalState.keptBytes + RecordFormat.headerBytes * 2 else {
            return .failure(JournalError(.full, Shedding.full.reason))
        }
        let place = state.append(frame, isPutOff: isPutOff)
        guard !state.isBroken else {
            state.dropLast(frame)
            return .failure(JournalError(.failed, Shedding.broken.reason))
        }
        return .success(state.takeSlot(attempt, at: place, isSent: isSent))
    }

    /// Ends an attempt. `leave` is told the segment of its reservation, under the lock, and says whether the drain is to wake.
    private func end(
        _ ticket: JournalTicket,
        _ frame: Frame,
        isPutOff: Bool = false,
        _ leave: (inout JournalState, _ segment: UInt64) -> Bool
    ) {
        self.options.hook?(.beforeWrite)
        let (wakes, wakesDrain) = self.core.state.withLock { state in
            guard state.isOpen(ticket), !state.isClosed else { return (false, false) }
            let segment = state.slots[ticket.slot].reservation.segment
            _ = state.append(frame, isPutOff: isPutOff)
            state.freeSlot(ticket)
            let wakesDrain = leave(&state, segment)
            return (Self.wakes(&state), wakesDrain)
        }
        self.options.hook?(.afterWrite)
        self.wrote(frame, wakes: wakes)
        if wakesDrain { self.drainSignal.raise() }
    }

    /// Whether the committer must be woken: once for each of its waits.
    private static func wakes(_ state: inout JournalState) -> Bool {
        guard state.freshRecords >= state.wakeAt || state.isBroken else { return false }
        defer { state.wakeAt = .max }
        return state.wakeAt != .max
    }

    private func wrote(_ frame: Frame, wakes: Bool) {
        self.metrics.appendedBytes.add(frame.count)
        if wakes { self.committerSignal.raise() }
    }

    /// Makes `isWritable` false at once; the committer makes it true again.
    private func noteFailure(_ error: JournalError) {
        switch error.code {
        case .full: self.shed(.full, true)
        case .failed: self.shed(.broken, true)
        default: return
        }
        self.committerSignal.raise()
    }

    func shed(_ cause: Shedding, _ isOn: Bool) {
        if isOn {
            self.core.shedding.bitwiseOr(cause.rawValue, ordering: .relaxed)
        } else {
            self.core.shedding.bitwiseAnd(~cause.rawValue, ordering: .relaxed)
        }
    }

    /// Memory for a frame, on the stack when it is short.
    func withFrame<Result>(payloadBytes: Int, _ body: (inout Frame) -> Result) -> Result {
        let bytes = RecordFormat.paddedBytes(payload: payloadBytes)
        return withUnsafeTemporaryAllocation(byteCount: bytes, alignment: RecordFormat.alignment) { memory in
            var frame = Frame(memory)
            return body(&frame)
        }
    }
}
