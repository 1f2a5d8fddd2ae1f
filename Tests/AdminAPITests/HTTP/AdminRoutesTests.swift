import Exchange
import Storage
import Telemetry
import Testing

@testable import AdminAPI

@Suite("admin routes")
struct AdminRoutesTests {
    @Test("a project is created, listed, shown, changed and deleted")
    func project() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call("POST", "/admin/v1/projects", json: #"{"name":"team-a"}"#)
        #expect(created.status == 201)
        let id = try #require(created.string("id"))
        #expect(id.wholeMatch(of: /prj_[0-9A-Za-z]{16}/) != nil)
        #expect(created.string("created_at") == "2027-01-15T08:00:00.000Z")
        #expect(await fixture.call("GET", "/admin/v1/projects").count("data") == 2)
        #expect(await fixture.call("GET", "/admin/v1/projects/\(id)").body == created.body)
        let changed = await fixture.call("PATCH", "/admin/v1/projects/\(id)", json: #"{"enabled":false}"#)
        #expect(changed.raw("enabled") == "false" && changed.string("name") == "team-a")
        #expect(await fixture.call("DELETE", "/admin/v1/projects/\(id)") == .noContent)
        #expect(await fixture.call("GET", "/admin/v1/projects/\(id)").status == 404)
    }

    @Test("a key shows its secret in the answer to its creation and never again")
    func key() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call(
            "POST",
            "/admin/v1/keys",
            json: """
                {"name":"ci","project":"default","allowed_models":["fast","openai/*"],
                 "requests_per_minute":60,"expires_at":"2030-01-01T00:00:00Z"}
                """
        )
        #expect(created.status == 201)
        let id = try #require(created.string("id"))
        let secret = try #require(created.string("secret"))
        #expect(secret.hasPrefix("sk-mt-\(id)-"))
        #expect(created.string("prefix") == "sk-mt-\(id)")
        #expect(created.string("state") == "active")
        #expect(created.raw("requests_per_minute") == "60")
        #expect(created.string("expires_at") == "2030-01-01T00:00:00.000Z")
        let hidden = secret.dropFirst(19)
        for answer in [
            await fixture.call("GET", "/admin/v1/keys/\(id)"), await fixture.call("GET", "/admin/v1/keys"),
            await fixture.call("PATCH", "/admin/v1/keys/\(id)", json: #"{"name":"ci2"}"#),
            await fixture.call("POST", "/admin/v1/keys/\(id)/revoke"),
        ] {
            #expect(answer.status == 200)
            #expect(
                !answer.text.contains(hidden) && !answer.text.contains("verifier") && !answer.text.contains("digest")
            )
        }
        #expect(await fixture.call("GET", "/admin/v1/keys/\(id)").string("state") == "revoked")
        #expect(await fixture.call("DELETE", "/admin/v1/keys/\(id)").status == 204)
    }

    @Test("null clears a key's restriction, and absence keeps it")
    func clearing() async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        let path = "/admin/v1/keys/\(id)"
        _ = await fixture.call("PATCH", path, json: #"{"requests_per_minute":5,"allowed_models":["a"]}"#)
        let kept = await fixture.call("PATCH", path, json: #"{"enabled":false}"#)
        #expect(kept.raw("requests_per_minute") == "5" && kept.raw("allowed_models") == #"["a"]"#)
        #expect(kept.string("state") == "disabled")
        let cleared = await fixture.call("PATCH", path, json: #"{"requests_per_minute":null,"allowed_models":null}"#)
        #expect(cleared.raw("requests_per_minute") == "null" && cleared.raw("allowed_models") == "null")
    }

    @Test("a key asks for strict translation when it is made so or changed so, and not otherwise")
    func strictKey() async throws {
        let fixture = try await AdminFixture()
        for (member, expected) in [("", "false"), (#","strict_translation":true"#, "true")] {
            let created = await fixture.call(
                "POST",
                "/admin/v1/keys",
                json: #"{"name":"k","project":"default"\#(member)}"#
            )
            #expect(created.status == 201 && created.raw("strict_translation") == expected)
        }
        let id = try await fixture.key().record.id
        let path = "/admin/v1/keys/\(id)"
        for (json, expected) in [
            (#"{"strict_translation":true}"#, "true"), (#"{"enabled":true}"#, "true"),
            (#"{"strict_translation":false}"#, "false"),
        ] {
            #expect(await fixture.call("PATCH", path, json: json).raw("strict_translation") == expected)
            #expect(await fixture.call("GET", path).raw("strict_translation") == expected)
        }
        #expect(await fixture.call("GET", "/admin/v1/keys").raw("data.0.strict_translation") != nil)
    }

    @Test("a provider's secret goes in and never comes out")
    func provider() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call(
            "POST",
            "/admin/v1/providers",
            json: """
                {"name":"lan","kind":"openai-compatible","base_url":"http://10.0.0.5:8000/v1",
                 "secret":"sk-canary-0123456789","settings":{"allow_private":true}}
                """
        )
        #expect(created.status == 201)
        let id = try #require(created.string("id"))
        let answers = [
            created, await fixture.call("GET", "/admin/v1/providers"),
            await fixture.call("GET", "/admin/v1/providers/\(id)"),
            await fixture.call("PATCH", "/admin/v1/providers/\(id)", json: #"{"enabled":false}"#),
        ]
        for answer in answers {
            #expect(!answer.text.contains("canary"))
        }
        #expect(created.string("secret_hint") == "…6789" && created.raw("has_secret") == "true")
        #expect(created.string("settings.allow_private") == "true")
        #expect(await fixture.call("DELETE", "/admin/v1/providers/\(id)").status == 204)
    }

    @Test("a model is made with its targets, in order")
    func model() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call(
            "POST",
            "/admin/v1/models",
            json: """
                {"name":"fast","targets":[{"provider":"sandbox","upstream_model":"echo","weight":3},
                 {"provider":"openai","upstream_model":"gpt-x","priority":1,"enabled":false}]}
                """
        )
        #expect(created.status == 201)
        let id = try #require(created.string("id"))
        #expect(created.string("targets.0.provider") == "sandbox" && created.raw("targets.0.weight") == "3")
        #expect(created.string("targets.0.price.output") == "5" && created.raw("targets.1.price") == "null")
        #expect(created.raw("targets.1.enabled") == "false" && created.raw("targets.1.priority") == "1")
        let changed = await fixture.call(
            "PATCH",
            "/admin/v1/models/\(id)",
            json: #"{"targets":[{"provider":"openai","upstream_model":"gpt-x"}]}"#
        )
        #expect(changed.count("targets") == 1)
        #expect(await fixture.call("DELETE", "/admin/v1/models/\(id)").status == 204)
    }

    @Test("lists filter by name and by what they belong to")
    func filters() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.key(named: "one")
        _ = try await fixture.key(named: "two")
        #expect(await fixture.call("GET", "/admin/v1/keys", query: "name=two").count("data") == 1)
        #expect(await fixture.call("GET", "/admin/v1/keys", query: "project=default").count("data") == 2)
        #expect(await fixture.call("GET", "/admin/v1/keys", query: "project=none").count("data") == 0)
        #expect(await fixture.call("GET", "/admin/v1/providers", query: "name=openai").count("data") == 1)
        #expect(await fixture.call("GET", "/admin/v1/models", query: "name=sandbox%2Fecho").count("data") == 1)
        #expect(await fixture.call("GET", "/admin/v1/models", query: "provider=openai").count("data") == 1)
        #expect(await fixture.call("GET", "/admin/v1/projects", query: "name=defau").count("data") == 0)
    }

    @Test("status tells version, uptime, readiness and counts")
    func status() async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("GET", "/admin/v1/status")
        #expect(answer.string("version") == "1.2.3" && answer.string("mode") == "serving")
        #expect(answer.raw("uptime_seconds") == "61" && answer.raw("ready") == "true")
        #expect(answer.raw("models") == "2" && answer.string("conditions.store") == "ready")
    }

    @Test("a provider is asked for a sign of life, and what came of it is told")
    func check() async throws {
        let fixture = try await AdminFixture()
        for (name, isGood) in [("openai", "true"), ("sandbox", "false")] {
            let list = await fixture.call("GET", "/admin/v1/providers", query: "name=\(name)")
            let id = try #require(list.string("data.0.id"))
            let answer = await fixture.call("POST", "/admin/v1/providers/\(id)/check")
            #expect(answer.status == 200 && answer.raw("reachable") == isGood && answer.string("provider") == name)
            #expect(answer.string("detail") == "status 200" && answer.raw("milliseconds") == "7")
        }
        #expect(await fixture.call("POST", "/admin/v1/providers/nobody/check").status == 404)
        #expect(await fixture.call("GET", "/admin/v1/providers/nobody/check").status == 405)
    }

    @Test("readiness turns with its conditions; liveness does not")
    func health() async throws {
        let fixture = try await AdminFixture()
        #expect(await fixture.call("GET", "/readyz", authorization: []).status == 200)
        #expect(await fixture.call("HEAD", "/readyz", authorization: []).status == 200)
        fixture.services.readiness.set("store", .waiting("disk full"))
        #expect(await fixture.call("GET", "/readyz", authorization: []).status == 503)
        let verbose = await fixture.call("GET", "/readyz", query: "verbose", authorization: [])
        #expect(verbose.status == 503 && verbose.string("conditions.store") == "disk full")
        #expect(await fixture.call("GET", "/livez", query: "x=%", authorization: []).status == 200)
        #expect(await fixture.call("POST", "/livez", authorization: []).status == 405)
    }

    @Test("a store that fails is a 503 that says so")
    func brokenStore() async throws {
        let fixture = try await AdminFixture()
        fixture.store.isBroken = true
        let answer = await fixture.call("POST", "/admin/v1/projects", json: #"{"name":"x"}"#)
        #expect(answer.status == 503 && answer.string("code") == "store_failed")
        #expect(await fixture.call("GET", "/admin/v1/requests").status == 503)
        #expect(await fixture.call("GET", "/admin/v1/projects").status == 200)
    }
}
