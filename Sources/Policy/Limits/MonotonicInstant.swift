/// A reading of the node's own monotonic clock, in whole microseconds from an arbitrary start.
public struct MonotonicInstant: Comparable, Sendable {
    /// Microseconds since the clock's start.
    public var microseconds: Int64

    /// Wraps a reading.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Wraps a reading in nanoseconds, as event loops keep it.
    public init(nanoseconds: UInt64) {
        self.microseconds = Int64(nanoseconds / 1000)
    }

    /// The same in nanoseconds, as far as they can be counted.
    var nanoseconds: Int64 {
        let (nanoseconds, overflow) = self.microseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? (self.microseconds < 0 ? -.max : .max) : nanoseconds
    }

    /// Orders by time.
    public static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool {
        a.microseconds < b.microseconds
    }
}
