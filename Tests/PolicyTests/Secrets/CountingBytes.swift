import Synchronization

/// Bytes that look random and are the same in every run: SplitMix64 from a seed.
final class CountingBytes: Sendable {
    private let state: Mutex<UInt64>

    init(seed: UInt64) {
        self.state = Mutex(seed)
    }

    func next(_ count: Int) -> [UInt8] {
        self.state.withLock { state in
            (0..<count).map { _ in
                state &+= 0x9e37_79b9_7f4a_7c15
                var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
                mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
                return UInt8(truncatingIfNeeded: mixed >> 56)
            }
        }
    }
}
