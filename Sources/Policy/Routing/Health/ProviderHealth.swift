import Synchronization

/// What all targets of one provider share: whether it can be reached, and whether it accepts our credential.
public final class ProviderHealth: Sendable {
    private struct Machine {
        var connection: Breaker
        var credential: Breaker
    }

    /// Whose health it is.
    public let identity: ProviderIdentity
    private let machine: Mutex<Machine>
    // The breakers' answers of last time, to be read by everyone without the lock.
    private let connectionFrom = Atomic<Int64>(.min)
    private let credentialFrom = Atomic<Int64>(.min)

    init(_ identity: ProviderIdentity, seed: UInt64) {
        self.identity = identity
        self.machine = Mutex(
            Machine(
                connection: Breaker(.standard, seed: seed),
                credential: Breaker(.credential, seed: seed)
            )
        )
    }

    /// What keeps attempts away from all its targets.
    public func obstacle(at now: MonotonicInstant) -> SkipReason? {
        if self.credentialFrom.load(ordering: .relaxed) > now.microseconds { return .credential }
        if self.connectionFrom.load(ordering: .relaxed) > now.microseconds { return .breakerOpen }
        return nil
    }

    /// From when on it can be tried again.
    public var availableFrom: MonotonicInstant {
        MonotonicInstant(
            microseconds: max(
                self.connectionFrom.load(ordering: .relaxed),
                self.credentialFrom.load(ordering: .relaxed)
            )
        )
    }

    /// Whether it can be reached.
    public var connection: Breaker.State { self.machine.withLock { $0.connection.state } }

    /// Whether it accepts our credential: open while it is taken out.
    public var credential: Breaker.State { self.machine.withLock { $0.credential.state } }

    /// Lets an attempt through, or does not. Health checks begin here, requests at their target.
    public func begin(at now: MonotonicInstant) -> ProviderPermit? {
        self.change { machine in
            guard let connection = machine.connection.begin(at: now) else { return nil }
            guard let credential = machine.credential.begin(at: now) else {
                machine.connection.release(connection)
                return nil
            }
            return ProviderPermit(connection: connection, credential: credential)
        }
    }

    /// Lets an attempt through in any case.
    public func beginAnyway(at now: MonotonicInstant) -> ProviderPermit {
        self.change { machine in
            ProviderPermit(
                connection: machine.connection.beginAnyway(at: now),
                credential: machine.credential.beginAnyway(at: now)
            )
        }
    }

    /// Ends an attempt.
    /// - Parameters:
    ///   - permit: What it was begun with.
    ///   - outcome: How it ended. Any answer at all proves that the provider can be reached.
    ///   - now: The node's own clock.
    public func finish(_ permit: ProviderPermit, _ outcome: AttemptOutcome, at now: MonotonicInstant) {
        self.change { machine in
            switch outcome {
            case .succeeded:
                machine.connection.succeed(permit.connection)
                machine.credential.succeed(permit.credential)
            case .callerFault, .throttled, .sickTarget:
                machine.connection.succeed(permit.connection)
                machine.credential.release(permit.credential)
            case .credential:
                machine.connection.succeed(permit.connection)
                machine.credential.fail(permit.credential, at: now)
            case .sickProvider:
                machine.connection.fail(permit.connection, at: now)
                machine.credential.release(permit.credential)
            case .cancelled, .unused:
                machine.connection.release(permit.connection)
                machine.credential.release(permit.credential)
            }
        }
    }

    private func change<Result: Sendable>(_ body: (inout Machine) -> Result) -> Result {
        self.machine.withLock { machine in
            let result = body(&machine)
            self.connectionFrom.store(machine.connection.availableFrom.microseconds, ordering: .relaxed)
            self.credentialFrom.store(machine.credential.availableFrom.microseconds, ordering: .relaxed)
            return result
        }
    }
}
