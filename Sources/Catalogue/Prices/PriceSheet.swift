import Exchange

/// A model's price as a list states it, with gaps; `price` closes them.
///
/// Lists leave out what follows from the rest: a batch tier without its price of cache reads, a flex tier without the step
/// for long inputs. What is left out keeps its proportion: a kind to its tier's input (or output) as in standard, a step
/// to its tier's first step as in standard. So a tier at half the price is at half the price throughout.
struct PriceSheet {
    /// One line: rates of a tier from a size on.
    struct Line {
        var tier = PriceTier.standard
        var aboveInputTokens = 0
        /// By `RateKind`.
        var rates: [RateKind: Int64] = [:]
    }

    var lines: [Line] = []
    var webSearchNanoUSD: Int64?

    /// The price; `nil` without any line. A sheet without standard takes the dearest tier's lines for it.
    var price: ModelPrice? {
        let fallback = [PriceTier.standard, .priority, .flex, .batch].first { tier in
            self.lines.contains { $0.tier == tier }
        }
        guard let fallback else { return nil }
        let standard = Self.standard(self.lines(of: fallback))
        var tiers: [PriceTier: [ModelPrice.Step]] = [.standard: standard]
        for tier in [PriceTier.batch, .flex, .priority] {
            let own = self.lines(of: tier)
            if !own.isEmpty { tiers[tier] = Self.complete(own, by: standard) }
        }
        return ModelPrice(tiers: tiers, webSearchNanoUSD: self.webSearchNanoUSD)
    }

    private func lines(of tier: PriceTier) -> [Line] {
        self.lines.filter { $0.tier == tier }.sorted { $0.aboveInputTokens < $1.aboveInputTokens }
    }

    private static func standard(_ lines: [Line]) -> [ModelPrice.Step] {
        guard let first = lines.first else { return [] }
        var base = TokenRates(input: first.rates[.input] ?? 0, output: first.rates[.output] ?? 0)
        for (kind, rate) in first.rates { base[kind] = rate }
        return [ModelPrice.Step(rates: base)] + lines.dropFirst().map { Self.step($0, by: base) }
    }

    private static func complete(_ lines: [Line], by standard: [ModelPrice.Step]) -> [ModelPrice.Step] {
        guard let first = lines.first else { return [] }
        let anchor = Self.rates(standard, at: first.aboveInputTokens)
        let input = first.rates[.input] ?? anchor.input
        var lines = lines
        for step in standard where !lines.contains(where: { $0.aboveInputTokens == step.aboveInputTokens }) {
            var line = Line(tier: first.tier, aboveInputTokens: step.aboveInputTokens)
            line.rates[.input] = TokenRates.proportion(step.rates.input, input, to: anchor.input)
            if let output = first.rates[.output] {
                line.rates[.output] = TokenRates.proportion(step.rates.output, output, to: anchor.output)
            }
            lines.append(line)
        }
        return lines.map { Self.step($0, by: Self.rates(standard, at: $0.aboveInputTokens)) }
    }

    /// Standard's rates for inputs above a size.
    private static func rates(_ standard: [ModelPrice.Step], at size: Int) -> TokenRates {
        let step = standard.last { $0.aboveInputTokens <= size } ?? standard.first
        return step?.rates ?? TokenRates(input: 0, output: 0)
    }

    private static func step(_ line: Line, by known: TokenRates) -> ModelPrice.Step {
        let input = line.rates[.input] ?? known.input
        let output = line.rates[.output] ?? TokenRates.proportion(known.output, input, to: known.input)
        var rates = TokenRates(input: input, output: output)
        for kind in RateKind.allCases where kind != .input && kind != .output {
            let proportional = known[kind].map { rate in
                kind.isOutput
                    ? TokenRates.proportion(rate, output, to: known.output)
                    : TokenRates.proportion(rate, input, to: known.input)
            }
            rates[kind] = line.rates[kind] ?? proportional
        }
        return ModelPrice.Step(aboveInputTokens: line.aboveInputTokens, rates: rates)
    }
}
