/// The time that budgets go by. It moves with the monotonic clock and follows the wall clock with care: small steps at once,
/// large ones only when they have lasted, and never backwards. A wrong wall clock does not begin a period twice.
public struct BudgetClock: Sendable {
    /// Steps up to this are followed at once, in milliseconds.
    private static let smallStep: Int64 = 5_000
    /// Larger ones are believed after they have lasted this long, in microseconds.
    private static let proof: Int64 = 600 * 1_000_000
    /// Readings are not this far apart, in milliseconds, unless the process stood still or the monotonic clock leapt.
    private static let longPause: Int64 = 60_000

    private var told: Int64
    private var base: (wall: Int64, monotonic: Int64)
    private var last: (wall: Int64, monotonic: Int64)
    /// A large step that is being watched: by how much, and since when.
    private var suspect: (offset: Int64, since: Int64)?

    /// Starts with what the wall clock says.
    ///
    /// - Parameters:
    ///   - wall: Milliseconds since 1970.
    ///   - now: The monotonic clock.
    public init(wall: Int64, at now: MonotonicInstant) {
        self.told = wall
        self.base = (wall, now.microseconds)
        self.last = (wall, now.microseconds)
    }

    /// Takes a reading of both clocks.
    ///
    /// - Parameters:
    ///   - wall: Milliseconds since 1970.
    ///   - now: The monotonic clock.
    /// - Returns: The time to go by; never earlier than any told before.
    public mutating func read(wall: Int64, at now: MonotonicInstant) -> Int64 {
        self.skipLeap(wall, now)
        let elapsed = max(0, Self.difference(now.microseconds, self.base.monotonic)) / 1_000
        let expected = Self.sum(self.base.wall, elapsed)
        let offset = Self.difference(wall, expected)
        if offset.magnitude <= Self.smallStep.magnitude {
            self.suspect = nil
            self.follow(wall, now)
        } else if let suspect, Self.difference(offset, suspect.offset).magnitude <= Self.smallStep.magnitude {
            if Self.difference(now.microseconds, suspect.since) >= Self.proof {
                self.suspect = nil
                self.follow(wall, now)
            }
        } else {
            self.suspect = (offset, now.microseconds)
        }
        let moved = max(0, Self.difference(now.microseconds, self.base.monotonic)) / 1_000
        self.told = max(self.told, Self.sum(self.base.wall, moved))
        return self.told
    }

    /// Leaves out what the monotonic clock leapt when the wall clock does not agree that so much time went by.
    private mutating func skipLeap(_ wall: Int64, _ now: MonotonicInstant) {
        let elapsed = max(0, Self.difference(now.microseconds, self.last.monotonic)) / 1_000
        let walked = Self.difference(wall, self.last.wall)
        self.last = (wall, max(self.last.monotonic, now.microseconds))
        guard elapsed > Self.longPause, Self.difference(elapsed, walked) > Self.smallStep else { return }
        self.base.monotonic = Self.sum(self.base.monotonic, (elapsed - max(0, walked)) * 1_000)
    }

    private mutating func follow(_ wall: Int64, _ now: MonotonicInstant) {
        self.base = (wall, now.microseconds)
    }

    private static func difference(_ a: Int64, _ b: Int64) -> Int64 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        return overflow ? (a < b ? .min : .max) : difference
    }

    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
