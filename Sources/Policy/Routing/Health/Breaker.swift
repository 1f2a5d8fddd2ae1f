/// Takes what fails out of service, and lets it back in by one probe at a time.
///
/// Closed, it opens after failures in a row, or when half of the attempts that began in its window have failed. Open, it
/// refuses until its time is up; then it is half-open and lets one attempt through after the other, until enough have
/// succeeded or one has failed. An attempt counts only while the state it began in lasts, so that a late result never
/// moves a later state.
public struct Breaker: Sendable {
    /// Whether it lets attempts through.
    public enum State: Sendable, Equatable {
        /// All pass.
        case closed
        /// None passes before this.
        case open(until: MonotonicInstant)
        /// One passes at a time.
        case halfOpen
    }

    /// One attempt that was let through.
    public struct Permit: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            case regular
            case probe(serial: UInt64)
            /// Went through although it should not have.
            case forced
        }

        let kind: Kind
        let epoch: UInt64
        let startedAt: MonotonicInstant

        /// It is the one attempt that a half-open breaker lets through.
        public var isProbe: Bool {
            if case .probe = self.kind { true } else { false }
        }

        /// It went through although the breaker refused.
        public var isForced: Bool { self.kind == .forced }
    }

    /// The place that a half-open breaker has.
    private struct Slot {
        let serial: UInt64
        let expiresAt: MonotonicInstant
    }

    private static let slots = 10

    /// Its rules.
    public let rules: BreakerRules
    /// Whether it lets attempts through, as of the last call: an open one stays so until somebody comes after its time.
    public private(set) var state = State.closed
    private var epoch: UInt64 = 0
    private var failuresInARow = 0
    private var openings = 0
    private var successes = 0
    private var slot: Slot?
    private var serial: UInt64 = 0
    private var window: OutcomeWindow
    private var random: JitterSource

    /// Makes a closed one.
    /// - Parameters:
    ///   - rules: When it opens and closes.
    ///   - seed: Of its jitter.
    public init(_ rules: BreakerRules = .standard, seed: UInt64) {
        self.rules = rules
        self.window = OutcomeWindow(slots: Self.slots, width: rules.window / Self.slots)
        self.random = JitterSource(seed: seed)
    }

    /// From when on an attempt would be let through if nothing happens until then; in the past when one would be now.
    public var availableFrom: MonotonicInstant {
        switch self.state {
        case .closed: MonotonicInstant(microseconds: .min)
        case .open(let until): until
        case .halfOpen: self.slot?.expiresAt ?? MonotonicInstant(microseconds: .min)
        }
    }

    // MARK: Attempts

    /// Lets an attempt through, or does not.
    public mutating func begin(at now: MonotonicInstant) -> Permit? {
        switch self.state {
        case .closed:
            self.window.note(at: now, attempts: 1)
            return Permit(kind: .regular, epoch: self.epoch, startedAt: now)
        case .open(let until):
            guard now >= until else { return nil }
            self.enter(.halfOpen)
            return self.probe(at: now)
        case .halfOpen:
            if let slot = self.slot, now < slot.expiresAt { return nil }
            return self.probe(at: now)
        }
    }

    /// Lets an attempt through in any case: for when nothing else is left to try. It is no probe unless one was due.
    public mutating func beginAnyway(at now: MonotonicInstant) -> Permit {
        self.begin(at: now) ?? Permit(kind: .forced, epoch: self.epoch, startedAt: now)
    }

    /// An attempt has succeeded.
    public mutating func succeed(_ permit: Permit) {
        guard permit.epoch == self.epoch else { return }
        switch (self.state, permit.kind) {
        case (.closed, _):
            self.failuresInARow = 0
        case (.halfOpen, .probe(let serial)):
            guard self.slot?.serial == serial else { return }
            self.slot = nil
            self.countSuccess()
        case (.halfOpen, .forced):
            self.countSuccess()
        case (.open, .forced):
            // It was not asked to prove anything and did: the same as a first probe.
            self.enter(.halfOpen)
            self.countSuccess()
        case (.halfOpen, .regular), (.open, _):
            return
        }
    }

    /// An attempt has failed by the fault of what this guards.
    public mutating func fail(_ permit: Permit, at now: MonotonicInstant) {
        guard permit.epoch == self.epoch else { return }
        switch self.state {
        case .closed:
            self.failuresInARow += 1
            self.window.note(at: permit.startedAt, failures: 1)
            if self.failuresInARow >= self.rules.consecutiveFailures || self.isMostlyFailing(at: now) {
                self.open(at: now)
            }
        case .halfOpen:
            if permit.isProbe { self.open(at: now) }
        case .open:
            return
        }
    }

    /// An attempt has ended and says nothing about what this guards: it is as if it had not been.
    public mutating func release(_ permit: Permit) {
        guard permit.epoch == self.epoch else { return }
        switch (self.state, permit.kind) {
        case (.closed, _): self.window.note(at: permit.startedAt, attempts: -1)
        case (.halfOpen, .probe(let serial)): if self.slot?.serial == serial { self.slot = nil }
        case (.halfOpen, _), (.open, _): return
        }
    }

    /// Lets the window reach back twice as far as nearly all attempts last, so that slow failures are found in it too.
    public mutating func learn(p99 latency: Duration) {
        let wanted = max(self.rules.window, min(latency, .seconds(3_600)) * 2) / Self.slots
        let width = Duration.microseconds(self.window.width)
        // Counts are shifted between slots by a change, so small ones are not followed.
        guard wanted > width || wanted * 2 < width else { return }
        self.window.resize(width: wanted > width ? max(wanted, width * 2) : wanted)
    }

    // MARK: States

    private mutating func probe(at now: MonotonicInstant) -> Permit {
        self.serial &+= 1
        self.slot = Slot(serial: self.serial, expiresAt: now.adding(self.rules.probeDeadline))
        return Permit(kind: .probe(serial: self.serial), epoch: self.epoch, startedAt: now)
    }

    private mutating func countSuccess() {
        self.successes += 1
        guard self.successes >= self.rules.successesToClose else { return }
        self.openings = 0
        self.enter(.closed)
    }

    private mutating func open(at now: MonotonicInstant) {
        self.openings += 1
        let longest = self.rules.openDuration(self.openings)
        let off = self.rules.hasJitter ? self.random.duration(upTo: longest / 4) : .zero
        self.enter(.open(until: now.adding(longest - off)))
    }

    private mutating func enter(_ state: State) {
        self.state = state
        self.epoch &+= 1
        self.failuresInARow = 0
        self.successes = 0
        self.slot = nil
        self.window.clear()
    }

    private func isMostlyFailing(at now: MonotonicInstant) -> Bool {
        guard let minimum = self.rules.minimumAttempts else { return false }
        let (attempts, failures) = self.window.totals(at: now)
        return attempts >= minimum && failures * 2 >= attempts
    }
}
