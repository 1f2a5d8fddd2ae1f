public import Storage

/// Providers and models that are not stored: Martlet's own and those found in the environment. They are merged into what
/// is stored, and nobody may change them.
public struct ReadOnlyRows: Sendable, Equatable {
    /// By name.
    public private(set) var providers: [ProviderRecord] = []
    /// By name.
    public private(set) var models: [ModelRecord] = []

    /// No rows.
    public init() {}

    /// Adds a provider; its id is derived from its origin and name, so that it is the same at every start.
    public mutating func addProvider(
        name: String,
        kind: String,
        baseURL: String,
        secretHint: String = "",
        settings: [String: String] = [:],
        origin: RecordOrigin,
        at instant: UnixMilliseconds
    ) {
        guard !self.providers.contains(where: { $0.name == name }) else { return }
        self.providers.append(
            ProviderRecord(
                id: Identifiers.derived("prv_", from: "\(origin.rawValue)/\(name)"),
                name: name,
                kind: kind,
                baseURL: baseURL,
                secretHint: secretHint,
                settings: settings,
                origin: origin,
                createdAt: instant,
                updatedAt: instant
            )
        )
    }

    /// Adds a model with one target, unless there is one of this name.
    public mutating func addModel(
        name: String,
        provider: String,
        upstreamModel: String,
        origin: RecordOrigin,
        at instant: UnixMilliseconds
    ) {
        guard !self.models.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return }
        self.models.append(
            ModelRecord(
                id: Identifiers.derived("mdl_", from: "\(origin.rawValue)/\(name)"),
                name: name,
                targets: [TargetRecord(provider: provider, upstreamModel: upstreamModel)],
                origin: origin,
                createdAt: instant,
                updatedAt: instant
            )
        )
    }

    /// The stored configuration with these rows in it. What is stored wins over a row of the same name; a model whose
    /// provider lost goes with it.
    public func merged(with stored: StoredConfiguration) -> StoredConfiguration {
        var merged = stored
        let providerNames = Set(stored.providers.map(\.name))
        let kept = self.providers.filter { !providerNames.contains($0.name) }
        let keptNames = Set(kept.map(\.name))
        let modelNames = Set(stored.models.map { Array($0.name.utf8) })
        merged.providers += kept
        merged.models += self.models.filter { model in
            !modelNames.contains(Array(model.name.utf8)) && model.targets.allSatisfy { keptNames.contains($0.provider) }
        }
        merged.providers.sort { $0.name < $1.name }
        merged.models.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return merged
    }
}
