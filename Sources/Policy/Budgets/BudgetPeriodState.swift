/// What one budget has spent and holds in one of its periods.
///
/// `spent` is the sum of all settlements and corrections, `held` that of all open holds.
struct BudgetPeriodState: Equatable {
    let bornAt: UInt64
    var startsAt: Int64
    var spent: Int64 = 0
    var held: Int64 = 0
    /// `held` without what checkpoints added: what was promised to fit when it was let in.
    var promised: Int64 = 0
    var overshoot: Int64 = 0
    /// Admissions that have not ended.
    var open = 0
    /// One bit a threshold that was told.
    var told: UInt8 = 0

    init(bornAt: UInt64, startsAt: Int64, spent: Int64 = 0) {
        self.bornAt = bornAt
        self.startsAt = startsAt
        self.spent = spent
    }

    /// Whether something more fits. What costs nothing always does.
    func fits(_ need: Int64, in amount: Int64) -> Bool {
        need <= 0 || Int128(self.spent) + Int128(self.held) + Int128(need) <= Int128(amount)
    }

    mutating func hold(_ amount: Int64, promised: Int64) {
        self.held = self.held.adding(amount)
        self.promised = self.promised.adding(promised)
    }

    /// Turns a hold into spending.
    /// - Returns: What the spending took beyond the amount and the promise.
    mutating func spend(_ cost: Int64, insteadOf held: Int64, promised: Int64, amount: Int64) -> Int64 {
        let before = Int128(self.spent) + Int128(self.promised)
        self.hold(-held, promised: -promised)
        self.spent = self.spent.adding(cost)
        let after = Int128(self.spent) + Int128(self.promised)
        let beyond = after - max(before, Int128(amount))
        return beyond > 0 ? Int64(clamping: beyond) : 0
    }

    /// The highest threshold reached and not told yet, which tells all below it; `nil` when there is none.
    mutating func crossed(of amount: Int64) -> Int? {
        let reached = Self.thresholds.reversed().first { self.hasReached($0, of: amount) }
        guard let reached, self.told & Self.bit(reached) == 0 else { return nil }
        for threshold in Self.thresholds where threshold <= reached { self.told |= Self.bit(threshold) }
        return reached
    }

    /// A refusal, or a soft budget let pass what does not fit: the budget is used up when it has reached the threshold
    /// before the last.
    mutating func exhausted(_ need: Int64, of amount: Int64) -> Int? {
        guard self.told & Self.bit(100) == 0, self.hasReached(80, of: amount),
            Int128(self.spent) + Int128(need) > Int128(amount)
        else { return nil }
        self.told = .max
        return 100
    }

    /// After another amount: what is not reached any more may be told again.
    mutating func retell(of amount: Int64) {
        for threshold in Self.thresholds where !self.hasReached(threshold, of: amount) {
            self.told &= ~Self.bit(threshold)
        }
    }

    private static let thresholds = [50, 80, 100]

    private static func bit(_ threshold: Int) -> UInt8 {
        switch threshold {
        case 50: 1
        case 80: 2
        default: 4
        }
    }

    private func hasReached(_ percent: Int, of amount: Int64) -> Bool {
        self.spent > 0 && Int128(self.spent) * 100 >= Int128(amount) * Int128(percent)
    }
}
