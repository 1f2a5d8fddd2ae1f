public import Policy
public import Providers
public import Upstream

/// A provider that is checked while it serves, and what its checks feed: the same health that requests do.
public struct CheckedProvider: Sendable {
    /// The provider, with the credential and the connections' way that the road uses.
    public let provider: Provider
    /// How it is checked.
    public let check: HealthCheck
    /// Its own health.
    public let health: ProviderHealth
    private let table: HealthTable

    init(_ provider: Provider, _ check: HealthCheck, _ health: ProviderHealth, _ table: HealthTable) {
        self.provider = provider
        self.check = check
        self.health = health
        self.table = table
    }

    /// The health of one of its models.
    public func target(_ model: String) -> TargetHealth {
        self.table.target(TargetIdentity(provider: self.health.identity, model: model))
    }
}

extension SnapshotBuilder {
    /// The providers in force that are checked, by name.
    public var checked: [CheckedProvider] {
        self.serving.compactMap { identity, provider in
            guard let check = provider.configuration.healthCheck, let health = self.health.provider(identity) else {
                return nil
            }
            return CheckedProvider(provider, check, health, self.health)
        }
    }
}
