/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// True in `part` of `whole` cases.
    mutating func chance(_ part: Int, in whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &self) < part
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// One of the values, each as likely as its weight says.
    mutating func choose<Value>(_ weighted: [(weight: Int, value: Value)]) -> Value? {
        let total = weighted.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        var left = Int.random(in: 0..<total, using: &self)
        for (weight, value) in weighted {
            left -= weight
            if left < 0 { return value }
        }
        return nil
    }
}
