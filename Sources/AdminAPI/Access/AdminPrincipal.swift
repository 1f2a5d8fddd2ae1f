import Storage

/// Who asks, once found: what is stored of it at this moment.
public struct AdminPrincipal: Sendable, Equatable {
    /// How somebody is known.
    enum Identity: Sendable, Equatable {
        /// The token in the data folder, or the command line on the store itself.
        case bootstrap
        case token(id: String)
        case user(id: String, session: String)
        case nobody
    }

    let identity: Identity
    /// What the audit trail calls it.
    let actor: String
    /// A name for people.
    let name: String
    /// What may be done, and where.
    let grant: AccessGrant
    /// When it ends; `nil` when it does not by itself.
    let expiresAt: UnixMilliseconds?

    /// Whoever asks an open route without showing anything: may nothing else, nowhere.
    static let nobody = AdminPrincipal(
        identity: .nobody,
        actor: "nobody",
        name: "nobody",
        grant: AccessGrant(role: .viewer, projects: []),
        expiresAt: nil
    )

    /// Whoever holds the token of the data folder.
    static func bootstrap(actor: String) -> AdminPrincipal {
        AdminPrincipal(
            identity: .bootstrap,
            actor: actor,
            name: actor,
            grant: AccessGrant(role: .owner),
            expiresAt: nil
        )
    }

    /// Ids of the projects it is held to; `nil` for everywhere. Lists are given this.
    var projects: [String]? { self.grant.projects }

    /// Whether it is held to projects.
    var isScoped: Bool { self.grant.projects != nil }

    /// All that it may do.
    var permissions: [AdminPermission] { AdminPermission.allCases.filter(self.may) }

    /// Whether it may do something, somewhere at least.
    func may(_ permission: AdminPermission) -> Bool {
        self.grant.role.permissions.contains(permission) && (permission.isScoped || !self.isScoped)
    }

    /// Whether it may see what belongs to a project.
    func sees(project id: String) -> Bool { self.grant.projects?.contains(id) ?? true }

    /// Whether it may see what a budget is for; a key that is gone is nobody's.
    func sees(_ scope: BudgetScope, in configuration: StoredConfiguration) -> Bool {
        guard self.isScoped else { return true }
        switch scope {
        case .project(let id): return self.sees(project: id)
        case .key(let id):
            let key = configuration.keys.first { $0.id == id }
            return key.map { self.sees(project: $0.projectID) } ?? false
        }
    }
}
