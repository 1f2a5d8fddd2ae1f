/// What is known of one target: the part of `TargetHealth` that its lock guards.
struct TargetMachine: Sendable {
    /// Throttled without being told for how long.
    static let defaultCooldown = Duration.seconds(5)
    /// A vendor's word about when to come back counts up to here.
    static let longestCooldown = Duration.seconds(300)

    private(set) var breaker: Breaker
    private(set) var cooldownUntil = MonotonicInstant(microseconds: .min)
    private(set) var attempts: UInt64 = 0
    private(set) var failures: UInt64 = 0
    private(set) var delay = PeakEWMA()
    /// Time to first content of what was served.
    private(set) var firstContent = Quantile()
    /// Time until it was known whether an attempt would be served.
    private var latency = Quantile(memory: 256)
    private(set) var recent = OutcomeWindow(slots: 12, width: .seconds(5))
    private var sinceLearned = 0

    init(seed: UInt64) {
        self.breaker = Breaker(.standard, seed: seed)
    }

    mutating func begin(at now: MonotonicInstant) -> Breaker.Permit? {
        guard let permit = self.breaker.begin(at: now) else { return nil }
        self.attempts &+= 1
        return permit
    }

    mutating func beginAnyway(at now: MonotonicInstant) -> Breaker.Permit {
        self.attempts &+= 1
        return self.breaker.beginAnyway(at: now)
    }

    /// The attempt serves: whatever follows, the target answered.
    mutating func served(_ permit: Breaker.Permit, after delay: Duration, at now: MonotonicInstant) {
        self.breaker.succeed(permit)
        self.delay.observe(delay, at: now)
        self.firstContent.observe(delay)
        self.recent.note(at: now, attempts: 1)
        self.learn(delay)
    }

    /// The attempt failed by the target's fault. `isEcho`: the request failed so at another target too, so that it is
    /// the request's doing as likely.
    mutating func failed(_ permit: Breaker.Permit, isEcho: Bool, hasServed: Bool, at now: MonotonicInstant) {
        self.noteFailure(attempts: hasServed ? 0 : 1, at: now)
        if isEcho { return self.breaker.release(permit) }
        self.breaker.fail(permit, at: now)
        guard !hasServed else { return }
        // What fails at once must not look quick.
        let elapsed = now.since(permit.startedAt)
        self.delay.observe(max(elapsed, .seconds(1)), at: now)
        self.learn(elapsed)
    }

    /// The attempt failed, but by no fault of the target.
    mutating func failedElsewhere(_ permit: Breaker.Permit, at now: MonotonicInstant) {
        self.noteFailure(attempts: 1, at: now)
        self.breaker.release(permit)
    }

    mutating func release(_ permit: Breaker.Permit) {
        self.breaker.release(permit)
    }

    mutating func coolDown(_ retryAfter: Duration?, at now: MonotonicInstant) {
        let pause = min(max(retryAfter ?? Self.defaultCooldown, .zero), Self.longestCooldown)
        self.cooldownUntil = max(self.cooldownUntil, now.adding(pause))
    }

    private mutating func noteFailure(attempts: Int, at now: MonotonicInstant) {
        self.failures &+= 1
        self.recent.note(at: now, attempts: attempts, failures: 1)
    }

    private mutating func learn(_ latency: Duration) {
        self.latency.observe(latency)
        self.sinceLearned += 1
        guard self.sinceLearned >= 16, let p99 = self.latency.value(percent: 99) else { return }
        self.sinceLearned = 0
        self.breaker.learn(p99: p99)
    }
}
