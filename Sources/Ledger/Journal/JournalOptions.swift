public import Telemetry

/// When records are forced onto the disk.
public enum JournalSync: String, Sendable, CaseIterable {
    /// Together, a few milliseconds after they were written: a power cut can cost the last ones, the end of the process none.
    case group
    /// Those that are waited for (`Journal.whenSynced`) at once; everything else as with `group`.
    case each
}

/// How a journal works.
public struct JournalOptions: Sendable {
    /// When records are forced onto the disk.
    public var sync = JournalSync.group
    /// The size of a segment file, at least 64 KiB.
    public var segmentBytes = 16 << 20
    /// Empty segments kept ready.
    public var segmentsAhead = 2
    /// The committer syncs at the latest so long after a record was written, in milliseconds.
    public var groupMilliseconds = 5
    /// The committer syncs when so many records wait.
    public var groupRecords = 1_024
    /// Settled entries that wait for the store, beyond which nothing new is taken.
    public var maximumBacklog = 1_000_000
    /// The part of the disk that is taken, beyond which nothing new is taken while the journal itself is long.
    public var maximumDiskUse = 0.8
    /// From so many segments on the journal counts as long: it is what fills the disk, or what would.
    public var longJournalSegments = 16
    /// Bytes that wait for a sync, beyond which nothing new is taken.
    public var maximumUnsyncedBytes = 64 << 20
    /// Called at named points; for tests.
    public var hook: JournalHook?
    /// Where metrics are registered.
    public var registry: MetricRegistry?
    /// How long the committer waits before it tries again what the disk refused: to mend the journal, to make a segment.
    package var retryMilliseconds = 200
    /// Whether the committer has a thread. Without one, tests call its steps.
    package var hasThread = true

    /// The defaults.
    public init() {}
}
