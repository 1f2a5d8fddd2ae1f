public import Storage

/// What a route needs of who asks for it.
public enum AdminPermission: String, Sendable, CaseIterable {
    /// To be told who one is, to end one's own session, to change one's own password.
    case ownAccount = "own account"
    /// Models and prices.
    case readCatalogue = "read catalogue"
    /// Projects, keys and budgets.
    case readKeys = "read keys"
    /// Usage and ledger.
    case readSpend = "read spend"
    /// Request records.
    case readRequests = "read requests"
    /// Kept bodies: what people wrote and were answered.
    case readBodies = "read bodies"
    /// To take kept bodies away for good.
    case eraseBodies = "erase bodies"
    /// Providers, routes, status and metrics.
    case readConfiguration = "read configuration"
    /// The audit trail.
    case readAudit = "read audit"
    /// Tokens and users.
    case readAccess = "read access"
    /// Keys and budgets.
    case writeKeys = "write keys"
    /// Projects, providers, models and prices.
    case writeConfiguration = "write configuration"
    /// Corrections of the ledger.
    case writeLedger = "write ledger"
    /// What sends requests or takes parts out of service.
    case operate
    /// Tokens and users.
    case manageAccess = "manage access"
    /// The master key and backups, which hold everything: for owners.
    case keepSecrets = "keep secrets"
    /// What nobody has thought about yet: a route without a row in the table of routes.
    case unassigned

    /// Whether it can be held to projects. What cannot is refused to whoever is.
    var isScoped: Bool {
        switch self {
        case .ownAccount, .readCatalogue, .readKeys, .readSpend, .readRequests, .readBodies, .eraseBodies,
            .writeKeys:
            true
        case .readConfiguration, .readAudit, .readAccess, .writeConfiguration, .writeLedger, .operate, .manageAccess,
            .keepSecrets, .unassigned:
            false
        }
    }
}

/// The table of roles.
extension AdminRole {
    /// What the role may do.
    public var permissions: Set<AdminPermission> {
        switch self {
        case .owner: Set(AdminPermission.allCases)
        case .admin: Set(AdminPermission.allCases).subtracting([.keepSecrets, .unassigned])
        case .projectAdmin:
            [
                .ownAccount, .readCatalogue, .readKeys, .readSpend, .readRequests, .readBodies, .eraseBodies,
                .writeKeys,
            ]
        case .viewer: [.ownAccount, .readCatalogue, .readKeys, .readSpend, .readRequests, .readConfiguration]
        case .auditor: [.ownAccount, .readSpend, .readRequests, .readAudit, .readAccess]
        }
    }

    /// Whether the role is of no use without projects, can do with them, or cannot.
    enum Scope { case needed, possible, impossible }

    var scope: Scope {
        switch self {
        case .owner, .admin, .auditor: .impossible
        case .projectAdmin: .needed
        case .viewer: .possible
        }
    }

    /// Whether who has this role may give, change or take away another. Whoever may not manage access may none.
    func mayGrant(_ role: AdminRole) -> Bool {
        guard self.permissions.contains(.manageAccess) else { return false }
        return self == .owner || role != .owner
    }
}
