import Exchange
import Testing

@testable import Providers

extension ProviderConfiguration {
    /// A target for a query given as text.
    func target(_ operation: Operation, _ model: String = "m", query: String = "") -> String? {
        Array(query.utf8).withUnsafeBytes { self.requestTarget(operation: operation, model: model, query: $0) }
    }
}

@Suite("Request targets")
struct RequestTargetTests {
    @Test("OpenAI's paths stand below /v1, which a bare host gets")
    func openAI() throws {
        for url in [nil, "https://api.openai.com", "https://api.openai.com/v1/"] {
            let openAI = try configure(.openAI, url)
            #expect(openAI.baseURL == "https://api.openai.com/v1")
            #expect(openAI.target(.chat) == "/v1/chat/completions")
            #expect(openAI.target(.responses) == "/v1/responses")
            #expect(openAI.target(.responsesInputTokens) == "/v1/responses/input_tokens")
            #expect(openAI.target(.responsesCompact) == "/v1/responses/compact")
            #expect(openAI.target(.embeddings) == "/v1/embeddings")
            #expect(openAI.target(.completions) == "/v1/completions")
            #expect(openAI.target(.moderations) == "/v1/moderations")
            #expect(openAI.target(.models) == "/v1/models")
            #expect(openAI.target(.messages) == nil)
        }
        #expect(try configure(.openAI, "https://proxy.example/openai").target(.chat) == "/openai/chat/completions")
    }

    @Test("Anthropic's base URL may or may not end in /v1")
    func anthropic() throws {
        for url in [nil, "https://api.anthropic.com/v1", "https://api.anthropic.com/"] {
            let anthropic = try configure(.anthropic, url)
            #expect(anthropic.baseURL == "https://api.anthropic.com")
            #expect(anthropic.target(.messages) == "/v1/messages")
            #expect(anthropic.target(.countTokens) == "/v1/messages/count_tokens")
            #expect(anthropic.target(.chat) == nil)
        }
        let foundry = try configure(.anthropic, "https://r.services.ai.azure.com/anthropic/v1")
        #expect(foundry.target(.messages) == "/anthropic/v1/messages")
    }

    @Test("of the caller's query only listed items with plain values travel on")
    func query() throws {
        let anthropic = try configure(.anthropic)
        #expect(anthropic.target(.messages, query: "beta=true") == "/v1/messages?beta=true")
        #expect(
            anthropic.target(.messages, query: "api_base=http://x&beta=true&beta=1") == "/v1/messages?beta=true&beta=1"
        )
        #expect(anthropic.target(.messages, query: "Beta=true&betas=1&=&&") == "/v1/messages")
        #expect(anthropic.target(.messages, query: "beta=a%26x") == "/v1/messages")
        #expect(anthropic.target(.messages, query: "beta=" + String(repeating: "a", count: 65)) == "/v1/messages")
        #expect(anthropic.target(.messages, query: "beta") == "/v1/messages?beta")
        #expect(try configure(.openAI).target(.chat, query: "beta=true&api_key=x") == "/v1/chat/completions")
    }

    @Test("Azure without a version, or with v1, uses the v1 paths", arguments: [nil, "", "v1"])
    func azureV1(_ version: String?) throws {
        for url in [
            "https://res.openai.azure.com", "https://res.openai.azure.com/openai",
            "https://res.openai.azure.com/openai/v1/",
        ] {
            let azure = try configure(.azureOpenAI, url, version.map { ["api_version": $0] } ?? [:])
            #expect(azure.baseURL == "https://res.openai.azure.com")
            #expect(azure.target(.chat, "gpt.4") == "/openai/v1/chat/completions")
            #expect(azure.target(.responses) == "/openai/v1/responses")
            #expect(azure.target(.embeddings) == "/openai/v1/embeddings")
            #expect(azure.target(.moderations) == nil)
        }
    }

    @Test("Azure's v1 previews are asked for by name")
    func azurePreview() throws {
        let azure = try configure(.azureOpenAI, "https://res.openai.azure.com", ["api_version": "preview"])
        #expect(azure.target(.chat) == "/openai/v1/chat/completions?api-version=preview")
    }

    @Test("P20 Azure with a date puts the deployment in the path, but for responses")
    func azureDated() throws {
        let azure = try configure(.azureOpenAI, "https://res.openai.azure.com", ["api_version": "2025-03-01-preview"])
        let query = "?api-version=2025-03-01-preview"
        #expect(azure.target(.chat, "gpt-4.1_x") == "/openai/deployments/gpt-4.1_x/chat/completions\(query)")
        #expect(azure.target(.embeddings, "a b/ü") == "/openai/deployments/a%20b%2F%C3%BC/embeddings\(query)")
        #expect(azure.target(.completions) == "/openai/deployments/m/completions\(query)")
        #expect(azure.target(.responses) == "/openai/responses\(query)")
        #expect(azure.target(.models) == "/openai/models\(query)")
        #expect(azure.target(.responsesCompact) == nil)
        #expect(azure.target(.chat, query: "api-version=1999-01-01") == azure.target(.chat))
        for model in ["", ".", "..", "..."] { #expect(azure.target(.chat, model) == nil) }
    }

    @Test(
        "Azure versions are dates or the known words",
        arguments: ["2024-1-21", "2024-10-21-beta", "v2", "2024-10-21&x=y", "latest", "2024/10/21", "２０24-10-21"]
    )
    func azureVersions(_ version: String) {
        #expect(
            fault(.azureOpenAI, "https://r.openai.azure.com", ["api_version": version])?.field == "settings.api_version"
        )
    }

    @Test("an Azure resource is one plain name, in the setting and in the host")
    func azureResources() throws {
        #expect(
            try configure(.azureOpenAI, nil, ["resource": "my-res-1"]).baseURL == "https://my-res-1.openai.azure.com"
        )
        for resource in ["", "evil.com#", "x/../", "a.b", "A", String(repeating: "a", count: 64)] {
            #expect(fault(.azureOpenAI, nil, ["resource": resource])?.field == "settings.resource")
        }
        #expect(fault(.azureOpenAI, "https://a.b.openai.azure.com")?.code == .invalidBaseURL)
        #expect(fault(.azureOpenAI, "https://a_b.services.ai.azure.com")?.code == .invalidBaseURL)
        #expect(fault(.azureOpenAI)?.message.contains("RESOURCE") == true)
        #expect(fault(.azureOpenAI, "https://llm.internal.example") == nil)
    }

    @Test("a compatible server speaks what it is said to speak")
    func compatible() throws {
        let plain = try configure(.openAICompatible, "https://api.example.com/compat/v4")
        #expect(plain.operations == [.chat, .completions, .embeddings, .moderations])
        #expect(plain.target(.chat) == "/compat/v4/chat/completions")
        #expect(plain.target(.responses) == nil && !plain.speaks(.responses))
        let chosen = try configure(.openAICompatible, "https://h", ["operations": "responses,messages,count_tokens"])
        #expect(chosen.operations == [.responses, .messages, .countTokens])
        #expect(chosen.target(.messages) == "/messages")
        #expect(chosen.target(.chat) == nil)
        for text in ["", "chat,", "chat, responses", "models", "Chat"] {
            #expect(fault(.openAICompatible, "https://h", ["operations": text])?.field == "settings.operations")
        }
        #expect(fault(.openAICompatible)?.message.contains("needed") == true)
    }

    @Test("the sandbox speaks everything and has no network")
    func sandbox() throws {
        let sandbox = try configure(.sandbox)
        #expect(sandbox.route == nil && sandbox.baseURL.isEmpty)
        #expect(sandbox.operations == Set(Operation.allCases).subtracting([.models]))
        #expect(sandbox.target(.messages, query: "beta=true") == "/v1/messages?beta=true")
        #expect(fault(.sandbox, "https://h")?.code == .invalidBaseURL)
    }

    @Test("Martlet's own operation is never passed through")
    func models() throws {
        for kind in [ProviderKind.openAI, .anthropic, .sandbox] {
            let configuration = try configure(kind)
            #expect(!configuration.speaks(.models))
            #expect(!configuration.operations.contains(.models))
        }
    }
}
