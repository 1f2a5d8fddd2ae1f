/// Finds repeated keys of large objects in linear time, by sorting the hashes of their keys.
///
/// Sorting walks memory in order, where a table of a million slots would miss the cache at every key. The hashes are
/// seeded per document, so that nobody can choose keys that collide.
struct RepeatFinder {
    /// Objects up to this many members compare their keys as they come instead.
    static let threshold = 32
    /// Keys whose room is kept between documents.
    private static let kept = 1 << 15

    private(set) var seed: UInt64
    /// Hash in the upper half, tape index in the lower; the second half of the memory is for sorting.
    private var items: UnsafeMutablePointer<UInt64>
    private var capacity: Int

    init(seed: UInt64) {
        self.seed = seed
        self.capacity = 256
        self.items = .allocate(capacity: 512)
    }

    /// Draws a new seed, and gives back what an unusually large object needed.
    mutating func reset() {
        self.seed = self.seed &+ 0x9E37_79B9_7F4A_7C15
        if self.capacity > Self.kept { self.replace(capacity: Self.kept) }
    }

    func deallocate() {
        self.items.deallocate()
    }

    /// Looks at the `count` keys that begin at `first`.
    ///
    /// `isSame` says whether two keys with equal hashes have the same bytes. The answer is the tape index of the first
    /// key that an earlier one equals.
    @inline(__always)
    mutating func firstRepeat(
        _ tape: UnsafeMutablePointer<TapeEntry>,
        first: Int,
        count: Int,
        isSame: (TapeEntry, TapeEntry) -> Bool
    ) -> Int? {
        if count > self.capacity { self.replace(capacity: max(count, self.capacity &* 2)) }
        var index = first
        for i in 0..<count {
            self.items[i] = UInt64(tape[index].link) << 32 | UInt64(truncatingIfNeeded: index)
            index = tape[index &+ 1].isContainer ? Int(tape[index &+ 1].link) : index &+ 2
        }
        self.sort(count)
        var found = Int.max
        var runStart = 0
        for i in 1..<count {
            if self.items[i] >> 32 != self.items[runStart] >> 32 { runStart = i }
            let key = Int(truncatingIfNeeded: self.items[i] & 0xFFFF_FFFF)
            for j in runStart..<i where key < found {
                if isSame(tape[Int(truncatingIfNeeded: self.items[j] & 0xFFFF_FFFF)], tape[key]) { found = key }
            }
        }
        return found == .max ? nil : found
    }

    /// Sorts the first `count` items by hash, byte by byte from the lowest; equal ones stay in document order.
    private mutating func sort(_ count: Int) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 4 &* 256) { places in
            places.update(repeating: 0)
            for i in 0..<count {
                for digit in 0..<4 { places[digit &* 256 &+ self.digit(self.items[i], digit)] &+= 1 }
            }
            var source = self.items
            var target = self.items + self.capacity
            for digit in 0..<4 {
                var sum = 0
                for k in (digit &* 256)..<(digit &* 256 &+ 256) { (places[k], sum) = (sum, sum &+ places[k]) }
                for i in 0..<count {
                    let slot = digit &* 256 &+ self.digit(source[i], digit)
                    target[places[slot]] = source[i]
                    places[slot] &+= 1
                }
                swap(&source, &target)
            }
        }
    }

    @inline(__always)
    private func digit(_ item: UInt64, _ digit: Int) -> Int {
        Int(truncatingIfNeeded: item &>> UInt64(truncatingIfNeeded: 32 &+ 8 &* digit) & 0xFF)
    }

    private mutating func replace(capacity: Int) {
        self.items.deallocate()
        self.items = .allocate(capacity: capacity &* 2)
        self.capacity = capacity
    }
}

/// A seeded hash of short byte strings, by multiplying into 128 bits and folding.
enum KeyHash {
    @inline(__always)
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inline(__always)
    static func hash(_ base: UnsafePointer<UInt8>, _ count: Int, seed: UInt64) -> UInt32 {
        var state = seed
        var a: UInt64 = 0
        var b: UInt64 = 0
        if count > 16 {
            var i = 0
            while i &+ 16 < count {
                state = self.fold(Words.load(base, i) ^ 0xA076_1D64_78BD_642F, Words.load(base, i &+ 8) ^ state)
                i &+= 16
            }
            (a, b) = (Words.load(base, count &- 16), Words.load(base, count &- 8))
        } else if count >= 8 {
            (a, b) = (Words.load(base, 0), Words.load(base, count &- 8))
        } else if count >= 4 {
            (a, b) = (UInt64(Words.load4(base, 0)), UInt64(Words.load4(base, count &- 4)))
        } else if count > 0 {
            a = UInt64(base[0]) << 16 | UInt64(base[count >> 1]) << 8 | UInt64(base[count &- 1])
        }
        let mixed = self.fold(a ^ 0xE703_7ED1_A0B4_28DB, b ^ state)
        let final = self.fold(mixed ^ UInt64(truncatingIfNeeded: count), state ^ 0x8EBC_6AF0_9C88_C6E3)
        return UInt32(truncatingIfNeeded: final ^ final >> 32)
    }
}
