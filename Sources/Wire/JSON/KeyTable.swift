/// Finds repeated keys of large objects in linear time.
///
/// One open-addressing table of tape indices serves all objects of a document: the slot depends on the key's hash, on
/// the object and on a seed drawn per document, so that nobody can choose keys that collide.
struct KeyTable {
    /// Objects up to this many members compare their keys pairwise instead.
    static let threshold = 8
    /// Slots kept between documents: 128 Ki, 512 KiB.
    private static let kept = 1 << 17
    private static let initial = 64

    private var slots: UnsafeMutablePointer<UInt32>
    private var capacity: Int
    /// Slots in use by this document minus one; zero while none is.
    private var mask = 0
    private var used = 0
    private(set) var seed: UInt64

    init(seed: UInt64) {
        self.slots = .allocate(capacity: Self.initial)
        self.capacity = Self.initial
        self.seed = seed
    }

    /// Forgets the last document and draws a new seed.
    mutating func reset() {
        self.seed = self.seed &+ 0x9E37_79B9_7F4A_7C15
        self.mask = 0
        self.used = 0
        if self.capacity > Self.kept { self.replace(capacity: Self.kept) }
    }

    func deallocate() {
        self.slots.deallocate()
    }

    /// Adds the key at `index`, whose entry is complete.
    ///
    /// `isSame` says whether two keys with equal hashes in one object have the same bytes. The answer is false when the
    /// object already has this key.
    @inline(__always)
    mutating func insert(
        _ index: Int,
        tape: UnsafeMutablePointer<TapeEntry>,
        isSame: (TapeEntry, TapeEntry) -> Bool
    ) -> Bool {
        if (self.used &+ 1) &* 2 > self.mask { self.enlarge(tape) }
        let key = tape[index]
        var slot = self.home(of: key)
        while self.slots[slot] != 0 {
            let other = tape[Int(self.slots[slot] &- 1)]
            if other.link == key.link, other.upper == key.upper, isSame(other, key) { return false }
            slot = (slot &+ 1) & self.mask
        }
        self.slots[slot] = UInt32(truncatingIfNeeded: index &+ 1)
        self.used &+= 1
        return true
    }

    private func home(of key: TapeEntry) -> Int {
        let word = UInt64(key.link) << 32 | UInt64(truncatingIfNeeded: key.upper)
        return Int(truncatingIfNeeded: KeyHash.fold(word ^ self.seed, 0xE703_7ED1_A0B4_28DB)) & self.mask
    }

    /// Quadruples the part in use (or begins it) and puts its keys into their new places.
    @inline(never)
    private mutating func enlarge(_ tape: UnsafeMutablePointer<TapeEntry>) {
        guard self.mask > 0 else { return self.begin(Self.initial) }
        let oldCount = self.mask &+ 1
        let old = UnsafeMutablePointer<UInt32>.allocate(capacity: oldCount)
        defer { old.deallocate() }
        old.update(from: self.slots, count: oldCount)
        self.begin(oldCount &* 4)
        for i in 0..<oldCount where old[i] != 0 {
            var slot = self.home(of: tape[Int(old[i] &- 1)])
            while self.slots[slot] != 0 { slot = (slot &+ 1) & self.mask }
            self.slots[slot] = old[i]
        }
    }

    private mutating func begin(_ count: Int) {
        if count > self.capacity { self.replace(capacity: count) }
        self.slots.update(repeating: 0, count: count)
        self.mask = count &- 1
    }

    private mutating func replace(capacity: Int) {
        self.slots.deallocate()
        self.slots = .allocate(capacity: capacity)
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
