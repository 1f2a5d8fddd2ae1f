import Catalogue
import Exchange
import Policy

/// What the road asks of a price.
enum Tariff {
    static func charge(_ price: ModelPrice, _ usage: TokenUsage) -> Int64 {
        price.charge(usage, requestedTier: nil).nanoUSD
    }

    static func expected(_ price: ModelPrice, input: Int, output: Int) -> Int64 {
        price.expected(inputTokens: input, outputTokens: output, tier: nil)
    }

    static func upper(_ price: ModelPrice, input: Int, output: Int) -> Int64 {
        price.upperBound(inputTokens: input, outputTokens: output)
    }
}
