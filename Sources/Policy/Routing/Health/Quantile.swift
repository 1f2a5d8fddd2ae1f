/// Estimates quantiles of durations in fixed memory, by buckets of which eight cover a doubling.
///
/// What it says is the upper edge of a bucket: never less than the true quantile of what it remembers, and at most an
/// eighth more. Old samples fade: whenever it has seen `memory` of them, all count half.
public struct Quantile: Sendable {
    private static let perDoubling = 8
    private static let doublings = 24
    /// The first bucket ends at 2^8 µs, the last at 2^32 µs, some 71 minutes.
    private static let firstExponent = 8

    private var counts: [UInt32]
    private var total = 0
    private let memory: Int

    /// Makes one without samples.
    /// - Parameter memory: How many samples are remembered in full, at least 16.
    public init(memory: Int = 1_024) {
        self.counts = Array(repeating: 0, count: 1 + Self.perDoubling * Self.doublings)
        self.memory = max(16, memory)
    }

    /// How many samples count now.
    public var samples: Int { self.total }

    /// Adds a sample.
    public mutating func observe(_ sample: Duration) {
        self.counts[Self.bucket(sample.wholeMicroseconds)] += 1
        self.total += 1
        if self.total >= self.memory { self.fade() }
    }

    /// The duration that so many percent of the samples stay within; `nil` below 20 samples.
    public func value(percent: Int) -> Duration? {
        guard self.total >= 20 else { return nil }
        let wanted = (self.total * min(max(percent, 0), 100) + 99) / 100
        var seen = 0
        for (index, count) in self.counts.enumerated() where count > 0 {
            seen += Int(count)
            if seen >= wanted { return .microseconds(Self.upperEdge(index)) }
        }
        return nil
    }

    private mutating func fade() {
        self.total = 0
        for index in self.counts.indices {
            self.counts[index] /= 2
            self.total += Int(self.counts[index])
        }
    }

    private static func bucket(_ microseconds: Int64) -> Int {
        guard microseconds > 1 << Int64(Self.firstExponent) else { return 0 }
        // One less, so that an edge belongs to the bucket that it ends.
        let value = UInt64(microseconds - 1)
        let exponent = 63 - value.leadingZeroBitCount
        let step = Int(value >> UInt64(exponent - 3)) & (Self.perDoubling - 1)
        return min((exponent - Self.firstExponent) * Self.perDoubling + step + 1, Self.perDoubling * Self.doublings)
    }

    private static func upperEdge(_ bucket: Int) -> Int64 {
        guard bucket > 0 else { return 1 << Int64(Self.firstExponent) }
        let (doubling, step) = (bucket - 1).quotientAndRemainder(dividingBy: Self.perDoubling)
        return Int64(Self.perDoubling + step + 1) << Int64(doubling + Self.firstExponent - 3)
    }
}
