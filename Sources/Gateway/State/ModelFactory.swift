import Exchange
import Policy
import Storage
import Upstream

/// Makes a snapshot's models from their rows.
struct ModelFactory: Sendable {
    let providers: [String: Provider]
    /// When each provider's row was last changed: what is known of its health goes with that.
    let generations: [String: Int64]
    /// Providers that are given no new requests.
    let draining: Set<String>
    let translations: TranslationTable
    let money: PricingDesk
    let health: HealthTable

    /// Keeps the health of what is configured, and forgets the rest.
    func forgetHealth(except configuration: StoredConfiguration) {
        let targets = configuration.models.flatMap(\.targets).map {
            TargetIdentity(provider: self.identity($0.provider), model: $0.upstreamModel)
        }
        _ = self.health.reload(targets: targets, providers: configuration.providers.map { self.identity($0.name) })
    }

    /// What the health of a provider's row goes with: a changed row starts afresh.
    static func identity(_ record: ProviderRecord) -> ProviderIdentity {
        ProviderIdentity(id: record.name, generation: record.updatedAt)
    }

    private func identity(_ provider: String) -> ProviderIdentity {
        ProviderIdentity(id: provider, generation: self.generations[provider] ?? 0)
    }

    /// A row's model.
    ///
    /// - Parameters:
    ///   - record: The row.
    ///   - name: What it is called, where its row only has a pattern.
    ///   - rest: What stands in the place of the stars of its targets.
    ///   - previous: The model as it was, whose balance carries on.
    /// - Returns: The model; it serves nothing when none of its providers is there.
    func model(_ record: ModelRecord, as name: String? = nil, rest: String = "", after previous: Model?) -> Model {
        let enabled = record.targets.enumerated().filter { $1.isEnabled }
        let ordered = enabled.sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
        let targets = ordered.compactMap { entry in
            self.target(
                entry.element,
                model: record.name,
                upstream: NamePattern.filled(entry.element.upstreamModel, with: rest)
            )
        }
        return Model(
            name: name ?? record.name,
            createdAt: record.createdAt / 1000,
            owner: targets.first?.provider.name ?? record.targets.first?.provider ?? "martlet",
            targets: targets,
            rules: RouteRules(record.routing),
            strategy: RouteStrategy(rawValue: record.routing.strategy) ?? .weighted,
            health: self.health,
            after: previous
        )
    }

    private func target(_ record: TargetRecord, model: String, upstream: String) -> Target? {
        guard let provider = self.providers[record.provider] else { return nil }
        return Target(
            provider: provider,
            upstreamModel: upstream,
            model: model,
            generation: self.generations[record.provider] ?? 0,
            weight: record.weight,
            priority: record.priority,
            isDraining: self.draining.contains(record.provider),
            overrides: record.overrides,
            translations: self.translations,
            pricing: self.money.pricing(
                provider,
                model: upstream,
                self.translations.capabilities(of: provider, model: upstream)
            )
        )
    }

    /// The models that no row names in full.
    func derived(_ patterns: [ModelRecord]) -> DerivedModels {
        let known = patterns.compactMap { record in NamePattern(record.name).map { (pattern: $0, record: record) } }
            .sorted { $0.pattern.length > $1.pattern.length }
        return DerivedModels { name in
            for (pattern, record) in known {
                guard let rest = pattern.rest(of: name) else { continue }
                return self.model(record, as: name, rest: rest, after: nil)
            }
            return self.direct(name)
        }
    }

    /// `provider/model`, addressed as it is.
    private func direct(_ name: String) -> Model? {
        guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let provider = String(name[..<slash])
        let upstream = String(name[name.utf8.index(after: slash)...])
        let record = TargetRecord(provider: provider, upstreamModel: upstream)
        guard let target = self.target(record, model: "\(provider)/*", upstream: upstream) else { return nil }
        return Model(name: name, createdAt: 0, owner: provider, targets: [target], health: self.health)
    }
}

extension RouteRules {
    /// The rules of a row.
    init(_ record: ModelRoutingRecord) {
        self.init()
        self.isSticky = record.isSticky
        self.mayBillTwice = record.mayBillTwice
        self.fallsBackOnRefusal = record.fallsBackOnRefusal
        self.hedging = HedgePolicy(isEnabled: record.hedges)
        self.connect = record.connectMilliseconds.map { .milliseconds($0) }
        self.firstContent = record.firstContentMilliseconds.map { .milliseconds($0) }
        self.idle = record.idleMilliseconds.map { .milliseconds($0) }
        self.total = record.totalMilliseconds.map { .milliseconds($0) }
    }
}
