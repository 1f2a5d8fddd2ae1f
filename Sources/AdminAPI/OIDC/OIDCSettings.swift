public import Exchange
import Storage

/// How people sign in at an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE).
public struct OIDCSettings: Sendable {
    /// The provider, byte for byte as its tokens name it.
    public var issuer: String
    /// What Martlet is called there.
    public var clientID: String
    /// Proves that it is Martlet that exchanges a code; `nil` for a public client, which PKCE alone protects.
    public var clientSecret: Secret?
    /// What is asked for, by spaces; `openid` is always among it.
    public var scopes: String
    /// The claim that lists a person's groups.
    public var groupsClaim: String
    /// Which groups have which roles.
    public var roles: OIDCRoles
    /// Where the provider sends the browser back to: `…/admin/v1/oidc/callback` as browsers reach it.
    public var redirectURL: String

    /// Sets all.
    public init(
        issuer: String,
        clientID: String,
        clientSecret: Secret? = nil,
        scopes: String = "openid profile email",
        groupsClaim: String = "groups",
        roles: OIDCRoles,
        redirectURL: String
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes.split(separator: " ").contains("openid") ? scopes : "openid " + scopes
        self.groupsClaim = groupsClaim
        self.roles = roles
        self.redirectURL = redirectURL
    }
}

/// Which groups of a provider have which roles here: `group=role` or `group=role:project`, by commas.
public struct OIDCRoles: Sendable, Equatable {
    /// One line of the map.
    struct Rule: Sendable, Equatable {
        var group: String
        var role: AdminRole
        var project: String?
    }

    let rules: [Rule]

    /// Reads a map; `nil` when it is not one, or a project is missing or too many.
    ///
    /// - Parameter text: As above; the first rule that fits a person decides the role.
    public init?(_ text: String) {
        var rules: [Rule] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == " " }
            guard let equals = trimmed.lastIndex(of: "=") else { return nil }
            let group = trimmed[..<equals]
            let names = trimmed[trimmed.index(after: equals)...].split(separator: ":", maxSplits: 1)
            guard !group.isEmpty, let word = names.first, let role = AdminRole(rawValue: String(word)) else {
                return nil
            }
            let project = names.dropFirst().first.map(String.init)
            switch role.scope {
            case .needed: guard project != nil else { return nil }
            case .impossible: guard project == nil else { return nil }
            case .possible: break
            }
            rules.append(Rule(group: String(group), role: role, project: project))
        }
        guard !rules.isEmpty else { return nil }
        self.rules = rules
    }

    /// What a person of these groups is given; `nil` for nothing. Of a role that is held to projects, all projects count.
    func grant(_ groups: [String], in configuration: StoredConfiguration) -> AccessGrant? {
        let fitting = self.rules.filter { rule in groups.contains { $0.utf8.elementsEqual(rule.group.utf8) } }
        guard let first = fitting.first else { return nil }
        guard first.project != nil else { return AccessGrant(role: first.role) }
        var ids: [String] = []
        for rule in fitting where rule.role == first.role {
            let project = configuration.projects.first { $0.name == rule.project || $0.id == rule.project }
            if let project, !ids.contains(project.id) { ids.append(project.id) }
        }
        // A project that is gone leaves nothing, and never everything.
        return ids.isEmpty ? nil : AccessGrant(role: first.role, projects: ids)
    }
}
