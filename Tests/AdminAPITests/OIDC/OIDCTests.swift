import Exchange
import HTTPTypes
import Policy
import Providers
import Storage
import Synchronization
import Testing
import Wire

@testable import AdminAPI

@Suite("signing in at an OpenID provider", .timeLimit(.minutes(2)))
struct OIDCTests {
    /// An admin plane that knows a provider.
    struct House {
        let provider: IdentityProviderStandIn
        let fixture: AdminFixture
        let project: String

        init(roles: String = "root=owner,search-team=project-admin:search,staff=viewer") async throws {
            let provider = try IdentityProviderStandIn()
            self.provider = provider
            let issuer = provider.state.withLock { $0.issuer }
            let settings = OIDCSettings(
                issuer: issuer,
                clientID: IdentityProviderStandIn.clientID,
                clientSecret: Secret(IdentityProviderStandIn.secret),
                scopes: "profile email",
                roles: try #require(OIDCRoles(roles)),
                redirectURL: IdentityProviderStandIn.redirect
            )
            self.fixture = try await AdminFixture(
                oidc: OIDCSignIn(settings, transport: provider, clock: { AdminFixture.now })
            )
            self.project = try await self.fixture.project(named: "search")
        }

        /// Leaves for the provider; where to, and the cookie that is kept.
        func depart() async throws -> (location: String, cookie: String) {
            let answer = await self.fixture.call(cookie: nil, "GET", "/oidc/start", csrf: nil)
            #expect(answer.status == 302)
            return (try #require(answer.headers["location"]), try #require(self.fixture.cookie(of: answer)))
        }

        func arrive(state: String, code: String, cookie: String?) async -> AdminAnswer {
            let query = QueryText.encode([("state", state), ("code", code), ("session_state", "x")])
            return await self.fixture.call(cookie: cookie, "GET", "/oidc/callback", csrf: nil, query: query)
        }

        /// The whole way there and back.
        func signIn() async throws -> AdminAnswer {
            let (location, cookie) = try await self.depart()
            let (state, code) = try self.provider.authorize(location)
            return await self.arrive(state: state, code: code, cookie: cookie)
        }
    }

    @Test("a person comes back with a session that may what the group's role may", arguments: [false, true])
    func right(usesP256: Bool) async throws {
        let house = try await House()
        house.provider.change { $0.usesP256 = usesP256 }
        let answer = try await house.signIn()
        #expect(answer.status == 200 && answer.string("name") == "ann.smith@example.com", "\(answer.text)")
        #expect(answer.string("role") == "project-admin" && answer.raw("projects") == "[\"\(house.project)\"]")
        let cookie = try #require(house.fixture.cookie(of: answer))
        #expect(await house.fixture.call(cookie: cookie, "GET", "/keys").status == 200)
        #expect(await house.fixture.call(cookie: cookie, "GET", "/audit").status == 403)
        let user = try #require(house.fixture.services.access.users.first)
        #expect(user.identity?.subject == "person-42" && user.passwordHash == nil && user.createdBy == "oidc")
        #expect(await house.fixture.signIn("ann.smith@example.com", "").status == 401)
        // The same person again is the same user.
        #expect(try await house.signIn().status == 200)
        #expect(house.fixture.services.access.users.count == 1)
        var query = AuditQuery()
        query.action = "user.signed_in"
        let entries = try house.fixture.store.auditEntries(query)
        #expect(entries.count == 2 && entries.allSatisfy { $0.draft.detail == "by OpenID" })
    }

    @Test(
        "whatever a provider, or whoever speaks for it, lies about is refused and noted",
        arguments: IdentityProviderStandIn.Lie.allCases
    )
    func lies(_ lie: IdentityProviderStandIn.Lie) async throws {
        let house = try await House()
        if ![.wrongDiscovery, .notFound].contains(lie) {
            let (location, cookie) = try await house.depart()
            house.provider.change { $0.lie = lie }
            let (state, code) = try house.provider.authorize(location)
            let answer = await house.arrive(state: state, code: code, cookie: cookie)
            #expect(answer.status == 401, "\(answer.text)")
            #expect(answer.headers["set-cookie"] == nil)
        } else {
            house.provider.change { $0.lie = lie }
            let answer = await house.fixture.call(cookie: nil, "GET", "/oidc/start", csrf: nil)
            #expect(answer.status == 503 && answer.headers["location"] == nil)
        }
        #expect(
            house.fixture.services.access.users.isEmpty && house.fixture.services.access.book.access.sessions.isEmpty
        )
    }

    @Test("clocks may differ by a minute")
    func skew() async throws {
        for seconds in [Int64(-59), 59] {
            let house = try await House()
            house.provider.change { $0.clock += seconds }
            #expect(try await house.signIn().status == 200)
        }
        let house = try await House()
        house.provider.change { $0.clock -= 361 }
        #expect(try await house.signIn().status == 401)
    }

    @Test("a wrong state, another browser's, and a second arrival are refused before the provider is asked for a token")
    func states() async throws {
        let house = try await House()
        let (location, cookie) = try await house.depart()
        let (state, code) = try house.provider.authorize(location)
        let (other, othersCookie) = try await house.depart()
        _ = other
        for (state, cookie) in [
            ("x", cookie), (state, nil), (state, othersCookie), ("", cookie), (state + "x", cookie),
            ("never-begun", "martlet-oidc=never-begun"),
        ] as [(String, String?)] {
            #expect(await house.arrive(state: state, code: code, cookie: cookie).status == 401)
        }
        #expect(!house.provider.asked.contains("POST /token"))
        #expect(await house.arrive(state: state, code: code, cookie: cookie).status == 200)
        #expect(await house.arrive(state: state, code: code, cookie: cookie).status == 401)
        #expect(house.provider.asked.filter { $0 == "POST /token" }.count == 1)
        let refused = try house.fixture.refusals
        #expect(refused.isEmpty == false && refused.allSatisfy { $0.actor == "nobody" })
    }

    @Test("new keys are fetched once when a token names one that is not known, and not again for every invented one")
    func rotation() async throws {
        let house = try await House()
        #expect(try await house.signIn().status == 200)
        func fetches() -> Int { house.provider.asked.filter { $0 == "GET /keys" }.count }
        #expect(fetches() == 1)
        #expect(try await house.signIn().status == 200)
        #expect(fetches() == 1)
        // Within a minute of the last look nobody makes us look again.
        try house.provider.rotate(to: "k2")
        #expect(try await house.signIn().status == 401)
        #expect(fetches() == 1)
        let later = try await LaterHouse(house.provider)
        try house.provider.rotate(to: "k3")
        #expect(try await later.signIn() == "person-42")
        #expect(fetches() == 2)
        later.clock.advance(by: 60_000)
        try house.provider.rotate(to: "k4")
        #expect(try await later.signIn() == "person-42")
        #expect(fetches() == 3)
        house.provider.change { $0.lie = .unknownKey }
        await #expect(throws: OIDCError.self) { try await later.signIn() }
        await #expect(throws: OIDCError.self) { try await later.signIn() }
        #expect(fetches() == 3)
    }

    @Test("groups decide at each sign-in: who leaves them all is refused, whose role changes starts anew")
    func groups() async throws {
        let house = try await House()
        let first = try #require(house.fixture.cookie(of: try await house.signIn()))
        house.provider.change { $0.groups = ["staff"] }
        let second = try await house.signIn()
        #expect(second.string("role") == "viewer" && second.raw("projects") == "null")
        #expect(await house.fixture.call(cookie: first, "GET", "/whoami").status == 401)
        house.provider.change { $0.groups = ["strangers"] }
        #expect(try await house.signIn().status == 403)
        house.provider.change { $0.groups = ["root"] }
        #expect(try await house.signIn().string("role") == "owner")
        let user = try #require(house.fixture.services.access.users.first)
        #expect(
            await house.fixture.call("PATCH", "/admin/v1/users/\(user.id)", json: #"{"enabled":false}"#).status == 200
        )
        #expect(try await house.signIn().status == 401)
    }

    @Test("a map of roles is read strictly, and a project that is gone gives nothing")
    func roles() throws {
        for text in [
            "", "a", "a=", "=admin", "a=god", "a=project-admin", "a=admin:search", "a=viewer,", "a=auditor:x",
        ] { #expect(OIDCRoles(text) == nil, "\(text)") }
        let roles = try #require(OIDCRoles("a=project-admin:one, b=project-admin:two,c=viewer,ou=y=admin"))
        var configuration = StoredConfiguration()
        #expect(roles.grant(["a"], in: configuration) == nil)
        configuration.projects = ["one", "two"].map {
            ProjectRecord(id: "prj_\($0)", name: $0, createdAt: 1, updatedAt: 1)
        }
        #expect(
            roles.grant(["b", "a"], in: configuration)
                == AccessGrant(role: .projectAdmin, projects: ["prj_one", "prj_two"])
        )
        #expect(roles.grant(["c"], in: configuration) == AccessGrant(role: .viewer))
        #expect(roles.grant(["cn=x"], in: configuration) == nil)
        #expect(roles.grant([], in: configuration) == nil && roles.grant(["A"], in: configuration) == nil)
    }

    @Test(
        "a provider is asked by https, but for one on this machine",
        arguments: ["http://id.example.com", "ftp://x", "", "https://"]
    )
    func addresses(text: String) {
        #expect(throws: OIDCError.self) { try OIDCProvider.url(text, "oidc.issuer") }
    }

    @Test("without a provider there are no routes for one")
    func none() async throws {
        let fixture = try await AdminFixture()
        #expect(await fixture.call(cookie: nil, "GET", "/oidc/start").status == 401)
        #expect(await fixture.call("GET", "/admin/v1/oidc/start").status == 404)
    }
}

/// A sign-in with a clock that moves.
private struct LaterHouse {
    final class Clock: Sendable {
        private let value = Mutex(AdminFixture.now)
        var now: UnixMilliseconds { self.value.withLock { $0 } }
        func advance(by milliseconds: Int64) { self.value.withLock { $0 += milliseconds } }
    }

    let clock = Clock()
    let provider: IdentityProviderStandIn
    let oidc: OIDCSignIn

    init(_ provider: IdentityProviderStandIn) async throws {
        self.provider = provider
        let clock = self.clock
        let issuer = provider.state.withLock { $0.issuer }
        self.oidc = OIDCSignIn(
            OIDCSettings(
                issuer: issuer,
                clientID: IdentityProviderStandIn.clientID,
                clientSecret: Secret(IdentityProviderStandIn.secret),
                roles: try #require(OIDCRoles("staff=viewer")),
                redirectURL: IdentityProviderStandIn.redirect
            ),
            transport: provider,
            clock: { clock.now }
        )
    }

    /// The subject.
    func signIn() async throws -> String {
        let departure = try await self.oidc.depart()
        let (state, code) = try self.provider.authorize(departure.location)
        return try await self.oidc.arrive(state: state, cookie: departure.state, code: code).subject
    }
}
