import Exchange
import Policy
import Storage
import Synchronization
import Testing

@testable import AdminAPI

@Suite("users and sessions", .timeLimit(.minutes(5)))
struct UserTests {
    static let password = "correct horse battery"

    @Test("a user is created, listed, changed and deleted, and the password never comes out")
    func life() async throws {
        let fixture = try await AdminFixture()
        let json = #"{"name":"ann@example.com","role":"viewer","password":"\#(Self.password)"}"#
        let created = await fixture.call("POST", "/admin/v1/users", json: json)
        #expect(created.status == 201 && created.raw("has_password") == "true" && created.raw("enabled") == "true")
        let id = try #require(created.string("id"))
        #expect(id.wholeMatch(of: /usr_[0-9A-Za-z]{16}/) != nil)
        #expect(await fixture.call("POST", "/admin/v1/users", json: json).status == 409)
        let listed = await fixture.call("GET", "/admin/v1/users")
        let changed = await fixture.call("PATCH", "/admin/v1/users/\(id)", json: #"{"role":"auditor"}"#)
        #expect(changed.string("role") == "auditor")
        let stored = try #require(try fixture.store.loadAccess().users.first)
        for answer in [created, listed, changed, await fixture.call("GET", "/admin/v1/users/\(id)")] {
            #expect(!answer.text.contains(Self.password) && !answer.text.contains("scrypt"))
        }
        #expect(stored.passwordHash?.hasPrefix("scrypt$") == true)
        let trail = try fixture.store.auditEntries(AuditQuery()).map { "\($0.draft)" }.joined()
        #expect(!trail.contains(Self.password) && !trail.contains(stored.passwordHash ?? "?"))
        #expect(await fixture.call("DELETE", "/admin/v1/users/\(id)").status == 204)
        #expect(await fixture.call("GET", "/admin/v1/users/\(id)").status == 404)
    }

    @Test("RELIABILITY N055: signing in gives a cookie that opens what the user's role may, until signing out")
    func session() async throws {
        let fixture = try await AdminFixture()
        let user = try await fixture.user("ann", .viewer)
        let answer = await fixture.signIn("ann")
        #expect(answer.status == 200 && answer.string("name") == "ann" && answer.string("role") == "viewer")
        #expect(answer.string("session_expires_at") == "2027-01-15T20:00:00.000Z")
        let header = try #require(answer.headers["set-cookie"])
        #expect(header.hasSuffix("; Max-Age=43200; Path=/; HttpOnly; SameSite=Lax"))
        let cookie = try #require(fixture.cookie(of: answer))
        #expect(!answer.text.contains(cookie.dropFirst("martlet=".count)))
        #expect(await fixture.call(cookie: cookie, "GET", "/keys").status == 200)
        #expect(await fixture.call(cookie: cookie, "GET", "/audit").status == 403)
        let whoami = await fixture.call(cookie: cookie, "GET", "/whoami")
        #expect(whoami.string("kind") == "user" && whoami.string("id") == user.id)
        #expect(await fixture.call(cookie: cookie, "GET", "/session").string("session")?.hasPrefix("ses_") == true)
        let out = await fixture.call(cookie: cookie, "DELETE", "/session")
        #expect(out.status == 204 && out.headers["set-cookie"]?.hasPrefix("martlet=; Max-Age=0") == true)
        #expect(await fixture.call(cookie: cookie, "GET", "/keys").status == 401)
        var query = AuditQuery()
        query.action = "user."
        query.after = 0
        let trail = try fixture.store.auditEntries(query).map(\.draft)
        #expect(trail.map(\.action) == ["user.created", "user.signed_in", "user.signed_out"])
        #expect(trail.dropFirst().allSatisfy { $0.actor == user.id && $0.origin == "192.0.2.9" })
    }

    @Test("the secret of a session is not in the store, and a digest of it opens nothing")
    func stored() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("ann", .viewer)
        let cookie = try #require(fixture.cookie(of: await fixture.signIn("ann")))
        let secret = String(cookie.dropFirst("martlet=".count))
        let session = try #require(try fixture.store.loadAccess().sessions.first)
        #expect(session.digest != Array(secret.utf8) && session.digest.count == 32)
        #expect(await fixture.call("GET", "/admin/v1/keys", authorization: ["Bearer \(secret)"]).status == 401)
        for odd in ["martlet=", "martlet=\(secret)x", "martlet=\(secret); martlet=\(secret)", "Martlet=\(secret)"] {
            #expect(await fixture.call(cookie: odd, "GET", "/keys").status == 401, "\(odd)")
        }
    }

    @Test("wrong names and wrong passwords look alike, are noted, and give no cookie")
    func wrong() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("ann", .viewer)
        let answers = [
            await fixture.signIn("ann", "another password"), await fixture.signIn("bob"),
            await fixture.signIn("ANN"), await fixture.signIn("ann", Self.password + " "),
        ]
        for answer in answers {
            #expect(answer.status == 401 && answer.headers["set-cookie"] == nil)
            #expect(answer.body == answers.first?.body)
        }
        let refusals = try fixture.refusals
        #expect(refusals.count == 4)
        #expect(refusals.allSatisfy { $0.objectID == "POST /admin/v1/session" && $0.actor == "nobody" })
        #expect(refusals.allSatisfy { !"\($0)".contains("another password") && !"\($0)".contains(Self.password) })
    }

    @Test("RELIABILITY N017: a long password is refused before it is hashed, whoever sends it")
    func long() async throws {
        let fixture = try await AdminFixture(cost: nil)
        let long = String(repeating: "a", count: 129)
        let (first, second) = (
            await fixture.signIn("ann", long), await fixture.signIn("ann", String(repeating: "a", count: 1_000_000))
        )
        #expect(first.status == 400 && first.string("field") == "password" && second.status == 400)
        for password in [long, "short"] {
            let json = #"{"name":"x","role":"viewer","password":"\#(password)"}"#
            #expect(await fixture.call("POST", "/admin/v1/users", json: json).status == 400)
        }
    }

    @Test("RELIABILITY N017: two passwords are hashed at once, and the third is told to come again")
    func atOnce() async throws {
        let slots = SlotCount(PasswordHasher.maximumAtOnce)
        let (a, b) = (slots.take(), slots.take())
        #expect(Set([a, b]) == [0, 1] && slots.take() == nil)
        if let a { slots.give(a) }
        #expect(slots.take() == a)
        // Many at once: each is either checked or turned away, and never more than two are checked at a time.
        let hasher = PasswordHasher(cost: .init(rounds: 1 << 12, blockSize: 8, parallelism: 1))
        let hash = try await hasher.hash(Array(Self.password.utf8))
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do throws(AdminProblem) {
                        return try await hasher.verify(Array(Self.password.utf8), against: hash) ? "right" : "wrong"
                    } catch {
                        return "\(error.code.rawValue) \(error.retryAfterSeconds ?? 0)"
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(Set(outcomes.keys).isSubset(of: ["right", "too_many_requests 1"]))
        #expect((outcomes["right"] ?? 0) >= 2 && (outcomes["too_many_requests 1"] ?? 0) > 0)
    }

    @Test("RELIABILITY N018: passwords that differ in one byte, wherever it is, have different hashes")
    func difference() throws {
        let cost = PasswordHash.Cost(rounds: 2, blockSize: 1, parallelism: 1)
        let base = [UInt8](repeating: 0x61, count: 128)
        let hash = try #require(PasswordHash(base, cost: cost, randomness: .system))
        #expect(hash.matches(base))
        for index in [0, 71, 72, 73, 127] {
            var other = base
            other[index] = 0x62
            #expect(!hash.matches(other), "byte \(index)")
        }
        #expect(!hash.matches(Array(base.dropLast())) && !hash.matches(base + [0]))
        let again = try #require(PasswordHash(hash.text))
        #expect(again == hash && again.matches(base))
        let salted = try #require(PasswordHash(base, cost: cost, randomness: .system))
        #expect(salted.text != hash.text)
    }

    @Test(
        "a hash in the store that no Martlet wrote is no hash",
        arguments: [
            "", "scrypt", "bcrypt$2$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "scrypt$3$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "scrypt$2$1$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "scrypt$2$1$1$!!!$AAAA", "scrypt$2$1$1$$",
        ]
    )
    func foreignHash(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test("sign-ins are counted for a name and for an address, and a right one clears the name")
    func limit() {
        let limit = SignInLimit()
        for _ in 0..<10 { #expect(limit.refusal(user: "ann", address: "a", now: 0) == nil) }
        #expect(limit.refusal(user: "ann", address: "b", now: 0) == 10)
        #expect(limit.refusal(user: "ann", address: "b", now: 9_001) == 1)
        #expect(limit.refusal(user: "ann", address: "b", now: 10_000) == nil)
        limit.succeeded(user: "ann")
        #expect(limit.refusal(user: "ann", address: "b", now: 10_000) == nil)
        let address = SignInLimit()
        for index in 0..<30 { #expect(address.refusal(user: "u\(index)", address: "a", now: 0) == nil) }
        #expect(address.refusal(user: "other", address: "a", now: 0) == 2)
        #expect(address.refusal(user: "other", address: "c", now: 0) == nil)
        for index in 0..<(SignInLimit.maximumSubjects * 2) {
            _ = address.refusal(user: "many\(index)", address: "x\(index)", now: 1)
        }
        #expect(address.count <= SignInLimit.maximumSubjects)
    }

    @Test("too many wrong passwords are a 429 that says when to come again")
    func tooMany() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("ann", .viewer)
        for _ in 0..<10 { #expect(await fixture.signIn("ann", "wrong password").status == 401) }
        let answer = await fixture.signIn("ann")
        #expect(answer.status == 429 && answer.headers["retry-after"] == "10")
        #expect(answer.string("code") == "too_many_requests")
    }

    @Test("RELIABILITY N055: a session ends with another password, role or scope, with disabling and with deletion")
    func endings() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.project(named: "search")
        for json in [
            #"{"password":"another password"}"#, #"{"role":"auditor"}"#, #"{"enabled":false}"#,
            #"{"role":"viewer","projects":["search"]}"#, nil,
        ] {
            let user = try await fixture.user("ann", .viewer)
            let cookie = try #require(fixture.cookie(of: await fixture.signIn("ann")))
            #expect(await fixture.call(cookie: cookie, "GET", "/whoami").status == 200)
            if let json {
                #expect(await fixture.call("PATCH", "/admin/v1/users/\(user.id)", json: json).status == 200)
                #expect(await fixture.call(cookie: cookie, "GET", "/whoami").status == 401, "\(json)")
            }
            #expect(await fixture.call("DELETE", "/admin/v1/users/\(user.id)").status == 204)
            #expect(await fixture.call(cookie: cookie, "GET", "/whoami").status == 401)
            #expect(try fixture.store.loadAccess().sessions.isEmpty)
        }
    }

    @Test("RELIABILITY N055: signing in gives another secret each time, and ends the session that the browser had")
    func fixation() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("ann", .viewer)
        let planted = "martlet=" + String(repeating: "a", count: 43)
        let first = try #require(fixture.cookie(of: await fixture.signIn("ann", cookie: planted)))
        #expect(first != planted)
        #expect(await fixture.call(cookie: planted, "GET", "/whoami").status == 401)
        let second = try #require(fixture.cookie(of: await fixture.signIn("ann", cookie: first)))
        #expect(second != first)
        #expect(await fixture.call(cookie: first, "GET", "/whoami").status == 401)
        #expect(await fixture.call(cookie: second, "GET", "/whoami").status == 200)
    }

    @Test("one's own password is changed with the one before it, and ends one's other sessions")
    func ownPassword() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("ann", .viewer)
        let one = try #require(fixture.cookie(of: await fixture.signIn("ann")))
        let two = try #require(fixture.cookie(of: await fixture.signIn("ann")))
        let wrong = #"{"current_password":"not the password","new_password":"a new password"}"#
        #expect(await fixture.call(cookie: one, "PUT", "/password", json: wrong).status == 403)
        let right = #"{"current_password":"\#(Self.password)","new_password":"a new password"}"#
        #expect(await fixture.call(cookie: one, "PUT", "/password", json: right).status == 204)
        #expect(await fixture.call(cookie: one, "GET", "/whoami").status == 200)
        #expect(await fixture.call(cookie: two, "GET", "/whoami").status == 401)
        #expect(await fixture.signIn("ann").status == 401)
        #expect(await fixture.signIn("ann", "a new password").status == 200)
        #expect(await fixture.call("PUT", "/admin/v1/password", json: right).status == 409)
    }

    @Test("RELIABILITY N053: a write with a session needs the header and Martlet's own page")
    func crossSite() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("root", .owner)
        let cookie = try #require(fixture.cookie(of: await fixture.signIn("root")))
        let before = try fixture.store.loadConfiguration()
        for (csrf, site, type) in [
            (nil, nil, "application/json"), ("", nil, "application/json"), ("1", "null", "application/json"),
            ("1", "https://evil.example", "application/json"), (nil, "http://127.0.0.1:8081", "application/json"),
            (nil, nil, "text/plain"), (nil, "null", "application/x-www-form-urlencoded"),
            ("1", "https://127.0.0.1:8081", "application/json"),
        ] as [(String?, String?, String)] {
            let answer = await fixture.call(
                cookie: cookie,
                "POST",
                "/projects",
                json: #"{"name":"made"}"#,
                csrf: csrf,
                site: site,
                contentType: type
            )
            #expect(answer.status == 403, "\(csrf ?? "-") \(site ?? "-") \(type)")
        }
        #expect(try fixture.store.loadConfiguration() == before)
        #expect(await fixture.call(cookie: cookie, "GET", "/keys", site: "https://evil.example").status == 403)
        let own = await fixture.call(
            cookie: cookie,
            "POST",
            "/projects",
            json: #"{"name":"made"}"#,
            site: "http://127.0.0.1:8081"
        )
        #expect(own.status == 201)
        #expect(await fixture.signIn("root", site: "https://evil.example").status == 403)
    }

    @Test("RELIABILITY N054: no answer lets another site's page read it")
    func noCORS() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("root", .owner)
        let cookie = try #require(fixture.cookie(of: await fixture.signIn("root")))
        for method in ["OPTIONS", "GET", "POST"] {
            for path in ["/session", "/keys", "/users"] {
                let answer = await fixture.call(cookie: cookie, method, path, site: "https://evil.example")
                #expect(answer.headers.keys.allSatisfy { !$0.hasPrefix("access-control") })
            }
        }
        #expect(await fixture.call("OPTIONS", "/admin/v1/session", authorization: []).status == 401)
    }

    @Test("with an https address the cookie is held to TLS and this host")
    func secureCookie() {
        let cookie = SessionCookie(publicURL: "https://martlet.example.com")
        #expect(cookie.set(Array("s".utf8), seconds: 5).hasPrefix("__Host-martlet=s; Max-Age=5; Path=/; HttpOnly"))
        #expect(cookie.set([], seconds: 5).hasSuffix("; Secure"))
        var request = AdminRequest(method: "POST", path: "/", requestID: "r")
        request.csrf = "1"
        request.host = "evil.example"
        request.site = "http://evil.example"
        #expect(cookie.refusal(of: request) != nil)
        request.site = "https://martlet.example.com"
        #expect(cookie.refusal(of: request) == nil)
        #expect(cookie.secret(in: ["a=b; __Host-martlet=xyz", "martlet=no"]) == Array("xyz".utf8))
        #expect(cookie.secret(in: ["__Host-martlet=x; __Host-martlet=y"]) == nil)
    }

    @Test("a session ends when it is idle for an hour, and after half a day however much it is used")
    func times() {
        let rules = SessionRules()
        var session = SessionRecord(
            id: "ses_1",
            digest: [],
            userID: "usr_1",
            origin: "",
            createdAt: 0,
            lastSeenAt: 0,
            expiresAt: rules.absoluteMilliseconds
        )
        #expect(session.isInForce(at: 3_599_999, rules) && !session.isInForce(at: 3_600_000, rules))
        session.lastSeenAt = 43_199_000
        #expect(session.isInForce(at: 43_199_999, rules) && !session.isInForce(at: 43_200_000, rules))
        #expect(session.isUseNews(at: 43_259_000) && !session.isUseNews(at: 43_258_999))
    }

    @Test("an admin makes no owners, changes none and ends none's sessions")
    func grants() async throws {
        let fixture = try await AdminFixture()
        let root = try await fixture.user("root", .owner)
        let admin = try await fixture.token(.admin)
        let json = #"{"name":"x","role":"owner","password":"\#(Self.password)"}"#
        #expect(await fixture.call(as: admin, "POST", "/users", json: json).status == 403)
        for (method, path, json) in [
            ("PATCH", "", #"{"enabled":false}"#), ("PATCH", "", #"{"password":"another password"}"#),
            ("PATCH", "", #"{"role":"viewer"}"#), ("DELETE", "", "{}"), ("POST", "/sign-out", "{}"),
        ] {
            #expect(await fixture.call(as: admin, method, "/users/\(root.id)\(path)", json: json).status == 403)
        }
        let viewer = try await fixture.user("ann", .viewer)
        #expect(await fixture.call(as: admin, "PATCH", "/users/\(viewer.id)", json: #"{"role":"owner"}"#).status == 403)
        #expect(try fixture.store.loadAccess().users.map(\.grant.role) == [.viewer, .owner])
    }

    @Test(
        "RELIABILITY N022: a change of a user names what may be changed and nothing else",
        arguments: ["name", "owner_id", "spent", "created_at", "password_hash", "issuer", "subject", "id"]
    )
    func strict(field: String) async throws {
        let fixture = try await AdminFixture()
        let user = try await fixture.user("ann", .viewer)
        let answer = await fixture.call("PATCH", "/admin/v1/users/\(user.id)", json: "{\"\(field)\":\"x\"}")
        #expect(answer.status == 400 && answer.string("field") == field)
    }

    @Test("names that could be taken for others are refused", arguments: ["", "Ann", "a b", "-a", "ä", "a\n", "a/b"])
    func names(name: String) async throws {
        #expect(throws: AdminProblem.self) { try NameRules.userName(name) }
    }
}
