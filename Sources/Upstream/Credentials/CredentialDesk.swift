import Exchange
import NIOCore
import Providers

/// Decides about one provider's credential and keeps the list of those who wait for it: a value without lock or network.
struct CredentialDesk {
    typealias Waiter = EventLoopPromise<CredentialOutcome>

    /// What a request is told.
    struct Answer {
        var look: CredentialHolder.Look
        /// The number of a fetch to start now.
        var flight: Int?
    }

    /// What follows from the end of a fetch.
    struct Landing {
        /// To be reported.
        var problem: CredentialError?
        /// Whom to tell.
        var waiters: [Waiter] = []
        /// What to tell them.
        var outcome = CredentialOutcome.ready
        /// The number of a fetch to start now.
        var flight: Int?
    }

    /// What came of a wish to wait.
    enum Admission {
        /// On the list under this number.
        case waiting(Int)
        /// There is no need to wait, or no use.
        case over(CredentialOutcome)
    }

    private let plan: CredentialPlan
    private let maxWaiting: Int
    private var cache: TokenCache
    /// Made of what the cache holds.
    private var proof: RequestProof?
    private var waiters: [Int: Waiter] = [:]
    private var nextWaiter = 0

    init(plan: CredentialPlan, rules: TokenCache.Rules, maxWaiting: Int) {
        self.plan = plan
        self.maxWaiting = maxWaiting
        self.cache = TokenCache(rules: rules)
    }

    /// Why the latest fetch failed; `nil` after one that did not.
    var problem: CredentialError? { self.cache.lastError }

    /// How many wait.
    var waitingCount: Int { self.waiters.count }

    /// A request needs the credential.
    mutating func look(at now: WallTime) -> Answer {
        switch self.cache.look(at: now) {
        case .fresh: self.answer(flight: nil)
        case .refreshAhead(_, let flight): self.answer(flight: flight)
        case .needed(let flight): Answer(look: .wait, flight: flight)
        case .pending: Answer(look: .wait)
        case .failing(let error, _): Answer(look: .failed(error.failure))
        }
    }

    /// A request wants to wait. What it was told before may be out of date by now.
    mutating func wait(_ waiter: Waiter, at now: WallTime) -> (Admission, flight: Int?) {
        let answer = self.look(at: now)
        switch answer.look {
        case .ready: return (.over(.ready), answer.flight)
        case .failed(let failure): return (.over(.failed(failure)), answer.flight)
        case .wait: break
        }
        guard self.waiters.count < self.maxWaiting else {
            return (.over(.failed(CredentialHolder.tooManyWait)), answer.flight)
        }
        self.nextWaiter &+= 1
        self.waiters[self.nextWaiter] = waiter
        return (.waiting(self.nextWaiter), answer.flight)
    }

    /// Takes a waiter off the list; `nil` when he is not on it any more.
    mutating func remove(_ waiter: Int) -> Waiter? {
        self.waiters.removeValue(forKey: waiter)
    }

    /// A fetch ended.
    ///
    /// - Returns: What is to be done about it.
    mutating func landed(
        _ result: Result<IssuedCredential, CredentialError>,
        flight: Int,
        at now: WallTime
    ) -> Landing {
        var landing = Landing(problem: self.take(result, flight: flight, at: now))
        guard !self.waiters.isEmpty else { return landing }
        let answer = self.look(at: now)
        landing.flight = answer.flight
        switch answer.look {
        case .ready: landing.outcome = .ready
        case .failed(let failure): landing.outcome = .failed(failure)
        // The one that ended had been given up, and another is under way.
        case .wait: return landing
        }
        landing.waiters = Array(self.waiters.values)
        self.waiters = [:]
        return landing
    }

    /// The vendor refused a credential.
    ///
    /// - Returns: Whether another try is worth while.
    mutating func refused(_ credential: IssuedCredential, at now: WallTime) -> Bool {
        self.cache.refused(credential, at: now)
    }

    /// Takes what a fetch brought; returns what was wrong with it.
    private mutating func take(
        _ result: Result<IssuedCredential, CredentialError>,
        flight: Int,
        at now: WallTime
    ) -> CredentialError? {
        do throws(CredentialError) {
            let credential = try result.get()
            let proof = try RequestProof(credential, plan: self.plan)
            guard self.cache.fetched(credential, flight: flight, at: now) else { return self.cache.lastError }
            self.proof = proof
            return nil
        } catch {
            self.cache.failed(error, flight: flight, at: now)
            return error
        }
    }

    private func answer(flight: Int?) -> Answer {
        // The cache holds what `take` gave it, and the proof was made then.
        guard let proof = self.proof else { return Answer(look: .failed(CredentialHolder.unusable), flight: flight) }
        return Answer(look: .ready(proof), flight: flight)
    }
}
