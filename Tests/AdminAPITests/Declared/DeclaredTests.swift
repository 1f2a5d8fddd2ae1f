import Exchange
import Storage
import Testing

@testable import AdminAPI

/// A document with a row of each kind.
private let whole = """
    {"projects": [{"name": "search", "limits": {"requests_per_minute": 60}}],
     "providers": [{"name": "local", "kind": "openai-compatible", "base_url": "http://127.0.0.1:9911/v1",
                    "secret": "sk-local-canary-1", "settings": {"allow_private": true}}],
     "models": [{"name": "fast", "targets": [{"provider": "local", "upstream_model": "m1"},
                                             {"provider": "sandbox", "upstream_model": "echo", "priority": 1}]}],
     "budgets": [{"scope": {"project": "search"}, "amount_usd": "100", "period": "monthly"}]}
    """

private func document(_ json: String) throws -> DeclaredDocument { try DeclaredDocument(json: Array(json.utf8)) }

/// A kind, a name, what happens.
private func lines(_ plan: DeclaredPlan) -> [String] {
    plan.changes.map { "\($0.action.rawValue) \($0.kind) \($0.name)" }
}

@Suite("Declared configuration")
struct DeclaredTests {
    private let source = DeclaredSource(name: "martlet.yaml")

    @Test("a plan says what would be made, and makes nothing")
    func planning() async throws {
        let fixture = try await AdminFixture()
        let before = await fixture.administration.configuration
        let plan = try await fixture.administration.plan(try document(whole))
        #expect(
            lines(plan) == [
                "create project search", "create provider local", "create model fast", "create budget search monthly",
            ]
        )
        #expect(plan.version == nil)
        #expect(await fixture.administration.configuration == before)
        #expect(try fixture.store.loadConfiguration().providers.isEmpty)
        #expect(plan.changes.allSatisfy { !($0.after ?? "").contains("sk-local-canary") })
    }

    @Test("applying makes the rows the file's, once; the same again changes nothing and makes no version")
    func applying() async throws {
        let fixture = try await AdminFixture()
        let administration = fixture.administration
        let plan = try await administration.apply(try document(whole), from: self.source)
        #expect(plan.version == 1)
        let stored = try fixture.store.loadConfiguration()
        #expect(stored.projects.first { $0.name == "search" }?.origin == .file)
        #expect(stored.providers.map(\.origin) == [.file])
        #expect(stored.models.map(\.origin) == [.file])
        #expect(stored.budgets.map(\.origin) == [.file])
        #expect(stored.projects.first { $0.name == "default" }?.origin == .stored)
        let again = try await administration.apply(try document(whole), from: self.source)
        #expect(again.changes.isEmpty)
        #expect(again.version == nil)
        #expect(try fixture.store.loadConfiguration() == stored)
        #expect(try await administration.versions(limit: 10, before: nil).map(\.number) == [1])
    }

    @Test("what is no longer declared goes; what others made stays")
    func deleting() async throws {
        let fixture = try await AdminFixture()
        let administration = fixture.administration
        _ = try await administration.apply(try document(whole), from: self.source)
        let other = ModelDraft(name: "mine", targets: [TargetRecord(provider: "sandbox", upstreamModel: "echo")])
        _ = try await administration.createModel(other)
        let plan = try await administration.apply(try document("{}"), from: self.source)
        #expect(
            Set(lines(plan)) == [
                "delete project search", "delete provider local", "delete model fast", "delete budget search monthly",
            ]
        )
        let stored = try fixture.store.loadConfiguration()
        #expect(stored.models.map(\.name) == ["mine"])
        #expect(stored.projects.map(\.name) == ["default"])
        #expect(stored.providers.isEmpty && stored.budgets.isEmpty)
    }

    @Test("a row made by hand becomes the file's when it is declared, keeping its id")
    func adopting() async throws {
        let fixture = try await AdminFixture()
        let made = try await fixture.administration.createProject(ProjectDraft(name: "search"))
        let plan = try await fixture.administration.apply(
            try document(#"{"projects": [{"name": "search"}]}"#),
            from: self.source
        )
        #expect(lines(plan) == ["change project search"])
        #expect(plan.changes.first?.after == #"{"origin":"file"}"#)
        #expect(try await fixture.administration.project(id: made.id).origin == .file)
    }

    @Test("a credential that has not changed is not written again; another is, and never shown")
    func credentials() async throws {
        let fixture = try await AdminFixture()
        let administration = fixture.administration
        _ = try await administration.apply(try document(whole), from: self.source)
        let sealed = try fixture.store.loadConfiguration().providers.first?.sealedSecret
        #expect(try await administration.plan(try document(whole)).changes.isEmpty)
        let other = whole.replacing("sk-local-canary-1", with: "sk-local-canary-2")
        let plan = try await administration.apply(try document(other), from: self.source)
        #expect(lines(plan) == ["change provider local"])
        #expect(!"\(plan)".contains("sk-local-canary"))
        #expect(try fixture.store.loadConfiguration().providers.first?.sealedSecret != sealed)
        // A file that holds no credential leaves the one that is stored.
        let silent = whole.replacing(#""secret": "sk-local-canary-1", "#, with: "")
        #expect(try await administration.apply(try document(silent), from: self.source).changes.isEmpty)
        #expect(try fixture.store.loadConfiguration().providers.first?.secretHint == "ry-2")
    }

    @Test(
        "one mistake refuses the whole, and names its place",
        arguments: [
            (#""upstream_model": "m1""#, #""upstream_model": """#, "models[0].targets[0].upstream_model"),
            (#""provider": "local""#, #""provider": "nowhere""#, "models[0].targets[0].provider"),
            (#""kind": "openai-compatible""#, #""kind": "sandbox""#, "providers[0].kind"),
            (#""project": "search""#, #""project": "serach""#, "budgets[0].scope.project"),
            (#""amount_usd": "100""#, #""amount_usd": "-1""#, "budgets[0].amount_usd"),
            (#""requests_per_minute": 60"#, #""requests_per_minute": 0"#, "projects[0].limits.requests_per_minute"),
        ]
    )
    func mistakes(_ right: String, _ wrong: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let before = try fixture.store.loadConfiguration()
        let seen = fixture.changes.all.count
        var problem: AdminProblem?
        do {
            _ = try await fixture.administration.apply(try document(whole.replacing(right, with: wrong)), from: source)
        } catch let error as AdminProblem {
            problem = error
        }
        #expect(problem?.field == field)
        #expect(problem?.detail.contains(field) == true)
        #expect(try fixture.store.loadConfiguration() == before)
        #expect(await fixture.administration.configuration.models.allSatisfy { $0.name != "fast" })
        #expect(fixture.changes.all.count == seen)
    }

    @Test("two rows of one name are refused")
    func repeats() {
        #expect(throws: AdminProblem.field("projects[1]", "repeats projects[0]")) {
            try document(#"{"projects": [{"name": "a"}, {"name": "a"}]}"#)
        }
    }

    @Test("a project that still owns keys is not deleted, and nothing else is either")
    func owningKeys() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.administration.apply(try document(whole), from: self.source)
        _ = try await fixture.administration.createKey(KeyDraft(name: "k", project: "search"))
        let before = try fixture.store.loadConfiguration()
        await #expect(throws: AdminProblem.self) {
            try await fixture.administration.apply(try document("{}"), from: source)
        }
        #expect(try fixture.store.loadConfiguration() == before)
    }

    @Test("a store that fails leaves everything as it was")
    func failingStore() async throws {
        let fixture = try await AdminFixture()
        let before = await fixture.administration.configuration
        fixture.store.isBroken = true
        await #expect(throws: AdminProblem.self) {
            try await fixture.administration.apply(try document(whole), from: source)
        }
        #expect(await fixture.administration.configuration == before)
        fixture.store.isBroken = false
        #expect(try await fixture.administration.apply(try document(whole), from: self.source).version == 1)
    }

    @Test("the file's rows are read-only in the API, but for a credential that the file does not hold")
    func readOnlyRows() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.administration.apply(try document(whole), from: self.source)
        let stored = try fixture.store.loadConfiguration()
        let project = try #require(stored.projects.first { $0.name == "search" })
        let provider = try #require(stored.providers.first)
        let model = try #require(stored.models.first)
        let budget = try #require(stored.budgets.first)
        let calls = [
            ("projects/\(project.id)", #"{"enabled": false}"#), ("providers/\(provider.id)", #"{"enabled": false}"#),
            ("models/\(model.id)", #"{"enabled": false}"#), ("budgets/\(budget.id)", #"{"amount_usd": "1"}"#),
        ]
        for (path, body) in calls {
            let changed = await fixture.call("PATCH", "/admin/v1/\(path)", json: body)
            #expect(changed.status == 409, "\(path)")
            #expect(changed.text.contains("configuration file"))
            #expect(await fixture.call("DELETE", "/admin/v1/\(path)").status == 409, "\(path)")
        }
        let secret = await fixture.call("PATCH", "/admin/v1/providers/\(provider.id)", json: #"{"secret": "sk-new"}"#)
        #expect(secret.status == 200)
        #expect(try fixture.store.loadConfiguration().providers.first?.origin == .file)
        #expect(await fixture.call("POST", "/admin/v1/budgets/\(budget.id)/reset").status == 200)
    }

    @Test("an earlier version comes back as a new one, credentials included; a file that was found does not undo it")
    func rollingBack() async throws {
        let fixture = try await AdminFixture()
        let administration = fixture.administration
        _ = try await administration.apply(try document(whole), from: self.source)
        let changed = whole.replacing(#""requests_per_minute": 60"#, with: #""requests_per_minute": 90"#)
            .replacing("sk-local-canary-1", with: "sk-local-canary-2")
        #expect(try await administration.apply(try document(changed), from: self.source).version == 2)
        let plan = try await administration.rollBack(to: 1)
        #expect(plan.version == 3)
        #expect(Set(lines(plan)) == ["change project search", "change provider local"])
        let stored = try fixture.store.loadConfiguration()
        #expect(stored.projects.first { $0.name == "search" }?.limits.requestsPerMinute == 60)
        #expect(stored.providers.first?.secretHint == "ry-1")
        let found = DeclaredSource(name: "martlet.yaml", isFound: true)
        await #expect(throws: AdminProblem.self) { try await administration.apply(try document(changed), from: found) }
        #expect(try fixture.store.loadConfiguration() == stored)
        let third = changed.replacing(#""requests_per_minute": 90"#, with: #""requests_per_minute": 91"#)
        #expect(try await administration.apply(try document(third), from: found).version == 4)
        #expect(try await administration.apply(try document(changed), from: self.source).version == 5)
        await #expect(throws: AdminProblem.self) { try await administration.rollBack(to: 99) }
    }

    @Test("every change enters the audit trail with its row, and the version is sealed")
    func trail() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.administration.apply(try document(whole), from: self.source)
        var query = AuditQuery()
        query.limit = 100
        let entries = try fixture.store.auditEntries(query)
        let actions = Set(entries.map(\.draft.action))
        #expect(actions.isSuperset(of: ["project.created", "provider.created", "model.created", "budget.created"]))
        #expect(!"\(entries)".contains("sk-local-canary"))
        let version = try #require(try fixture.store.versions(limit: 1, before: nil).first)
        #expect(!String(decoding: version.sealedDocument, as: UTF8.self).contains("search"))
    }

    @Test("what is exported reads back, and declares what is there")
    func exporting() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.administration.apply(try document(whole), from: self.source)
        let answer = await fixture.call("GET", "/admin/v1/config/export", query: "owner=file")
        #expect(answer.status == 200)
        #expect(!answer.text.contains("canary"))
        let exported = try document(answer.text)
        #expect(exported.models == (try document(whole)).models)
        #expect(try await fixture.administration.plan(exported).changes.isEmpty)
        #expect(await fixture.call("GET", "/admin/v1/config/export", query: "owner=me").status == 400)
    }

    @Test("plan, apply, versions and rollback are routes")
    func routes() async throws {
        let fixture = try await AdminFixture()
        let body = #"{"source": "martlet.yaml", "document": \#(whole)}"#
        let plan = await fixture.call("POST", "/admin/v1/config/plan", json: body)
        #expect(plan.status == 200)
        #expect(plan.text.hasPrefix(#"{"version":null,"created":4,"changed":0,"deleted":0,"changes":["#))
        let applied = await fixture.call("POST", "/admin/v1/config/apply", json: body)
        #expect(applied.text.hasPrefix(#"{"version":1,"created":4"#))
        let emptied = await fixture.call("POST", "/admin/v1/config/apply", json: #"{"document": {}}"#)
        #expect(emptied.text.hasPrefix(#"{"version":2,"created":0,"changed":0,"deleted":4"#))
        let versions = await fixture.call("GET", "/admin/v1/config/versions", query: "limit=1")
        #expect(versions.text.contains(#""source":"api""#))
        let next = try #require(versions.text.split(separator: #""next":""#).last?.split(separator: "\"").first)
        let older = await fixture.call("GET", "/admin/v1/config/versions", query: "limit=1&after=\(next)")
        #expect(older.text.contains(#""version":1"#))
        let shown = await fixture.call("GET", "/admin/v1/config/versions/1")
        #expect(shown.text.contains(#""document":{"projects":[{"name":"search""#))
        #expect(!shown.text.contains("canary"))
        let back = await fixture.call("POST", "/admin/v1/config/rollback", json: #"{"version": 1}"#)
        #expect(back.text.hasPrefix(#"{"version":3,"created":4"#))
        for (path, json, status) in [
            ("rollback", #"{"version": 77}"#, 404), ("rollback", "{}", 400), ("rollback", #"{"version": -9}"#, 404),
            ("plan", "{}", 400), ("plan", #"{"document": {"keys": []}}"#, 400), ("apply", #"{"document": []}"#, 400),
        ] {
            #expect(await fixture.call("POST", "/admin/v1/config/\(path)", json: json).status == status, "\(json)")
        }
        #expect(await fixture.call("GET", "/admin/v1/config/versions/x").status == 404)
    }
}
