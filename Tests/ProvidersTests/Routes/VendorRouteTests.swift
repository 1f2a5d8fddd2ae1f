import Exchange
import Testing

@testable import Providers

@Suite("Routes to vendors")
struct VendorRouteTests {
    private func gemini(_ url: String? = nil, _ settings: [String: String] = [:]) throws -> ProviderConfiguration {
        try configure(.gemini, url, settings)
    }

    private func vertex(_ location: String? = nil, _ more: [String: String] = [:]) throws -> ProviderConfiguration {
        var settings = ["google_project": "p-1"].merging(more) { _, new in new }
        settings["location"] = location
        return try configure(.vertex, nil, settings, hasSecret: false)
    }

    private func bedrock(_ settings: [String: String] = ["region": "us-east-1"]) throws -> ProviderConfiguration {
        try configure(.bedrock, nil, settings)
    }

    @Test("Gemini's verbs stand after the model, and no key in the query")
    func geminiPaths() throws {
        let provider = try self.gemini()
        func target(_ action: VendorAction, _ model: String = "gemini-3-pro") -> String? {
            provider.vendorTarget(action, format: .gemini, model: model)
        }
        let base = "/v1beta/models/gemini-3-pro"
        #expect(target(.generate) == "\(base):generateContent")
        #expect(target(.stream) == "\(base):streamGenerateContent?alt=sse")
        #expect(target(.countTokens) == "\(base):countTokens")
        #expect(target(.embed) == "\(base):batchEmbedContents")
        #expect(target(.generate, "models/x") == "/v1beta/models/x:generateContent")
        #expect(target(.generate, "tunedModels/x") == "/v1beta/tunedModels/x:generateContent")
        #expect(target(.generate, "models/../x") == "/v1beta/models/..%2Fx:generateContent")
        #expect(target(.generate, "..") == nil)
        #expect(target(.generate, "models/") == nil)
        #expect(provider.vendorTarget(.generate, format: .chat, model: "x") == nil)
        #expect(provider.requestTarget(operation: .models, model: "") == "/v1beta/models")
    }

    @Test("Gemini's base URL may bring its version, and the setting chooses another")
    func geminiBase() throws {
        for url in ["https://h", "https://h/v1beta", "https://h/v1/"] {
            #expect(
                try self.gemini(url).vendorTarget(.generate, format: .gemini, model: "m")?.hasPrefix("/v1beta/") == true
            )
        }
        let provider = try self.gemini("https://h/x", ["api_version": "v1"])
        #expect(provider.vendorTarget(.generate, format: .gemini, model: "m") == "/x/v1/models/m:generateContent")
        #expect(fault(.gemini, nil, ["api_version": "v2"])?.code == .invalidSetting)
    }

    @Test(
        "Vertex has one host for the world, two continents' and the regions'",
        arguments: [
            (nil, "https://aiplatform.googleapis.com", "global"),
            ("global", "https://aiplatform.googleapis.com", "global"),
            ("eu", "https://aiplatform.eu.rep.googleapis.com", "eu"),
            ("us-east5", "https://us-east5-aiplatform.googleapis.com", "us-east5"),
        ]
    )
    func vertexHosts(_ location: String?, _ url: String, _ place: String) throws {
        let provider = try self.vertex(location)
        #expect(provider.baseURL == url)
        #expect(
            provider.vendorTarget(.generate, format: .gemini, model: "gemini-3-pro")
                == "/v1/projects/p-1/locations/\(place)/publishers/google/models/gemini-3-pro:generateContent"
        )
    }

    @Test("Vertex serves Gemini, Claude and open models by three formats")
    func vertexFormats() throws {
        let provider = try self.vertex("us-east5")
        let base = "/v1/projects/p-1/locations/us-east5"
        #expect(provider.vendorFormats(model: "gemini-3-pro") == [.gemini])
        #expect(provider.vendorFormats(model: "endpoints/123") == [.gemini])
        #expect(provider.vendorFormats(model: "claude-sonnet-4-5@20250929") == [.messages])
        #expect(provider.vendorFormats(model: "meta/llama-4") == [.chat])
        #expect(
            provider.vendorTarget(.stream, format: .gemini, model: "endpoints/123")
                == "\(base)/endpoints/123:streamGenerateContent?alt=sse"
        )
        #expect(
            provider.vendorTarget(.embed, format: .gemini, model: "text-embedding-005")
                == "\(base)/publishers/google/models/text-embedding-005:predict"
        )
        let claude = "claude-sonnet-4-5@20250929"
        #expect(
            provider.vendorTarget(.stream, format: .messages, model: claude)
                == "\(base)/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict"
        )
        #expect(
            provider.vendorTarget(.countTokens, format: .messages, model: claude)
                == "\(base)/publishers/anthropic/models/count-tokens:rawPredict"
        )
        #expect(
            provider.vendorTarget(.generate, format: .chat, model: "meta/llama-4")
                == "\(base)/endpoints/openapi/chat/completions"
        )
        #expect(provider.speaks(.messages, model: claude) && provider.speaks(.countTokens, model: claude))
        #expect(!provider.speaks(.messages, model: "gemini-3-pro") && !provider.speaks(.messages))
        #expect(provider.speaks(.chat, model: "meta/llama-4") && !provider.speaks(.chat, model: claude))
        #expect(provider.vendorFormat(for: .responses, model: claude) == .messages)
        #expect(provider.vendorFormat(for: .completions, model: claude) == nil)
    }

    @Test("Claude's body on Vertex loses its model, and keeps it for the counter")
    func vertexPatches() throws {
        let provider = try self.vertex()
        let patches = try #require(provider.nativeMessages(for: .messages, model: "claude-opus-4-6"))
        #expect(patches.version == "vertex-2023-10-16")
        #expect(patches.version(header: "2023-06-01", takesLater: true) == "vertex-2023-10-16")
        #expect(patches.version(header: nil, takesLater: true) == "vertex-2023-10-16")
        #expect(patches.version(header: "2026-10-21", takesLater: true) == "2026-10-21")
        #expect(patches.version(header: "2026-10-21", takesLater: false) == "vertex-2023-10-16")
        #expect(!patches.keepsModel && patches.keepsStream && !patches.framesEvents)
        #expect(provider.nativeMessages(for: .countTokens, model: "claude-opus-4-6")?.keepsModel == true)
        #expect(provider.nativeMessages(for: .messages, model: "gemini-3-pro") == nil)
    }

    @Test("Bedrock's models are one segment, and every one is asked by Converse")
    func bedrockPaths() throws {
        let provider = try self.bedrock()
        #expect(provider.baseURL == "https://bedrock-runtime.us-east-1.amazonaws.com")
        let claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
        let path = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"
        #expect(provider.vendorTarget(.generate, format: .converse, model: claude) == "\(path)/converse")
        #expect(provider.vendorTarget(.stream, format: .converse, model: claude) == "\(path)/converse-stream")
        #expect(provider.vendorTarget(.generate, format: .messages, model: claude) == "\(path)/invoke")
        #expect(
            provider.vendorTarget(.stream, format: .messages, model: claude) == "\(path)/invoke-with-response-stream"
        )
        #expect(
            provider.vendorTarget(.generate, format: .converse, model: "arn:aws:bedrock:us-east-1:1:x/y")
                == "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ax%2Fy/converse"
        )
        #expect(provider.vendorFormats(model: claude) == [.converse, .messages])
        #expect(provider.vendorFormats(model: "amazon.nova-pro-v1:0") == [.converse])
        #expect(provider.vendorFormat(for: .messages, model: claude) == .messages)
        #expect(provider.vendorFormat(for: .chat, model: claude) == .converse)
        #expect(provider.vendorFormat(for: .messages, model: "amazon.nova-pro-v1:0") == .converse)
        #expect(provider.vendorFormat(for: .countTokens, model: claude) == .converse)
        let patches = try #require(provider.nativeMessages(for: .messages, model: claude))
        #expect(patches.version == "bedrock-2023-05-31")
        #expect(!patches.keepsModel && !patches.keepsStream && patches.framesEvents)
    }

    @Test("Bedrock's region comes from the setting or from AWS's own host")
    func bedrockRegions() throws {
        #expect(
            try self.bedrock(["region": "cn-north-1"]).baseURL == "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"
        )
        let hosts = [
            ("bedrock-runtime.eu-west-1.amazonaws.com", "eu-west-1"),
            ("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("vpce-1.bedrock-runtime.us-east-2.vpce.amazonaws.com", "us-east-2"),
        ]
        for (host, region) in hosts {
            #expect(try configure(.bedrock, "https://\(host)").signingRegion == region)
        }
        #expect(try configure(.bedrock, "https://proxy", ["region": "x-1"]).signingRegion == "x-1")
        #expect(fault(.bedrock)?.field == "settings.region")
        #expect(fault(.bedrock, "https://proxy")?.field == "settings.region")
        #expect(fault(.bedrock, "https://bedrock-runtime.evil.com")?.field == "settings.region")
        for region in ["evil.com#", "x/../", "a.b", "", "EU"] {
            #expect(fault(.bedrock, nil, ["region": region])?.code == .invalidSetting)
            #expect(fault(.vertex, nil, ["google_project": "p", "location": region])?.code == .invalidSetting)
            #expect(fault(.vertex, nil, ["google_project": region])?.code == .invalidSetting)
        }
        #expect(fault(.vertex)?.field == "settings.google_project")
    }

    @Test("a setting names the betas that a cloud takes, in place of the built-in list")
    func betas() throws {
        let model = "claude-opus-4-6"
        #expect(try self.vertex().nativeMessages(for: .messages, model: model)?.betas == nil)
        let chosen = try self.vertex(nil, ["betas": "a-1,b-2"]).nativeMessages(for: .messages, model: model)
        #expect(chosen?.betas == ["a-1", "b-2"])
        #expect(fault(.vertex, nil, ["google_project": "p", "betas": "a b"])?.code == .invalidSetting)
    }

    @Test("Claude on Foundry is Messages below the resource")
    func foundry() throws {
        for url in [
            "https://res.services.ai.azure.com", "https://res.services.ai.azure.com/anthropic/",
            "https://res.services.ai.azure.com/anthropic/v1", "https://res.services.ai.azure.com/anthropic/v1/messages",
        ] {
            let provider = try configure(.azureAnthropic, url)
            #expect(provider.vendorTarget(.stream, format: .messages, model: "m") == "/anthropic/v1/messages")
        }
        let provider = try configure(.azureAnthropic, nil, ["resource": "res"])
        #expect(provider.baseURL == "https://res.services.ai.azure.com/anthropic")
        #expect(provider.speaks(.messages) && provider.speaks(.messages, model: "m"))
        #expect(provider.nativeMessages(for: .messages, model: "claude") == nil)
        #expect(fault(.azureAnthropic)?.code == .invalidBaseURL)
        #expect(fault(.azureAnthropic, "https://a.b.services.ai.azure.com")?.code == .invalidBaseURL)
    }

    @Test("vendors that speak clients' formats have their routes by themselves")
    func ownFormats() throws {
        let openAI = try configure(.openAI)
        #expect(openAI.vendorFormats(model: "gpt-5") == [.chat, .responses])
        #expect(openAI.vendorFormat(for: .messages, model: "gpt-5") == .chat)
        #expect(openAI.vendorFormat(for: .responses, model: "gpt-5") == .responses)
        #expect(openAI.vendorFormat(for: .countTokens, model: "gpt-5") == .responses)
        #expect(openAI.vendorFormat(for: .embeddings, model: "e") == .chat)
        #expect(openAI.vendorTarget(.stream, format: .responses, model: "gpt-5") == "/v1/responses")
        #expect(openAI.vendorTarget(.countTokens, format: .responses, model: "gpt-5") == "/v1/responses/input_tokens")
        let anthropic = try configure(.anthropic)
        #expect(anthropic.vendorFormats(model: "claude") == [.messages])
        #expect(anthropic.vendorFormat(for: .chat, model: "claude") == .messages)
        #expect(anthropic.vendorFormat(for: .embeddings, model: "claude") == nil)
        let chat = try configure(.openAICompatible, "https://h", ["operations": "chat"])
        #expect(chat.vendorFormat(for: .responses, model: "m") == .chat)
        #expect(chat.vendorFormat(for: .countTokens, model: "m") == nil)
        let dated = try configure(.azureOpenAI, "https://r.openai.azure.com", ["api_version": "2024-10-21"])
        #expect(
            dated.vendorTarget(.generate, format: .chat, model: "d")
                == "/openai/deployments/d/chat/completions?api-version=2024-10-21"
        )
    }
}
