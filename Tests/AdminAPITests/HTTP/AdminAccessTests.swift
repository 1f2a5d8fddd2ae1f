import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

/// RELIABILITY N025: the table of routes itself says what must be refused.
@Suite("admin access")
struct AdminAccessTests {
    static let id = "prj_0123456789abcdef"

    static func credentials() throws -> [[String]] {
        let token = String(decoding: AdminFixture.token.bytes, as: UTF8.self)
        return [
            [], [""], ["Bearer"], ["Bearer "], ["Bearer  \(token)"], ["Bearer \(token)x"],
            ["Bearer \(token.dropLast())"],
            ["Basic \(token)"], [token], ["Bearer \(token) "], ["Bearer \(token)", "Bearer \(token)"],
            ["Bearer \(VirtualKey.generate().text)"], ["Bearer \(String(repeating: "a", count: 1_000_000))"],
            ["Bearer \u{E9}"], ["Bearer ' OR '1'='1"], ["Bearer \(token.uppercased())"],
        ]
    }

    @Test("every route but health refuses every credential that is not the token, without reading a body")
    func table() async throws {
        let fixture = try await AdminFixture(isLoopback: false)
        let credentials = try Self.credentials()
        for route in fixture.router.routes where route.access != .open && route.access != .signIn {
            let path = route.path.replacing("{id}", with: Self.id)
            for authorization in credentials {
                var request = AdminRequest(method: route.method.rawValue, path: path, requestID: "r")
                request.authorization = authorization
                request.contentType = "application/json"
                let answer = await fixture.router.answer(request) { (_: Int?) throws(AdminProblem) in
                    Issue.record("a body was read for \(route.method) \(path)")
                    return []
                }
                #expect(answer.status == 401, "\(route.method) \(path)")
                #expect(answer.headers["www-authenticate"] != nil)
                #expect(answer.string("code") == "unauthorized")
            }
        }
    }

    @Test("a viewer may not get past a route's right by spelling its path or its method otherwise")
    func viewer() async throws {
        let fixture = try await AdminFixture()
        let token = try await fixture.token(.viewer)
        for route in fixture.router.routes where route.access == .token {
            let path = String(route.path.replacing("{id}", with: Self.id).dropFirst("/admin/v1".count))
            if !AdminPrincipal.of(.viewer).may(route.right.permission) {
                #expect(await fixture.call(as: token, route.method.rawValue, path, json: "{}").status == 403)
            }
            for odd in [path + "/", path + "//", path + "%2f", path + ";a", "/" + path] {
                let answer = await fixture.call(as: token, route.method.rawValue, odd, json: "{}")
                #expect([403, 404, 405].contains(answer.status), "\(route.method.rawValue) \(odd): \(answer.status)")
            }
            for method in ["HEAD", "OPTIONS"] {
                #expect(await fixture.call(as: token, method, path).status == 405)
            }
        }
    }

    @Test("there are routes to be checked, and only health is open")
    func tableIsNotEmpty() async throws {
        let routes = try await AdminFixture().router.routes
        #expect(routes.count > 25)
        #expect(routes.filter { $0.access == .open }.map(\.path) == ["/livez", "/readyz", "/health"])
        #expect(routes.filter { $0.access == .openOnLoopback }.map(\.path) == ["/metrics", "/admin/v1/openapi.json"])
        #expect(routes.filter { $0.access == .signIn }.map(\.path) == ["/admin/v1/session"])
        #expect(Set(routes.map { "\($0.method) \($0.path)" }).count == routes.count)
        #expect(routes.allSatisfy { !$0.summary.isEmpty })
    }

    @Test(
        "odd spellings of a path are refused: 401 to a stranger, 404 with the token",
        arguments: ["/", "//", "%2f", "%2F", ";a", ";a/", "/.", "/..", "?", "%00", "\\", " ", "/%2e%2e"]
    )
    func spellings(suffix: String) async throws {
        let fixture = try await AdminFixture()
        for route in fixture.router.routes where route.access == .token && !route.path.contains("{id}") {
            for path in [route.path + suffix, "/" + route.path, route.path.replacing("/v1/", with: "/v1//")] {
                #expect(await fixture.call("GET", path, authorization: []).status == 401)
                let answer = await fixture.call(route.method.rawValue, path, json: "{}")
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    @Test(
        "other methods are refused: 401 to a stranger, 405 with what is allowed",
        arguments: ["HEAD", "OPTIONS", "PUT", "TRACE", "get", ""]
    )
    func methods(method: String) async throws {
        let fixture = try await AdminFixture()
        for route in fixture.router.routes where route.access == .token {
            let path = route.path.replacing("{id}", with: Self.id)
            #expect(await fixture.call(method, path, authorization: []).status == 401)
            let isTaken = fixture.router.routes.contains { $0.path == route.path && $0.method.rawValue == method }
            guard !isTaken else { continue }
            let answer = await fixture.call(method, path)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"]?.contains(route.method.rawValue) == true)
        }
    }

    @Test("a path that is spelt out is not taken for an id, and what it allows is its own")
    func spelledOut() async throws {
        let fixture = try await AdminFixture()
        for (path, allowed) in [("/admin/v1/ledger/rerate", "POST"), ("/admin/v1/audit/verify", "GET")] {
            let answer = await fixture.call("PUT", path)
            #expect(answer.status == 405 && answer.headers["allow"] == allowed)
        }
        #expect(await fixture.call("GET", "/admin/v1/ledger/rerate").status == 405)
    }

    @Test(
        "unknown paths tell a stranger nothing",
        arguments: ["/", "/admin", "/admin/v1", "/admin/v2/keys", "", "*", "/v1/models"]
    )
    func unknown(path: String) async throws {
        let fixture = try await AdminFixture()
        #expect(await fixture.call("GET", path, authorization: []).status == 401)
        #expect(await fixture.call("GET", path).status == 404)
    }

    @Test("metrics are open on a loopback listener only")
    func metrics() async throws {
        let narrow = try await AdminFixture(isLoopback: true)
        #expect(await narrow.call("GET", "/metrics", authorization: []).status == 200)
        let wide = try await AdminFixture(isLoopback: false)
        #expect(await wide.call("GET", "/metrics", authorization: []).status == 401)
        #expect(await wide.call("GET", "/metrics").status == 200)
    }

    @Test("metrics and open health tell no names and no ids")
    func discretion() async throws {
        let fixture = try await AdminFixture()
        let key = try await fixture.key(named: "canary-name")
        _ = await fixture.call("GET", "/admin/v1/keys/\(key.record.id)")
        for path in ["/metrics", "/livez", "/readyz", "/health"] {
            let text = await fixture.call("GET", path, query: "verbose", authorization: []).text
            #expect(!text.contains("canary-name") && !text.contains(key.record.id) && !text.contains("default"))
        }
        #expect(await fixture.call("GET", "/metrics").text.contains("route=\"/admin/v1/keys/{id}\""))
    }

    @Test("a request that finds no route adds no metric series")
    func bounded() async throws {
        let fixture = try await AdminFixture()
        for index in 0..<100 {
            _ = await fixture.call("GET", "/admin/v1/x\(index)")
        }
        #expect(!(await fixture.call("GET", "/metrics").text.contains("martlet_admin_requests_total")))
    }

    @Test("generated tokens have the form that is told from a virtual key")
    func tokens() {
        let token = AdminToken.generate()
        #expect(token.withBytes { AdminToken.isWellFormed($0) })
        #expect(!token.withBytes { VirtualKey.isWellFormed($0) })
        #expect(token != AdminToken.generate())
        for text in ["", "mt-admin-", "mt-admin-" + String(repeating: "!", count: 43), VirtualKey.generate().text] {
            #expect(!Secret(text).withBytes { AdminToken.isWellFormed($0) })
        }
    }
}
