import Policy
import Providers
import Storage
import Testing

@testable import AdminAPI

@Suite("what a model may be as a whole")
struct ModelRulesTests {
    private static func target(
        _ upstream: String = "echo",
        on provider: String = "sandbox",
        weight: Int = 1,
        isEnabled: Bool = true
    ) -> TargetRecord {
        TargetRecord(provider: provider, upstreamModel: upstream, weight: weight, isEnabled: isEnabled)
    }

    private static func problem(
        _ work: () async throws(AdminProblem) -> Void
    ) async -> AdminProblem? {
        do throws(AdminProblem) {
            try await work()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "a model that is served needs an enabled target with a weight, and is told the way out",
        arguments: [
            [Self.target(weight: 0)], [Self.target(isEnabled: false)],
            [Self.target(weight: 0), Self.target("other", isEnabled: false)],
        ]
    )
    func nothingToChoose(_ targets: [TargetRecord]) async throws {
        let administration = try await AdminFixture().administration
        var draft = ModelDraft(name: "m", targets: targets)
        let refused = await Self.problem { () throws(AdminProblem) in _ = try await administration.createModel(draft) }
        #expect(refused?.field == "targets" && refused?.detail.contains("disable the model") == true)
        draft.isEnabled = false
        let model = try await administration.createModel(draft)
        var change = ModelChange()
        change.isEnabled = .set(true)
        let enabled = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.changeModel(id: model.id, change)
        }
        #expect(enabled?.field == "targets")
        change.targets = .set(targets + [Self.target("third")])
        #expect(try await administration.changeModel(id: model.id, change).isEnabled)
    }

    @Test("one of several targets may run dry, the last one not")
    func draining() async throws {
        let administration = try await AdminFixture().administration
        let model = try await administration.createModel(
            ModelDraft(name: "m", targets: [Self.target("a"), Self.target("b")])
        )
        var change = ModelChange()
        change.targets = .set([Self.target("a", weight: 0), Self.target("b")])
        #expect(try await administration.changeModel(id: model.id, change).targets[0].weight == 0)
        change.targets = .set([Self.target("a", weight: 0), Self.target("b", weight: 0)])
        let refused = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.changeModel(id: model.id, change)
        }
        #expect(refused?.field == "targets")
    }

    @Test(
        "a wildcard stands alone at the end of a name, after a slash",
        arguments: [
            ("lab/*", true), ("a/b/*", true), ("lab/é/*", true), ("*", false), ("/*", false), ("lab*", false),
            ("lab/m*", false), ("*/m", false), ("l*b/*", false), ("lab/**", false), ("lab/*/m", false),
        ]
    )
    func wildcardNames(_ name: String, _ isGood: Bool) async throws {
        let administration = try await AdminFixture().administration
        let refused = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.createModel(ModelDraft(name: name, targets: [Self.target()]))
        }
        #expect((refused == nil) == isGood)
        #expect(isGood || refused?.field == "name")
    }

    @Test(
        "an upstream model may end in a star where the name does, and there alone",
        arguments: [
            ("lab/*", "*", true), ("lab/*", "vendor/*", true), ("lab/*", "gpt-*", true), ("lab/*", "fixed", true),
            ("lab/*", "a*b", false), ("lab/*", "**", false), ("lab/*", "*/*", false), ("fast", "*", false),
            ("fast", "gpt-*", false),
        ]
    )
    func wildcardTargets(_ name: String, _ upstream: String, _ isGood: Bool) async throws {
        let administration = try await AdminFixture().administration
        let refused = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.createModel(
                ModelDraft(name: name, targets: [Self.target(), Self.target(upstream)])
            )
        }
        #expect((refused == nil) == isGood)
        #expect(isGood || refused?.field == "targets[1].upstream_model")
    }

    @Test("a name that reads as a provider's model must have a target there")
    func shadowing() async throws {
        let administration = try await AdminFixture().administration
        for name in ["openai/gpt-5", "openai/*", "openai/a/b"] {
            let refused = await Self.problem { () throws(AdminProblem) in
                _ = try await administration.createModel(ModelDraft(name: name, targets: [Self.target()]))
            }
            #expect(refused?.field == "name" && refused?.detail.contains("openai") == true)
            let both = [Self.target(), Self.target("gpt-5", on: "openai")]
            let model = try await administration.createModel(ModelDraft(name: name, targets: both))
            var change = ModelChange()
            change.targets = .set([Self.target()])
            let taken = await Self.problem { () throws(AdminProblem) in
                _ = try await administration.changeModel(id: model.id, change)
            }
            #expect(taken?.field == "name")
        }
        for name in ["openai", "openai-eu/gpt", "OpenAI/gpt", "open/ai"] {
            _ = try await administration.createModel(ModelDraft(name: name, targets: [Self.target()]))
        }
    }

    @Test("a provider whose name would turn models into its own is refused, and the models are named")
    func providerBehindModels() async throws {
        let administration = try await AdminFixture().administration
        let model = try await administration.createModel(ModelDraft(name: "lab/fast", targets: [Self.target()]))
        var draft = ProviderDraft(name: "lab", kind: "openai-compatible")
        draft.baseURL = "https://lab.example/v1"
        let provider = draft
        let refused = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.createProvider(provider)
        }
        #expect(refused?.code == .conflict && refused?.field == "name" && refused?.detail.contains("lab/fast") == true)
        try await administration.deleteModel(id: model.id)
        _ = try await administration.createProvider(provider)
    }

    @Test(
        "a deleted provider takes no target along: it is refused as long as one names it, and then no model can name it"
    )
    func deletedProvider() async throws {
        let administration = try await AdminFixture().administration
        var draft = ProviderDraft(name: "lab", kind: "openai-compatible")
        draft.baseURL = "https://lab.example/v1"
        let provider = try await administration.createProvider(draft)
        var ids: [String] = []
        for index in 0..<7 {
            let targets = [Self.target(), Self.target("m", on: "lab", weight: 0, isEnabled: false)]
            ids.append(try await administration.createModel(ModelDraft(name: "m\(index)", targets: targets)).id)
        }
        let refused = await Self.problem { () throws(AdminProblem) in
            try await administration.deleteProvider(id: provider.id)
        }
        #expect(refused?.code == .conflict && refused?.detail.contains("m0, m1, m2, m3, m4 …") == true)
        for id in ids { try await administration.deleteModel(id: id) }
        try await administration.deleteProvider(id: provider.id)
        let late = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.createModel(ModelDraft(name: "m", targets: [Self.target("m", on: "lab")]))
        }
        #expect(late?.field == "targets[0].provider")
    }

    @Test("64 targets are taken, and ten thousand are refused at once")
    func many() async throws {
        let fixture = try await AdminFixture()
        let most = (0..<64).map { Self.target("m\($0)") }
        _ = try await fixture.administration.createModel(ModelDraft(name: "wide", targets: most))
        let list = (0..<10_000).map { #"{"provider":"sandbox","upstream_model":"m\#($0)"}"# }.joined(separator: ",")
        let answer = await fixture.call(
            "POST",
            "/admin/v1/models",
            json: #"{"name":"wider","targets":[\#(list)]}"#
        )
        #expect(answer.status == 400 && answer.string("field") == "targets")
    }

    @Test("a provider that leads back to Martlet is refused, when it is made and when it is moved")
    func loop() async throws {
        let administration = Administration(
            store: MemoryStore(),
            secretBox: try AdminFixture.secretBox(),
            digester: .init(pepper: Array(repeating: 7, count: 32)),
            ownListener: { $0.port == 8080 ? "the data plane's own listener" : nil },
            clock: { 1 }
        )
        try await administration.load()
        var draft = ProviderDraft(name: "self", kind: "openai-compatible")
        draft.settings = ["allow_private": "true"]
        draft.baseURL = "http://127.0.0.1:8080/v1"
        let looped = draft
        let made = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.createProvider(looped)
        }
        #expect(made?.field == "base_url" && made?.detail.contains("loop") == true)
        draft.baseURL = "http://127.0.0.1:8000/v1"
        let provider = try await administration.createProvider(draft)
        var change = ProviderChange()
        change.baseURL = .set("http://127.0.0.1:8080/v1")
        let moved = change
        let refused = await Self.problem { () throws(AdminProblem) in
            _ = try await administration.changeProvider(id: provider.id, moved)
        }
        #expect(refused?.field == "base_url")
    }
}
