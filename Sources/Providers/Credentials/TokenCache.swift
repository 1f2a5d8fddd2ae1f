/// Keeps one credential and says what to do about it: a value that decides, without clock, lock or network.
///
/// Whoever is told to fetch is the only one until he reports back with ``fetched(_:flight:at:)`` or
/// ``failed(_:flight:at:)``, or until his time is over. Keep one in a `Mutex`, and start fetches outside it.
public struct TokenCache: Sendable {
    /// What to do.
    public enum Answer: Sendable, Equatable {
        /// Use it.
        case fresh(IssuedCredential)
        /// Use it, and start fetching its successor.
        case refreshAhead(IssuedCredential, flight: Int)
        /// There is none: start fetching one, and wait for it.
        case needed(flight: Int)
        /// There is none, and somebody is fetching one: wait for it.
        case pending
        /// There is none, and the last attempt failed: not before this instant.
        case failing(CredentialError, until: WallTime)
    }

    /// The rules of time, in seconds.
    public struct Rules: Sendable, Equatable {
        /// A successor is fetched this long before the end, or earlier when a fifth of the lifetime is less.
        public var ahead = 300
        /// A credential is no longer used this long before its end, for it has a way to go and clocks differ.
        public var margin = 10
        /// Whoever fetches is given up after this long.
        public var flight = 60
        /// Fetches that succeed are at least this far apart: some services hand out the same token until near its end.
        public var spacing = 30
        /// The wait after the first failure; it doubles with each.
        public var firstWait = 1
        /// The longest wait after a failure.
        public var longestWait = 60

        /// The defaults.
        public init() {}
    }

    private let rules: Rules
    private var held: IssuedCredential?
    private var flight: (number: Int, endsAt: WallTime)?
    private var flights = 0
    private var failures = 0
    /// Why the latest fetch failed; `nil` after one that did not.
    public private(set) var lastError: CredentialError?
    /// No fetch begins before this instant.
    private var restsUntil = WallTime(seconds: .min)

    /// Nothing is held.
    public init(rules: Rules = Rules()) {
        self.rules = rules
    }

    /// What a request does that needs the credential now.
    public mutating func look(at now: WallTime) -> Answer {
        if let flight = self.flight, !self.isAhead(flight.endsAt, of: now, by: self.rules.flight) {
            self.giveUp(at: now)
        }
        if let held = self.held.flatMap({ self.usable($0, at: now) }) {
            guard self.isDue(held, at: now), self.flight == nil, !self.rests(at: now) else { return .fresh(held) }
            return .refreshAhead(held, flight: self.takeOff(at: now))
        }
        guard self.flight == nil else { return .pending }
        // A failure makes everybody wait; a success that has run out already does not.
        if self.rests(at: now), let error = self.lastError { return .failing(error, until: self.restsUntil) }
        return .needed(flight: self.takeOff(at: now))
    }

    /// A fetch brought a credential.
    ///
    /// - Parameters:
    ///   - credential: What was brought.
    ///   - flight: The number that came with the order to fetch.
    ///   - now: The instant.
    /// - Returns: `false` when the fetch had been given up and its credential is not better than what is held, or when the
    ///   credential has ended already, which counts as a failure.
    @discardableResult
    public mutating func fetched(_ credential: IssuedCredential, flight: Int, at now: WallTime) -> Bool {
        let isAwaited = self.flight?.number == flight
        guard self.usable(credential, at: now) != nil else {
            self.failed(Self.endedOnArrival, flight: flight, at: now)
            return false
        }
        guard isAwaited || self.isBetter(credential) else { return false }
        if isAwaited { self.flight = nil }
        self.held = credential
        self.failures = 0
        self.lastError = nil
        self.restsUntil = now.adding(seconds: self.rules.spacing)
        return true
    }

    /// A fetch failed. What is held stays good until its end.
    ///
    /// - Parameters:
    ///   - error: Why.
    ///   - flight: The number that came with the order to fetch; what is not awaited any more is ignored.
    ///   - now: The instant.
    public mutating func failed(_ error: CredentialError, flight: Int, at now: WallTime) {
        guard self.flight?.number == flight else { return }
        self.flight = nil
        self.rest(error, at: now)
    }

    /// The vendor refused a credential that should be good: it is dropped, if it is still the one that is held.
    ///
    /// - Parameters:
    ///   - credential: What was refused.
    ///   - now: The instant.
    /// - Returns: Whether it was dropped; only then is another try worth while.
    @discardableResult
    public mutating func refused(_ credential: IssuedCredential, at now: WallTime) -> Bool {
        guard let held = self.held, held == credential, held.expiresAt != nil else { return false }
        // Not twice in a row: a vendor that refuses every credential is not asked for one more with each request.
        guard !self.rests(at: now) else { return false }
        self.held = nil
        return true
    }

    private static let endedOnArrival = CredentialError(
        .malformed,
        "the credential had ended when it came; is this machine's clock right?"
    )

    private func rests(at now: WallTime) -> Bool {
        self.isAhead(self.restsUntil, of: now, by: max(self.rules.longestWait, self.rules.spacing))
    }

    /// Whether an instant is still to come, and near enough not to be the trace of a clock that was set back.
    private func isAhead(_ instant: WallTime, of now: WallTime, by seconds: Int) -> Bool {
        instant > now && instant <= now.adding(seconds: seconds)
    }

    private func usable(_ held: IssuedCredential, at now: WallTime) -> IssuedCredential? {
        guard let end = held.expiresAt else { return held }
        return now < end.adding(seconds: -self.rules.margin) ? held : nil
    }

    private func isDue(_ held: IssuedCredential, at now: WallTime) -> Bool {
        guard let end = held.expiresAt else { return false }
        let lifetime = max(0, held.issuedAt.seconds(until: end))
        return now >= end.adding(seconds: -min(self.rules.ahead, lifetime / 5))
    }

    private func isBetter(_ credential: IssuedCredential) -> Bool {
        guard let held = self.held else { return true }
        guard let end = held.expiresAt else { return false }
        return credential.expiresAt.map { $0 > end } ?? true
    }

    private mutating func takeOff(at now: WallTime) -> Int {
        self.flights &+= 1
        self.flight = (self.flights, now.adding(seconds: self.rules.flight))
        return self.flights
    }

    private mutating func giveUp(at now: WallTime) {
        self.flight = nil
        self.rest(CredentialError(.timedOut, "the credential was not there in time"), at: now)
    }

    private mutating func rest(_ error: CredentialError, at now: WallTime) {
        self.lastError = error
        let doublings = min(self.failures, 16)
        self.failures = doublings + 1
        let wait = self.rules.firstWait.multipliedReportingOverflow(by: 1 << doublings)
        let bounded = wait.overflow ? self.rules.longestWait : min(wait.partialValue, self.rules.longestWait)
        self.restsUntil = now.adding(seconds: bounded)
    }
}
