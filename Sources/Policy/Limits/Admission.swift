import Synchronization

/// What one request holds of its limits and budgets, from admission to the end of its answer.
///
/// It is ended once, by `release` before anything was sent or by `settle` afterwards. Whoever drops it without doing so
/// has a defect: the last net then releases what was not sent, settles what was at the reserved amount, and counts it.
/// Money counts in the budget periods that were in force at admission, whenever it is settled.
public final class Admission: Sendable {
    /// How far it has come.
    public enum State: Sendable, Equatable {
        /// Taken; nothing has been sent upstream.
        case held
        /// The first byte went upstream: it counts, whatever becomes of it.
        case sent
        /// Ended after it was sent.
        case settled
        /// Ended before anything was sent, and given back.
        case released
    }

    private let current: Mutex<Holding>
    private let table: AdmissionTable
    private let limits: LimitSet
    private let takenAt: MonotonicInstant
    private let epoch: UInt64

    init(_ table: AdmissionTable, _ limits: LimitSet, _ demand: Demand, takenAt: MonotonicInstant, epoch: UInt64) {
        self.table = table
        self.limits = limits
        self.takenAt = takenAt
        self.epoch = epoch
        self.current = Mutex(Holding(demand))
    }

    deinit {
        switch self.state {
        case .settled, .released: return
        case .sent: self.settle()
        case .held: self.release()
        }
        self.table.noteAbandoned()
    }

    /// How far it has come.
    public var state: State { self.current.withLock { $0.state } }

    /// What is still held of its budgets: the upper bound when one of them wants it, otherwise the expectation. 0 once
    /// it has ended.
    public var reservedNanoUSD: Int64 {
        let money = self.current.withLock { $0.money }
        return self.limits.wantsUpperBound ? money.upper : money.expected
    }

    /// The budget periods that it counts in. Known while it lasts and for some periods after.
    public var budgets: [BudgetPeriodReference] {
        self.limits.hasBudgets ? self.table.periods(self.limits, epoch: self.epoch) : []
    }

    /// Notes that the first byte goes upstream.
    public func markSent() {
        self.current.withLock { if $0.state == .held { $0.state = .sent } }
    }

    /// Ends it after the answer's body has ended, however it ended. Does nothing unless it was sent and has not ended.
    /// - Parameters:
    ///   - tokens: Input and output tokens used, without those charged before.
    ///   - nanoUSD: What it cost, without what was charged before.
    public func settle(tokens: Int, nanoUSD: Int64) {
        self.end(from: .sent, as: .settled) { held in
            held.usedTokens = Holding.sum(held.usedTokens, tokens)
            return Ending(held, cost: max(0, nanoUSD), usedTokens: held.usedTokens)
        }
    }

    /// Ends it at what was reserved, for when nothing better is known. Does nothing unless it was sent and has not
    /// ended.
    public func settle() {
        self.end(from: .sent, as: .settled) { held in
            Ending(held, cost: nil, usedTokens: nil)
        }
    }

    /// Ends it before anything was sent and gives back what was taken. Does nothing once it was sent or has ended.
    public func release() {
        self.end(from: .held, as: .released) { held in
            Ending(held, cost: 0, usedTokens: 0, givesBackRequest: true)
        }
    }

    /// Charges an attempt that ended billable while the request goes on. It is paid from what is held.
    /// - Parameters:
    ///   - tokens: Input and output tokens used by the attempt.
    ///   - nanoUSD: What the attempt cost.
    ///   - rest: What the attempt asks for that goes on beside it: of what is held, no more than that is kept.
    public func charge(tokens: Int = 0, nanoUSD: Int64, keeping rest: Demand? = nil) {
        self.whenSent { held in
            held.usedTokens = Holding.sum(held.usedTokens, tokens)
            let cost = max(0, nanoUSD)
            let (money, promised) = (held.money, held.promised)
            let most = rest.map { Money($0) } ?? Money(expected: .max, upper: .max)
            held.money = money.less(cost).lowered(to: most)
            held.promised = promised.less(cost).lowered(to: most)
            self.table.spend(
                self.limits,
                cost,
                insteadOf: money.minus(held.money),
                promised: promised.minus(held.promised),
                epoch: self.epoch
            )
        }
    }

    /// Holds enough for one more attempt, where less is left. Only what has not ended can be topped up.
    /// - Parameter demand: What the attempt asks for. Its tokens are not looked at: they are corrected at the end.
    /// - Returns: Whether it fits every hard budget; if not, nothing changes and there must be no further attempt.
    public func topUp(_ demand: Demand) -> Bool {
        self.hold(demand) { held in held.raised(to: Money(demand)).minus(held) }
    }

    /// Holds what one more attempt asks for besides all that is held: for one that runs beside another.
    /// - Parameter demand: As for `topUp`.
    /// - Returns: Whether it fits every hard budget; if not, nothing changes and there must be no second attempt.
    public func holdBeside(_ demand: Demand) -> Bool {
        self.hold(demand) { _ in Money(demand) }
    }

    private func hold(_ demand: Demand, _ missing: (Money) -> Money) -> Bool {
        self.current.withLock { held in
            guard held.state == .held || held.state == .sent else { return false }
            let more = missing(held.money)
            guard self.limits.hasBudgets else {
                held.raise(by: more, isPromised: true)
                return true
            }
            guard self.table.topUp(self.limits, more, demand, epoch: self.epoch) else { return false }
            held.raise(by: more, isPromised: true)
            return true
        }
    }

    /// Holds at least so much, because the running attempt has already cost it or is about to. Never refused: what goes
    /// beyond a hard budget shows there as overshoot when it is settled.
    public func raise(to nanoUSD: Int64) {
        self.whenSent { held in
            let more = held.money.raised(to: Money(expected: nanoUSD, upper: nanoUSD)).minus(held.money)
            guard more.expected > 0 || more.upper > 0 else { return }
            held.raise(by: more, isPromised: false)
            self.table.raise(self.limits, more, epoch: self.epoch)
        }
    }

    private func whenSent(_ body: (inout Holding) -> Void) {
        self.current.withLock { if $0.state == .sent { body(&$0) } }
    }

    /// The table's lock is taken inside the admission's, never the other way round, so that what an end gives back is
    /// exactly what is held.
    private func end(from old: State, as new: State, _ ending: (inout Holding) -> Ending) {
        self.current.withLock { held in
            guard held.state == old else { return }
            held.state = new
            let ending = ending(&held)
            held.money = Money()
            guard self.limits.hasEnd || ending.givesBackRequest && !self.limits.isEmpty else { return }
            self.table.end(self.limits, ending, takenAt: self.takenAt, epoch: self.epoch)
        }
    }
}

/// Nano-US-dollars by both bounds, at least 0.
struct Money: Sendable, Equatable {
    var expected: Int64 = 0
    var upper: Int64 = 0

    init(expected: Int64 = 0, upper: Int64 = 0) {
        self.expected = max(0, expected)
        self.upper = max(0, upper)
    }

    /// What a demand holds: its expectation stands in for a bound that is not known, as soft budgets let it.
    init(_ demand: Demand) {
        self.init(expected: demand.expectedNanoUSD, upper: demand.upperNanoUSD ?? demand.expectedNanoUSD)
    }

    func less(_ cost: Int64) -> Money {
        Money(expected: self.expected - min(self.expected, cost), upper: self.upper - min(self.upper, cost))
    }

    /// The difference to one that is nowhere larger.
    func minus(_ other: Money) -> Money {
        Money(expected: self.expected - other.expected, upper: self.upper - other.upper)
    }

    func plus(_ other: Money) -> Money {
        Money(expected: self.expected.adding(other.expected), upper: self.upper.adding(other.upper))
    }

    func lowered(to other: Money) -> Money {
        Money(expected: min(self.expected, other.expected), upper: min(self.upper, other.upper))
    }

    func raised(to other: Money) -> Money {
        Money(expected: max(self.expected, other.expected), upper: max(self.upper, other.upper))
    }
}

/// What an admission holds now.
struct Holding {
    var state = Admission.State.held
    let inputTokens: Int
    let outputTokens: Int
    var usedTokens = 0
    /// What is held.
    var money: Money
    /// What of it was found to fit: without what checkpoints added.
    var promised: Money

    init(_ demand: Demand) {
        self.inputTokens = demand.inputTokens
        self.outputTokens = demand.outputTokens
        self.money = Money(demand)
        self.promised = self.money
    }

    mutating func raise(by more: Money, isPromised: Bool) {
        self.money = self.money.plus(more)
        if isPromised { self.promised = self.promised.plus(more) }
    }

    static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(max(0, b))
        return overflow ? .max : sum
    }
}

/// How an admission ends.
struct Ending {
    let inputTokens: Int
    let outputTokens: Int
    let money: Money
    let promised: Money
    /// What it cost; `nil` for what is held of each budget.
    let cost: Int64?
    /// What it used; `nil` for what was taken.
    let usedTokens: Int?
    let givesBackRequest: Bool

    init(_ held: Holding, cost: Int64?, usedTokens: Int?, givesBackRequest: Bool = false) {
        self.inputTokens = held.inputTokens
        self.outputTokens = held.outputTokens
        self.money = held.money
        self.promised = held.promised
        self.cost = cost
        self.usedTokens = usedTokens
        self.givesBackRequest = givesBackRequest
    }
}
