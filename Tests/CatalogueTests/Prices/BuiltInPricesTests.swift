import Exchange
import Testing

@testable import Catalogue

@Suite("Built-in prices")
struct BuiltInPricesTests {
    private func price(_ vendor: String, _ model: String) -> ModelPrice? {
        PriceBook.builtIn.price(vendor: vendor, provider: "any", model: model, at: 0)
    }

    @Test("every line of every list can be read, and no model is there twice")
    func complete() {
        let counts = [
            "anthropic": 22, "azure": 255, "bedrock": 485, "cerebras": 9, "cohere": 7, "deepseek": 10, "fireworks": 321,
            "gemini": 43, "groq": 7, "mistral": 55, "openai": 128, "perplexity": 80, "together": 91, "vertex": 61,
            "xai": 43,
        ]
        for vendor in PriceBook.vendors { #expect(BuiltInPrices.list(vendor).count == counts[vendor], "\(vendor)") }
        #expect(PriceBook.vendors == counts.keys.sorted())
        #expect(counts.values.reduce(0, +) == 1_617)
        #expect(PriceBook.builtIn.all().count == 1_617)
        #expect(BuiltInPrices.list("nobody").isEmpty)
    }

    @Test("rates are within bounds, steps ascend from nothing, tiers have standard")
    func sound() {
        for row in PriceBook.builtIn.all() {
            for (_, steps) in row.price.tiers {
                #expect(steps.first?.aboveInputTokens == 0)
                #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.aboveInputTokens < $1.aboveInputTokens })
                for step in steps {
                    for kind in RateKind.allCases {
                        #expect((0...TokenRates.maximum).contains(step.rates.rate(kind)), "\(row.model)")
                    }
                }
            }
            #expect(row.price.tiers[.standard] != nil)
            #expect(row.isBuiltIn)
        }
    }

    @Test("rates are those that the vendors publish")
    func spotChecks() throws {
        let opus = try #require(self.price("anthropic", "claude-opus-5")).rates(tier: nil, inputTokens: 1)
        #expect(opus.input == 5_000_000_000 && opus.output == 25_000_000_000)
        #expect(opus.cacheRead == 500_000_000)
        #expect(opus.cacheWrite5m == 6_250_000_000 && opus.cacheWrite1h == 10_000_000_000)
        let gpt = try #require(self.price("openai", "gpt-6.1-sol"))
        #expect(gpt.rates(tier: .priority, inputTokens: 272_000).input == 4_000_000_000)
        #expect(gpt.rates(tier: .priority, inputTokens: 272_001).input == 8_000_000_000)
        #expect(gpt.rates(tier: .flex, inputTokens: 300_000).output == 7_500_000_000)
        #expect(gpt.rates(tier: nil, inputTokens: 1).cacheWrite5m == 2_500_000_000)
        #expect(gpt.webSearchNanoUSD == 10_000_000)
        let flash = try #require(self.price("gemini", "gemini-2.5-flash")).rates(tier: .priority, inputTokens: 1)
        #expect(flash.audioInput == 1_800_000_000 && flash.cacheRead == 54_000_000)
        #expect(self.price("openai", "text-embedding-3-small")?.rates(tier: nil, inputTokens: 1).input == 20_000_000)
        #expect(self.price("sandbox", "any")?.rates(tier: nil, inputTokens: 1).output == 5_000_000_000)
    }

    @Test("a search costs what its dearest size costs")
    func searches() {
        #expect(self.price("anthropic", "claude-opus-5")?.webSearchNanoUSD == 10_000_000)
        #expect(self.price("gemini", "gemini-2.5-pro")?.webSearchNanoUSD == 35_000_000)
        #expect(self.price("perplexity", "sonar")?.webSearchNanoUSD == 12_000_000)
        #expect(self.price("openai", "text-embedding-3-small")?.webSearchNanoUSD == nil)
    }

    @Test("what a tier leaves out keeps its proportion")
    func completed() throws {
        // The batch tier states no write for an hour: it is at half the price throughout.
        let opus = try #require(self.price("anthropic", "claude-opus-5"))
        #expect(opus.rates(tier: .batch, inputTokens: 1).cacheWrite1h == 5_000_000_000)
        // The flex tier states no step for long inputs.
        let pro = try #require(self.price("gemini", "gemini-pro-latest"))
        let standard = pro.rates(tier: nil, inputTokens: 200_001)
        #expect(pro.rates(tier: .flex, inputTokens: 200_001).input * 2 == standard.input)
        #expect(pro.rates(tier: .flex, inputTokens: 200_001).output * 2 == standard.output)
        // Azure's flex tier of this model states no output.
        let azure = try #require(self.price("azure", "gpt-5.5"))
        #expect(azure.rates(tier: .flex, inputTokens: 1).output == 15_000_000_000)
        #expect(azure.rates(tier: .flex, inputTokens: 300_000).output == 22_500_000_000)
        #expect(azure.rates(tier: .flex, inputTokens: 300_000).cacheRead == 500_000_000)
    }

    @Test("every model that is listed for an account out of the environment has a price")
    func common() {
        let unpriced = CommonModel.all.filter { self.price($0.vendor, $0.name) == nil }
        #expect(unpriced == [])
    }
}
