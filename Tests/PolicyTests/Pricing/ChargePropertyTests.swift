import Catalogue
import Exchange
import Policy
import Testing

@Suite("Charges against exact arithmetic")
struct ChargePropertyTests {
    /// What is owed by the rules as docs/prices.md has them, in numbers without bounds.
    private func exact(_ price: ModelPrice, _ usage: TokenUsage, _ requested: PriceTier?) -> BigNatural {
        let tiers = price.tiers
        let steps = tiers[usage.serviceTier ?? requested ?? .standard] ?? tiers[.standard] ?? []
        let input = [
            usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens,
            usage.audioInputTokens, usage.imageInputTokens,
        ].map { BigNatural(Int64($0)) }
        let total = input.reduce(BigNatural(0), +)
        let step = steps.last { total > BigNatural(Int64($0.aboveInputTokens)) } ?? steps.first
        guard let rates = step?.rates else { return BigNatural(0) }
        let write = rates.cacheWrite5m ?? rates.input
        let inputRates = [
            rates.input, rates.cacheRead ?? rates.input, write, rates.cacheWrite1h ?? write,
            rates.audioInput ?? rates.input, rates.imageInput ?? rates.input,
        ]
        let output = [
            (usage.visibleOutputTokens, rates.output), (usage.reasoningTokens, rates.reasoning ?? rates.output),
            (usage.audioOutputTokens, rates.audioOutput ?? rates.output),
            (usage.imageOutputTokens, rates.imageOutput ?? rates.output),
        ]
        var sum = zip(input, inputRates).reduce(BigNatural(0)) { $0 + $1.0 * BigNatural($1.1) }
        sum = output.reduce(sum) { $0 + BigNatural(Int64($1.0)) * BigNatural($1.1) }
        let searches = BigNatural(Int64(usage.webSearchRequests)) * BigNatural(price.webSearchNanoUSD ?? 0)
        sum = sum + searches * BigNatural(1_000_000)
        return (sum + BigNatural(999_999)) / 1_000_000
    }

    @Test(
        "a charge is the exact sum, rounded up once, or the largest number (N081)",
        arguments: [(1, 44, 24), (2, 63, 63), (3, 20, 40), (4, 63, 20), (5, 44, 50)] as [(UInt64, Int, Int)]
    )
    func exactness(_ seed: UInt64, _ rateBits: Int, _ tokenBits: Int) {
        var random = SeededRandom(seed: seed)
        var clamped = 0
        for _ in 0..<4_000 {
            let price = random.price(bits: rateBits)
            var usage = TokenUsage(
                input: (0..<6).map { _ in random.number(bits: tokenBits) },
                output: (0..<4).map { _ in random.number(bits: tokenBits) }
            )
            usage.webSearchRequests = random.flip() ? 0 : random.number(bits: tokenBits)
            usage.serviceTier = random.tier()
            let requested = random.tier()
            let charge = price.charge(usage, requestedTier: requested)
            let exact = self.exact(price, usage, requested)
            #expect(charge.isClamped == (exact > BigNatural(.max)))
            #expect(BigNatural(charge.nanoUSD) == (charge.isClamped ? BigNatural(.max) : exact))
            #expect(charge.lacksSearchPrice == (usage.webSearchRequests > 0 && price.webSearchNanoUSD == nil))
            if charge.isClamped { clamped += 1 }
            let lines = price.lines(usage, requestedTier: requested)
            #expect(lines.allSatisfy { $0.nanoUSD >= 0 && $0.count > 0 })
            #expect(lines.reduce(BigNatural(0)) { $0 + BigNatural($1.nanoUSD) } == BigNatural(charge.nanoUSD))
        }
        if seed == 2 { #expect(clamped > 1_000) }
        if seed == 3 { #expect(clamped == 0) }
    }

    @Test("what the cache saved is the exact difference, rounded down", arguments: [11, 12] as [UInt64])
    func savings(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let price = random.price(bits: 43)
            var usage = TokenUsage()
            usage.cacheReadTokens = random.number(bits: 30)
            let charge = price.charge(usage, requestedTier: nil)
            let rates = price.rates(tier: nil, inputTokens: usage.cacheReadTokens)
            let saved = max(rates.input - (rates.cacheRead ?? rates.input), 0)
            let exact = BigNatural(Int64(usage.cacheReadTokens)) * BigNatural(saved) / 1_000_000
            #expect(min(exact, BigNatural(.max)) == BigNatural(charge.cacheSavingsNanoUSD))
        }
    }

    @Test(
        "no usage within the counts costs more than the upper bound",
        arguments: [(21, 44, 20), (22, 63, 62), (23, 10, 40), (24, 44, 12)] as [(UInt64, Int, Int)]
    )
    func bounds(_ seed: UInt64, _ rateBits: Int, _ tokenBits: Int) {
        var random = SeededRandom(seed: seed)
        var tight = 0
        for _ in 0..<4_000 {
            let price = random.price(bits: rateBits)
            let (most, mostOut) = (random.number(bits: tokenBits), random.number(bits: tokenBits))
            let bound = price.upperBound(inputTokens: most, outputTokens: mostOut)
            let unmarked = price.upperBound(inputTokens: most, outputTokens: mostOut, cacheWrites: .none)
            let short = price.upperBound(inputTokens: most, outputTokens: mostOut, cacheWrites: .fiveMinutes)
            #expect(unmarked <= short && short <= bound)
            for _ in 0..<4 {
                var usage = TokenUsage(
                    input: random.parts(of: random.flip() ? most : Int.random(in: 0...most, using: &random), count: 6),
                    output: random.parts(of: mostOut, count: 4)
                )
                usage.serviceTier = random.tier()
                let requested = random.tier()
                let charge = price.charge(usage, requestedTier: requested).nanoUSD
                #expect(charge <= bound)
                if charge == bound { tight += 1 }
                if usage.cacheWrite1hTokens == 0 { #expect(charge <= short) }
                if usage.cacheWrite1hTokens == 0, usage.cacheWrite5mTokens == 0 { #expect(charge <= unmarked) }
            }
            let probable = price.expected(inputTokens: most, outputTokens: mostOut, tier: random.tier())
            #expect(probable <= bound)
        }
        // The bound is reached, so it is no larger than it must be.
        #expect(tight > 0)
    }

    @Test("no usage of a built-in model costs more than the upper bound")
    func builtInBounds() {
        var random = SeededRandom(seed: 31)
        for row in PriceBook.builtIn.all() {
            for total in [1, 100_000, 100_001, 200_001, 272_000, 272_001, 1_000_000] {
                let bound = row.price.upperBound(inputTokens: total, outputTokens: 64_000)
                for tier in PriceTier.allCases {
                    var usage = TokenUsage(
                        input: random.parts(of: total, count: 6),
                        output: random.parts(of: 64_000, count: 4)
                    )
                    usage.serviceTier = tier
                    #expect(row.price.charge(usage, requestedTier: nil).nanoUSD <= bound, "\(row.model)")
                }
            }
        }
    }

    @Test("more tokens never cost less, within one step", arguments: [41] as [UInt64])
    func monotonous(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let price = ModelPrice(random.rates(bits: 50))
            let input = (0..<6).map { _ in random.number(bits: 40) }
            let output = (0..<4).map { _ in random.number(bits: 40) }
            let less = price.charge(TokenUsage(input: input, output: output), requestedTier: nil).nanoUSD
            var more = input
            more[Int.random(in: 0..<6, using: &random)] += 1
            #expect(price.charge(TokenUsage(input: more, output: output), requestedTier: nil).nanoUSD >= less)
        }
    }
}
