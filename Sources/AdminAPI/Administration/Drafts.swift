public import Exchange
public import Storage

/// What a change does to one field.
public enum Change<Value: Sendable>: Sendable {
    /// Leaves it.
    case keep
    /// Replaces it.
    case set(Value)

    /// The field after the change.
    func applied(to current: Value) -> Value {
        switch self {
        case .keep: current
        case .set(let value): value
        }
    }
}

extension Change: Equatable where Value: Equatable {}

/// A project to be made.
public struct ProjectDraft: Sendable, Equatable {
    /// Unique, `^[a-z0-9][a-z0-9-]{0,62}$`.
    public var name: String
    /// Whether its keys are accepted.
    public var isEnabled: Bool
    /// What all its keys together may use.
    public var limits = LimitsRecord()
    /// What is kept of its bodies.
    public var bodies = BodyRules()

    /// Describes a project.
    public init(name: String, isEnabled: Bool = true) {
        self.name = name
        self.isEnabled = isEnabled
    }
}

/// Changes to a project.
public struct ProjectChange: Sendable, Equatable {
    /// Renames it.
    public var name = Change<String>.keep
    /// Enables or disables it.
    public var isEnabled = Change<Bool>.keep
    /// Changes what all its keys together may use.
    public var limits = LimitsChange()
    /// Changes what is kept of its bodies.
    public var bodies = BodyRulesChange()

    /// Changes nothing.
    public init() {}
}

/// A key to be made.
public struct KeyDraft: Sendable, Equatable {
    /// A name for people.
    public var name: String
    /// The owning project, by name or id.
    public var project: String
    /// Whether it is accepted.
    public var isEnabled = true
    /// Public model names or `provider/*`; `nil` allows all.
    public var allowedModels: [String]?
    /// What it may use.
    public var limits = LimitsRecord()
    /// Most output tokens of one answer; `nil` leaves it alone.
    public var maxOutputTokens: Int?
    /// Refused from this instant on.
    public var expiresAt: UnixMilliseconds?
    /// What cannot be carried exactly to a vendor of another format is refused.
    public var isStrict = false
    /// Networks that it may be used from; `nil` for everywhere.
    public var allowedFrom: [String]?

    /// Describes a key without restrictions.
    public init(name: String, project: String) {
        self.name = name
        self.project = project
    }
}

/// Changes to a key.
public struct KeyChange: Sendable, Equatable {
    /// Renames it.
    public var name = Change<String>.keep
    /// Enables or disables it.
    public var isEnabled = Change<Bool>.keep
    /// Replaces the list; `nil` allows all.
    public var allowedModels = Change<[String]?>.keep
    /// Changes what it may use.
    public var limits = LimitsChange()
    /// Replaces the most output tokens of one answer; `nil` leaves it alone.
    public var maxOutputTokens = Change<Int?>.keep
    /// Replaces the expiry; `nil` is never.
    public var expiresAt = Change<UnixMilliseconds?>.keep
    /// Makes translation strict, or lenient again.
    public var isStrict = Change<Bool>.keep
    /// Replaces the networks that it may be used from; `nil` is everywhere.
    public var allowedFrom = Change<[String]?>.keep

    /// Changes nothing.
    public init() {}
}

/// A provider to be made.
public struct ProviderDraft: Sendable, Equatable {
    /// Unique, `^[a-z0-9][a-z0-9-]{0,62}$`, never changed afterwards.
    public var name: String
    /// The kind's raw value.
    public var kind: String
    /// Where it is; `nil` takes the kind's own.
    public var baseURL: String?
    /// The credential.
    public var secret: Secret?
    /// Kind-specific settings.
    public var settings: [String: String] = [:]
    /// Whether it serves.
    public var isEnabled = true

    /// Describes a provider.
    public init(name: String, kind: String) {
        self.name = name
        self.kind = kind
    }
}

/// Changes to a provider.
public struct ProviderChange: Sendable, Equatable {
    /// Moves it.
    public var baseURL = Change<String>.keep
    /// Replaces the credential; `nil` removes it.
    public var secret = Change<Secret?>.keep
    /// Replaces all settings.
    public var settings = Change<[String: String]>.keep
    /// Enables or disables it.
    public var isEnabled = Change<Bool>.keep

    /// Changes nothing.
    public init() {}

    /// Whether it leaves everything but the credential as it is.
    var isOfSecretAlone: Bool {
        self.baseURL == .keep && self.settings == .keep && self.isEnabled == .keep && self.secret != .keep
    }
}

/// A model to be made.
public struct ModelDraft: Sendable, Equatable {
    /// The public name.
    public var name: String
    /// Where its requests go, 1 to 64.
    public var targets: [TargetRecord]
    /// How requests are shared among them.
    public var routing = ModelRoutingRecord()
    /// Whether it is served.
    public var isEnabled = true

    /// Describes a model.
    public init(name: String, targets: [TargetRecord]) {
        self.name = name
        self.targets = targets
    }
}

/// Changes to a model.
public struct ModelChange: Sendable, Equatable {
    /// Renames it.
    public var name = Change<String>.keep
    /// Replaces all targets.
    public var targets = Change<[TargetRecord]>.keep
    /// Changes how requests are shared among them.
    public var routing = RoutingChange()
    /// Enables or disables it.
    public var isEnabled = Change<Bool>.keep

    /// Changes nothing.
    public init() {}
}
