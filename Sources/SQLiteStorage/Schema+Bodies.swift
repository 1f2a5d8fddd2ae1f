extension Schema {
    /// Of projects made before nothing is kept.
    static let bodyRules = "ALTER TABLE projects ADD COLUMN bodies TEXT"
}
