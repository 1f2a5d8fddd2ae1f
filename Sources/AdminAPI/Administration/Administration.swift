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
    /// Changes that are being tried together; `nil` when each one is written by itself.
    private var pending: PendingChanges?
    /// Who owns the rows that are made or changed.
    private(set) var writesAs = RecordOrigin.stored

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

    /// From now on changes are tried on a copy.
    func beginPending(as origin: RecordOrigin) {
        precondition(self.pending == nil, "changes that are made together contain no others")
        self.pending = PendingChanges(working: WorkingConfiguration(self.stored))
        self.writesAs = origin
    }

    /// How far the changes that are tried have come.
    var pendingMark: (rows: StoredConfiguration, writes: Int) { (self.stored, self.pending?.writes.count ?? 0) }

    /// Forgets the changes since a mark.
    func forgetPending(since mark: (rows: StoredConfiguration, writes: Int)) {
        guard let pending = self.pending else { return }
        self.pending = PendingChanges(
            working: WorkingConfiguration(mark.rows),
            writes: Array(pending.writes.prefix(mark.writes))
        )
        self.stored = mark.rows
        self.configuration = self.readOnly.merged(with: mark.rows)
    }

    /// Ends what `beginPending` began.
    ///
    /// - Parameter rows: The stored rows as they were.
    /// - Returns: The changes that were tried.
    func endPending(restoring rows: StoredConfiguration) -> [PendingChanges.Write] {
        defer {
            self.pending = nil
            self.writesAs = .stored
            self.stored = rows
            self.configuration = self.readOnly.merged(with: rows)
        }
        return self.pending?.writes ?? []
    }

    /// Writes, with what the audit trail is to know of it in the same transaction (`noting`, asked when the changes are made; the
    /// rows' differences when it is not given), and tells the observers.
    func commit(
        _ write: @escaping PendingChanges.Write,
        noting: (() -> [AuditDraft])? = nil
    ) throws(AdminProblem) {
        guard self.pending == nil else { return try self.tryOut(write) }
        try Precondition.current?.check(self.stored)
        let (before, context, now) = (self.stored, AuditContext.current, self.now)
        let seal = self.audit.seal
        do {
            self.stored = try self.store.change(write) { after in
                AuditBatch(
                    noting?() ?? ConfigurationDiff(before, after).drafts(for: context, at: now),
                    seal: seal
                )
            }
        } catch {
            throw Self.problem(from: error)
        }
        self.tell()
    }

    private func tryOut(_ write: @escaping PendingChanges.Write) throws(AdminProblem) {
        guard let working = self.pending?.working else { return }
        do { try write(working) } catch { throw Self.problem(from: error) }
        self.pending?.writes.append(write)
        self.stored = working.rows
        self.configuration = self.readOnly.merged(with: working.rows)
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
