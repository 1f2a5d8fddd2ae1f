import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("providers and models")
struct ProviderAdministrationTests {
    func draft(
        _ name: String = "mine",
        kind: String = "openai",
        secret: String? = "sk-canary-0123456789"
    ) -> ProviderDraft {
        var draft = ProviderDraft(name: name, kind: kind)
        draft.secret = secret.map { Secret($0) }
        return draft
    }

    @Test("a provider's secret is sealed; only its last four characters are kept in the clear")
    func sealed() async throws {
        let fixture = try await AdminFixture()
        let provider = try await fixture.administration.createProvider(self.draft())
        #expect(provider.secretHint == "6789")
        #expect(provider.baseURL.hasPrefix("https://"))
        let sealed = try #require(provider.sealedSecret)
        #expect(!String(decoding: sealed, as: UTF8.self).contains("canary"))
    }

    @Test(
        "a base URL that leads where it must not is refused by name",
        arguments: [
            "http://api.example.com/v1", "file:///etc/passwd", "https://user@example.com", "https://example.com/#a",
            "https://example.com/?a", "https://127.0.0.1/v1", "https://169.254.169.254", "https://[::1]/v1",
            "https://10.0.0.1", "not a url",
        ]
    )
    func baseURL(url: String) async throws {
        let fixture = try await AdminFixture()
        var draft = self.draft()
        draft.baseURL = url
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.createProvider(draft)
        }
        #expect(problem?.code == .invalidField)
        #expect(problem?.field == "base_url")
    }

    @Test("private addresses are admitted where that is said")
    func allowPrivate() async throws {
        let fixture = try await AdminFixture()
        var draft = self.draft(kind: "openai-compatible")
        draft.baseURL = "http://127.0.0.1:9000/v1/"
        draft.settings = ["allow_private": "true"]
        let provider = try await fixture.administration.createProvider(draft)
        #expect(provider.baseURL == "http://127.0.0.1:9000/v1")
    }

    @Test(
        "wrong kinds, names, settings and secrets are refused by name",
        arguments: [
            ("kind", ProviderDraft(name: "x", kind: "nobody")), ("kind", ProviderDraft(name: "x", kind: "sandbox")),
            ("name", ProviderDraft(name: "X", kind: "openai")), ("secret", ProviderDraft(name: "x", kind: "openai")),
        ]
    )
    func wrong(field: String, draft: ProviderDraft) async throws {
        let fixture = try await AdminFixture()
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.createProvider(draft)
        }
        #expect(problem?.field == field)
    }

    @Test("a secret with a line break is refused")
    func secretForm() async throws {
        let fixture = try await AdminFixture()
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.createProvider(self.draft(secret: "sk-a\r\nx-evil: 1"))
        }
        #expect(problem?.field == "secret")
        #expect(problem?.detail.contains("evil") == false)
    }

    @Test("the names of read-only providers are taken", arguments: ["openai", "sandbox"])
    func reserved(name: String) async throws {
        let fixture = try await AdminFixture()
        let code = await AdministrationTests.code {
            _ = try await fixture.administration.createProvider(self.draft(name))
        }
        #expect(code == .conflict)
    }

    @Test("read-only rows cannot be changed or deleted")
    func readOnly() async throws {
        let fixture = try await AdminFixture()
        let configuration = await fixture.administration.configuration
        for provider in configuration.providers {
            let change = await AdministrationTests.code {
                _ = try await fixture.administration.changeProvider(id: provider.id, ProviderChange())
            }
            let delete = await AdministrationTests.code {
                try await fixture.administration.deleteProvider(id: provider.id)
            }
            #expect(change == .readOnly && delete == .readOnly)
        }
        for model in configuration.models {
            let change = await AdministrationTests.code {
                _ = try await fixture.administration.changeModel(id: model.id, ModelChange())
            }
            let delete = await AdministrationTests.code { try await fixture.administration.deleteModel(id: model.id) }
            #expect(change == .readOnly && delete == .readOnly)
        }
    }

    @Test("the ids of read-only rows are the same at every start")
    func derivedIDs() {
        #expect(AdminFixture.readOnly == AdminFixture.readOnly)
        let ids = AdminFixture.readOnly.providers.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /prv_[0-9A-Za-z]{16}/) != nil })
    }

    @Test("changing settings keeps the secret; the secret is replaced and removed by name")
    func changing() async throws {
        let fixture = try await AdminFixture()
        let made = try await fixture.administration.createProvider(
            self.draft(kind: "openai-compatible", secret: nil).at("https://llm.example.com")
        )
        #expect(made.sealedSecret == nil)
        var change = ProviderChange()
        change.secret = .set(Secret("sk-other-9876543210"))
        let keyed = try await fixture.administration.changeProvider(id: made.id, change)
        #expect(keyed.secretHint == "3210")
        change = ProviderChange()
        change.settings = .set(["allow_private": "true"])
        change.isEnabled = .set(false)
        let changed = try await fixture.administration.changeProvider(id: made.id, change)
        #expect(changed.sealedSecret == keyed.sealedSecret)
        #expect(!changed.isEnabled && changed.settings == ["allow_private": "true"])
        change = ProviderChange()
        change.secret = .set(nil)
        #expect(try await fixture.administration.changeProvider(id: made.id, change).sealedSecret == nil)
    }

    @Test("a provider that a model uses is not deleted, and the answer names the model")
    func inUse() async throws {
        let fixture = try await AdminFixture()
        let provider = try await fixture.administration.createProvider(self.draft())
        let model = try await fixture.administration.createModel(
            ModelDraft(name: "fast", targets: [TargetRecord(provider: "mine", upstreamModel: "gpt-mini")])
        )
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.deleteProvider(id: provider.id)
        }
        #expect(problem?.code == .conflict)
        #expect(problem?.detail.contains("fast") == true)
        try await fixture.administration.deleteModel(id: model.id)
        try await fixture.administration.deleteProvider(id: provider.id)
    }

    @Test(
        "targets are checked by place",
        arguments: [
            ([], "targets"), ([TargetRecord(provider: "none", upstreamModel: "m")], "targets[0].provider"),
            ([TargetRecord(provider: "sandbox", upstreamModel: "")], "targets[0].upstream_model"),
            ([TargetRecord(provider: "sandbox", upstreamModel: "m", weight: -1)], "targets[0].weight"),
            ([TargetRecord(provider: "sandbox", upstreamModel: "m", priority: 1_001)], "targets[0].priority"),
            (Array(repeating: TargetRecord(provider: "sandbox", upstreamModel: "m"), count: 2), "targets[1]"),
            ((0..<65).map { TargetRecord(provider: "sandbox", upstreamModel: "m\($0)") }, "targets"),
        ] as [([TargetRecord], String)]
    )
    func targets(targets: [TargetRecord], field: String) async throws {
        let fixture = try await AdminFixture()
        let problem = await #expect(throws: AdminProblem.self) {
            try await fixture.administration.createModel(ModelDraft(name: "m", targets: targets))
        }
        #expect(problem?.field == field)
    }

    @Test("a stored model stands in for one that the environment brought; built-in names stay Martlet's")
    func shadowing() async throws {
        let fixture = try await AdminFixture()
        let targets = [TargetRecord(provider: "sandbox", upstreamModel: "echo")]
        let own = try await fixture.administration.createModel(ModelDraft(name: "gpt-x", targets: targets))
        let named = await fixture.administration.configuration.models.filter { $0.name == "gpt-x" }
        #expect(named.map(\.id) == [own.id])
        let again = await AdministrationTests.code {
            _ = try await fixture.administration.createModel(ModelDraft(name: "gpt-x", targets: targets))
        }
        let builtIn = await AdministrationTests.code {
            _ = try await fixture.administration.createModel(ModelDraft(name: "sandbox/echo", targets: targets))
        }
        #expect(again == .conflict && builtIn == .conflict)
        try await fixture.administration.deleteModel(id: own.id)
        #expect(await fixture.administration.configuration.models.contains { $0.name == "gpt-x" })
    }

    @Test("model names are compared byte by byte")
    func bytes() async throws {
        let fixture = try await AdminFixture()
        let targets = [TargetRecord(provider: "sandbox", upstreamModel: "echo")]
        _ = try await fixture.administration.createModel(ModelDraft(name: "caf\u{E9}", targets: targets))
        _ = try await fixture.administration.createModel(ModelDraft(name: "cafe\u{301}", targets: targets))
        #expect(await fixture.administration.configuration.models.count == 4)
    }

    @Test("a stored provider of the same name wins over the environment's, whose models go with it")
    func storedWins() {
        var stored = StoredConfiguration()
        stored.providers = [
            ProviderRecord(
                id: "prv_1",
                name: "openai",
                kind: "openai",
                baseURL: "https://x",
                createdAt: 1,
                updatedAt: 1
            )
        ]
        let merged = AdminFixture.readOnly.merged(with: stored)
        #expect(merged.providers.map(\.origin) == [.stored, .builtIn])
        #expect(merged.models.map(\.name) == ["sandbox/echo"])
    }
}

extension ProviderDraft {
    fileprivate func at(_ url: String) -> ProviderDraft {
        var copy = self
        copy.baseURL = url
        return copy
    }
}
