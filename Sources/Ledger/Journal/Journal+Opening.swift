public import Storage
import Synchronization
import Telemetry

/// A journal that is ready, and the drain that empties it.
public struct OpenedJournal: Sendable {
    /// Takes attempts.
    public let journal: Journal
    /// Moves settled entries into the store; to be run.
    public let drain: LedgerDrain
    /// How many entries an earlier process had left that were not in the store; now they are.
    public let recovered: Int
}

extension Journal {
    private static let recoveryBatch = 5_000

    /// Opens the journal of a folder. What an earlier process left is settled and in the store before the call returns.
    ///
    /// - Parameters:
    ///   - disk: The folder.
    ///   - options: How the journal works.
    ///   - store: Where settled entries go.
    ///   - now: The time that attempts are settled at which an earlier process did not end.
    /// - Returns: The journal, ready, and its drain, which is to be run.
    /// - Throws: `.locked`, `.unusable`; `.damaged` when something that was safely on the disk cannot be read, naming file and
    ///   offset; `.failed` when the store or the disk refuses.
    public static func open(
        disk: any JournalDisk,
        options: JournalOptions,
        store: any LedgerStore,
        now: UnixMilliseconds
    ) throws(JournalError) -> OpenedJournal {
        try disk.lock()
        do throws(JournalError) {
            let names = try disk.list()
            var recovery = try JournalRecovery.read(disk, names.compactMap(SegmentHeader.number))
            var recovered = 0
            try recovery.settlements(at: now, inPartsOf: Self.recoveryBatch) { (part) throws(JournalError) in
                recovered += try Self.append(part, nil, to: store)
            }
            let number = recovery.highest + 1
            let file = try disk.create(SegmentHeader.fileName(number), bytes: max(options.segmentBytes, 64 << 10))
            let none = JournalPosition(segment: 0, offset: 0)
            let header = SegmentHeader(number: number, previous: none, synced: none).encoded()
            try file.write(header, at: 0)
            try file.sync()
            _ = try Self.append([], JournalPosition(segment: number, offset: UInt64(SegmentHeader.bytes)), to: store)
            for old in recovery.numbers { try disk.remove(SegmentHeader.fileName(old)) }
            let state = JournalState(
                first: JournalState.Segment(number: number, file: file),
                end: SegmentHeader.bytes,
                nextNumber: number + 1
            )
            let journal = Journal(disk: disk, options: options, state: state)
            journal.prepareSegments()
            if options.hasThread { try journal.startCommitter() }
            return OpenedJournal(journal: journal, drain: LedgerDrain(journal, store), recovered: recovered)
        } catch {
            disk.unlock()
            throw error
        }
    }

    private static func append(
        _ entries: [LedgerEntry],
        _ watermark: JournalPosition?,
        to store: any LedgerStore
    ) throws(JournalError) -> Int {
        do {
            return try store.append(entries, watermark: watermark)
        } catch {
            throw JournalError(.failed, "what the journal holds cannot be moved into the store: \(error)")
        }
    }

    private func startCommitter() throws(JournalError) {
        let thread = try BlockingThread { [self] in self.runCommitter() }
        self.committer.withLock { $0 = thread }
    }

    /// Forces everything onto the disk and ends the journal. What is still open, or not in the store, is found there by the
    /// next process.
    package func close() {
        let isFirst = self.core.state.withLock { state in
            defer { state.isClosing = true }
            return !state.isClosing
        }
        guard isFirst else { return }
        self.shed(.closed, true)
        self.committerSignal.raise()
        self.committer.withLock { $0.take() }?.join()
        // What a failed disk has not taken is in memory only: one more try.
        self.commitNow()
        let (files, waiters) = self.core.state.withLock { state in
            defer { state.waiters = [] }
            state.isClosed = true
            return (state.dirty, state.waiters)
        }
        for file in files { try? file.sync() }
        for waiter in waiters { waiter.done(false) }
        self.disk.unlock()
    }
}
