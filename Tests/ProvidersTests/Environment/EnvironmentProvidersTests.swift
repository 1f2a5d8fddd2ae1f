import Exchange
import Testing

@testable import Providers

@Suite("Providers in the environment")
struct EnvironmentProvidersTests {
    private func discover(_ environment: [String: String]) -> EnvironmentDiscovery {
        EnvironmentProviders.discover(environment: environment)
    }

    @Test("an empty environment holds nothing")
    func nothing() {
        let found = self.discover(["PATH": "/bin", "OPENAI_API_KEY": "", "GROQ_API_KEY": "  \n"])
        #expect(found.providers.isEmpty && found.warnings.isEmpty)
    }

    @Test("OpenAI is found by its key")
    func openAI() throws {
        let found = self.discover(["OPENAI_API_KEY": " sk-abc\n", "OPENAI_ORG_ID": "org-1"])
        let provider = try #require(found.providers.first)
        #expect(provider.name == "openai")
        #expect(provider.configuration.kind == .openAI)
        #expect(provider.configuration.baseURL == "https://api.openai.com/v1")
        #expect(provider.configuration.fixedHeaders == [HeaderField("openai-organization", "org-1")])
        #expect(provider.secret == Secret("sk-abc"))
        #expect(provider.variables == ["OPENAI_API_KEY", "OPENAI_ORG_ID"])
        #expect(provider.catalogueVendor == "openai")
        #expect(found.warnings.isEmpty)
    }

    @Test("another base URL is taken from the environment")
    func baseURL() throws {
        let found = self.discover(["OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://eu.api.openai.com/v1"])
        #expect(found.providers.first?.configuration.baseURL == "https://eu.api.openai.com/v1")
    }

    @Test("Anthropic is found by key or by token, the key first")
    func anthropic() throws {
        let token = try #require(self.discover(["ANTHROPIC_AUTH_TOKEN": "t"]).providers.first)
        #expect(token.configuration.authentication == .bearer)
        let key = try #require(self.discover(["ANTHROPIC_API_KEY": "k", "ANTHROPIC_AUTH_TOKEN": "t"]).providers.first)
        #expect(key.configuration.authentication.name == "x-api-key")
        #expect(key.secret == Secret("k"))
    }

    @Test("Azure needs key and endpoint, and may have a version")
    func azure() throws {
        let missing = self.discover(["AZURE_OPENAI_API_KEY": "k"])
        #expect(missing.providers.isEmpty)
        #expect(
            missing.warnings == [
                "AZURE_OPENAI_API_KEY is set but AZURE_OPENAI_ENDPOINT is not; provider azure is left out"
            ]
        )
        #expect(self.discover(["AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com"]).providers.isEmpty)
        let dated = self.discover([
            "AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/",
            "OPENAI_API_VERSION": "2024-10-21",
        ])
        let provider = try #require(dated.providers.first)
        #expect(
            provider.configuration.target(.chat, "d") == "/openai/deployments/d/chat/completions?api-version=2024-10-21"
        )
        #expect(provider.catalogueVendor == nil)
    }

    @Test(
        "malformed values are warned of by variable and never shown",
        arguments: [
            (["OPENAI_API_KEY": "sk canary"], "OPENAI_API_KEY"),
            (["OPENAI_API_KEY": "canary", "OPENAI_BASE_URL": "https://canary@h"], "OPENAI_BASE_URL"),
            (["OPENAI_API_KEY": "canary", "OPENAI_BASE_URL": "canary"], "OPENAI_BASE_URL"),
            (["OPENAI_API_KEY": "canary", "OPENAI_BASE_URL": "http://localhost:8080/v1"], "allow_private"),
            (["OPENAI_API_KEY": "canary", "OPENAI_ORG_ID": "canary canary"], "OPENAI_ORG_ID"),
            (["ANTHROPIC_API_KEY": "canary", "ANTHROPIC_BASE_URL": "http://169.254.169.254"], "ANTHROPIC_BASE_URL"),
            (
                [
                    "AZURE_OPENAI_API_KEY": "canary", "AZURE_OPENAI_ENDPOINT": "https://a.openai.azure.com",
                    "OPENAI_API_VERSION": "canary",
                ], "OPENAI_API_VERSION"
            ),
        ]
    )
    func malformed(_ environment: [String: String], _ expected: String) {
        let found = self.discover(environment)
        #expect(found.providers.isEmpty)
        #expect(found.warnings.count == 1)
        #expect(found.warnings.first?.contains(expected) == true, "\(found.warnings)")
        #expect(!found.warnings.contains { $0.contains("canary") })
    }

    @Test("one malformed vendor does not hide the others")
    func independence() {
        let found = self.discover(["OPENAI_API_KEY": "a b", "GROQ_API_KEY": "k", "MISTRAL_API_KEY": "k"])
        #expect(found.providers.map(\.name) == ["groq", "mistral"])
        #expect(found.warnings.count == 1)
    }

    @Test("every rule of the table yields a provider", arguments: EnvironmentRule.all.map(\.name))
    func everyRule(_ name: String) throws {
        let rule = try #require(EnvironmentRule.all.first { $0.name == name })
        let settings = rule.settingVariables.map { ($0.variable, "us-east5") }
        for source in rule.secrets {
            var environment = [source.variable: "key-1"]
            if let variable = rule.baseURLVariable, rule.needsBaseURL {
                environment[variable] = "https://r.openai.azure.com"
            }
            for part in source.parts { environment[part.variable] = "part" }
            for (variable, _) in source.settingVariables { environment[variable] = "id" }
            if rule.kind == .bedrock || rule.kind == .azureAnthropic {
                environment.merge(settings) { old, _ in old }
            }
            let found = self.discover(environment)
            #expect(found.warnings.isEmpty)
            #expect(found.providers.map(\.name) == [name])
        }
        guard rule.keylessSettings != nil else { return }
        let found = self.discover(Dictionary(settings) { a, _ in a })
        #expect(found.providers.map(\.name) == [name])
        #expect(found.providers.first?.secret.isEmpty == true)
    }

    @Test("names and variables of the table are unique")
    func uniqueness() {
        #expect(Set(EnvironmentRule.all.map(\.name)).count == EnvironmentRule.all.count)
        let variables = EnvironmentRule.all.flatMap { $0.secrets.flatMap { [$0.variable] + $0.parts.map(\.variable) } }
        #expect(Set(variables).count == variables.count)
    }
}
