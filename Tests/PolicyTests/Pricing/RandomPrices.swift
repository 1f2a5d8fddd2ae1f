import Catalogue
import Exchange

/// Repeatable randomness for property tests.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number of any magnitude below 2^`bits`, often an edge.
    mutating func number(bits: Int) -> Int {
        switch Int.random(in: 0..<12, using: &self) {
        case 0: 0
        case 1: bits >= 63 ? .max : (1 << bits) - 1
        case 2: 1
        default: Int(truncatingIfNeeded: self.next() >> UInt64(64 - Int.random(in: 1...bits, using: &self)))
        }
    }

    mutating func flip() -> Bool {
        Bool.random(using: &self)
    }

    mutating func tier() -> PriceTier? {
        ([nil] + PriceTier.allCases.map { $0 }).randomElement(using: &self) ?? nil
    }

    mutating func rates(bits: Int) -> TokenRates {
        var rates = TokenRates(input: Int64(self.number(bits: bits)), output: Int64(self.number(bits: bits)))
        for kind in RateKind.allCases where kind != .input && kind != .output && self.flip() {
            rates[kind] = Int64(self.number(bits: bits))
        }
        return rates
    }

    mutating func price(bits: Int) -> ModelPrice {
        var tiers: [PriceTier: [ModelPrice.Step]] = [:]
        for tier in PriceTier.allCases where tier == .standard || self.flip() {
            var steps = [ModelPrice.Step(rates: self.rates(bits: bits))]
            for _ in 0..<Int.random(in: 0...3, using: &self) {
                let above = Int.random(in: 1...400_000, using: &self)
                if steps.contains(where: { $0.aboveInputTokens == above }) { continue }
                steps.append(ModelPrice.Step(aboveInputTokens: above, rates: self.rates(bits: bits)))
            }
            tiers[tier] = steps.shuffled(using: &self)
        }
        let search = self.flip() ? Int64(self.number(bits: bits)) : nil
        return ModelPrice(tiers: tiers, webSearchNanoUSD: search) ?? .sandbox
    }

    /// Parts that together are at most `total`.
    mutating func parts(of total: Int, count: Int) -> [Int] {
        var rest = total
        var parts: [Int] = []
        for _ in 1..<count {
            let part = self.flip() ? 0 : Int.random(in: 0...rest, using: &self)
            parts.append(part)
            rest -= part
        }
        parts.append(self.flip() ? rest : 0)
        return parts.shuffled(using: &self)
    }
}

extension TokenUsage {
    /// Usage of these counts: six kinds of input, four of output.
    init(input: [Int], output: [Int]) {
        self.init()
        self.uncachedInputTokens = input[0]
        self.cacheReadTokens = input[1]
        self.cacheWrite5mTokens = input[2]
        self.cacheWrite1hTokens = input[3]
        self.audioInputTokens = input[4]
        self.imageInputTokens = input[5]
        self.visibleOutputTokens = output[0]
        self.reasoningTokens = output[1]
        self.audioOutputTokens = output[2]
        self.imageOutputTokens = output[3]
    }
}
