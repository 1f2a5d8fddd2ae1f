import Exchange
import Telemetry

/// Counters of finished requests by what they were, resolved per event loop so that the road makes no label strings.
struct RequestCounters {
    private struct Key: Hashable {
        var operation: UInt8
        var status: Int
        var project: String
        /// Kept, not only its identity: another label may come to lie where a forgotten one was.
        var model: ModelLabel?
    }

    private struct Fallback: Hashable {
        var from: String
        var to: String
        var reason: String
    }

    /// Of each kind so many are found without the registry's lock: projects, models and statuses multiply. One takes some 100
    /// bytes, so that a loop's take 2 MB at most.
    private static let known = 8_192

    private let registry: MetricRegistry
    private var counters = RecentCache<Key, Counter>(capacity: Self.known)
    /// What was counted last is often what comes next: it is found without a hash.
    private var last: (key: Key, counter: Counter)?
    private var fallbacks = RecentCache<Fallback, Counter>(capacity: Self.known)
    private var rejections: [GatewayFailure.Kind: Counter] = [:]
    /// How often the registry was asked.
    private(set) var lookups = 0

    init(registry: MetricRegistry) {
        self.registry = registry
    }

    /// Counts one request. Model and project are configured ones (never names from outside), so series stay bounded.
    mutating func count(operation: String, operationIndex: UInt8, status: Int, project: String, model: ModelLabel?) {
        let key = Key(operation: operationIndex, status: status, project: project, model: model)
        if let last = self.last, last.key == key { return last.counter.add() }
        if let counter = self.counters.find(key) {
            self.last = (key, counter)
            return counter.add()
        }
        self.lookups += 1
        let counter = self.registry.counter(
            "martlet_requests_total",
            help: "Finished requests.",
            labels: [
                ("operation", operation), ("model", model?.model ?? "unknown"), ("provider", model?.provider ?? "none"),
                ("project", project), ("status", String(status)),
            ]
        )
        self.counters.insert(counter, for: key)
        self.last = (key, counter)
        counter.add()
    }

    /// Counts an attempt at another provider than the one that failed before it. While a vendor is down this is every request.
    mutating func fellBack(from: String, to: String, _ reason: String) {
        let key = Fallback(from: from, to: to, reason: reason)
        if let counter = self.fallbacks.find(key) { return counter.add() }
        self.lookups += 1
        let counter = self.registry.counter(
            "martlet_fallbacks_total",
            help: "Attempts at another target after a failed one, by provider and by how that failed.",
            labels: [("from", from), ("to", to), ("reason", reason)]
        )
        self.fallbacks.insert(counter, for: key)
        counter.add()
    }

    /// Counts a request that was refused before anybody was asked.
    mutating func rejected(_ kind: GatewayFailure.Kind) {
        if let counter = self.rejections[kind] { return counter.add() }
        let counter = self.registry.counter(
            "martlet_rejected_total",
            help: "Requests refused before any upstream call, by reason.",
            labels: [("reason", Self.words(kind.rawValue))]
        )
        self.rejections[kind] = counter
        counter.add()
    }

    /// `invalidKey` as labels spell it: `invalid_key`.
    private static func words(_ name: String) -> String {
        var out = ""
        for character in name {
            if character.isUppercase { out += "_" }
            out += character.lowercased()
        }
        return out
    }
}

/// The label values of one target, shared so that their identity is the key of a counter.
final class ModelLabel: Sendable, Hashable {
    let model: String
    let provider: String

    init(model: String, provider: String) {
        self.model = model
        self.provider = provider
    }

    static func == (a: ModelLabel, b: ModelLabel) -> Bool { a === b }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
