import Exchange
import Policy
import Providers
import Upstream

@testable import Gateway

/// A small configuration for the road's tests: one key, an OpenAI and an Anthropic account, a few models.
struct TestWorld {
    static let digester = KeyDigester(pepper: Array(repeating: 7, count: 32))

    let key = VirtualKey.testing
    var isKeyEnabled = true
    var isKeyStrict = false
    var allowedFrom: [String]?
    /// Until when the key's secret before its rotation is let in.
    var retiredUntil: Int64?
    var limits = KeyLimits()
    var maxOutputTokens: Int?
    /// Budgets of the key, and of its project.
    var budgets: [BudgetFacts] = []
    var projectBudgets: [BudgetFacts] = []
    /// What is kept of bodies; `nil` for nothing.
    var bodies: BodyRules?
    var openAISettings: [String: String] = [:]
    /// What is decided about the attempts of every model.
    var rules = RouteRules()
    /// Whether requests that a vendor failed are tried again; most tests want to see the first failure.
    var retries = false
    /// Models made elsewhere; the first one is known as `extra`.
    var extraModels: [Model] = []
    /// What every target costs.
    var pricing = TargetPricing.free
    var translations = TranslationTable.none
    var allowedModels: [String]? = [
        "fast", "gpt-real", "claude", "team/special", "gem", "nova", "local", "cloud-claude", "vertex-claude",
        "vectors", "thinker", "safe", "extra",
    ]

    func snapshot(after previous: Snapshot = .empty, _ admissions: AdmissionTable = AdmissionTable()) throws -> Snapshot
    {
        let openAI = try Self.provider("openai", .openAI, "https://api.vendor.example/v1", self.openAISettings)
        let anthropic = try Self.provider("anthropic", .anthropic, "https://api.claude.example")
        let gemini = try Self.provider("google", .gemini, "https://generativelanguage.example")
        let bedrock = try Self.provider("aws", .bedrock, "https://bedrock.example", ["region": "us-east-1"])
        let vertex = try Self.provider(
            "google-cloud",
            .vertex,
            "https://vertex.example",
            ["google_project": "p", "location": "us-east5"]
        )
        let local = try Self.provider("lab", .openAICompatible, "https://lab.example/v1")
        func model(_ name: String, _ provider: Provider, _ upstream: String) -> Model {
            self.model(name, [(provider, upstream, 0)])
        }
        let models = [
            model("fast", openAI, "gpt-real"), model("gpt-real", openAI, "gpt-real"),
            model("claude", anthropic, "claude-real"), model("team/special", openAI, "gpt-special"),
            model("forbidden", openAI, "gpt-real"), model("gem", gemini, "gemini-2.5-flash"),
            model("nova", bedrock, "amazon.nova-lite-v1:0"), model("local", local, "llama"),
            model("cloud-claude", bedrock, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
            model("vertex-claude", vertex, "claude-sonnet-4-5@20250929"),
            model("vectors", gemini, "gemini-embedding-001"), model("thinker", openAI, "gpt-5.6"),
            // The second and third serve when the first cannot.
            self.model("safe", [(openAI, "gpt-real", 0), (local, "llama", 1), (anthropic, "claude-real", 2)]),
        ]
        let extra = self.extraModels.map { $0.renamed("extra") }
        return Snapshot(keys: self.keys(after: previous.keys, admissions), models: models + extra)
    }

    private func model(_ name: String, _ targets: [(provider: Provider, upstream: String, priority: Int)]) -> Model {
        let model = Model(
            name: name,
            createdAt: 1_700_000_000,
            owner: targets[0].provider.name,
            targets: targets.map { target in
                Target(
                    provider: target.provider,
                    upstreamModel: target.upstream,
                    model: name,
                    priority: target.priority,
                    translations: self.translations,
                    pricing: self.pricing
                )
            },
            rules: self.rules
        )
        if !self.retries { Self.spendRetries(of: model) }
        return model
    }

    /// From here on the first failure is told: the model's retries were spent long before the tests' clocks begin.
    static func spendRetries(of model: Model) {
        for age in 1...100 {
            let instant = MonotonicInstant(microseconds: -Int64(200 - age) * 60_000_000)
            _ = model.chooser.balance.retries.take(isFirst: false, at: instant)
        }
    }

    private static func provider(
        _ name: String,
        _ kind: ProviderKind,
        _ baseURL: String,
        _ settings: [String: String] = [:]
    ) throws -> Provider {
        let configuration = try ProviderConfiguration.validate(
            name: name,
            kind: kind,
            baseURL: baseURL,
            settings: settings,
            hasSecret: kind != .vertex
        )
        let secret = kind == .vertex ? nil : Secret("vendor-secret")
        return try Provider(configuration: configuration, secret: secret, environment: [:])
    }

    private func keys(after previous: KeyTable, _ admissions: AdmissionTable) -> KeyTable {
        let digest = Self.digester.digest(self.key).bytes
        var facts = KeyFacts(id: self.key.id, name: "test", projectID: "prj_1", digest: digest, verifier: "")
        facts.isEnabled = self.isKeyEnabled
        facts.isStrict = self.isKeyStrict
        facts.allowedFrom = self.allowedFrom
        facts.retired = self.retiredUntil.map { (Self.digester.digest(.retired).bytes, $0) }
        facts.allowedModels = self.allowedModels
        facts.limits = self.limits
        facts.maxOutputTokens = self.maxOutputTokens
        facts.budgets = self.budgets
        return previous.successor(
            keys: [facts],
            projects: [
                KeyProject(
                    id: "prj_1",
                    name: "default",
                    isEnabled: true,
                    budgets: self.projectBudgets,
                    bodies: self.bodies
                )
            ],
            limits: admissions,
            now: MonotonicInstant(microseconds: 0)
        )
    }
}

extension VirtualKey {
    /// The same key in every test.
    static let testing = VirtualKey.generate()
    /// The secret it had before.
    static let retired = VirtualKey.generate(id: VirtualKey.testing.id)
}

extension Model {
    /// The same under another name.
    fileprivate func renamed(_ name: String) -> Model {
        Model(name: name, createdAt: self.createdAt, owner: self.owner, targets: self.targets, rules: self.rules)
    }
}
