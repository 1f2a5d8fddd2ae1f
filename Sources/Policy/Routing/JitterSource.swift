/// SplitMix64: numbers for jitter and for choices between equals, never for secrets. It lives inside the machine that
/// draws from it, so that nothing is called under a lock, and the same seed gives the same life.
struct JitterSource: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    init(_ random: Randomness) {
        self.init(seed: random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Some whole number of microseconds from 0 up to and including a duration.
    mutating func duration(upTo most: Duration) -> Duration {
        .microseconds(Int64.random(in: 0...max(0, most.wholeMicroseconds), using: &self))
    }
}
