public import Policy
public import Providers
public import Storage

/// Tells what of Martlet's own listens where a provider is said to be; `nil` when nothing does.
public typealias OwnListenerCheck = @Sendable (UpstreamRoute) -> String?

/// The one place where configuration is checked and written, for HTTP and for the command line alike.
///
/// Writes follow one another on the actor's own thread. In each one's transaction the whole configuration is read back and what
/// has changed goes into the audit trail; every observer is told before the call returns, so that a write is in force when
/// its answer is.
public actor Administration {
    private let executor = StoreExecutor(label: "martlet.administration")
    let store: any ConfigurationStore
    let secretBox: SecretBox
    let digester: KeyDigester
    let readOnly: ReadOnlyRows
    let identifiers: Identifiers
    let randomness: Randomness
    let verifierCost: Int
    let periods: BudgetPeriods
    let ownListener: OwnListenerCheck
    private let audit: AuditChain
    private let clock: @Sendable () -> UnixMilliseconds
    private var observers: [@Sendable (StoredConfiguration) -> Void] = []
    /// What is stored.
    private(set) var stored = StoredConfiguration()

    /// What is stored together with the rows that are not.
    public private(set) var configuration = StoredConfiguration()

    /// Loads nothing yet; see `load`.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it.
    ///   - secretBox: Seals provider credentials.
    ///   - digester: Digests virtual keys.
    ///   - readOnly: Rows that are not stored.
    ///   - verifierCost: bcrypt cost of new keys' verifiers.
    ///   - randomness: Where ids and keys come from.
    ///   - zoneBoundaries: Which time zones there are, and where budgets' periods begin in them.
    ///   - ownListener: Tells a provider's address that is Martlet's own.
    ///   - clock: Unix time in milliseconds.
    public init(
        store: any ConfigurationStore,
        secretBox: SecretBox,
        digester: KeyDigester,
        readOnly: ReadOnlyRows = ReadOnlyRows(),
        verifierCost: Int = 10,
        randomness: Randomness = .system,
        zoneBoundaries: @escaping ZoneBoundaries = BudgetPeriods.utcOnly,
        ownListener: @escaping OwnListenerCheck = { _ in nil },
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.store = store
        self.secretBox = secretBox
        self.digester = digester
        self.readOnly = readOnly
        self.verifierCost = verifierCost
        self.randomness = randomness
        self.periods = BudgetPeriods(zoneBoundaries)
        self.ownListener = ownListener
        self.identifiers = Identifiers(randomness: randomness)
        self.audit = AuditChain(digester)
        self.clock = clock
    }

    /// The store's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Reads the store and tells the observers.
    public func load() throws(AdminProblem) {
        do {
            self.stored = try self.store.loadConfiguration()
        } catch {
            throw Self.problem(from: error)
        }
        self.tell()
    }

    /// Tells an observer the configuration now and after every write. It is called on the actor's thread and must not
    /// call back into the actor and wait.
    public func observe(_ observer: @escaping @Sendable (StoredConfiguration) -> Void) {
        self.observers.append(observer)
        observer(self.configuration)
    }

    /// The time now.
    var now: UnixMilliseconds { self.clock() }

    /// Writes, with what the audit trail is to know of it in the same transaction, and tells the observers.
    func commit(_ write: (any ConfigurationWriter) throws -> Void) throws(AdminProblem) {
        try Precondition.current?.check(self.stored)
        let (before, context, now) = (self.stored, AuditContext.current, self.now)
        let seal = self.audit.seal
        do {
            self.stored = try self.store.change(write) { after in
                AuditBatch(ConfigurationDiff(before, after).drafts(for: context, at: now), seal: seal)
            }
        } catch {
            throw Self.problem(from: error)
        }
        self.tell()
    }

    private func tell() {
        self.configuration = self.readOnly.merged(with: self.stored)
        for observer in self.observers {
            observer(self.configuration)
        }
    }

    private static func problem(from error: any Error) -> AdminProblem {
        guard let error = error as? StorageError else { return AdminProblem(.storeFailed, "the store failed") }
        switch error.code {
        case .notFound: return AdminProblem(.notFound, error.message)
        case .conflict: return AdminProblem(.conflict, error.message)
        case .unusable, .failed: return AdminProblem(.storeFailed, error.message)
        }
    }
}

extension SecretContext {
    /// Where a provider's credential is kept.
    public static func providerSecret(row: String) -> SecretContext {
        SecretContext(table: "providers", row: row, column: "sealed_secret")
    }
}
