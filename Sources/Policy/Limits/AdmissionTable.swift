import Synchronization

/// Some units of one limit.
public struct LimitClaim: Sendable {
    /// Which limit.
    public let limiter: RequestLimiter
    /// How many units; 1 for a request.
    public let cost: Int

    /// Claims units of a limit.
    public init(_ limiter: RequestLimiter, cost: Int = 1) {
        self.limiter = limiter
        self.cost = cost
    }
}

/// All limits of this node under one short lock, so that a request takes from all that concern it or from none.
///
/// Nothing is called, logged or awaited while the lock is held.
public final class AdmissionTable: Sendable {
    private let state = Mutex(State())
    private let abandoned = Atomic<Int>(0)

    /// Makes an empty table.
    public init() {}

    /// Admissions that were dropped without being ended: always our own defect, to be shown as a counter.
    public var abandonedCount: Int { self.abandoned.load(ordering: .relaxed) }

    /// Takes every claim, or none and says which stood in the way.
    ///
    /// - Parameters:
    ///   - claims: Each limit at most once.
    ///   - now: The node's own clock.
    /// - Returns: With no claims `.unlimited`. Otherwise the decision that binds: of those that refused, the one that
    ///   cannot ever pass or has the longest wait; when all allowed, the one with the least room left.
    public func admit(_ claims: [LimitClaim], at now: MonotonicInstant) -> AdmissionOutcome {
        guard let first = claims.first else { return .admitted(Admission(self, claims, takenAt: now), nil) }
        let decision = self.state.withLock { state in
            claims.count == 1 ? state.take(first, at: now) : state.takeAll(claims, at: now)
        }
        return decision.isAllowed ? .admitted(Admission(self, claims, takenAt: now), decision) : .refused(decision)
    }

    /// What `admit` would answer, taking nothing; `nil` when there are no claims.
    public func peek(_ claims: [LimitClaim], at now: MonotonicInstant) -> LimitDecision? {
        guard !claims.isEmpty else { return nil }
        return self.state.withLock { $0.weigh(claims, at: now) }
    }

    func giveBack(_ claims: [LimitClaim], takenAt: MonotonicInstant) {
        self.state.withLock { state in
            for claim in claims { state.buckets[claim.limiter.slot].giveBack(claim.cost, takenAt: takenAt) }
        }
    }

    func noteAbandoned() {
        self.abandoned.add(1, ordering: .relaxed)
    }

    func register(_ rate: LimitRate) -> Int {
        self.state.withLock { $0.register(rate) }
    }

    func unregister(_ slot: Int) {
        self.state.withLock { $0.free.append(slot) }
    }

    func change(_ slot: Int, to rate: LimitRate, at now: MonotonicInstant) {
        self.state.withLock { $0.buckets[slot].change(to: rate, at: now) }
    }

    /// One bucket a limiter, in slots that are used again.
    private struct State {
        var buckets: [GCRA] = []
        var free: [Int] = []

        mutating func register(_ rate: LimitRate) -> Int {
            guard let slot = self.free.popLast() else {
                self.buckets.append(GCRA(rate))
                return self.buckets.count - 1
            }
            self.buckets[slot] = GCRA(rate)
            return slot
        }

        mutating func take(_ claim: LimitClaim, at now: MonotonicInstant) -> LimitDecision {
            self.buckets[claim.limiter.slot].take(claim.cost, at: now)
        }

        mutating func takeAll(_ claims: [LimitClaim], at now: MonotonicInstant) -> LimitDecision {
            let decision = self.weigh(claims, at: now)
            guard decision.isAllowed else { return decision }
            return Self.binding(claims.map { self.take($0, at: now) })
        }

        func weigh(_ claims: [LimitClaim], at now: MonotonicInstant) -> LimitDecision {
            Self.binding(claims.map { self.buckets[$0.limiter.slot].peek($0.cost, at: now) })
        }

        /// The one to tell, of at least one.
        private static func binding(_ decisions: [LimitDecision]) -> LimitDecision {
            decisions.dropFirst().reduce(decisions[0]) { $0.binds(over: $1) ? $0 : $1 }
        }
    }
}

extension LimitDecision {
    /// Whether this one is the one to tell, of two.
    fileprivate func binds(over other: LimitDecision) -> Bool {
        switch (self.isAllowed, other.isAllowed) {
        case (true, true): self.remaining <= other.remaining
        case (false, false): self.canNeverPass || (!other.canNeverPass && self.wait >= other.wait)
        case (false, true): true
        case (true, false): false
        }
    }

    private var wait: Duration { self.retryAfter ?? .zero }
}
