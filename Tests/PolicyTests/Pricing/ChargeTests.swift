import Catalogue
import Exchange
import Policy
import Testing

@Suite("Charges")
struct ChargeTests {
    private static func usage(
        _ input: [Int],
        _ output: [Int],
        _ tier: PriceTier? = nil,
        searches: Int = 0
    ) -> TokenUsage {
        var usage = TokenUsage(input: input, output: output)
        usage.serviceTier = tier
        usage.webSearchRequests = searches
        return usage
    }

    private static func builtIn(_ vendor: String, _ model: String) throws -> ModelPrice {
        try #require(PriceBook.builtIn.price(vendor: vendor, provider: "any", model: model, at: 0))
    }

    @Test("a day's ledger equals the invoice that was computed by hand, to the cent and to the nano-dollar")
    func invoice() throws {
        let opus = try Self.builtIn("anthropic", "claude-opus-5")
        let haiku = try Self.builtIn("anthropic", "claude-haiku-5-5")
        let gpt = try Self.builtIn("openai", "gpt-6.1-sol")
        let flash = try Self.builtIn("gemini", "gemini-2.5-flash")
        // Tokens times dollars a million are millionths of a dollar, µ$.
        let day: [(ModelPrice, TokenUsage, PriceTier?, Int64)] = [
            // Cached, both kinds of writes, reasoning as output:
            // 3,120 × 5 + 48,000 × 0.5 + 12,304 × 6.25 + 2,000 × 10 + (900 + 1,500) × 25
            // = 15,600 + 24,000 + 76,900 + 20,000 + 60,000 = 196,500 µ$.
            (opus, Self.usage([3_120, 48_000, 12_304, 2_000, 0, 0], [900, 1_500, 0, 0]), nil, 196_500_000),
            // 10,007 × 5 + 411 × 25 + 3 searches × 10,000 µ$ = 50,035 + 10,275 + 30,000 = 90,310 µ$.
            (opus, Self.usage([10_007, 0, 0, 0, 0, 0], [411, 0, 0, 0], .standard, searches: 3), nil, 90_310_000),
            // 100,000 in all are not above 100,000: 60,000 × 0.1 + 40,000 × 0.01 + 1,001 × 0.5 = 6,900.5 µ$.
            (haiku, Self.usage([60_000, 40_000, 0, 0, 0, 0], [1_001, 0, 0, 0]), nil, 6_900_500),
            // One cached token more, and all is dearer: 60,000 × 0.5 + 40,001 × 0.05 + 1,001 × 2.5 = 34,502.55 µ$.
            (haiku, Self.usage([60_000, 40_001, 0, 0, 0, 0], [1_001, 0, 0, 0]), nil, 34_502_550),
            // 271,000 × 2 + 1,000 × 0.1 + 5,000 × 10 = 592,100 µ$.
            (gpt, Self.usage([271_000, 1_000, 0, 0, 0, 0], [2_000, 3_000, 0, 0]), nil, 592_100_000),
            // Priority, as the vendor says, and long: 200,000 × 8 + 72,001 × 0.4 + 777 × 30 = 1,652,110.4 µ$.
            (gpt, Self.usage([200_000, 72_001, 0, 0, 0, 0], [777, 0, 0, 0], .priority), nil, 1_652_110_400),
            // Flex, as was asked for: 10,000 × 1 + 4,000 × 1.25 + 2,222 × 5 = 26,110 µ$.
            (gpt, Self.usage([10_000, 0, 4_000, 0, 0, 0], [2_222, 0, 0, 0]), .flex, 26_110_000),
            // Audio apart: 4,321 × 0.3 + 1,234 × 1 + (99 + 1,111) × 2.5 = 5,555.3 µ$.
            (flash, Self.usage([4_321, 0, 0, 0, 1_234, 0], [99, 1_111, 0, 0]), nil, 5_555_300),
            // Own price of $0.0375: 3 tokens are 112.5 nano-dollars, rounded up.
            (
                ModelPrice(TokenRates(input: 37_500_000, output: 0)), Self.usage([3, 0, 0, 0, 0, 0], [0, 0, 0, 0]), nil,
                113
            ),
        ]
        var total: Int64 = 0
        for (price, usage, requested, nano) in day {
            let charge = price.charge(usage, requestedTier: requested)
            #expect(charge.nanoUSD == nano)
            #expect(!charge.isClamped && !charge.lacksSearchPrice)
            #expect(price.lines(usage, requestedTier: requested).reduce(0) { $0 + $1.nanoUSD } == nano)
            total += charge.nanoUSD
        }
        #expect(total == 2_604_088_863)
        #expect((total + 5_000_000) / 10_000_000 == 260)
        // 48,000 × (5 − 0.5) = 216,000 µ$.
        #expect(opus.charge(day[0].1, requestedTier: nil).cacheSavingsNanoUSD == 216_000_000)
    }

    @Test("cached tokens are billed once: two invoices of cached prompts")
    func cachedPrompts() {
        var sonnet = TokenRates(input: 3_000_000_000, output: 15_000_000_000)
        sonnet.cacheWrite5m = 3_750_000_000
        let first = Self.usage([3, 0, 12_304, 0, 0, 0], [550, 0, 0, 0])
        #expect(ModelPrice(sonnet).charge(first, requestedTier: nil).nanoUSD == 54_399_000)
        var opus = TokenRates(input: 5_000_000_000, output: 25_000_000_000)
        opus.cacheWrite5m = 6_250_000_000
        let second = Self.usage([6, 0, 159_217, 0, 0, 0], [2_745, 0, 0, 0])
        #expect(ModelPrice(opus).charge(second, requestedTier: nil).nanoUSD == 1_063_761_250)
    }

    @Test("the tier that the vendor says counts before the one that was asked for, and an unpriced one is standard")
    func tiers() throws {
        let gpt = try Self.builtIn("openai", "gpt-6.1-sol")
        func charge(_ served: PriceTier?, _ requested: PriceTier?) -> Int64 {
            gpt.charge(Self.usage([1_000_000, 0, 0, 0, 0, 0], [0, 0, 0, 0], served), requestedTier: requested).nanoUSD
        }
        #expect(charge(nil, nil) == 4_000_000_000)
        #expect(charge(nil, .flex) == 2_000_000_000)
        #expect(charge(.standard, .flex) == 4_000_000_000)
        #expect(charge(.priority, .flex) == 8_000_000_000)
        let flat = ModelPrice(TokenRates(input: 7, output: 7))
        for tier in PriceTier.allCases {
            let usage = Self.usage([1_000_000, 0, 0, 0, 0, 0], [0, 0, 0, 0], tier)
            #expect(flat.charge(usage, requestedTier: nil).nanoUSD == 7)
        }
    }

    @Test("kinds that are not priced apart cost as input or output, long writes as short ones")
    func fallbacks() {
        var rates = TokenRates(input: 1_000_000, output: 10_000_000)
        let everything = Self.usage([1, 1, 1, 1, 1, 1], [1, 1, 1, 1])
        #expect(ModelPrice(rates).charge(everything, requestedTier: nil).nanoUSD == 46)
        rates.cacheWrite5m = 2_000_000
        #expect(ModelPrice(rates).charge(everything, requestedTier: nil).nanoUSD == 48)
        rates.cacheWrite1h = 5_000_000
        rates.cacheRead = 0
        rates.reasoning = 20_000_000
        #expect(ModelPrice(rates).charge(everything, requestedTier: nil).nanoUSD == 60)
    }

    @Test("a lost cache costs what its tokens cost in full, less what they would have cost from it")
    func lostCache() {
        var rates = TokenRates(input: 5_000_000_000, output: 25_000_000_000)
        rates.cacheRead = 500_000_000
        let price = ModelPrice(rates)
        func lost(_ cached: Int, uncached: Int, read: Int) -> Int64 {
            let usage = Self.usage([uncached, read, 0, 0, 0, 0], [1, 0, 0, 0])
            return price.lostCache(usage, cachedElsewhere: cached, requestedTier: nil)
        }
        #expect(lost(1_000, uncached: 4_000, read: 0) == 4_500_000)
        // What was in the new target's cache too is not lost, nor is what is no part of the request any more.
        #expect(lost(1_000, uncached: 4_000, read: 400) == 2_700_000)
        #expect(lost(1_000, uncached: 300, read: 0) == 1_350_000)
        #expect(lost(1_000, uncached: 300, read: 2_000) == 0)
        #expect(lost(0, uncached: 300, read: 0) == 0 && lost(-5, uncached: 300, read: .min) == 0)
        #expect(lost(.max, uncached: .max, read: 0) > 0)
        let flat = ModelPrice(TokenRates(input: 7, output: 7))
        #expect(
            flat.lostCache(
                Self.usage([9_000_000, 0, 0, 0, 0, 0], [0, 0, 0, 0]),
                cachedElsewhere: 9_000_000,
                requestedTier: nil
            ) == 0
        )
    }

    @Test("absurd counts never trap, never credit, and are marked when they do not fit (N080)")
    func absurdCounts() {
        let edges = [Int.min, -5, -1, 0, 1, 12, Int(Int32.max), .max - 1, .max]
        let prices = [
            ModelPrice.sandbox, ModelPrice(TokenRates(input: .max, output: .max)),
            ModelPrice(TokenRates(input: .min, output: -1)), ModelPrice(TokenRates(input: 0, output: 0)),
        ]
        for price in prices {
            for a in edges {
                for b in edges {
                    var usage = Self.usage([a, b, a, b, a, b], [b, a, b, a], .priority, searches: a)
                    usage.serviceTier = nil
                    let charge = price.charge(usage, requestedTier: .batch)
                    #expect(charge.nanoUSD >= 0 && charge.cacheSavingsNanoUSD >= 0)
                    #expect(price.lines(usage, requestedTier: nil).allSatisfy { $0.nanoUSD >= 0 })
                    #expect(price.upperBound(inputTokens: a, outputTokens: b) >= 0)
                    #expect(price.expected(inputTokens: a, outputTokens: b, tier: .flex) >= 0)
                }
            }
        }
        let negative = ModelPrice.sandbox.charge(Self.usage([-5, 0, 0, 0, 0, 0], [7, 0, 0, 0]), requestedTier: nil)
        #expect(negative.nanoUSD == 35_000)
    }

    @Test("at the edge of what fits, a charge is exact or held (N081)")
    func edges() {
        // 9,223,372,036,854,775,807 nano-dollars are the most: at a nano-dollar a token that many tokens.
        let nano = ModelPrice(TokenRates(input: 1_000_000, output: 1_000_000))
        let most = nano.charge(Self.usage([.max, 0, 0, 0, 0, 0], [0, 0, 0, 0]), requestedTier: nil)
        #expect(most.nanoUSD == .max && !most.isClamped)
        let over = nano.charge(Self.usage([.max, 0, 0, 0, 0, 0], [1, 0, 0, 0]), requestedTier: nil)
        #expect(over.nanoUSD == .max && over.isClamped)
        let fraction = ModelPrice(TokenRates(input: 1, output: 1))
        for (input, output, nano) in [(1, 0, 1), (500_000, 500_000, 1), (500_000, 500_001, 2)] {
            let usage = Self.usage([input, 0, 0, 0, 0, 0], [output, 0, 0, 0])
            #expect(fraction.charge(usage, requestedTier: nil).nanoUSD == Int64(nano))
        }
        #expect(fraction.charge(TokenUsage(), requestedTier: nil) == Charge())
        #expect(nano.upperBound(inputTokens: .max, outputTokens: 0) == .max)
        #expect(fraction.upperBound(inputTokens: 0, outputTokens: .max) == .max)
    }

    @Test("searches without a price are told")
    func searches() {
        var price = ModelPrice(TokenRates(input: 0, output: 0))
        let usage = Self.usage([1, 0, 0, 0, 0, 0], [0, 0, 0, 0], searches: 4)
        #expect(price.charge(usage, requestedTier: nil).lacksSearchPrice)
        price.webSearchNanoUSD = 10_000_000
        let charge = price.charge(usage, requestedTier: nil)
        #expect(charge.nanoUSD == 40_000_000 && !charge.lacksSearchPrice)
        let lines = price.lines(usage, requestedTier: nil)
        #expect(lines.map(\.subject) == [.tokens(.input), .webSearches])
        #expect(lines.map(\.nanoUSD) == [0, 40_000_000] && lines.map(\.count) == [1, 4])
    }
}
