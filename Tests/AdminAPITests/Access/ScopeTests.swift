import Exchange
import Storage
import Testing

@testable import AdminAPI

/// Whoever is held to projects sees, changes and gives no more than theirs.
@Suite("scope of projects")
struct ScopeTests {
    struct House {
        let fixture: AdminFixture
        let own: ProjectRows
        let others: ProjectRows
        let token: String

        init(_ role: AdminRole = .projectAdmin) async throws {
            self.fixture = try await AdminFixture()
            self.own = try await ProjectRows("own", number: 1, in: self.fixture)
            self.others = try await ProjectRows("others", number: 2, in: self.fixture)
            self.token = try await self.fixture.token(role, projects: [self.own.project])
        }

        func call(_ method: String, _ path: String, query: String? = nil, json: String? = nil) async -> AdminAnswer {
            await self.fixture.call(as: self.token, method, path, query: query, json: json)
        }
    }

    @Test("RELIABILITY N029: lists hold one's own rows alone, whatever is filtered by")
    func lists() async throws {
        let house = try await House()
        for (path, id) in [
            ("/projects", house.own.project), ("/keys", house.own.key), ("/budgets", house.own.budget),
            ("/requests", house.own.request),
        ] {
            let answer = await house.call("GET", path)
            #expect(answer.count("data") == 1 && answer.string("data.0.id") == id, "\(path)")
            #expect(answer.raw("next") == "null")
            #expect(!answer.text.contains(house.others.project) && !answer.text.contains("others"))
        }
        let ledger = await house.call("GET", "/ledger")
        #expect(ledger.count("data") == 1 && ledger.text.contains(house.own.attempt))
        for query in ["project=others", "project=\(house.others.project)"] {
            for path in ["/keys", "/budgets", "/requests", "/ledger"] {
                #expect(await house.call("GET", path, query: query).count("data") == 0, "\(path)?\(query)")
            }
        }
        #expect(await house.call("GET", "/projects", query: "name=others").count("data") == 0)
        #expect(await house.call("GET", "/requests", query: "key=\(house.others.key)").count("data") == 0)
        let everything = await house.fixture.call("GET", "/admin/v1/keys")
        #expect(everything.count("data") == 2)
    }

    @Test("sums are over one's own projects, whatever is asked for")
    func sums() async throws {
        let house = try await House()
        for query in [nil, "project=others", "group_by=key,project"] {
            #expect(await house.call("GET", "/usage", query: query).status == 200)
        }
        #expect(house.fixture.ledger.queries.count >= 3)
        #expect(house.fixture.ledger.queries.allSatisfy { $0.projects == [house.own.project] })
        _ = await house.fixture.call("GET", "/admin/v1/usage")
        #expect(house.fixture.ledger.queries.last?.projects == nil)
    }

    @Test("RELIABILITY N024: others' rows are as if there were none, and asking for them is in the audit trail")
    func foreign() async throws {
        let house = try await House()
        let others = house.others
        let questions: [(method: String, path: String)] = [
            ("GET", "/projects/\(others.project)"), ("GET", "/keys/\(others.key)"), ("PATCH", "/keys/\(others.key)"),
            ("POST", "/keys/\(others.key)/rotate"), ("POST", "/keys/\(others.key)/revoke"),
            ("DELETE", "/keys/\(others.key)"), ("GET", "/budgets/\(others.budget)"),
            ("PATCH", "/budgets/\(others.budget)"), ("POST", "/budgets/\(others.budget)/reset"),
            ("DELETE", "/budgets/\(others.budget)"), ("GET", "/requests/\(others.request)"),
            ("GET", "/ledger/\(others.attempt)"),
        ]
        let before = try house.fixture.store.loadConfiguration()
        for (method, path) in questions {
            let foreign = await house.call(method, path, json: "{}")
            #expect(foreign.status == 404, "\(method) \(path)")
            #expect(foreign.string("code") == "not_found")
        }
        #expect(try house.fixture.store.loadConfiguration() == before)
        let noted = try house.fixture.refusals.map(\.objectID)
        #expect(noted == questions.map { "\($0.method) /admin/v1\($0.path)" })
        // The same words as for what there is not.
        let missing = await house.call("GET", "/keys/AAAAAAAAAAAA")
        let foreign = await house.call("GET", "/keys/\(others.key)")
        #expect(
            missing.string("detail")?.replacing("AAAAAAAAAAAA", with: "")
                == foreign.string("detail")?
                .replacing(others.key, with: "")
        )
    }

    @Test("a key is made in one's own projects; another's name is answered like one that there is not")
    func creation() async throws {
        let house = try await House()
        #expect(await house.call("POST", "/keys", json: #"{"name":"k","project":"own"}"#).status == 201)
        let foreign = await house.call("POST", "/keys", json: #"{"name":"k","project":"others"}"#)
        let missing = await house.call("POST", "/keys", json: #"{"name":"k","project":"nowhere"}"#)
        #expect(foreign == missing && foreign.status == 400)
        let budget = #"{"scope":{"key":"\#(house.others.key)"},"amount_usd":"1","period":"daily"}"#
        let nothing = #"{"scope":{"key":"AAAAAAAAAAAA"},"amount_usd":"1","period":"daily"}"#
        let refused = await house.call("POST", "/budgets", json: budget)
        #expect(refused.status == 400)
        #expect(refused == (await house.call("POST", "/budgets", json: nothing)))
    }

    @Test("RELIABILITY N021: a key is given no more than its project has, and nothing is stored when it would be")
    func limits() async throws {
        let house = try await House()
        var change = ProjectChange()
        change.limits.requestsPerMinute = .set(100)
        change.limits.tokensPerMinute = .set(1_000)
        _ = try await house.fixture.administration.changeProject(id: house.own.project, change)
        _ = try await house.fixture.administration.createBudget(
            BudgetDraft(scope: .project("own"), amountNanoUSD: 10_000_000_000, period: .monthly)
        )
        let before = try house.fixture.store.loadConfiguration()
        let key = "/keys/\(house.own.key)"
        for (method, path, json) in [
            ("POST", "/keys", #"{"name":"k","project":"own","requests_per_minute":101}"#),
            ("POST", "/keys", #"{"name":"k","project":"own","limits":{"tokens_per_minute":1001}}"#),
            ("PATCH", key, #"{"requests_per_minute":101}"#),
            ("POST", "/budgets", #"{"scope":{"key":"\#(house.own.key)"},"amount_usd":"10.01","period":"monthly"}"#),
            ("POST", "/budgets", #"{"scope":{"project":"own"},"amount_usd":"1","period":"daily"}"#),
        ] {
            let answer = await house.call(method, path, json: json)
            #expect(answer.status == 403 && answer.string("code") == "grant_too_large", "\(json)")
        }
        let own = try #require(before.budgets.first { $0.scope == .project(house.own.project) }?.id)
        for (method, path) in [("PATCH", ""), ("POST", "/reset"), ("DELETE", "")] {
            #expect(await house.call(method, "/budgets/\(own)\(path)", json: "{}").status == 403)
        }
        #expect(try house.fixture.store.loadConfiguration() == before)
        #expect(await house.call("PATCH", key, json: #"{"requests_per_minute":100}"#).status == 200)
        let fitting = #"{"scope":{"key":"\#(house.own.key)"},"amount_usd":"10","period":"monthly"}"#
        #expect(await house.call("POST", "/budgets", json: fitting).status == 201)
        #expect(await house.call("PATCH", "/budgets/\(house.own.budget)", json: #"{"amount_usd":"9"}"#).status == 200)
    }

    @Test("a token that ends makes keys that end no later")
    func expiry() async throws {
        let house = try await House()
        let end = AdminFixture.now + 3_600_000
        let token = try await house.fixture.token(.projectAdmin, projects: [house.own.project], expiresAt: end)
        for json in [
            #"{"name":"k","project":"own"}"#, #"{"name":"k","project":"own","expires_at":"2027-01-15T09:00:01Z"}"#,
        ] {
            #expect(await house.fixture.call(as: token, "POST", "/keys", json: json).status == 403)
        }
        let fitting = #"{"name":"k","project":"own","expires_at":"2027-01-15T09:00:00Z"}"#
        #expect(await house.fixture.call(as: token, "POST", "/keys", json: fitting).status == 201)
    }

    @Test("a request id that another project's caller repeats hides nothing and shows nothing")
    func repeatedID() async throws {
        let house = try await House()
        try house.fixture.store.append([
            RequestRecord(
                id: house.own.request,
                startedAt: 9,
                keyID: house.others.key,
                projectID: house.others.project,
                operation: .chat
            )
        ])
        let answer = await house.call("GET", "/requests/\(house.own.request)")
        #expect(answer.status == 200 && answer.string("project") == house.own.project)
    }

    @Test("a viewer reads its projects and writes nothing")
    func viewer() async throws {
        let house = try await House(.viewer)
        #expect(await house.call("GET", "/keys/\(house.own.key)").status == 200)
        #expect(await house.call("GET", "/models").status == 200)
        for path in ["/providers", "/status", "/audit", "/tokens"] {
            #expect(await house.call("GET", path).status == 403, "\(path)")
        }
        for (method, path) in [("PATCH", "/keys/\(house.own.key)"), ("POST", "/keys"), ("POST", "/projects")] {
            #expect(await house.call(method, path, json: "{}").status == 403)
        }
    }
}
