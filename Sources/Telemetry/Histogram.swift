import Synchronization

/// Durations sorted into buckets. An observation is two relaxed atomic additions and no allocation.
public final class Histogram: Sendable {
    /// The most buckets a histogram may have, the endless last one not counted.
    public static let maximumBuckets = 31

    /// Upper bounds in seconds, rising; the endless last bucket is implied.
    public let bounds: [Double]

    private let boundsMicroseconds: [Int64]
    /// One cell a bucket, not cumulative; the cell after the last bound is the endless one.
    private let cells: InlineArray<32, Atomic<Int>>
    private let sumMicroseconds = Atomic<Int64>(0)

    init(buckets: [Double]) {
        precondition(!buckets.isEmpty && buckets.count <= Self.maximumBuckets, "a histogram has 1 to 31 buckets")
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }, "histogram buckets must rise")
        self.bounds = buckets
        self.boundsMicroseconds = buckets.map(Self.microseconds)
        self.cells = InlineArray { _ in Atomic(0) }
    }

    /// Records one duration in seconds. What is negative or not a number counts as zero.
    public func observe(seconds: Double) {
        self.observe(microseconds: Self.microseconds(seconds))
    }

    /// Records one duration in microseconds. A negative one counts as zero.
    public func observe(microseconds: Int64) {
        let value = max(0, microseconds)
        let bucket = self.boundsMicroseconds.firstIndex { value <= $0 } ?? self.boundsMicroseconds.count
        self.cells[bucket].wrappingAdd(1, ordering: .relaxed)
        self.sumMicroseconds.wrappingAdd(value, ordering: .relaxed)
    }

    /// Reads all cells once.
    var snapshot: HistogramSnapshot {
        var counts: [Int] = []
        counts.reserveCapacity(self.bounds.count + 1)
        for index in 0...self.bounds.count {
            counts.append(self.cells[index].load(ordering: .relaxed))
        }
        let sum = Double(self.sumMicroseconds.load(ordering: .relaxed)) / 1_000_000
        return HistogramSnapshot(bounds: self.bounds, counts: counts, sumSeconds: sum)
    }

    private static func microseconds(_ seconds: Double) -> Int64 {
        guard seconds > 0 else { return 0 }
        let scaled = (seconds * 1_000_000).rounded()
        return Int64(exactly: scaled) ?? .max / 2
    }
}

extension Histogram {
    /// Bounds in seconds that suit answers of language models: 10 ms doubling to 11 minutes.
    public static let requestSeconds: [Double] = [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
    ]

    /// Bounds in seconds that suit Martlet's own work: 10 µs doubling to 0.3 s.
    public static let overheadSeconds: [Double] = [
        0.00001, 0.00002, 0.00004, 0.00008, 0.00016, 0.00032, 0.00064, 0.00128, 0.00256, 0.00512, 0.01024, 0.02048,
        0.04096, 0.08192, 0.16384, 0.32768,
    ]
}

/// One reading of a histogram.
struct HistogramSnapshot: Sendable, Equatable {
    /// Upper bounds in seconds.
    var bounds: [Double]
    /// Observations a bucket, not cumulative; one more than `bounds`.
    var counts: [Int]
    /// Sum of all observations.
    var sumSeconds: Double
}
