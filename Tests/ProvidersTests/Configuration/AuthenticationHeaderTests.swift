import Exchange
import Testing

@testable import Providers

@Suite("Credential headers")
struct AuthenticationHeaderTests {
    private func header(_ configuration: ProviderConfiguration, _ secret: Secret? = Secret("sk-1")) -> String? {
        configuration.authenticationHeader(secret: secret).map { name, value in
            "\(name): \(String(decoding: value.bytes, as: UTF8.self))"
        }
    }

    @Test("each kind has its own header")
    func kinds() throws {
        #expect(try self.header(configure(.openAI)) == "authorization: Bearer sk-1")
        #expect(try self.header(configure(.anthropic)) == "x-api-key: sk-1")
        #expect(try self.header(configure(.azureOpenAI, "https://r.openai.azure.com")) == "api-key: sk-1")
        #expect(try self.header(configure(.openAICompatible, "https://h")) == "authorization: Bearer sk-1")
    }

    @Test("settings name another header and scheme")
    func settings() throws {
        func compatible(_ settings: [String: String]) throws -> String? {
            try self.header(configure(.openAICompatible, "https://h", settings))
        }
        #expect(try compatible(["auth_header": "X-Key"]) == "x-key: sk-1")
        #expect(try compatible(["auth_header": "Authorization"]) == "authorization: Bearer sk-1")
        #expect(try compatible(["auth_header": "x-key", "auth_scheme": "Token"]) == "x-key: Token sk-1")
        #expect(try compatible(["auth_scheme": ""]) == "authorization: sk-1")
        let bearer = try configure(.anthropic, nil, ["auth_header": "authorization"])
        #expect(self.header(bearer) == "authorization: Bearer sk-1")
    }

    @Test("without a credential there is no header")
    func none() throws {
        #expect(try self.header(configure(.openAICompatible, "https://h"), nil) == nil)
        #expect(try self.header(configure(.openAICompatible, "https://h"), Secret("")) == nil)
    }

    @Test("the header's value does not print")
    func redacted() throws {
        let header = try configure(.openAI).authenticationHeader(secret: Secret("sk-canary"))
        #expect(!"\(String(describing: header))".contains("canary"))
    }
}
