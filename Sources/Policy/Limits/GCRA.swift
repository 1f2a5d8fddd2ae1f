/// The generic cell rate algorithm in whole nanoseconds: one number per limit, exact, with no window edges.
///
/// `tat` (theoretical arrival time) is when everything taken so far will have drained. A take of `cost` moves it by
/// `cost` intervals and is refused when it would then lie further ahead of now than the tolerance.
/// All sums are checked: what does not fit is refused, never wrapped and never a trap.
struct GCRA: Sendable, Equatable {
    private(set) var rate: LimitRate
    private(set) var tat: Int64 = .min
    private var lastTake: Int64 = .min
    /// The latest take that found nothing undrained: what was taken before it has drained since.
    private var busySince: Int64 = .min

    init(_ rate: LimitRate) {
        self.rate = rate
    }

    /// What a take would answer, without taking.
    func peek(_ cost: Int, at now: MonotonicInstant) -> LimitDecision {
        self.weigh(cost, now.nanoseconds).decision
    }

    /// Takes `cost` when it fits.
    mutating func take(_ cost: Int, at now: MonotonicInstant) -> LimitDecision {
        let now = now.nanoseconds
        let (decision, tat) = self.weigh(cost, now)
        guard let tat else { return decision }
        if self.tat <= now { self.busySince = max(self.busySince, now) }
        self.tat = tat
        self.lastTake = max(self.lastTake, now)
        return LimitDecision(
            isAllowed: true,
            limit: self.rate.limit,
            remaining: self.room(until: tat, now),
            resetNanoseconds: Self.saturating(tat, minus: now)
        )
    }

    /// Gives back what was taken and not used, as far as it has not drained by itself since.
    ///
    /// It is given back as of the latest take, which every time since then agrees with, so no clock is read.
    mutating func giveBack(_ cost: Int, takenAt: MonotonicInstant) {
        let elapsed = Self.saturating(self.lastTake, minus: takenAt.nanoseconds)
        guard cost > 0, elapsed >= 0, let width = self.width(of: cost), width > elapsed else { return }
        self.tat = Self.saturating(self.tat, minus: width - elapsed)
    }

    /// Corrects what was taken at some instant by `delta` units, as if that take had been of the right size.
    ///
    /// Too little is added. Too much comes back, unless the limit was whole at some take since: then it has drained
    /// already. What would lie before now has no effect, so no clock is read.
    mutating func correct(by delta: Int, takenAt: MonotonicInstant) {
        guard delta != 0, self.tat != .min else { return }
        if delta < 0 && self.busySince > takenAt.nanoseconds { return }
        let (width, overflow) = Int64(delta).multipliedReportingOverflow(by: self.rate.interval)
        let shift = overflow ? (delta < 0 ? -Int64.max : .max) : width
        self.tat = max(Self.saturating(self.tat, minus: -max(shift, -.max)), takenAt.nanoseconds)
    }

    /// What a request of so many tokens takes: input and output, but never more than the whole limit unless the input
    /// alone is more. A guess about the output must not shut a caller out for good.
    func cost(input: Int, output: Int) -> Int {
        let (input, output) = (max(0, input), max(0, output))
        let (total, overflow) = input.addingReportingOverflow(output)
        let wanted = overflow ? Int.max : total
        return self.rate.capacity < 1 ? wanted : max(input, min(wanted, self.rate.capacity))
    }

    /// Goes on under another rate. What is still undrained keeps its count, up to a full bucket: raising a limit of 10
    /// to 100 after 10 takes leaves 90, lowering one of 100 to 10 after 50 leaves none, and the first again in one
    /// interval.
    mutating func change(to rate: LimitRate, at now: MonotonicInstant) {
        guard rate != self.rate else { return }
        let debt = max(0, Self.saturating(self.tat, minus: now.nanoseconds))
        let (count, rest) = (debt / self.rate.interval, debt % self.rate.interval)
        let part = (Int128(rest) * Int128(rate.interval) + Int128(self.rate.interval) - 1) / Int128(self.rate.interval)
        let carried = min(Int128(count) * Int128(rate.interval) + part, Int128(rate.tolerance))
        self.rate = rate
        self.tat = Self.saturating(now.nanoseconds, minus: -Int64(clamping: carried))
        self.lastTake = max(self.lastTake, now.nanoseconds)
    }

    private func weigh(_ cost: Int, _ now: Int64) -> (decision: LimitDecision, tat: Int64?) {
        let base = max(self.tat, now)
        var decision = LimitDecision(
            isAllowed: false,
            limit: self.rate.limit,
            remaining: self.room(until: base, now),
            resetNanoseconds: Self.saturating(base, minus: now)
        )
        guard let width = self.width(of: cost), width <= self.rate.tolerance else { return (decision, nil) }
        let (tat, overflow) = base.addingReportingOverflow(width)
        guard !overflow else { return (decision, nil) }
        let excess = Self.saturating(tat, minus: now) - self.rate.tolerance
        decision.isAllowed = excess <= 0
        // The clock is read in whole microseconds: not one too early.
        decision.retryAfter = decision.isAllowed ? nil : .microseconds(excess / 1000 + (excess % 1000 == 0 ? 0 : 1))
        return (decision, decision.isAllowed ? tat : nil)
    }

    /// Whole units that fit between a theoretical arrival time and the tolerance.
    private func room(until tat: Int64, _ now: Int64) -> Int {
        let free = self.rate.tolerance - Self.saturating(tat, minus: now)
        return Int(max(0, free) / self.rate.interval)
    }

    /// `cost` intervals; `nil` when that is more than any clock holds. A negative cost is none.
    private func width(of cost: Int) -> Int64? {
        let (width, overflow) = Int64(max(0, cost)).multipliedReportingOverflow(by: self.rate.interval)
        return overflow ? nil : width
    }

    /// A difference held to what can be negated and compared safely.
    private static func saturating(_ a: Int64, minus b: Int64) -> Int64 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        guard overflow else { return max(difference, -.max) }
        return a < b ? -.max : .max
    }
}
