/// A set of places in a model's list of targets. The first 64 need no memory of their own.
struct TargetSet: Sendable, Equatable {
    private var low: UInt64 = 0
    private var high: [UInt64] = []

    init() {}

    var isEmpty: Bool { self.low == 0 && self.high.allSatisfy { $0 == 0 } }

    var count: Int { self.low.nonzeroBitCount + self.high.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ index: Int) -> Bool {
        guard index >= 64 else { return index >= 0 && self.low & (1 << UInt64(index)) != 0 }
        let (word, bit) = Self.place(index)
        return word < self.high.count && self.high[word] & bit != 0
    }

    /// Adds a place, and says whether it was new.
    @discardableResult
    mutating func insert(_ index: Int) -> Bool {
        guard index >= 0, !self.contains(index) else { return false }
        guard index >= 64 else {
            self.low |= 1 << UInt64(index)
            return true
        }
        let (word, bit) = Self.place(index)
        while self.high.count <= word { self.high.append(0) }
        self.high[word] |= bit
        return true
    }

    mutating func remove(_ index: Int) {
        guard self.contains(index) else { return }
        guard index >= 64 else {
            self.low &= ~(1 << UInt64(index))
            return
        }
        let (word, bit) = Self.place(index)
        self.high[word] &= ~bit
    }

    private static func place(_ index: Int) -> (word: Int, bit: UInt64) {
        ((index - 64) / 64, 1 << UInt64(index % 64))
    }
}
