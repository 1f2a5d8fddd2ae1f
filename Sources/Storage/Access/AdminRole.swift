/// What a person or a program may do by the admin API; the table of what that is stands in `AdminAPI/Access`.
public enum AdminRole: String, Sendable, CaseIterable {
    /// Everything, other owners included.
    case owner
    /// Everything but to make, change or end owners.
    case admin
    /// The keys of its projects and their budgets, and what was done with them.
    case projectAdmin = "project-admin"
    /// Reads configuration, usage and requests.
    case viewer
    /// Reads the audit trail, who has access, usage and requests.
    case auditor
}

/// What somebody was given: a role, and where it holds.
public struct AccessGrant: Sendable, Equatable {
    /// What may be done.
    public var role: AdminRole
    /// Ids of the projects that it is held to; `nil` for everywhere.
    public var projects: [String]?

    /// Makes a grant.
    public init(role: AdminRole, projects: [String]? = nil) {
        self.role = role
        self.projects = projects
    }
}
