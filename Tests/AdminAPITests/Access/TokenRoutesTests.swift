import Policy
import Storage
import Testing

@testable import AdminAPI

@Suite("admin tokens")
struct TokenRoutesTests {
    @Test("a token's secret is shown once, opens what its role may, and is stored as a digest alone")
    func life() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call(
            "POST",
            "/admin/v1/tokens",
            json: #"{"name":"grafana","role":"viewer","expires_at":"2030-01-01T00:00:00Z"}"#
        )
        #expect(created.status == 201)
        let secret = try #require(created.string("secret"))
        let id = try #require(created.string("id"))
        #expect(id.wholeMatch(of: /adt_[0-9A-Za-z]{16}/) != nil)
        #expect(created.string("state") == "active" && created.string("created_by") == "admin-token")
        #expect(created.raw("projects") == "null" && created.raw("last_used_at") == "null")
        #expect(await fixture.call(as: secret, "GET", "/keys").status == 200)
        #expect(await fixture.call(as: secret, "POST", "/keys", json: "{}").status == 403)
        let shown = await fixture.call("GET", "/admin/v1/tokens/\(id)")
        #expect(shown.string("last_used_at") == "2027-01-15T08:00:00.000Z")
        for answer in [shown, await fixture.call("GET", "/admin/v1/tokens")] {
            #expect(!answer.text.contains(secret) && !answer.text.contains("digest"))
        }
        let stored = try #require(try fixture.store.loadAccess().tokens.first)
        #expect(stored.digest.count == 32 && stored.digest != Array(secret.utf8))
        let changed = await fixture.call("PATCH", "/admin/v1/tokens/\(id)", json: #"{"name":"g2","expires_at":null}"#)
        #expect(changed.string("name") == "g2" && changed.raw("expires_at") == "null")
        #expect(await fixture.call("POST", "/admin/v1/tokens/\(id)/revoke").string("state") == "revoked")
        #expect(await fixture.call(as: secret, "GET", "/keys").status == 401)
        #expect(await fixture.call("PATCH", "/admin/v1/tokens/\(id)", json: #"{"name":"g3"}"#).status == 409)
        #expect(await fixture.call("POST", "/admin/v1/tokens/\(id)/revoke").status == 200)
        #expect(await fixture.call("DELETE", "/admin/v1/tokens/\(id)").status == 204)
        #expect(await fixture.call("GET", "/admin/v1/tokens/\(id)").status == 404)
    }

    @Test("what is done with a token is in the audit trail under its id, and so is the token's own life")
    func audit() async throws {
        let fixture = try await AdminFixture()
        let secret = try await fixture.token(.admin)
        let token = try #require(fixture.services.access.tokens.first)
        _ = await fixture.call(as: secret, "POST", "/projects", json: #"{"name":"made"}"#)
        _ = await fixture.call(as: secret, "PATCH", "/tokens/\(token.id)", json: #"{"name":"renamed"}"#)
        var query = AuditQuery()
        query.after = 0
        let trail = try fixture.store.auditEntries(query).map(\.draft)
        let project = try #require(trail.first { $0.action == "project.created" && $0.objectName == "made" })
        #expect(project.actor == token.id)
        let made = try #require(trail.first { $0.action == "token.created" })
        #expect(made.objectID == token.id && made.after?.contains("\"role\":\"admin\"") == true && made.before == nil)
        let renamed = try #require(trail.first { $0.action == "token.changed" })
        #expect(renamed.actor == token.id && renamed.before == #"{"name":"admin token"}"#)
        #expect(renamed.after == #"{"name":"renamed"}"#)
        #expect(trail.allSatisfy { !"\($0)".contains(secret) })
    }

    @Test("an expired token is refused, and its use is written down once in five minutes")
    func expiry() async throws {
        let fixture = try await AdminFixture()
        let secret = try await fixture.token(.viewer, expiresAt: AdminFixture.now + 1)
        #expect(await fixture.call(as: secret, "GET", "/whoami").status == 200)
        var token = try #require(fixture.services.access.tokens.first)
        #expect(token.lastUsedAt == AdminFixture.now)
        #expect(!token.isUseNews(at: AdminFixture.now + 299_999) && token.isUseNews(at: AdminFixture.now + 300_000))
        #expect(token.isInForce(at: AdminFixture.now) && !token.isInForce(at: AdminFixture.now + 1))
        #expect(token.state(at: AdminFixture.now + 1) == "expired")
        token.expiresAt = AdminFixture.now
        let over = token
        _ = try fixture.store.changeAccess({ try $0.updateToken(over) }, audit: nil)
        try await fixture.services.access.load()
        #expect(await fixture.call(as: secret, "GET", "/whoami").status == 401)
    }

    @Test("a grant is never larger than the granter's: role, scope and expiry")
    func grants() async throws {
        let fixture = try await AdminFixture()
        let project = try await fixture.project(named: "search")
        let end = AdminFixture.now + 1_000_000
        let admin = try await fixture.token(.admin, expiresAt: end)
        let owner = try await fixture.token(.owner)
        let ownerID = try #require(fixture.services.access.tokens.first { $0.grant.role == .owner }?.id)
        let before = fixture.services.access.tokens
        for json in [
            #"{"name":"x","role":"owner"}"#, #"{"name":"x","role":"viewer"}"#,
            #"{"name":"x","role":"viewer","expires_at":"2030-01-01T00:00:00Z"}"#,
        ] {
            let answer = await fixture.call(as: admin, "POST", "/tokens", json: json)
            #expect(answer.status == 403 && answer.string("code") == "grant_too_large", "\(json)")
        }
        for (method, path) in [("PATCH", ""), ("POST", "/revoke"), ("DELETE", "")] {
            let answer = await fixture.call(as: admin, method, "/tokens/\(ownerID)\(path)", json: "{}")
            #expect(answer.status == 403, "\(method)")
        }
        #expect(fixture.services.access.tokens.map(\.id) == before.map(\.id))
        #expect(await fixture.call(as: owner, "POST", "/tokens", json: #"{"name":"x","role":"owner"}"#).status == 201)
        let short = #"{"name":"x","role":"project-admin","projects":["search"],"expires_at":"2027-01-15T08:10:00Z"}"#
        let created = await fixture.call(as: admin, "POST", "/tokens", json: short)
        #expect(created.status == 201 && created.raw("projects") == "[\"\(project)\"]")
    }

    @Test(
        "what makes no sense is refused, naming the field",
        arguments: [
            (#"{"name":"x"}"#, "role"), (#"{"role":"viewer"}"#, "name"), (#"{"name":"x","role":"god"}"#, "role"),
            (#"{"name":"x","role":"project-admin"}"#, "projects"),
            (#"{"name":"x","role":"admin","projects":["default"]}"#, "projects"),
            (#"{"name":"x","role":"viewer","projects":["nope"]}"#, "projects[0]"),
            (#"{"name":"x","role":"viewer","projects":[]}"#, "projects"),
            (#"{"name":"x","role":"viewer","expires_at":"2020-01-01T00:00:00Z"}"#, "expires_at"),
            (#"{"name":"x","role":"viewer","secret":"mine"}"#, "secret"),
        ]
    )
    func strictness(json: String, field: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", "/admin/v1/tokens", json: json)
        #expect(answer.status == 400 && answer.string("field") == field, "\(answer.text)")
        #expect(fixture.services.access.tokens.isEmpty)
    }

    @Test(
        "RELIABILITY N022: a change names what may be changed and nothing else",
        arguments: ["role", "projects", "created_by", "created_at", "owner_id", "spent", "digest", "state"]
    )
    func change(field: String) async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.token(.viewer)
        let id = try #require(fixture.services.access.tokens.first?.id)
        let answer = await fixture.call("PATCH", "/admin/v1/tokens/\(id)", json: "{\"\(field)\":\"owner\"}")
        #expect(answer.status == 400 && answer.string("field") == field)
    }

    @Test("whoami tells who asks and what they may do")
    func whoami() async throws {
        let fixture = try await AdminFixture()
        let project = try await fixture.project(named: "search")
        let mine = await fixture.call("GET", "/admin/v1/whoami")
        #expect(mine.string("kind") == "bootstrap" && mine.string("id") == "admin-token")
        #expect(mine.string("role") == "owner" && mine.count("permissions") == AdminPermission.allCases.count)
        let secret = try await fixture.token(.projectAdmin, projects: [project])
        let theirs = await fixture.call(as: secret, "GET", "/whoami")
        #expect(theirs.string("kind") == "token" && theirs.string("role") == "project-admin")
        #expect(theirs.string("id") == fixture.services.access.tokens.first?.id)
        #expect(theirs.raw("projects") == "[\"\(project)\"]" && theirs.text.contains("write keys"))
        #expect(!theirs.text.contains("manage access"))
    }

    @Test("a store that fails makes no token, and refuses nobody who has one")
    func broken() async throws {
        let fixture = try await AdminFixture()
        let secret = try await fixture.token(.viewer)
        fixture.store.isBroken = true
        #expect(await fixture.call("POST", "/admin/v1/tokens", json: #"{"name":"x","role":"viewer"}"#).status == 503)
        #expect(await fixture.call(as: secret, "GET", "/whoami").status == 200)
    }
}
