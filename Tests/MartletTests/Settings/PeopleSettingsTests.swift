import AdminAPI
import Policy
import Testing

@testable import martlet

@Suite("settings of people and addresses")
struct PeopleSettingsTests {
    private func contradictions(_ change: (inout Settings) -> Void) -> [String] {
        var settings = Settings()
        change(&settings)
        return settings.contradictions().map(\.path)
    }

    @Test("an OpenID provider is whole, or it is said what is missing")
    func provider() {
        #expect(Settings().oidcSettings == nil)
        #expect(
            self.contradictions { $0.oidc.issuer = "http://id.example.com" } == [
                "oidc.issuer", "oidc.client_id", "oidc.roles", "oidc.redirect_url",
            ]
        )
        var settings = Settings()
        settings.oidc.issuer = "https://id.example.com"
        settings.oidc.clientID = "martlet"
        settings.oidc.roles = "ops=admin,search=project-admin:search"
        settings.admin.publicURL = "https://martlet.example.com"
        #expect(settings.contradictions().isEmpty)
        #expect(settings.oidcSettings?.redirectURL == "https://martlet.example.com/admin/v1/oidc/callback")
        settings.oidc.redirectURL = "https://martlet.example.com/back"
        #expect(settings.oidcSettings?.redirectURL == "https://martlet.example.com/back")
        settings.oidc.roles = "ops=god"
        #expect(settings.contradictions().map(\.path) == ["oidc.roles"])
    }

    @Test("addresses and networks are read when the settings are")
    func addresses() {
        for url in ["martlet.example.com", "https://", "https://a/b", "https://a/", "ftp://a", "https://u@a"] {
            #expect(self.contradictions { $0.admin.publicURL = url } == ["admin.public_url"], "\(url)")
        }
        #expect(self.contradictions { $0.admin.publicURL = "https://a:8443" } == [])
        #expect(self.contradictions { $0.admin.allowFrom = "10.0.0.1/8" } == ["admin.allow_from"])
        #expect(self.contradictions { $0.listen.trustedProxies = "proxy" } == ["listen.trusted_proxies"])
        #expect(self.contradictions { $0.listen.trustedProxies = "10.0.0.0/8, ::1" } == [])
        var settings = Settings()
        #expect(!settings.forwarding.trustsAny)
        settings.listen.trustedProxies = "10.0.0.0/8"
        #expect(settings.forwarding.trustsAny)
    }

    @Test("a session that lasts less than its idle time is a contradiction")
    func sessions() {
        #expect(self.contradictions { $0.admin.sessionAbsolute = .seconds(60) } == ["admin.session_total"])
    }
}
