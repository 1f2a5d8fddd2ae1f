import Exchange
import Providers
import Testing

@Suite("How providers are checked")
struct HealthCheckTests {
    private func check(_ kind: ProviderKind, _ settings: [String: String] = [:]) throws -> HealthCheck? {
        let bases: [ProviderKind: String] = [.openAICompatible: "https://lab.example/v1"]
        return try ProviderConfiguration.validate(
            name: "p",
            kind: kind,
            baseURL: bases[kind],
            settings: settings,
            hasSecret: kind != .sandbox
        ).healthCheck
    }

    @Test(
        "the list of models is asked for unless a setting says otherwise",
        arguments: [
            ProviderKind.openAI, .anthropic, .gemini, .openAICompatible,
        ]
    )
    func usual(_ kind: ProviderKind) throws {
        #expect(try self.check(kind) == HealthCheck(kind: .models, interval: .seconds(30)))
    }

    @Test("what has no network, or no list, is not checked unless asked for")
    func none() throws {
        #expect(try self.check(.sandbox) == nil)
        #expect(try self.check(.sandbox, ["health_check": "models"]) == nil)
        #expect(try self.check(.openAI, ["health_check": "off"]) == nil)
    }

    @Test("an answer that is billed is asked for when a setting says so, of the model that it names")
    func completion() throws {
        let settings = ["health_check": "completion", "health_interval": "600", "health_model": "gpt-x"]
        #expect(
            try self.check(.openAI, settings) == HealthCheck(kind: .completion, interval: .seconds(600), model: "gpt-x")
        )
    }

    @Test(
        "settings out of range are refused by name",
        arguments: [
            ("health_check", "yes"), ("health_check", ""), ("health_interval", "4"), ("health_interval", "3601"),
            ("health_interval", "30s"), ("health_interval", "99999999999999999999"), ("health_model", ""),
            ("health_model", "a\nb"),
        ]
    )
    func refused(_ name: String, _ value: String) {
        let error = #expect(throws: ProviderConfigurationError.self) { try self.check(.openAI, [name: value]) }
        #expect(error?.field == "settings.\(name)")
    }
}
