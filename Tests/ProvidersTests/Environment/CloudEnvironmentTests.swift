import Exchange
import Testing

@testable import Providers

@Suite("Clouds in the environment")
struct CloudEnvironmentTests {
    private func discover(_ environment: [String: String]) -> EnvironmentDiscovery {
        EnvironmentProviders.discover(environment: environment)
    }

    @Test("Gemini is found by either name of its key, and spoken natively")
    func gemini() throws {
        let provider = try #require(self.discover(["GOOGLE_API_KEY": "b", "GEMINI_API_KEY": "a"]).providers.first)
        #expect(provider.configuration.kind == .gemini)
        #expect(provider.secret == Secret("a"))
        #expect(provider.configuration.vendorFormats(model: "gemini-3-pro") == [.gemini])
        #expect(self.discover(["GOOGLE_API_KEY": "b"]).providers.first?.secret == Secret("b"))
    }

    @Test("Vertex needs project and location, and no key")
    func vertex() throws {
        let environment = [
            "GOOGLE_CLOUD_PROJECT": "p-2", "GOOGLE_CLOUD_LOCATION": "global", "GOOGLE_VERTEX_PROJECT": "p-1",
        ]
        let provider = try #require(self.discover(environment).providers.first)
        #expect(provider.configuration.baseURL == "https://aiplatform.googleapis.com")
        #expect(provider.configuration.settings == ["google_project": "p-1", "location": "global"])
        #expect(provider.variables == ["GOOGLE_VERTEX_PROJECT", "GOOGLE_CLOUD_LOCATION"])
        #expect(provider.secret.isEmpty)
        let half = self.discover(["GOOGLE_CLOUD_PROJECT": "p-2"])
        #expect(half.providers.isEmpty && half.warnings.isEmpty)
        let bad = self.discover(["GOOGLE_VERTEX_PROJECT": "canary#", "GOOGLE_VERTEX_LOCATION": "global"])
        #expect(bad.providers.isEmpty)
        #expect(bad.warnings.first?.hasPrefix("GOOGLE_VERTEX_PROJECT must be") == true, "\(bad.warnings)")
        #expect(!bad.warnings.contains { $0.contains("canary") })
    }

    @Test("Bedrock is found by its API key, or by a key pair beside a region")
    func bedrock() throws {
        let pair = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s/+", "AWS_DEFAULT_REGION": "eu-west-1"]
        let signed = try #require(self.discover(pair).providers.first)
        #expect(signed.configuration.baseURL == "https://bedrock-runtime.eu-west-1.amazonaws.com")
        #expect(signed.secret == Secret("AKID:s/+"))
        #expect(signed.variables == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"])
        let session = try #require(
            self.discover(pair.merging(["AWS_SESSION_TOKEN": "t"]) { a, _ in a }).providers.first
        )
        #expect(session.secret == Secret("AKID:s/+:t"))
        let key = pair.merging(["AWS_BEARER_TOKEN_BEDROCK": "ABSK", "AWS_REGION": "us-east-1"]) { a, _ in a }
        let bearer = try #require(self.discover(key).providers.first)
        #expect(bearer.secret == Secret("ABSK"))
        #expect(bearer.configuration.settings["region"] == "us-east-1")
    }

    @Test("AWS keys without a region are somebody else's; half a pair or a key without a region is told")
    func bedrockHalves() {
        let keys = self.discover(["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s"])
        #expect(keys.providers.isEmpty && keys.warnings.isEmpty)
        let half = self.discover(["AWS_ACCESS_KEY_ID": "AKID", "AWS_REGION": "us-east-1"])
        #expect(
            half.warnings == ["AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; provider bedrock is left out"]
        )
        let bearer = self.discover(["AWS_BEARER_TOKEN_BEDROCK": "canary"])
        #expect(bearer.warnings == ["AWS_REGION is needed by bedrock, such as us-east-1; provider bedrock is left out"])
        #expect(self.discover(["AWS_REGION": "us-east-1"]).warnings.isEmpty)
    }

    @Test("Claude on Foundry is found by key, with resource or base URL")
    func foundry() throws {
        let resource = ["ANTHROPIC_FOUNDRY_API_KEY": "k", "ANTHROPIC_FOUNDRY_RESOURCE": "res"]
        let provider = try #require(self.discover(resource).providers.first)
        #expect(provider.configuration.baseURL == "https://res.services.ai.azure.com/anthropic")
        let missing = self.discover(["ANTHROPIC_FOUNDRY_API_KEY": "k"])
        #expect(missing.warnings.first?.contains("ANTHROPIC_FOUNDRY_BASE_URL is needed") == true)
    }

    @Test("Azure OpenAI may be reached by an application of Entra")
    func entra() throws {
        let environment = [
            "AZURE_CLIENT_SECRET": "s", "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c",
            "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com",
        ]
        let provider = try #require(self.discover(environment).providers.first)
        #expect(provider.configuration.authenticationKind(secret: provider.secret) == .entraToken)
        let keyed = try #require(
            self.discover(environment.merging(["AZURE_OPENAI_API_KEY": "k"]) { a, _ in a }).providers.first
        )
        #expect(keyed.configuration.settings["tenant_id"] == nil)
        #expect(self.discover(["AZURE_CLIENT_SECRET": "s"]).warnings.isEmpty)
    }
}
