import Glibc

/// When long work lets others have its processor for a moment.
///
/// However nice a thread is, the kernel may leave it where it is until its next tick while another waits: four milliseconds,
/// in which requests wait for a report. One that offers its place keeps nobody waiting. Where everybody is busy an offer costs
/// its maker more than its share, so that what may be lost by them is limited; then niceness alone decides.
public struct Courtesy: Sendable {
    /// From one offer to the next.
    static let interval: Duration = .microseconds(100)
    /// What may be lost by offers in all.
    static let limit: Duration = .milliseconds(500)

    private var next: ContinuousClock.Instant
    private var lost: Duration = .zero

    /// Begins work.
    public init(at now: ContinuousClock.Instant) { self.next = now + Self.interval }

    /// Whether an offer is due.
    func isDue(at now: ContinuousClock.Instant) -> Bool { now >= self.next && self.lost < Self.limit }

    /// Notes an offer, from its beginning to when work went on.
    mutating func note(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        self.lost += end - start
        self.next = end + Self.interval
    }

    /// Offers this thread's processor to who waits for one, when that is due.
    public mutating func offer(at now: ContinuousClock.Instant) {
        guard self.isDue(at: now) else { return }
        sched_yield()
        self.note(from: now, to: .now)
    }
}
