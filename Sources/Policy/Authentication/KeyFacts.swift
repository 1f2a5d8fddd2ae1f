/// A stored key's facts, as a table is built from them.
public struct KeyFacts: Sendable {
    /// The 12 characters of the key's public part.
    public var id: String
    /// A name for people.
    public var name: String
    /// The owning project's id.
    public var projectID: String
    /// HMAC-SHA-256 of the whole key under the pepper.
    public var digest: [UInt8]
    /// bcrypt over base64(SHA-256(key)).
    public var verifier: String
    /// A disabled key is refused.
    public var isEnabled = true
    /// Set when revoked: milliseconds since 1970.
    public var revokedAt: Int64?
    /// Refused from this instant on: milliseconds since 1970.
    public var expiresAt: Int64?
    /// Public names or `provider/*`; `nil` allows all.
    public var allowedModels: [String]?
    /// What it may use.
    public var limits = KeyLimits()
    /// Most output tokens of one answer.
    public var maxOutputTokens: Int?
    /// Its own budgets.
    public var budgets: [BudgetFacts] = []
    /// What cannot be carried exactly to a vendor of another format is refused.
    public var isStrict = false

    /// Networks that it may be used from (`10.0.0.0/8`); `nil` for everywhere. What is no network lets nobody in.
    public var allowedFrom: [String]?
    /// The secret before the last rotation: its digest, and from when on it is refused, in milliseconds since 1970.
    public var retired: (digest: [UInt8], until: Int64)?

    /// Names a key; the rest is filled in.
    public init(id: String, name: String, projectID: String, digest: [UInt8], verifier: String) {
        self.id = id
        self.name = name
        self.projectID = projectID
        self.digest = digest
        self.verifier = verifier
    }
}
