/// Observations sorted into buckets, of any unit.
struct OTLPHistogram: Sendable, Equatable {
    /// Seconds: 10 ms doubling to 11 minutes. Source: semantic conventions for generative AI, longest ones added.
    static let seconds: [Double] = [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
    ]
    /// Tokens: powers of four. Source: as above.
    static let tokens: [Double] = [
        1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
    ]

    /// Upper bounds, rising.
    let bounds: [Double]
    /// Observations of each bucket, one more than the bounds.
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        self.counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func observe(_ value: Double) {
        let bucket = self.bounds.firstIndex { value <= $0 } ?? self.bounds.count
        self.counts[bucket] &+= 1
        self.sum += value
    }
}
