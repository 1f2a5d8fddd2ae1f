import Synchronization

/// Which row of a provider something is known about. A changed row, perhaps with another credential, starts afresh.
public struct ProviderIdentity: Sendable, Hashable {
    /// The row's id.
    public let id: String
    /// Which state of the row: whatever changes with it.
    public let generation: Int64

    /// Makes one.
    public init(id: String, generation: Int64) {
        self.id = id
        self.generation = generation
    }
}

/// A provider's row and one of its models.
public struct TargetIdentity: Sendable, Hashable {
    /// The row.
    public let provider: ProviderIdentity
    /// The model's name at the provider.
    public let model: String

    /// Makes one.
    public init(provider: ProviderIdentity, model: String) {
        self.provider = provider
        self.model = model
    }
}

/// Hands out the same health for the same target, over all reloads of the configuration.
public final class HealthTable: Sendable {
    private struct State {
        var providers: [ProviderIdentity: ProviderHealth] = [:]
        var targets: [TargetIdentity: TargetHealth] = [:]
        var random: JitterSource

        mutating func provider(_ identity: ProviderIdentity) -> ProviderHealth {
            if let known = self.providers[identity] { return known }
            let new = ProviderHealth(identity, seed: self.random.next())
            self.providers[identity] = new
            return new
        }

        mutating func target(_ identity: TargetIdentity, isKept: Bool) -> TargetHealth {
            if let known = self.targets[identity] { return known }
            let new = TargetHealth(identity, provider: self.provider(identity.provider), seed: self.random.next())
            if isKept { self.targets[identity] = new }
            return new
        }
    }

    /// So many targets that no configuration names are remembered at most.
    public static let maximumUnnamed = 4_096

    private let state: Mutex<State>

    /// Makes an empty table.
    /// - Parameter random: Seeds the jitter of its breakers.
    public init(random: Randomness = .system) {
        self.state = Mutex(State(random: JitterSource(random)))
    }

    /// The health of all that a configuration names, in the order given. What it does not name is forgotten, except
    /// targets that requests have addressed directly at one of its providers.
    /// - Parameters:
    ///   - targets: All targets of all models.
    ///   - providers: All providers.
    /// - Returns: One for each target.
    public func reload(targets: [TargetIdentity], providers: [ProviderIdentity]) -> [TargetHealth] {
        let kept = Set(providers).union(targets.map(\.provider))
        return self.state.withLock { state in
            state.providers = state.providers.filter { kept.contains($0.key) }
            state.targets = state.targets.filter { kept.contains($0.key.provider) }
            for provider in providers { _ = state.provider(provider) }
            let healths = targets.map { state.target($0, isKept: true) }
            if state.targets.count > targets.count + Self.maximumUnnamed {
                let named = Set(targets)
                state.targets = state.targets.filter { named.contains($0.key) }
            }
            return healths
        }
    }

    /// The health of a target that a request addresses directly. Beyond so many that no configuration names, one that is
    /// new is not remembered: it shares its provider's health all the same.
    public func target(_ identity: TargetIdentity) -> TargetHealth {
        self.state.withLock { state in
            state.target(identity, isKept: state.targets.count < Self.maximumUnnamed)
        }
    }

    /// The health of a provider, for its checks; `nil` when no configuration names it.
    public func provider(_ identity: ProviderIdentity) -> ProviderHealth? {
        self.state.withLock { $0.providers[identity] }
    }

    /// All that are remembered, ordered by provider and model.
    public var all: [TargetHealth] {
        self.state.withLock { Array($0.targets.values) }.sorted {
            ($0.identity.provider.id, $0.identity.model) < ($1.identity.provider.id, $1.identity.model)
        }
    }
}
