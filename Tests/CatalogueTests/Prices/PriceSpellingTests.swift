import Catalogue
import Testing

@Suite("Spellings of models in prices")
struct PriceSpellingTests {
    private func price(_ vendor: String?, _ model: String) -> ModelPrice? {
        PriceBook.builtIn.price(vendor: vendor, provider: "any", model: model, at: 0)
    }

    @Test(
        "spellings of one model have one price",
        arguments: [
            ("openai", "gpt-5.5-2026-12-01", "gpt-5.5"), ("openai", "GPT-5.5", "gpt-5.5"),
            ("openai", "openai/gpt-5.5", "gpt-5.5"), ("anthropic", "claude-opus-5-20260601", "claude-opus-5"),
            ("anthropic", "claude-haiku-4-5-latest", "claude-haiku-4-5"),
            ("openai", "ft:gpt-4o-mini-2024-07-18:acme:support:9xYz", "ft:gpt-4o-mini-2024-07-18"),
            ("openai", "ft:gpt-4o-mini-2024-07-18:acme::9xYz", "ft:gpt-4o-mini-2024-07-18"),
            ("gemini", "models/gemini-2.5-pro", "gemini-2.5-pro"),
            ("gemini", "gemini-2.5-flash-001", "gemini-2.5-flash"),
            ("vertex", "google/gemini-2.5-pro", "gemini-2.5-pro"),
            ("vertex", "publishers/anthropic/models/claude-opus-5", "claude-opus-5"),
            ("vertex", "claude-opus-5@20260601", "claude-opus-5"),
            ("bedrock", "anthropic.claude-opus-5-v1:0", "anthropic.claude-opus-5"),
            ("bedrock", "ca.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
            ("bedrock", "amazon.nova-lite-v1:0:300k", "amazon.nova-lite-v1:0"),
            (
                "bedrock", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5",
                "us.anthropic.claude-opus-5"
            ),
            ("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
            ("cohere", "embed-v4.0", "cohere/embed-v4.0"), ("together", "qwen/qwq-32b", "Qwen/QwQ-32B"),
        ]
    )
    func same(_ vendor: String, _ spelling: String, _ model: String) throws {
        let price = try #require(self.price(vendor, model))
        #expect(self.price(vendor, spelling) == price)
    }

    @Test("a region's own price counts before the one without a region")
    func regions() throws {
        let plain = try #require(self.price("bedrock", "anthropic.claude-haiku-5-5"))
        let asia = try #require(self.price("bedrock", "apac.anthropic.claude-haiku-5-5"))
        #expect(asia != plain)
        #expect(self.price("bedrock", "apac.anthropic.claude-haiku-5-5-v1:0") == asia)
    }

    @Test("a snapshot with a price of its own keeps it")
    func snapshots() throws {
        let old = try #require(self.price("openai", "gpt-4o-2024-05-13"))
        #expect(old != self.price("openai", "gpt-4o"))
    }

    @Test(
        "a model that the list does not hold has no price",
        arguments: [
            ("openai", "gpt-9"), ("openai", "gpt-5.5-turbo"), ("openai", "gpt-5.55"), ("openai", "gpt-5.9"),
            ("openai", "ft:gpt-9:acme::1"), ("openai", "gpt-5.5-2026-13-01"), ("openai", "gpt-5.5-9"), ("openai", ""),
            ("openai", "gpt-5.5-20261"), ("anthropic", "claude-opus-9"), ("mistral", "mistral-large-2999"),
            ("gemini", "gemini-2.5-flash-0001"), ("bedrock", "anthropic.claude-v9"),
            ("bedrock", "meta.llama3-70b-instruct-v2:0"),
            ("fireworks", "accounts/acme/models/gpt-oss-120b"), ("nobody", "gpt-5.5"),
            ("bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"),
        ]
    )
    func unknown(_ vendor: String, _ model: String) {
        #expect(self.price(vendor, model) == nil)
    }

    @Test("a name of any length and content is only looked up")
    func hostile() {
        let names = [
            String(repeating: "a", count: 1 << 20), "\u{0}", "💥-2026-01-01", "-", ":::", "@", "ft:", "ft::", "arn:/",
            "-v1",
            "us.", "....", "2026-01-01", "-2026-01-01", "-20260101", "-latest",
        ]
        for name in names {
            for vendor in PriceBook.vendors { #expect(self.price(vendor, name) == nil, "\(name.prefix(20))") }
        }
        #expect(self.price(nil, "gpt-5.5") == nil)
    }
}
