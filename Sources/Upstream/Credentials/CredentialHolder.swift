public import Exchange
public import NIOCore
public import Providers
import Synchronization

/// Keeps the credential of one provider that fetches it: fresh for requests, renewed ahead of its end by one fetch at a
/// time, and waited for by requests when there is none.
///
/// Requests look, on any event loop, and go on at once with what is held. Only a request that finds nothing waits:
/// ``whenReady(on:at:deadline:_:)``. Fetches run off the loops.
public final class CredentialHolder: Sendable {
    /// What a request finds.
    public enum Look: Sendable, Equatable {
        /// Use this.
        case ready(RequestProof)
        /// It is being fetched.
        case wait
        /// It cannot be had now.
        case failed(GatewayFailure)
    }

    /// Most requests that wait at one time.
    public static let maxWaiting = 4_096

    private let chain: CredentialChain
    private let services: CredentialServices
    private let name: String
    /// What is configured and never changes; then nothing is fetched.
    private let fixed: RequestProof?
    private let desk: Mutex<CredentialDesk>

    /// A holder with nothing in it yet; `nil` for a plan that fetches nothing.
    ///
    /// - Parameters:
    ///   - name: The provider's name, for reports.
    ///   - plan: The provider's plan.
    ///   - services: What fetching takes.
    ///   - rules: When credentials are renewed.
    ///   - maxWaiting: Most requests that wait at one time.
    /// - Throws: `.malformed` when the configured credential is not of the plan's sort.
    public init?(
        name: String,
        plan: CredentialPlan,
        services: CredentialServices,
        rules: TokenCache.Rules = TokenCache.Rules(),
        maxWaiting: Int = CredentialHolder.maxWaiting
    ) throws(CredentialError) {
        guard let chain = plan.chain else { return nil }
        self.name = name
        self.chain = chain
        self.services = services
        self.desk = Mutex(CredentialDesk(plan: plan, rules: rules, maxWaiting: maxWaiting))
        if case .fixed(let credential) = chain.sources.first {
            let issued = IssuedCredential(credential, issuedAt: services.clock(), expiresAt: nil)
            self.fixed = try RequestProof(issued, plan: plan)
        } else {
            self.fixed = nil
        }
    }

    /// The instant, by the clock that fetches are timed with.
    public var now: WallTime { self.services.clock() }

    /// How many requests wait.
    public var waitingCount: Int { self.desk.withLock { $0.waitingCount } }

    /// Why the latest fetch failed, for people; `nil` after one that did not. Holds no secret.
    public var problem: CredentialError? { self.desk.withLock { $0.problem } }

    /// What a request that needs the credential finds. Never waits; starts a fetch where one is due.
    public func look(at now: WallTime) -> Look {
        if let fixed = self.fixed { return .ready(fixed) }
        let answer = self.desk.withLock { $0.look(at: now) }
        if let flight = answer.flight { self.fly(flight) }
        return answer.look
    }

    /// Waits for the credential; to be called on the event loop.
    ///
    /// - Parameters:
    ///   - loop: The loop that this is called on, and the callback will be.
    ///   - now: The instant.
    ///   - deadline: The end of the wait, by the loop's clock.
    ///   - callback: Called exactly once, on the loop and after this returns, unless the wait is cancelled before.
    /// - Returns: The wait, to be cancelled when the caller has left.
    @discardableResult
    public func whenReady(
        on loop: any EventLoop,
        at now: WallTime,
        deadline: NIODeadline,
        _ callback: @escaping (CredentialOutcome) -> Void
    ) -> CredentialWait {
        let promise = loop.makePromise(of: CredentialOutcome.self)
        let wait = CredentialWait(callback)
        promise.futureResult.assumeIsolated().whenSuccess { wait.finish($0) }
        if self.fixed != nil {
            loop.execute { promise.succeed(.ready) }
            return wait
        }
        let (admission, flight) = self.desk.withLock { $0.wait(promise, at: now) }
        switch admission {
        case .over(let outcome):
            loop.execute { promise.succeed(outcome) }
        case .waiting(let number):
            let timer = loop.scheduleTask(deadline: deadline) { self.dismiss(number, .failed(Self.tooLate)) }
            wait.onEnd = {
                timer.cancel()
                self.dismiss(number, .failed(Self.tooLate))
            }
        }
        if let flight { self.fly(flight) }
        return wait
    }

    /// The vendor refused what proved a request. The next look renews it, unless it is new or not renewed at all.
    ///
    /// - Returns: Whether another try is worth while.
    @discardableResult
    public func refused(_ proof: RequestProof, at now: WallTime) -> Bool {
        guard self.fixed == nil, let credential = proof.credential else { return false }
        return self.desk.withLock { $0.refused(credential, at: now) }
    }

    /// Whoever takes a waiter off the list answers him, so nobody is answered twice.
    private func dismiss(_ number: Int, _ outcome: CredentialOutcome) {
        self.desk.withLock { $0.remove(number) }?.succeed(outcome)
    }

    private func fly(_ flight: Int) {
        // Nobody cancels it: each of its steps ends by the transport's deadline, and waits end by their own.
        Task {
            let result: Result<IssuedCredential, CredentialError>
            do throws(CredentialError) {
                result = .success(try await self.chain.fetch(by: self.services.transport, clock: self.services.clock))
            } catch {
                result = .failure(error)
            }
            self.land(flight, result)
        }
    }

    private func land(_ flight: Int, _ result: Result<IssuedCredential, CredentialError>) {
        let now = self.now
        let landing = self.desk.withLock { $0.landed(result, flight: flight, at: now) }
        if let problem = landing.problem { self.services.report(self.name, problem) }
        for waiter in landing.waiters { waiter.succeed(landing.outcome) }
        if let next = landing.flight { self.fly(next) }
    }
}

extension CredentialHolder {
    static let tooManyWait = GatewayFailure(
        .overloaded,
        "Too many requests wait for the provider's credential.",
        retryAfter: .seconds(1)
    )
    static let tooLate = GatewayFailure(.upstreamCredential, "The provider's credential was not there in time.")
    static let unusable = GatewayFailure(.upstreamCredential, "The provider's credential cannot be used.")

    /// Waits for the credential in a task, for what is not on the road.
    func ready(on loop: any EventLoop, within limit: TimeAmount) async -> CredentialOutcome {
        await withCheckedContinuation { continuation in
            loop.execute {
                self.whenReady(on: loop, at: self.now, deadline: loop.now + limit) {
                    continuation.resume(returning: $0)
                }
            }
        }
    }
}

extension CredentialError {
    /// What the caller is told: whose fault it is, and nothing of how this gateway is set up.
    var failure: GatewayFailure {
        switch self.code {
        case .absent:
            GatewayFailure(.upstreamCredential, "There is no credential for the provider.")
        case .unreachable:
            GatewayFailure(.upstreamCredential, "The service that issues the provider's credential cannot be reached.")
        case .timedOut:
            CredentialHolder.tooLate
        case .refused:
            GatewayFailure(.upstreamCredential, "The service that issues the provider's credential refused it.")
        default:
            CredentialHolder.unusable
        }
    }
}
