import Glibc
import Synchronization

/// A named place in the life of records, for tests that end the process there.
public enum JournalPoint: String, Sendable, CaseIterable {
    /// A record is complete in memory.
    case beforeWrite = "before-write"
    /// A record was handed to the kernel.
    case afterWrite = "after-write"
    /// The committer is about to sync.
    case beforeSync = "before-sync"
    /// The committer has synced, and nobody knows yet.
    case afterSync = "after-sync"
    /// A batch was taken from the queue, and the store has not seen it.
    case midBatch = "mid-batch"
    /// The store has committed a batch.
    case afterCommit = "after-commit"
    /// Segments are about to be deleted because the store's watermark has passed them.
    case beforeWatermark = "before-watermark"
    /// They are deleted.
    case afterWatermark = "after-watermark"
}

/// Called at every point; `nil` costs nothing. Called outside the journal's lock, on whatever thread is there.
public typealias JournalHook = @Sendable (JournalPoint) -> Void

extension JournalPoint {
    /// A hook that kills the process at the `count`th passing of a point, as `kill -9` would.
    ///
    /// - Parameter text: A point and a count: `after-sync:3`. Without a count, the first.
    /// - Returns: The hook, or `nil` when the text names no point.
    public static func killer(_ text: String) -> JournalHook? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let name = parts.first, let point = JournalPoint(rawValue: String(name)) else { return nil }
        guard let count = parts.count > 1 ? Int(parts[1]) : 1, count > 0 else { return nil }
        let countdown = Countdown(count)
        return { passed in
            guard passed == point, countdown.reachesZero() else { return }
            kill(getpid(), SIGKILL)
        }
    }
}

private final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) {
        self.left = Atomic(count)
    }

    func reachesZero() -> Bool {
        self.left.wrappingSubtract(1, ordering: .relaxed).newValue == 0
    }
}
