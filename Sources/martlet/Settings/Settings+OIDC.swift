import AdminAPI
import Exchange
import Policy

extension Settings {
    /// The OpenID provider as the admin API wants it; `nil` when there is none.
    var oidcSettings: OIDCSettings? {
        guard let issuer = self.oidc.issuer, let clientID = self.oidc.clientID,
            let roles = self.oidc.roles.flatMap(OIDCRoles.init), let redirect = self.oidcRedirectURL
        else { return nil }
        return OIDCSettings(
            issuer: issuer,
            clientID: clientID,
            clientSecret: self.oidc.clientSecret,
            scopes: self.oidc.scopes,
            groupsClaim: self.oidc.groupsClaim,
            roles: roles,
            redirectURL: redirect
        )
    }

    /// Which proxies are believed.
    var forwarding: ForwardingRule {
        ForwardingRule(trusted: self.listen.trustedProxies.flatMap(NetworkRange.list) ?? [])
    }

    private var oidcRedirectURL: String? {
        self.oidc.redirectURL ?? self.admin.publicURL.map { $0 + AdminRoutes.prefix + "/oidc/callback" }
    }

    /// What is missing of a provider that is begun to be described, and what cannot be.
    func oidcContradictions() -> [(path: String, message: String)] {
        var found: [(path: String, message: String)] = []
        if let url = self.admin.publicURL, !Self.isOrigin(url) {
            found.append(("admin.public_url", "must be https://host[:port] (or http://), without a path"))
        }
        for (path, text) in [
            ("admin.allow_from", self.admin.allowFrom), ("listen.trusted_proxies", self.listen.trustedProxies),
        ] where text.map({ NetworkRange.list($0) == nil }) ?? false {
            found.append(
                (path, "must be networks by commas, such as 10.0.0.0/8,2001:db8::/32, without bits behind the prefix")
            )
        }
        if self.admin.sessionAbsolute < self.admin.sessionIdle {
            found.append(("admin.session_total", "must be at least admin.session_idle"))
        }
        guard let issuer = self.oidc.issuer else { return found }
        if !issuer.hasPrefix("https://"), !issuer.hasPrefix("http://127.0.0.1:"), !issuer.hasPrefix("http://[::1]:") {
            found.append(("oidc.issuer", "must be https"))
        }
        if self.oidc.clientID == nil { found.append(("oidc.client_id", "must be given with oidc.issuer")) }
        if self.oidc.roles.flatMap(OIDCRoles.init) == nil {
            found.append(
                (
                    "oidc.roles",
                    "must be group=role or group=role:project by commas, such as ops=admin,search=project-admin:search"
                )
            )
        }
        if self.oidcRedirectURL == nil {
            found.append(("oidc.redirect_url", "must be given with oidc.issuer, or admin.public_url"))
        }
        return found
    }

    private static func isOrigin(_ url: String) -> Bool {
        for scheme in ["https://", "http://"] where url.hasPrefix(scheme) {
            let host = url.dropFirst(scheme.count)
            return !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@".utf8.contains($0) }
        }
        return false
    }
}
