import Synchronization

/// How one provider fares with one model: what keeps attempts away from it, and what attempts have taught.
///
/// An attempt is begun, and finished once. That costs two short locks, the provider's and its own; whether something
/// stands in the way is read without any.
public final class TargetHealth: Sendable {
    /// Whose health it is.
    public let identity: TargetIdentity
    /// What it shares with the provider's other targets.
    public let provider: ProviderHealth
    private let machine: Mutex<TargetMachine>
    // The machine's answers of last time, to be read by everyone without the lock.
    private let breakerFrom = Atomic<Int64>(.min)
    private let cooldownFrom = Atomic<Int64>(.min)
    private let flying = Atomic<Int>(0)

    init(_ identity: TargetIdentity, provider: ProviderHealth, seed: UInt64) {
        self.identity = identity
        self.provider = provider
        self.machine = Mutex(TargetMachine(seed: seed))
    }

    // MARK: Reading

    /// What keeps attempts away from it now.
    public func obstacle(at now: MonotonicInstant) -> SkipReason? {
        self.obstacle(at: now, ignoringCooldown: false)
    }

    /// From when on it can be tried if nothing happens until then; in the past when it can be now.
    public var availableFrom: MonotonicInstant {
        let own = max(self.breakerFrom.load(ordering: .relaxed), self.cooldownFrom.load(ordering: .relaxed))
        return max(MonotonicInstant(microseconds: own), self.provider.availableFrom)
    }

    /// Whether its breaker lets everything through; its provider's is not asked.
    public var isClosed: Bool { self.machine.withLock { $0.breaker.state == .closed } }

    /// Attempts under way.
    public var inFlight: Int { self.flying.load(ordering: .relaxed) }

    /// What one more request would wait, in no unit but to be compared.
    public func delayCost(at now: MonotonicInstant) -> Double {
        let inFlight = self.inFlight
        return self.machine.withLock { $0.delay.cost(inFlight: inFlight, at: now) }
    }

    /// The time within which 95 % of what it served got its first content; `nil` before 20 samples.
    public var p95FirstContent: Duration? {
        self.machine.withLock { $0.firstContent.value(percent: 95) }
    }

    /// How it stands.
    public func view(at now: MonotonicInstant) -> TargetView {
        let machine = self.machine.withLock { $0 }
        let recent = machine.recent.totals(at: now)
        let from = self.availableFrom
        return TargetView(
            identity: self.identity,
            breaker: machine.breaker.state,
            providerBreaker: self.provider.connection,
            credential: self.provider.credential,
            obstacle: self.obstacle(at: now),
            availableIn: from > now ? from.since(now) : nil,
            inFlight: self.inFlight,
            attempts: machine.attempts,
            failures: machine.failures,
            recentAttempts: recent.attempts,
            recentFailures: recent.failures,
            delay: machine.delay.value(at: now),
            p95: machine.firstContent.value(percent: 95)
        )
    }

    // MARK: Attempts

    /// Lets an attempt through, or does not.
    /// - Parameters:
    ///   - now: The node's own clock.
    ///   - ignoringCooldown: For the request that was throttled and has waited as long as it had to.
    /// - Returns: What it is finished with; `nil` when something stands in the way.
    public func begin(at now: MonotonicInstant, ignoringCooldown: Bool = false) -> AttemptPermit? {
        guard self.obstacle(at: now, ignoringCooldown: ignoringCooldown) == nil else { return nil }
        guard let provider = self.provider.begin(at: now) else { return nil }
        guard let target = self.change({ $0.begin(at: now) }) else {
            self.provider.finish(provider, .unused, at: now)
            return nil
        }
        self.flying.add(1, ordering: .relaxed)
        return AttemptPermit(target: target, provider: provider)
    }

    /// Lets an attempt through in any case, for when nothing better is left.
    public func beginAnyway(at now: MonotonicInstant) -> AttemptPermit {
        let provider = self.provider.beginAnyway(at: now)
        let target = self.change { $0.beginAnyway(at: now) }
        self.flying.add(1, ordering: .relaxed)
        return AttemptPermit(target: target, provider: provider)
    }

    /// Notes an attempt's first content, long before a stream ends: from here on it counts as served, and a half-open
    /// breaker need not wait for its end. Only the first call for a permit counts.
    /// - Parameters:
    ///   - permit: What it was begun with.
    ///   - now: The node's own clock.
    public func noteFirstContent(_ permit: inout AttemptPermit, at now: MonotonicInstant) {
        guard !permit.hasServed else { return }
        permit.hasServed = true
        let delay = now.since(permit.startedAt)
        self.provider.finish(permit.provider, .succeeded(firstContent: delay, total: delay), at: now)
        self.change { [permit] in $0.served(permit.target, after: delay, at: now) }
    }

    /// Ends an attempt.
    /// - Parameters:
    ///   - permit: What it was begun with.
    ///   - outcome: How it ended.
    ///   - now: The node's own clock.
    ///   - isEcho: The same request failed in the same way at another target before, so that the request itself is as
    ///     likely to blame: a sick target is then not counted against it.
    public func finish(
        _ permit: AttemptPermit,
        _ outcome: AttemptOutcome,
        at now: MonotonicInstant,
        isEcho: Bool = false
    ) {
        self.flying.subtract(1, ordering: .relaxed)
        guard !permit.hasServed else { return self.finishServed(permit, outcome, isEcho: isEcho, at: now) }
        self.provider.finish(permit.provider, outcome, at: now)
        self.change { machine in
            switch outcome {
            case .succeeded(let firstContent, let total):
                machine.served(permit.target, after: firstContent ?? total, at: now)
            case .callerFault, .cancelled, .unused:
                machine.release(permit.target)
            case .credential, .sickProvider:
                machine.failedElsewhere(permit.target, at: now)
            case .throttled(let retryAfter):
                machine.release(permit.target)
                machine.coolDown(retryAfter, at: now)
            case .sickTarget:
                machine.failed(permit.target, isEcho: isEcho, hasServed: false, at: now)
            }
        }
    }

    /// What had begun to serve has ended: only a cut answer still says something.
    private func finishServed(
        _ permit: AttemptPermit,
        _ outcome: AttemptOutcome,
        isEcho: Bool,
        at now: MonotonicInstant
    ) {
        switch outcome {
        case .sickTarget, .sickProvider:
            self.change { $0.failed(permit.target, isEcho: isEcho, hasServed: true, at: now) }
        case .succeeded, .callerFault, .cancelled, .unused, .credential, .throttled:
            return
        }
    }

    // MARK: Inside

    private func obstacle(at now: MonotonicInstant, ignoringCooldown: Bool) -> SkipReason? {
        if let obstacle = self.provider.obstacle(at: now) { return obstacle }
        if self.breakerFrom.load(ordering: .relaxed) > now.microseconds { return .breakerOpen }
        if !ignoringCooldown, self.cooldownFrom.load(ordering: .relaxed) > now.microseconds { return .coolingDown }
        return nil
    }

    private func change<Result: Sendable>(_ body: (inout TargetMachine) -> Result) -> Result {
        self.machine.withLock { machine in
            let result = body(&machine)
            self.breakerFrom.store(machine.breaker.availableFrom.microseconds, ordering: .relaxed)
            self.cooldownFrom.store(machine.cooldownUntil.microseconds, ordering: .relaxed)
            return result
        }
    }
}
