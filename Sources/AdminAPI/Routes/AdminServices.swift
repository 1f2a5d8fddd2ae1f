public import Catalogue
public import Storage
public import Telemetry

/// What the admin routes work with.
public struct AdminServices: Sendable {
    /// Checks and writes configuration.
    public var administration: Administration
    /// Holds tokens, users and sessions; loaded already.
    public var access: AccessDesk
    /// How sessions travel.
    public var cookie = SessionCookie()
    /// Signs in at an OpenID provider; `nil` where there is none.
    public var oidc: OIDCSignIn?
    /// Reads request records.
    public var requests: RequestReader
    /// Reads the ledger and adds to it.
    public var ledger: LedgerDesk
    /// Holds the price list.
    public var prices: PriceAdministration
    /// Reads the audit trail.
    public var audit: AuditDesk
    /// All metrics of the process.
    public var metrics: MetricRegistry
    /// Whether the process should be given work.
    public var readiness: Readiness
    /// Facts about the process.
    public var process: AdminProcess
    /// Asks a provider whether it can be reached; the sender's business, so handed in.
    public var checkProvider: ProviderCheck
    /// How a budget stands at this moment, reservations included; `nil` when nothing is live, which leaves what is stored.
    public var budgetStanding: @Sendable (_ budgetID: String) -> BudgetStanding?
    /// What an attempt costs by a price list.
    public var reprice: Reprice
    /// Where requests would go, and how the targets stand.
    public var routes: any RouteDesk
    /// How loaded the data plane is; `nil` where there is none.
    public var load: @Sendable () -> LoadStanding?
    /// Sends a provider two small requests; the sender's business too.
    public var testProvider: ProviderTest
    /// Keeps the master key; `nil` where there is none to keep.
    public var secrets: (any SecretsDesk)?
    /// Makes backups; `nil` where nobody does.
    public var backups: (any BackupDesk)?
    /// Reads and erases kept bodies; `nil` where nobody does.
    public var bodies: (any BodyDesk)?
    /// The settings in force.
    public var settings: [ShownSetting] = []
    /// Remembers requests by their idempotency keys; `nil` where none are taken.
    public var idempotency: IdempotencyDesk?

    /// Bundles the services.
    ///
    /// - Parameters:
    ///   - administration: Checks and writes configuration.
    ///   - access: Holds tokens, users and sessions; loaded already.
    ///   - requests: Reads request records.
    ///   - ledger: Reads the ledger and adds to it.
    ///   - prices: Holds the price list; loaded already.
    ///   - audit: Reads the audit trail.
    ///   - metrics: All metrics of the process.
    ///   - readiness: Whether the process should be given work.
    ///   - process: Facts about the process.
    ///   - budgetStanding: How a budget stands, by the live balances.
    ///   - reprice: What an attempt costs by a price list.
    ///   - routes: Where requests would go, and how the targets stand.
    ///   - load: How loaded the data plane is.
    ///   - testProvider: Sends a provider two small requests.
    ///   - secrets: Keeps the master key.
    ///   - backups: Makes backups.
    ///   - idempotency: Remembers requests by their idempotency keys.
    ///   - checkProvider: Asks a provider whether it can be reached.
    public init(
        administration: Administration,
        access: AccessDesk,
        requests: RequestReader,
        ledger: LedgerDesk,
        prices: PriceAdministration,
        audit: AuditDesk,
        metrics: MetricRegistry,
        readiness: Readiness,
        process: AdminProcess,
        budgetStanding: @escaping @Sendable (_ budgetID: String) -> BudgetStanding? = { _ in nil },
        reprice: @escaping Reprice = Repriced.byPriceList,
        routes: any RouteDesk = OfflineRouteDesk(),
        load: @escaping @Sendable () -> LoadStanding? = { nil },
        testProvider: @escaping ProviderTest = ProviderTrial.unavailable,
        secrets: (any SecretsDesk)? = nil,
        backups: (any BackupDesk)? = nil,
        idempotency: IdempotencyDesk? = nil,
        checkProvider: @escaping ProviderCheck
    ) {
        self.administration = administration
        self.access = access
        self.requests = requests
        self.ledger = ledger
        self.prices = prices
        self.audit = audit
        self.metrics = metrics
        self.readiness = readiness
        self.process = process
        self.budgetStanding = budgetStanding
        self.reprice = reprice
        self.routes = routes
        self.load = load
        self.testProvider = testProvider
        self.secrets = secrets
        self.backups = backups
        self.idempotency = idempotency
        self.checkProvider = checkProvider
    }
}

/// Tells what an attempt costs by a price list; `nil` when its model has no price there.
public typealias Reprice = @Sendable (LedgerEntry, PriceBook, StoredConfiguration) -> Repriced?

/// Asks a provider for a sign of life, with its credential.
public typealias ProviderCheck = @Sendable (ProviderRecord) async -> ProviderReachability

/// What came of asking a provider.
public struct ProviderReachability: Sendable, Equatable {
    /// It answered, and took the credential.
    public var isGood: Bool
    /// A text for people: what was answered or what went wrong, without secrets.
    public var detail: String
    /// How long it took.
    public var milliseconds: Int

    /// States the facts.
    public init(isGood: Bool, detail: String, milliseconds: Int) {
        self.isGood = isGood
        self.detail = detail
        self.milliseconds = milliseconds
    }
}

/// Facts about the process, told by `GET /admin/v1/status`.
public struct AdminProcess: Sendable {
    /// Martlet's version.
    public var version: String
    /// `serving`, or `offline` when a command works on the store by itself.
    public var mode: String
    /// When the process began.
    public var startedAt: UnixMilliseconds
    /// Unix time in milliseconds.
    public var now: @Sendable () -> UnixMilliseconds

    /// States the facts.
    public init(
        version: String,
        mode: String,
        startedAt: UnixMilliseconds,
        now: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.version = version
        self.mode = mode
        self.startedAt = startedAt
        self.now = now
    }
}
