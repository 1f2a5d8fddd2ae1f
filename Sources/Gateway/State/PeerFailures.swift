import NIOCore

/// Counts unknown keys by peer address, so that one who guesses is slowed down. Bounded: the table is emptied when it grows
/// past its cap, which forgives, never refuses.
struct PeerFailures {
    private struct Window {
        var since: NIODeadline
        var count: Int
    }

    private static let window = TimeAmount.seconds(10)
    private static let allowed = 100
    private static let capacity = 10_000
    private var windows: [String: Window] = [:]

    /// Notes a failure and says whether the peer's connection is to be closed after the answer.
    mutating func note(_ peer: String, _ now: NIODeadline) -> Bool {
        if self.windows.count >= Self.capacity { self.windows.removeAll(keepingCapacity: true) }
        var window = self.windows[peer] ?? Window(since: now, count: 0)
        if now - window.since > Self.window { window = Window(since: now, count: 0) }
        window.count += 1
        self.windows[peer] = window
        return window.count > Self.allowed
    }

    /// Forgets windows that have passed.
    mutating func forgetOld(_ now: NIODeadline) {
        guard !self.windows.isEmpty else { return }
        self.windows = self.windows.filter { now - $0.value.since <= Self.window }
    }
}
