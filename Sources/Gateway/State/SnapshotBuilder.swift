public import Exchange
public import Policy
import Providers
public import Storage
import Synchronization
public import Upstream

/// Makes snapshots from the stored configuration. Providers whose rows did not change keep their object, and with it their
/// open connections.
public final class SnapshotBuilder: Sendable {
    /// Gives the credential of a provider's row; throws when it cannot be read.
    public typealias Credentials = @Sendable (ProviderRecord) throws -> Secret?

    private let environment: [String: String]
    private let credentials: Credentials
    private let admissions: AdmissionTable
    private let translations: TranslationTable
    private let money: PricingDesk
    private let services: CredentialServices?
    /// How targets fare, over all snapshots.
    let health: HealthTable
    private let built = Mutex<[String: (record: ProviderRecord, provider: Provider)]>([:])

    /// A builder.
    ///
    /// - Parameters:
    ///   - environment: For proxies (`HTTPS_PROXY`, `NO_PROXY`).
    ///   - admissions: Where the keys' limits live.
    ///   - translations: How targets are reached from formats they do not speak.
    ///   - money: What targets cost, and what may be spent.
    ///   - services: Fetch tokens for providers that need them.
    ///   - health: Where the health of targets is kept.
    ///   - credentials: Opens a row's credential.
    public init(
        environment: [String: String],
        admissions: AdmissionTable,
        translations: TranslationTable = .none,
        money: PricingDesk = .free,
        services: CredentialServices? = nil,
        health: HealthTable = HealthTable(),
        credentials: @escaping Credentials
    ) {
        self.health = health
        self.environment = environment
        self.admissions = admissions
        self.translations = translations
        self.money = money
        self.services = services
        self.credentials = credentials
    }

    /// Makes a snapshot.
    ///
    /// - Parameters:
    ///   - configuration: Everything in force, read-only rows included.
    ///   - previous: The snapshot before, whose keys' limits carry on.
    ///   - now: The clock that the event loops read, for limits that change.
    /// - Returns: The snapshot, and one line for each row that cannot serve and why.
    public func build(
        _ configuration: StoredConfiguration,
        after previous: Snapshot,
        at now: MonotonicInstant
    ) -> (snapshot: Snapshot, problems: [String]) {
        var problems: [String] = []
        let providers = self.providers(configuration.providers, &problems)
        let factory = ModelFactory(
            providers: providers,
            generations: Dictionary(
                configuration.providers.map { ($0.name, ModelFactory.identity($0).generation) },
                uniquingKeysWith: { first, _ in first }
            ),
            draining: Set(configuration.providers.filter(\.isDraining).map(\.name)),
            translations: self.translations,
            money: self.money,
            health: self.health
        )
        factory.forgetHealth(except: configuration)
        let enabled = configuration.models.filter(\.isEnabled)
        let listed = enabled.filter { NamePattern($0.name) == nil }
        let models = listed.map { factory.model($0, after: previous.listed($0.name)) }
        let keys = self.keys(configuration, after: previous.keys, at: now)
        problems += keys.rejectedIDs.map { "key \($0) is left out: its row is damaged or repeated" }
        let patterns = enabled.filter { NamePattern($0.name) != nil }
        return (Snapshot(keys: keys, models: models, derived: factory.derived(patterns)), problems)
    }

    /// The providers of the latest snapshot, by name, each with what its health is known by.
    var serving: [(ProviderIdentity, Provider)] {
        self.built.withLock { $0.values.map { (ModelFactory.identity($0.record), $0.provider) } }
            .sorted { $0.0.id < $1.0.id }
    }

    private func providers(_ records: [ProviderRecord], _ problems: inout [String]) -> [String: Provider] {
        let known = self.built.withLock { $0 }
        var result: [String: (record: ProviderRecord, provider: Provider)] = [:]
        for record in records where record.isEnabled {
            if let same = known[record.name], Self.isSame(same.record, record) {
                result[record.name] = (record, same.provider)
                continue
            }
            do {
                let secret = try self.credentials(record)
                let configuration = try ProviderConfiguration.validate(
                    name: record.name,
                    kind: ProviderKind(record.kind),
                    baseURL: record.baseURL.isEmpty ? nil : record.baseURL,
                    settings: record.settings,
                    hasSecret: secret != nil
                )
                let provider = try Provider(
                    configuration: configuration,
                    secret: secret,
                    environment: self.environment,
                    services: self.services
                )
                // A token is fetched ahead of the first request that needs it.
                if let credentials = provider.credentials { _ = credentials.look(at: credentials.now) }
                result[record.name] = (record, provider)
            } catch {
                problems.append("provider \(record.name) cannot serve: \(error)")
            }
        }
        self.built.withLock { $0 = result }
        return result.mapValues(\.provider)
    }

    /// Draining is no change of the provider itself: its connections and credentials stay.
    private static func isSame(_ old: ProviderRecord, _ new: ProviderRecord) -> Bool {
        var old = old
        old.isDraining = new.isDraining
        return old == new
    }

    private func keys(
        _ configuration: StoredConfiguration,
        after previous: KeyTable,
        at now: MonotonicInstant
    ) -> KeyTable {
        let budgets = self.money.budgets(configuration)
        return previous.successor(
            keys: configuration.keys.map { Self.facts($0, budgets[.key($0.id)] ?? []) },
            projects: configuration.projects.map { project in
                KeyProject(
                    id: project.id,
                    name: project.name,
                    isEnabled: project.isEnabled,
                    limits: KeyLimits(project.limits),
                    budgets: budgets[.project(project.id)] ?? [],
                    bodies: project.bodies.mode == .off ? nil : project.bodies
                )
            },
            limits: self.admissions,
            now: now
        )
    }

    private static func facts(_ record: KeyRecord, _ budgets: [BudgetFacts]) -> KeyFacts {
        var facts = KeyFacts(
            id: record.id,
            name: record.name,
            projectID: record.projectID,
            digest: record.digest,
            verifier: record.verifier
        )
        facts.isEnabled = record.isEnabled
        facts.revokedAt = record.revokedAt
        facts.expiresAt = record.expiresAt
        facts.allowedModels = record.allowedModels
        facts.limits = KeyLimits(record.limits)
        facts.maxOutputTokens = record.maxOutputTokens
        facts.budgets = budgets
        facts.isStrict = record.isStrict
        facts.allowedFrom = record.allowedFrom
        facts.retired = record.retired.map { ($0.digest, $0.until) }
        return facts
    }
}

extension KeyLimits {
    /// The limits of a stored row.
    fileprivate init(_ record: LimitsRecord) {
        self.init(
            requestsPerMinute: record.requestsPerMinute,
            tokensPerMinute: record.tokensPerMinute,
            concurrentRequests: record.concurrentRequests,
            models: record.models.mapValues {
                ModelLimits(
                    requestsPerMinute: $0.requestsPerMinute,
                    tokensPerMinute: $0.tokensPerMinute,
                    concurrentRequests: $0.concurrentRequests
                )
            }
        )
    }
}
