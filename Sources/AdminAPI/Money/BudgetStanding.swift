public import Storage

/// How a budget stands in its present period.
public struct BudgetStanding: Sendable, Equatable {
    /// The sum of charges.
    public var spentNanoUSD: Int64
    /// Held for requests in flight.
    public var reservedNanoUSD: Int64
    /// What may still be spent; at least 0.
    public var availableNanoUSD: Int64
    /// What was spent beyond the amount.
    public var overshootNanoUSD: Int64
    /// When the period began; 0 for `total`.
    public var periodStartsAt: UnixMilliseconds
    /// When the next begins; `nil` for `total`.
    public var resetsAt: UnixMilliseconds?

    /// States the facts.
    public init(
        spentNanoUSD: Int64,
        reservedNanoUSD: Int64,
        availableNanoUSD: Int64,
        overshootNanoUSD: Int64,
        periodStartsAt: UnixMilliseconds,
        resetsAt: UnixMilliseconds?
    ) {
        self.spentNanoUSD = spentNanoUSD
        self.reservedNanoUSD = reservedNanoUSD
        self.availableNanoUSD = availableNanoUSD
        self.overshootNanoUSD = overshootNanoUSD
        self.periodStartsAt = periodStartsAt
        self.resetsAt = resetsAt
    }

    /// Derived from what is stored, when nothing is in flight.
    init(_ budget: BudgetRecord, spent: Int64, starts: [UnixMilliseconds]) {
        let left = Int128(budget.amountNanoUSD) - Int128(spent)
        self.init(
            spentNanoUSD: spent,
            reservedNanoUSD: 0,
            availableNanoUSD: Int64(clamping: max(0, left)),
            overshootNanoUSD: Int64(clamping: max(0, -left)),
            periodStartsAt: starts.first ?? 0,
            resetsAt: starts.dropFirst().first
        )
    }
}
