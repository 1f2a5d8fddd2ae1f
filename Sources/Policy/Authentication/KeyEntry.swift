public import Exchange

/// Why a key that exists is not let in. A caller is told 401 for each; the log is told which.
public enum KeyRefusal: String, Sendable, CaseIterable {
    /// No key has this digest.
    case unknown
    /// Switched off by an operator, or its verifier did not match.
    case disabled
    /// Revoked for good.
    case revoked
    /// Past its expiry.
    case expired
    /// Its project is switched off.
    case projectDisabled = "project_disabled"
}

/// The project a key belongs to.
public struct KeyProject: Sendable, Equatable {
    /// The project's id.
    public let id: String
    /// The project's name.
    public let name: String
    /// A disabled project's keys are refused.
    public let isEnabled: Bool
    /// What all its keys together may use.
    public let limits: KeyLimits
    /// Its budgets.
    public let budgets: [BudgetFacts]
    /// What is kept of its bodies; `nil` for nothing.
    public let bodies: BodyRules?

    /// Describes a project.
    public init(
        id: String,
        name: String,
        isEnabled: Bool,
        limits: KeyLimits = KeyLimits(),
        budgets: [BudgetFacts] = [],
        bodies: BodyRules? = nil
    ) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.limits = limits
        self.budgets = budgets
        self.bodies = bodies
    }
}

/// One key in memory: unchangeable facts, and the state that outlives them.
///
/// A write makes new entries; whoever holds an old one (a connection that remembers its caller, a stream in flight)
/// compares generations and looks the key up again.
public final class KeyEntry: Sendable {
    /// The 12 characters of the key's public part.
    public let id: String
    /// A name for people.
    public let name: String
    /// The owning project.
    public let project: KeyProject
    /// What may be asked for.
    public let allowedModels: AllowedModels
    /// Most output tokens of one answer; `nil` leaves it to the caller.
    public let maxOutputTokens: Int?
    /// What cannot be carried exactly to a vendor of another format is refused.
    public let isStrict: Bool
    /// Milliseconds since 1970 from which on it is refused; `nil` for never.
    public let expiresAt: Int64?
    /// Networks that it may be used from; `nil` for everywhere.
    public let allowedFrom: [NetworkRange]?
    /// The bcrypt text behind the first use.
    public let verifier: String
    /// All that its requests meet. What is in it outlives the entry.
    let limitSets: KeyLimitSets

    private let isEnabled: Bool
    private let revokedAt: Int64?
    private let retired: (digest: KeyDigest, until: Int64)?

    init(_ facts: KeyFacts, project: KeyProject, limits: KeyLimitSets) {
        self.id = facts.id
        self.name = facts.name
        self.project = project
        self.allowedModels = AllowedModels(facts.allowedModels)
        self.maxOutputTokens = facts.maxOutputTokens
        self.isStrict = facts.isStrict
        self.allowedFrom = facts.allowedFrom.map { $0.compactMap { NetworkRange($0) } }
        self.verifier = facts.verifier
        self.limitSets = limits
        self.isEnabled = facts.isEnabled
        self.revokedAt = facts.revokedAt
        self.expiresAt = facts.expiresAt
        self.retired = facts.retired.flatMap { retired in
            KeyDigest(bytes: retired.digest).map { (digest: $0, until: retired.until) }
        }
    }

    /// The digest of the secret before the last rotation.
    var retiredDigest: KeyDigest? { self.retired?.digest }

    /// Whether a digest that found this key is of the secret before the last rotation.
    public func isRetired(_ digest: KeyDigest) -> Bool { self.retired.map { $0.digest == digest } ?? false }

    /// Whether the key is let in by a secret: the one before the last rotation for a while only.
    /// - Parameters:
    ///   - digest: What found it.
    ///   - now: Milliseconds since 1970, from the wall clock.
    /// - Returns: `nil` when it is.
    public func refusal(of digest: KeyDigest, now: Int64) -> KeyRefusal? {
        if let retired = self.retired, retired.digest == digest, now >= retired.until { return .expired }
        return self.refusal(now: now)
    }

    /// Whether the key is let in.
    /// - Parameter now: Milliseconds since 1970, from the wall clock.
    /// - Returns: `nil` when it is.
    public func refusal(now: Int64) -> KeyRefusal? {
        if self.revokedAt != nil { return .revoked }
        if !self.isEnabled { return .disabled }
        if let expiresAt = self.expiresAt, now >= expiresAt { return .expired }
        return self.project.isEnabled ? nil : .projectDisabled
    }

    /// Whether the key may ask for a public model name. Bytes are compared.
    public func allows(model: String) -> Bool {
        self.allowedModels.contains(model)
    }

    /// What limits its requests, whatever model they ask for.
    public var limits: LimitSet { self.limitSets.general }

    /// What limits its requests for one public model.
    public func limits(for model: String) -> LimitSet { self.limitSets.set(for: model) }

    /// The public models whose requests meet further limits, of the key or its project, in the order of their names.
    public var limitedModels: [String] { self.limitSets.limitedModels }

    /// How the key is named to people.
    public var label: String { VirtualKey.label(id: self.id) }
}
