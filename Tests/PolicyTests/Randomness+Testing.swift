import Policy
import Synchronization

extension Randomness {
    /// The same bytes for the same seed (SplitMix64).
    static func seeded(_ seed: UInt64) -> Randomness {
        let state = SeedState(seed)
        return Randomness { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: state.next() >> 32) } }
    }
}

private final class SeedState: Sendable {
    private let value: Mutex<UInt64>

    init(_ seed: UInt64) {
        self.value = Mutex(seed)
    }

    func next() -> UInt64 {
        self.value.withLock { value in
            value &+= 0x9E37_79B9_7F4A_7C15
            var mixed = value
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
