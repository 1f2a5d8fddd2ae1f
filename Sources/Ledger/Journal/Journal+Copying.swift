public import Storage
import Synchronization

/// A piece of a journal's file, on its way into a copy.
public struct JournalPiece: Sendable {
    /// The file's name in the journal's folder.
    public var name: String
    /// Where the piece begins in it.
    public var offset: Int
    /// Its bytes.
    public var bytes: [UInt8]
}

extension Journal {
    private static let pieceBytes = 1 << 20

    /// Keeps every segment while `body` runs, whatever is moved into the store meanwhile. What a copy of the store that is made in
    /// `body` does not hold is then in a copy of the journal that is made after it.
    ///
    /// - Parameter body: Copies the store, and then the journal.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    public func holding<R>(_ body: () throws -> R) rethrows -> R {
        self.core.state.withLock { $0.holds += 1 }
        defer {
            self.core.state.withLock { $0.holds -= 1 }
            self.drainSignal.raise()
        }
        return try body()
    }

    /// Reads the segments in use up to the last record that was written when the call began, so that what is written
    /// meanwhile leaves no gap. A copy is what an end of the process at that moment would have left.
    ///
    /// - Parameter take: Given each segment's pieces in order.
    /// - Throws: `.failed` while the disk fails, or when a segment cannot be read; what `take` throws.
    public func copySegments(_ take: (JournalPiece) throws -> Void) throws {
        let parts = try self.core.state.withLock { state throws(JournalError) in
            state.writeOut()
            guard !state.isBroken, !state.isClosed else {
                throw JournalError(
                    .failed,
                    "the journal's disk fails, or the journal is closed: it cannot be copied now"
                )
            }
            let last = state.current.number
            return state.segments.map { segment in
                (segment.number, segment.file, segment.number == last ? state.end : segment.file.size)
            }
        }
        for (number, file, end) in parts {
            var offset = 0
            while offset < end {
                let bytes = try file.read(at: offset, count: min(Self.pieceBytes, end - offset))
                guard !bytes.isEmpty else {
                    throw JournalError(.failed, "the segment \(number) of the journal ends early")
                }
                try take(JournalPiece(name: SegmentHeader.fileName(number), offset: offset, bytes: bytes))
                offset += bytes.count
            }
        }
    }

    /// Reads the segments of a journal that no process has open, whole.
    ///
    /// - Parameters:
    ///   - disk: The folder; locked while it is read.
    ///   - take: Given each segment's pieces in order.
    /// - Throws: `.locked`, `.unusable`, `.failed`; what `take` throws.
    public static func copySegments(of disk: any JournalDisk, _ take: (JournalPiece) throws -> Void) throws {
        try disk.lock()
        defer { disk.unlock() }
        for name in try disk.list().filter({ SegmentHeader.number(fileName: $0) != nil }).sorted() {
            let file = try disk.open(name)
            var offset = 0
            while offset < file.size {
                let bytes = try file.read(at: offset, count: min(Self.pieceBytes, file.size - offset))
                guard !bytes.isEmpty else { throw JournalError(.failed, "\(name) of the journal ends early") }
                try take(JournalPiece(name: name, offset: offset, bytes: bytes))
                offset += bytes.count
            }
        }
    }

    /// Moves what a journal that no process has open still holds into the store, as the next start would.
    ///
    /// - Parameters:
    ///   - disk: The journal's folder.
    ///   - store: Where its entries go.
    ///   - now: The time that attempts are settled at which did not end.
    /// - Returns: How many entries the store did not have.
    /// - Throws: As ``open(disk:options:store:now:)``.
    public static func settle(
        disk: any JournalDisk,
        into store: any LedgerStore,
        now: UnixMilliseconds
    ) throws(JournalError) -> Int {
        var options = JournalOptions()
        options.hasThread = false
        options.segmentsAhead = 0
        options.segmentBytes = 64 << 10
        let opened = try Self.open(disk: disk, options: options, store: store, now: now)
        opened.journal.close()
        return opened.recovered
    }
}
