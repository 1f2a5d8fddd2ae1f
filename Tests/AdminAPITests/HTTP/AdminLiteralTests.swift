import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

@Suite("Names are texts, and secrets are shown once")
struct AdminLiteralTests {
    @Test(
        "what looks like a template is stored and shown as it is (N044)",
        arguments: [
            "{{7*7}}", "${x}", "#{1+1}", "%n%n%s", "\\\\(x)", "<script>", "'; DROP TABLE keys; --", "%_%_%",
        ]
    )
    func templates(_ name: String) async throws {
        let fixture = try await AdminFixture()
        let made = await fixture.call("POST", "/admin/v1/keys", json: #"{"name":"\#(name)","project":"default"}"#)
        let id = try #require(made.string("id"))
        let shown = await fixture.call("GET", "/admin/v1/keys/\(id)")
        #expect(shown.string("name") == name.replacing("\\\\", with: "\\"))
    }

    @Test("a filter matches what it says and nothing else (N045)")
    func filters() async throws {
        let fixture = try await AdminFixture()
        for name in ["%", "_", "a%b", "axb"] { _ = try await fixture.key(named: name) }
        for (query, count) in [("%25", 1), ("_", 1), ("a%25b", 1), ("%25_%25_%25", 0), ("a_b", 0)] {
            let answer = await fixture.call("GET", "/admin/v1/keys", query: "name=\(query)")
            #expect(answer.status == 200)
            #expect(answer.text.ranges(of: #""prefix":"#).count == count, "\(query)")
        }
        let long = String(repeating: "%25_", count: 2_560)
        #expect(await fixture.call("GET", "/admin/v1/keys", query: "name=\(long)").status == 400)
    }

    @Test("a key's secret is in the answer to its creation and nowhere else; a provider's is nowhere (N058)")
    func secrets() async throws {
        let fixture = try await AdminFixture()
        let made = await fixture.call("POST", "/admin/v1/keys", json: #"{"name":"k","project":"default"}"#)
        let (id, secret) = (try #require(made.string("id")), try #require(made.string("secret")))
        let provider = await fixture.call(
            "POST",
            "/admin/v1/providers",
            json: #"{"name":"p","kind":"openai","secret":"sk-canary-of-a-provider-wxyz"}"#
        )
        let providerID = try #require(provider.string("id"))
        #expect(provider.string("secret_hint") == "…wxyz")
        let paths = [
            "keys", "keys/\(id)", "providers", "providers/\(providerID)", "audit", "status", "config/export", "models",
            "projects", "budgets",
        ]
        for path in paths {
            let answer = await fixture.call("GET", "/admin/v1/\(path)")
            #expect(answer.status == 200, "\(path)")
            #expect(!answer.text.contains(secret) && !answer.text.contains("canary"), "\(path)")
        }
    }

    @Test("a key tells what it was ever used for, and a list of keys does not")
    func totals() async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        var row = UsageRow()
        row.requests = 7
        row.usage.uncachedInputTokens = 1_000
        row.usage.visibleOutputTokens = 34
        row.chargeNanoUSD = 1_500_000_000
        fixture.ledger.setRows([row])
        let shown = await fixture.call("GET", "/admin/v1/keys/\(id)")
        #expect(shown.text.contains(#""totals":{"requests":7,"tokens":1034,"cost_usd":"1.5"}"#), "\(shown.text)")
        #expect(fixture.ledger.queries.last?.filters == [.key: id])
        #expect(await fixture.call("GET", "/admin/v1/keys").text.contains(#""totals":null"#))
    }

    @Test("what needs no token names no key, project, provider or model (N107)")
    func strangers() async throws {
        let fixture = try await AdminFixture()
        let key = try await fixture.key(named: "the-secret-team").record
        _ = try await fixture.administration.createProject(ProjectDraft(name: "hidden-project"))
        _ = await fixture.call("GET", "/admin/v1/keys/\(key.id)")
        let open = fixture.router.routes.filter { $0.access != .token }
        #expect(open.count >= 4)
        for route in open {
            for query in [nil, "verbose"] {
                let answer = await fixture.call(route.method.rawValue, route.path, query: query, authorization: [])
                for name in [key.id, "the-secret-team", "hidden-project"] {
                    #expect(!answer.text.contains(name), "\(route.path) tells \(name)")
                }
            }
        }
    }
}
