import Exchange
public import Policy
import Providers
public import Storage
import Synchronization
public import Upstream
import Wire

/// What the road decides by: keys, models and providers at one moment. Immutable; a write makes a new one.
public final class Snapshot: Sendable {
    /// Virtual keys by digest.
    public let keys: KeyTable
    /// Public models in listing order.
    public let models: [Model]
    private let modelsByName: [ModelName: Int]
    private let derived: DerivedModels

    /// A snapshot.
    ///
    /// - Parameters:
    ///   - keys: Virtual keys.
    ///   - models: In listing order; of two with one name the first counts.
    public convenience init(keys: KeyTable, models: [Model]) {
        self.init(keys: keys, models: models, derived: .none)
    }

    init(keys: KeyTable, models: [Model], derived: DerivedModels) {
        self.keys = keys
        self.models = models
        self.derived = derived
        self.modelsByName = Dictionary(
            models.enumerated().map { (ModelName($1.name), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// No keys, no models.
    public static let empty = Snapshot(keys: .empty, models: [])

    /// A model by its public name, byte for byte; else what a name with a star, or a provider's own name, stands for.
    public func model(named name: String) -> Model? {
        if let index = self.modelsByName[ModelName(name)] { return self.models[index] }
        return self.derived.model(named: name)
    }

    /// A model that a row names.
    func listed(_ name: String) -> Model? {
        self.modelsByName[ModelName(name)].map { self.models[$0] }
    }
}

/// A public model name and its targets, ready to be planned with.
public final class Model: Sendable {
    /// The public name.
    public let name: String
    /// Seconds since 1970 when it was created.
    public let createdAt: Int64
    /// Who is behind it, for listings: the first target's provider.
    public let owner: String
    /// Enabled targets, by priority, then in the order given.
    public let targets: [Target]
    /// What was decided about its attempts.
    public let rules: RouteRules
    /// Says which target serves; its list is that of `targets`.
    let chooser: TargetChooser

    /// Whether it would be served if no provider were drained.
    var isDrained: Bool { !self.chooser.canServe && self.targets.contains { $0.isDraining } }

    /// A model.
    ///
    /// - Parameters:
    ///   - name: The public name.
    ///   - createdAt: Seconds since 1970 when it was created.
    ///   - owner: Who is behind it, for listings.
    ///   - targets: By priority, then in the order given.
    ///   - rules: What was decided about its attempts.
    ///   - strategy: How requests are spread over the targets of a priority group.
    ///   - health: Where the health of targets is kept.
    ///   - previous: The model as it was, whose balance carries on.
    public init(
        name: String,
        createdAt: Int64,
        owner: String,
        targets: [Target],
        rules: RouteRules = RouteRules(),
        strategy: RouteStrategy = .weighted,
        health: HealthTable = HealthTable(),
        after previous: Model? = nil
    ) {
        self.name = name
        self.createdAt = createdAt
        self.owner = owner
        self.targets = targets
        self.rules = rules
        self.chooser = TargetChooser(
            targets.map { target in
                RouteTarget(
                    key: target.key,
                    weight: target.weight,
                    priority: target.priority,
                    health: health.target(target.identity)
                )
            },
            strategy: strategy,
            succeeding: previous?.chooser.balance
        )
    }
}

/// One place a request can go. What a request needs of it is worked out when it is made.
public final class Target: Sendable {
    /// The vendor account.
    public let provider: Provider
    /// The model's name there.
    public let upstreamModel: String
    /// The model's name as a JSON string.
    let quotedModel: [UInt8]
    /// The model's name as a header value.
    let headerModel: String
    let label: ModelLabel
    /// What it costs.
    let pricing: TargetPricing
    /// Its share within its priority group; 0 drains it.
    let weight: Int
    /// It has no weight because its provider is given no new requests.
    let isDraining: Bool
    /// The lowest serves while it can.
    let priority: Int
    /// What it is known by among a model's targets, and to people: `provider/model`.
    let key: String
    /// Which provider's row, and which of its models.
    let identity: TargetIdentity
    /// What is different about requests that go here.
    let overrides: TargetOverrides
    private let requestTargets: [String?]
    private let streamTargets: [String?]
    /// Whether a Chat request is better carried to Responses: always, or when it offers tools.
    private let chatNeedsResponses: Bool
    private let chatToolsNeedResponses: Bool
    private let routes: [TranslationRoute?]
    private let natives: [NativeWay?]
    private let passesQuery: Bool

    /// A target.
    ///
    /// - Parameters:
    ///   - provider: The vendor account.
    ///   - upstreamModel: The model's name there.
    ///   - model: The public model it belongs to, for metrics.
    ///   - generation: Which state of the provider's row: what is known of its health goes with it.
    ///   - weight: Its share within its priority group.
    ///   - priority: The lowest serves while it can.
    ///   - isDraining: Whether its provider is given no new requests.
    ///   - overrides: What is different about requests that go here.
    ///   - translations: How it is reached from formats it does not speak.
    ///   - pricing: What it costs.
    public init(
        provider: Provider,
        upstreamModel: String,
        model: String,
        generation: Int64 = 0,
        weight: Int = 1,
        priority: Int = 0,
        isDraining: Bool = false,
        overrides: TargetOverrides = TargetOverrides(),
        translations: TranslationTable = .none,
        pricing: TargetPricing = .free
    ) {
        self.overrides = overrides
        self.weight = isDraining ? 0 : weight
        self.isDraining = isDraining
        self.priority = priority
        self.key = "\(provider.name)/\(upstreamModel)"
        self.identity = TargetIdentity(
            provider: ProviderIdentity(id: provider.name, generation: generation),
            model: upstreamModel
        )
        self.pricing = pricing
        self.provider = provider
        self.upstreamModel = upstreamModel
        var writer = JSONWriter()
        writer.string(upstreamModel)
        self.quotedModel = writer.bytes
        self.headerModel = String(
            upstreamModel.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" }
        )
        self.label = ModelLabel(model: model, provider: provider.name)
        let operations = Exchange.Operation.allCases
        self.requestTargets = operations.map { Self.passing($0, provider, upstreamModel, streams: false) }
        self.streamTargets = operations.map { Self.passing($0, provider, upstreamModel, streams: true) }
        let capabilities = translations.capabilities(of: provider, model: upstreamModel)
        self.chatNeedsResponses = !capabilities.speaksChat
        self.chatToolsNeedResponses = capabilities.toolsNeedResponses
        self.natives = operations.map { translations.native($0, provider, model: upstreamModel, capabilities) }
        self.routes = operations.map { operation in
            let isSpoken = provider.configuration.speaks(operation, model: upstreamModel)
            let isBetterElsewhere =
                operation == .chat && provider.speaks(.responses)
                && (!capabilities.speaksChat || capabilities.toolsNeedResponses)
            guard !isSpoken || isBetterElsewhere else { return nil }
            return translations.route(for: operation, to: provider, model: upstreamModel)
        }
        self.passesQuery = !provider.configuration.descriptor.forwardedQueryItems.isEmpty
    }

    /// Where a caller's own body goes; `nil` for what is not passed through.
    private static func passing(
        _ operation: Exchange.Operation,
        _ provider: Provider,
        _ model: String,
        streams: Bool
    ) -> String? {
        let configuration = provider.configuration
        if provider.speaks(operation) { return configuration.requestTarget(operation: operation, model: model) }
        guard configuration.speaks(operation, model: model), let action = operation.vendorAction(streams: streams)
        else {
            return nil
        }
        return configuration.vendorTarget(action, format: operation.format, model: model)
    }

    /// Whether a key may use this target: a provider that is bound to a project serves that project's keys alone.
    func isOpen(to key: KeyEntry) -> Bool {
        guard let project = self.provider.boundProject else { return true }
        return project == key.project.name
    }

    /// Whether this target can serve an operation, passed through or translated.
    func serves(_ operation: Exchange.Operation) -> Bool {
        self.requestTargets[Int(operation.index)] != nil || self.routes[Int(operation.index)] != nil
    }

    /// How a caller's own body is patched on its way to another company's cloud.
    func native(for operation: Exchange.Operation) -> NativeWay? { self.natives[Int(operation.index)] }

    /// The way to this target for a request that it does not take, or not so well, as it is.
    func route(for operation: Exchange.Operation, _ facts: Inspected) -> TranslationRoute? {
        guard let route = self.routes[Int(operation.index)] else { return nil }
        guard self.requestTargets[Int(operation.index)] != nil else { return route }
        return self.chatNeedsResponses || self.chatToolsNeedResponses && facts.offersTools ? route : nil
    }

    /// Path and query for an operation; empty for one it does not take.
    func requestTarget(_ operation: Exchange.Operation, streams: Bool, query: UnsafeRawBufferPointer?) -> String {
        if self.passesQuery, let query, !query.isEmpty {
            return self.provider.configuration.requestTarget(
                operation: operation,
                model: self.upstreamModel,
                query: query
            ) ?? ""
        }
        return (streams ? self.streamTargets : self.requestTargets)[Int(operation.index)] ?? ""
    }

    /// An insertion made for an empty model, with this target's model in it.
    func filling(_ insertion: BytePatch) -> BytePatch {
        var filled = insertion
        let empty = Array(#""model":"""#.utf8)
        guard filled.replacement.starts(with: empty) else { return filled }
        filled.replacement = Array(#""model":"#.utf8) + self.quotedModel + filled.replacement.dropFirst(empty.count)
        return filled
    }
}

/// Holds the current snapshot. A reader compares a generation, which costs one load, and takes the lock only after a write.
public final class SnapshotHolder: Sendable {
    private let current: Mutex<Snapshot>
    private let counter = Atomic<UInt64>(1)

    /// Holds a first snapshot.
    public init(_ snapshot: Snapshot = .empty) {
        self.current = Mutex(snapshot)
    }

    /// Grows by one with every write.
    public var generation: UInt64 { self.counter.load(ordering: .acquiring) }

    /// The snapshot of this moment.
    public var snapshot: Snapshot { self.current.withLock { $0 } }

    /// Puts a new snapshot in force at once, on every loop, for every request admitted from now on.
    public func publish(_ snapshot: Snapshot) {
        self.current.withLock { $0 = snapshot }
        self.counter.add(1, ordering: .releasing)
    }
}
