/// A sum of costs before it is rounded: millionths of a nano-dollar, which is what a token at so many nano-dollars a
/// million costs. Holds itself to the largest number where a sum would not fit.
struct NanoUSDSum: Comparable {
    private(set) var millionths: UInt128 = 0

    static func < (a: NanoUSDSum, b: NanoUSDSum) -> Bool { a.millionths < b.millionths }

    /// Adds tokens at a rate for a million of them. Nothing negative counts.
    mutating func add(_ tokens: Int, at rate: Int64) {
        guard tokens > 0, rate > 0 else { return }
        self.add(UInt128(tokens.magnitude) * UInt128(rate.magnitude))
    }

    /// Adds things at a price for each of them. Nothing negative counts.
    mutating func add(_ count: Int, each price: Int64) {
        guard count > 0, price > 0 else { return }
        let (cost, isOver) = (UInt128(count.magnitude) * UInt128(price.magnitude)).multipliedReportingOverflow(
            by: 1_000_000
        )
        self.add(isOver ? .max : cost)
    }

    private mutating func add(_ cost: UInt128) {
        let (sum, isOver) = self.millionths.addingReportingOverflow(cost)
        self.millionths = isOver ? .max : sum
    }

    /// Whether the sum does not fit.
    var isClamped: Bool {
        self.millionths > UInt128(Int64.max) * 1_000_000
    }

    /// Nano-dollars, rounded up; the largest number when they do not fit.
    var roundedUp: Int64 {
        guard !self.isClamped else { return .max }
        // Nearly every sum is short, and so divided by the processor itself.
        guard self.millionths > UInt128(UInt64.max) - 999_999 else {
            return Int64(clamping: (UInt64(truncatingIfNeeded: self.millionths) + 999_999) / 1_000_000)
        }
        return Int64(clamping: (self.millionths + 999_999) / 1_000_000)
    }

    /// Nano-dollars, rounded down; the largest number when they do not fit.
    var roundedDown: Int64 {
        Int64(clamping: self.millionths / 1_000_000)
    }
}
