import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

@Suite("administration")
struct AdministrationTests {
    @Test("an observer is told at once, and after every write before the write returns")
    func observing() async throws {
        let fixture = try await AdminFixture()
        let before = fixture.changes.all.count
        let created = try await fixture.key()
        #expect(fixture.changes.all.count == before + 1)
        #expect(fixture.changes.all.last?.keys.map(\.id) == [created.record.id])
        _ = try await fixture.administration.revokeKey(id: created.record.id)
        #expect(fixture.changes.all.last?.keys.first?.revokedAt == AdminFixture.now)
    }

    @Test("observers see stored and read-only rows together, each with its origin")
    func merged() async throws {
        let fixture = try await AdminFixture()
        let last = try #require(fixture.changes.all.last)
        #expect(last.providers.map(\.name) == ["openai", "sandbox"])
        #expect(last.models.map(\.origin) == [.environment, .builtIn])
        #expect(last.projects.map(\.name) == ["default"])
    }

    @Test("a write that the store refuses changes nothing and is told as the store's fault")
    func brokenStore() async throws {
        let fixture = try await AdminFixture()
        let before = fixture.changes.all.count
        fixture.store.isBroken = true
        await #expect(throws: AdminProblem(.storeFailed, "the disk is full")) {
            try await fixture.administration.createProject(ProjectDraft(name: "late"))
        }
        #expect(fixture.changes.all.count == before)
        #expect(await fixture.administration.configuration.projects.count == 1)
    }

    @Test("concurrent writes all land, one after the other")
    func concurrency() async throws {
        let fixture = try await AdminFixture()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask { _ = try? await fixture.administration.createProject(ProjectDraft(name: "p-\(index)")) }
            }
        }
        #expect(await fixture.administration.configuration.projects.count == 51)
    }

    @Test(
        "project names are checked",
        arguments: ["", "-a", "A", "a_b", "a b", "a/b", "ä", String(repeating: "a", count: 64), "a\n"]
    )
    func projectNames(name: String) async throws {
        let fixture = try await AdminFixture()
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.createProject(ProjectDraft(name: name))
        }
        #expect(problem?.code == .invalidField)
        #expect(problem?.field == "name")
    }

    @Test("a project's name is unique, also when it is changed")
    func projectConflict() async throws {
        let fixture = try await AdminFixture()
        let other = try await fixture.administration.createProject(ProjectDraft(name: "other"))
        for attempt in ["default", "other"] {
            var change = ProjectChange()
            change.name = .set(attempt)
            let code = await Self.code { _ = try await fixture.administration.changeProject(id: other.id, change) }
            #expect(code == (attempt == "other" ? nil : .conflict))
        }
    }

    @Test("a project that owns keys is not deleted")
    func deleteProject() async throws {
        let fixture = try await AdminFixture()
        let project = try #require(await fixture.administration.configuration.projects.first)
        let key = try await fixture.key()
        #expect(await Self.code { try await fixture.administration.deleteProject(id: project.id) } == .conflict)
        try await fixture.administration.deleteKey(id: key.record.id)
        try await fixture.administration.deleteProject(id: project.id)
        #expect(await Self.code { try await fixture.administration.deleteProject(id: project.id) } == .notFound)
    }

    @Test("a key's secret is returned once and only its digest and verifier are stored")
    func keySecret() async throws {
        let fixture = try await AdminFixture()
        let created = try await fixture.key()
        let text = String(decoding: created.secret.bytes, as: UTF8.self)
        let key = try #require(VirtualKey(text))
        #expect(key.id == created.record.id)
        let digest = KeyDigester(pepper: Array(repeating: 7, count: 32)).digest(key)
        #expect(created.record.digest == digest.bytes)
        let stored = String(describing: try fixture.store.loadConfiguration())
        #expect(!stored.contains(text.dropFirst(20).prefix(30)))
    }

    @Test(
        "a key's restrictions are checked by name",
        arguments: [
            (0, nil, nil, "limits.requests_per_minute"), (-1, nil, nil, "limits.requests_per_minute"),
            (1_000_001, nil, nil, "limits.requests_per_minute"), (nil, [], nil, "allowed_models"),
            (nil, ["ok", "not ok"], nil, "allowed_models[1]"), (nil, ["a\u{202E}b"], nil, "allowed_models[0]"),
            (nil, nil, AdminFixture.now, "expires_at"),
        ] as [(Int?, [String]?, UnixMilliseconds?, String)]
    )
    func keyRules(rate: Int?, models: [String]?, expiry: UnixMilliseconds?, field: String) async throws {
        let fixture = try await AdminFixture()
        var draft = KeyDraft(name: "k", project: "default")
        draft.limits.requestsPerMinute = rate
        draft.allowedModels = models
        draft.expiresAt = expiry
        let problem = await #expect(throws: AdminProblem.self) { try await fixture.administration.createKey(draft) }
        #expect(problem?.field == field)
    }

    @Test("an expired key can still be renamed, and its expiry moved forward")
    func expiredKey() async throws {
        let fixture = try await AdminFixture()
        var record = try await fixture.key().record
        record.expiresAt = AdminFixture.now - 1
        try fixture.store.updateKey(record)
        try await fixture.administration.load()
        var change = KeyChange()
        change.name = .set("renamed")
        #expect(try await fixture.administration.changeKey(id: record.id, change).name == "renamed")
        change.expiresAt = .set(AdminFixture.now + 1)
        #expect(try await fixture.administration.changeKey(id: record.id, change).expiresAt == AdminFixture.now + 1)
        change.expiresAt = .set(nil)
        #expect(try await fixture.administration.changeKey(id: record.id, change).expiresAt == nil)
    }

    @Test("a revoked key stays revoked")
    func revoked() async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        _ = try await fixture.administration.revokeKey(id: id)
        #expect(try await fixture.administration.revokeKey(id: id).revokedAt == AdminFixture.now)
        var change = KeyChange()
        change.isEnabled = .set(true)
        #expect(await Self.code { _ = try await fixture.administration.changeKey(id: id, change) } == .conflict)
    }

    @Test("a key's project must exist, by name or by id")
    func keyProject() async throws {
        let fixture = try await AdminFixture()
        let project = try #require(await fixture.administration.configuration.projects.first)
        let key = try await fixture.administration.createKey(KeyDraft(name: "k", project: project.id))
        #expect(key.record.projectID == project.id)
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.createKey(KeyDraft(name: "k", project: "none"))
        }
        #expect(problem?.field == "project")
    }

    /// The code of the problem that a body threw.
    static func code(_ body: () async throws -> Void) async -> AdminProblem.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? AdminProblem)?.code
        }
    }
}
