public import Exchange

/// Keeps the master key: tells how it stands, and puts another in its place.
public protocol SecretsDesk: Sendable {
    /// How the master key and what is sealed under it stand.
    ///
    /// - Throws: `.storeFailed`.
    func standing() async throws(AdminProblem) -> SecretsStanding

    /// Puts another master key in the place of the present one, and everything sealed under it. One that was begun and not
    /// finished is finished.
    ///
    /// - Parameter newKey: The new key's text; `nil` draws one.
    /// - Returns: How things stand afterwards.
    /// - Throws: `.conflict` while another one runs, or when a key must be given elsewhere; `.invalidField` for a key that is
    ///   none; `.storeFailed`.
    func rotate(to newKey: Secret?) async throws(AdminProblem) -> SecretsStanding
}

/// How the master key stands.
public struct SecretsStanding: Sendable, Equatable {
    /// The version of the key that seals.
    public var keyVersion: Int
    /// Where it is kept: a file's path, or a variable's name.
    public var keySource: String
    /// How many sealed values there are under each version.
    public var sealed: [Int: Int]
    /// Whether a rotation was begun and is not finished.
    public var isRotating: Bool
    /// What is left to be done by people; empty when nothing is.
    public var advice: String

    /// States the facts.
    public init(keyVersion: Int, keySource: String, sealed: [Int: Int], isRotating: Bool, advice: String = "") {
        self.keyVersion = keyVersion
        self.keySource = keySource
        self.sealed = sealed
        self.isRotating = isRotating
        self.advice = advice
    }
}
