import Storage

/// What may be given, and by whom: a grant is never larger than the granter's own.
enum GrantRules {
    private static let maximumProjects = 100

    /// Whether a grant makes sense in itself.
    static func check(_ grant: AccessGrant) throws(AdminProblem) {
        let role = grant.role.rawValue
        switch (grant.role.scope, grant.projects) {
        case (.needed, nil): throw .field("projects", "must name what a \(role) is responsible for")
        case (.impossible, .some): throw .field("projects", "must not be given: \(role) holds everywhere")
        case (.needed, .some), (.possible, _), (.impossible, nil): break
        }
        if let projects = grant.projects, !(1...self.maximumProjects).contains(projects.count) {
            throw .field("projects", "must name 1 to \(self.maximumProjects) projects")
        }
    }

    /// Whether somebody may give, change or take away a role.
    static func check(_ granter: AdminPrincipal, gives role: AdminRole) throws(AdminProblem) {
        guard !granter.isScoped, granter.grant.role.mayGrant(role) else {
            throw AdminProblem(
                .grantTooLarge,
                "\(granter.grant.role.rawValue) must not give, change or take away what is \(role.rawValue)'s",
                field: "role"
            )
        }
    }

    /// Whether somebody may give something until an instant, or for ever.
    static func check(
        _ granter: AdminPrincipal,
        givesUntil expiry: UnixMilliseconds?,
        now: UnixMilliseconds
    ) throws(AdminProblem) {
        if let expiry, expiry <= now { throw .field("expires_at", "must lie in the future, or be null for never") }
        guard let own = granter.expiresAt, (expiry ?? .max) > own else { return }
        throw AdminProblem(
            .grantTooLarge,
            "expires_at must not lie after your own expiry, \(Timestamp.text(own))",
            field: "expires_at"
        )
    }

    /// Ids of projects by name or id, each once.
    ///
    /// - Throws: `.invalidField` naming the one that there is not.
    static func resolved(_ references: [String], in configuration: StoredConfiguration) throws(AdminProblem) -> [String]
    {
        var ids: [String] = []
        for (index, reference) in references.enumerated() {
            let project = configuration.projects.first { $0.name == reference || $0.id == reference }
            guard let project else {
                throw .field("projects[\(index)]", "must be the name or id of a project")
            }
            if !ids.contains(project.id) { ids.append(project.id) }
        }
        return ids
    }
}
