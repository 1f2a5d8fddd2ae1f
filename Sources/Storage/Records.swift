public import Exchange

/// Milliseconds since 1970-01-01T00:00:00Z. All times in the store are of this kind.
public typealias UnixMilliseconds = Int64

/// Owns keys, limits and budgets.
public struct ProjectRecord: Sendable, Equatable {
    /// `prj_` and 16 base62 characters.
    public var id: String
    /// Unique, `^[a-z0-9][a-z0-9-]{0,62}$`.
    public var name: String
    /// A disabled project's keys are refused.
    public var isEnabled: Bool
    /// What all its keys together may use.
    public var limits: LimitsRecord
    /// What is kept of its bodies.
    public var bodies: BodyRules
    /// Who owns the row.
    public var origin: RecordOrigin
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// Makes a record.
    public init(
        id: String,
        name: String,
        isEnabled: Bool = true,
        limits: LimitsRecord = LimitsRecord(),
        bodies: BodyRules = BodyRules(),
        origin: RecordOrigin = .stored,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.limits = limits
        self.bodies = bodies
        self.origin = origin
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A virtual key. Its secret is never stored: only an HMAC digest and, behind the first use, a bcrypt verifier.
public struct KeyRecord: Sendable, Equatable {
    /// The 12 base62 characters of the key's public part.
    public var id: String
    /// A name for people; not unique.
    public var name: String
    /// The owning project's id.
    public var projectID: String
    /// HMAC-SHA-256 of the whole key under the pepper: 32 bytes, unique.
    public var digest: [UInt8]
    /// bcrypt over base64(SHA-256(key)).
    public var verifier: String
    /// A disabled key is refused.
    public var isEnabled: Bool
    /// Set once; a revoked key never comes back.
    public var revokedAt: UnixMilliseconds?
    /// Refused from this instant on.
    public var expiresAt: UnixMilliseconds?
    /// Public model names or `provider/*`; `nil` allows all.
    public var allowedModels: [String]?
    /// What it may use.
    public var limits: LimitsRecord
    /// Most output tokens of one answer; a request that asks for more, or says nothing, is held to it. `nil` leaves it alone.
    public var maxOutputTokens: Int?
    /// What cannot be carried exactly to a vendor of another format is refused, as if every request asked for it.
    public var isStrict: Bool
    /// Networks that it may be used from (`10.0.0.0/8`); `nil` for everywhere.
    public var allowedFrom: [String]?
    /// The secret before the last rotation, while it is still let in.
    public var retired: RetiredSecret?
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// A secret that another has taken the place of.
    public struct RetiredSecret: Sendable, Equatable {
        /// As the key's own.
        public var digest: [UInt8]
        /// Refused from this instant on.
        public var until: UnixMilliseconds

        /// Makes one.
        public init(digest: [UInt8], until: UnixMilliseconds) {
            self.digest = digest
            self.until = until
        }
    }

    /// Makes a record.
    public init(
        id: String,
        name: String,
        projectID: String,
        digest: [UInt8],
        verifier: String,
        isEnabled: Bool = true,
        revokedAt: UnixMilliseconds? = nil,
        expiresAt: UnixMilliseconds? = nil,
        allowedModels: [String]? = nil,
        limits: LimitsRecord = LimitsRecord(),
        maxOutputTokens: Int? = nil,
        isStrict: Bool = false,
        allowedFrom: [String]? = nil,
        retired: RetiredSecret? = nil,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.name = name
        self.projectID = projectID
        self.digest = digest
        self.verifier = verifier
        self.isEnabled = isEnabled
        self.revokedAt = revokedAt
        self.expiresAt = expiresAt
        self.allowedModels = allowedModels
        self.limits = limits
        self.maxOutputTokens = maxOutputTokens
        self.isStrict = isStrict
        self.allowedFrom = allowedFrom
        self.retired = retired
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Who owns a row, and so who may change it.
public enum RecordOrigin: String, Sendable, CaseIterable {
    /// Written by an operator; changeable.
    case stored
    /// Declared in the configuration file; changed there.
    case file
    /// Found in the process environment at start; read-only, its secret never stored.
    case environment
    /// Part of Martlet (the sandbox); read-only.
    case builtIn = "built_in"
}

/// One vendor account.
public struct ProviderRecord: Sendable, Equatable {
    /// `prv_` and 16 base62 characters.
    public var id: String
    /// Unique, `^[a-z0-9][a-z0-9-]{0,62}$`; the first part of `provider/model`.
    public var name: String
    /// The kind's raw value: `openai`, `anthropic`, `azure-openai`, `openai-compatible`, `sandbox`.
    public var kind: String
    /// Scheme, host, optional port and path prefix, without a trailing slash.
    public var baseURL: String
    /// The credential sealed under the master key; `nil` when the vendor needs none or the row is environment-owned.
    public var sealedSecret: [UInt8]?
    /// The last four characters of the credential, for people; empty when there is none.
    public var secretHint: String
    /// Kind-specific settings (`api_version`, `auth_header`, `allow_private`, `ca_bundle`, `project`, `include_usage`,
    /// `organization`, `openai_project`), validated before they are stored.
    public var settings: [String: String]
    /// A disabled provider serves nothing.
    public var isEnabled: Bool
    /// It is given no new requests; those under way go on to their end.
    public var isDraining: Bool
    /// Who owns the row.
    public var origin: RecordOrigin
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// Makes a record.
    public init(
        id: String,
        name: String,
        kind: String,
        baseURL: String,
        sealedSecret: [UInt8]? = nil,
        secretHint: String = "",
        settings: [String: String] = [:],
        isEnabled: Bool = true,
        isDraining: Bool = false,
        origin: RecordOrigin = .stored,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.sealedSecret = sealedSecret
        self.secretHint = secretHint
        self.settings = settings
        self.isEnabled = isEnabled
        self.isDraining = isDraining
        self.origin = origin
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A public model name and the targets behind it.
public struct ModelRecord: Sendable, Equatable {
    /// `mdl_` and 16 base62 characters.
    public var id: String
    /// Unique, byte-exact; 1 to 200 bytes without control characters or spaces.
    public var name: String
    /// A disabled model is answered as unknown.
    public var isEnabled: Bool
    /// Where requests go, in the order they were given.
    public var targets: [TargetRecord]
    /// How requests are shared among them.
    public var routing: ModelRoutingRecord
    /// Who owns the row.
    public var origin: RecordOrigin
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// Makes a record.
    public init(
        id: String,
        name: String,
        isEnabled: Bool = true,
        targets: [TargetRecord],
        routing: ModelRoutingRecord = ModelRoutingRecord(),
        origin: RecordOrigin = .stored,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.targets = targets
        self.routing = routing
        self.origin = origin
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// One place a model's requests can go.
public struct TargetRecord: Sendable, Equatable {
    /// The provider's name.
    public var provider: String
    /// The model's name at that vendor (Azure: the deployment).
    public var upstreamModel: String
    /// Share inside its priority group; 0 drains.
    public var weight: Int
    /// Lower serves first.
    public var priority: Int
    /// A disabled target is skipped.
    public var isEnabled: Bool
    /// What is different about requests that go here.
    public var overrides: TargetOverrides

    /// Makes a record.
    public init(
        provider: String,
        upstreamModel: String,
        weight: Int = 1,
        priority: Int = 0,
        isEnabled: Bool = true,
        overrides: TargetOverrides = TargetOverrides()
    ) {
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.weight = weight
        self.priority = priority
        self.isEnabled = isEnabled
        self.overrides = overrides
    }
}
