import Catalogue
import Testing

@Suite("Whose prices count for a provider")
struct PriceVendorTests {
    @Test(
        "a provider's kind and address tell the vendor",
        arguments: [
            ("openai", "https://api.openai.com/v1", "openai"), ("openai", "https://proxy.example/v1", "openai"),
            ("openai", "", "openai"), ("anthropic", "https://api.anthropic.com", "anthropic"),
            ("azure-openai", "https://x.openai.azure.com", "azure"),
            ("azure-anthropic", "https://x.example", "anthropic"),
            ("gemini", "", "gemini"), ("vertex", "", "vertex"), ("bedrock", "", "bedrock"), ("sandbox", "", "sandbox"),
            ("openai-compatible", "https://api.mistral.ai/v1", "mistral"),
            ("openai-compatible", "https://API.Groq.com:443/openai/v1?x#y", "groq"),
            ("openai-compatible", "https://user:secret@api.together.xyz/v1", "together"),
            ("openai-compatible", "https://api.fireworks.ai/inference/v1", "fireworks"),
            ("openai-compatible", "https://api.deepseek.com.", "deepseek"),
            ("openai-compatible", "https://us-east-1.api.x.ai/v1", "xai"),
            ("openai-compatible", "api.cerebras.ai/v1", "cerebras"),
            ("openai-compatible", "https://api.perplexity.ai", "perplexity"),
            ("openai-compatible", "https://api.cohere.ai/compatibility/v1", "cohere"),
            ("openai-compatible", "https://api.cohere.com/compatibility/v1", "cohere"),
            ("openai-compatible", "http://localhost:11434/v1", nil),
            ("openai-compatible", "https://api.mistral.ai.example.com/v1", nil),
            ("openai-compatible", "https://notapi.x.ai.example/api.x.ai", nil),
            ("openai-compatible", "https://myapi.x.ai/v1", nil), ("openai-compatible", "", nil),
            ("openai-compatible", "://@", nil), ("something", "https://api.openai.com", nil),
        ] as [(String, String, String?)]
    )
    func vendor(_ kind: String, _ address: String, _ vendor: String?) {
        #expect(PriceBook.vendor(kind: kind, baseURL: address) == vendor)
    }
}
