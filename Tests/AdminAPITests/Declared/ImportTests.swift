import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

@Suite("Importing many rows")
struct ImportTests {
    private static let path = "/admin/v1/import"
    private static let whole = """
        {"projects": [{"name": "search"}],
         "providers": [{"name": "local", "kind": "openai", "secret": "sk-canary-import"}],
         "models": [{"name": "fast", "targets": [{"provider": "local", "upstream_model": "m"}]}],
         "keys": [{"name": "one", "project": "search"}, {"name": "two", "project": "search"}],
         "budgets": [{"scope": {"project": "search"}, "amount_usd": "5", "period": "daily"}]}
        """

    @Test("all rows are made, and keys show secrets that are let in")
    func making() async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", Self.path, json: Self.whole)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(!answer.text.contains("canary"))
        let stored = try fixture.store.loadConfiguration()
        #expect(stored.keys.map(\.name) == ["one", "two"])
        #expect(stored.models.map(\.name) == ["fast"] && stored.providers.map(\.origin) == [.stored])
        #expect(stored.budgets.count == 1)
        #expect(answer.text.ranges(of: #""secret":"sk-mt-"#).count == 2)
        let again = await fixture.call("POST", Self.path, json: Self.whole)
        #expect(again.status == 409 && again.string("field") == "projects[0].name")
        #expect(try fixture.store.loadConfiguration() == stored)
    }

    @Test(
        "one illegal row refuses all, and is named (N023)",
        arguments: [
            (#""name": "two", "project": "search""#, #""name": "two", "project": "nowhere""#, "keys[1].project"),
            (#""upstream_model": "m""#, #""upstream_model": """#, "models[0].targets[0].upstream_model"),
            (#""amount_usd": "5""#, #""amount_usd": "5x""#, "budgets[0].amount_usd"),
            (#""name": "one""#, #""nam": "one""#, "keys[0].nam"),
            (#""kind": "openai""#, #""kind": "sandbox""#, "providers[0].kind"),
        ]
    )
    func illegal(_ right: String, _ wrong: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let before = try fixture.store.loadConfiguration()
        let answer = await fixture.call("POST", Self.path, json: Self.whole.replacing(right, with: wrong))
        #expect(answer.status == 400 && answer.string("field") == field, "\(answer.text)")
        #expect(try fixture.store.loadConfiguration() == before)
    }

    @Test("a trial checks everything, makes nothing and shows no secret")
    func trial() async throws {
        let fixture = try await AdminFixture()
        let before = try fixture.store.loadConfiguration()
        let trial = Self.whole.replacing(#"{"projects""#, with: #"{"dry_run": true, "projects""#)
        let answer = await fixture.call("POST", Self.path, json: trial)
        #expect(answer.status == 200 && !answer.text.contains(#""secret":"sk-mt-"#), "\(answer.text)")
        #expect(try fixture.store.loadConfiguration() == before)
    }
}

@Suite("Secrets of many keys")
struct KeyMakerTests {
    @Test("each is another one, with a verifier of its own")
    func making() async throws {
        let made = try await KeyMaker().make(3, .system, cost: 4)
        #expect(Set(made.map(\.key.text)).count == 3)
        for key in made { #expect(BcryptVerifier.verify(key: Array(key.key.text.utf8), against: key.verifier)) }
    }

    @Test("when nobody waits any more, no more are made")
    func givenUp() async {
        let task = Task { () -> Bool in
            withUnsafeCurrentTask { $0?.cancel() }
            do { return try await KeyMaker().make(1_000, .system, cost: 12).isEmpty } catch { return true }
        }
        #expect(await task.value)
    }
}
