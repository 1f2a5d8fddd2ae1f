import Upstream
import Catalogue
import Exchange
import Policy

/// What a request is expected to use, before anybody has counted.
struct Estimate {
    /// Bytes of the request that are text.
    let textBytes: Int
    /// Tokens of input, without a margin: what is settled when nobody counts.
    let inputTokens: Int
    /// What is taken from limits and budgets.
    let demand: Demand
    /// The price it is settled at, stamped here: a change of prices does not reach what runs.
    let pricing: TargetPricing
    /// The tier that the caller asked for.
    let tier: PriceTier?
    /// Whether the exchange is kept in the ledger.
    let isBilled: Bool

    /// What the vendor adds to a request by itself: its own instructions for tools, roles, images.
    private static let overhead = 2_000

    /// Estimates a request.
    ///
    /// - Parameters:
    ///   - facts: What the gate found.
    ///   - operation: What is asked for.
    ///   - bytes: Of the body; of the larger one when it is translated.
    ///   - cap: The cap on output that goes upstream.
    ///   - target: Where it goes.
    /// - Throws: `.invalidRequest` when the model has no price and none may be served without.
    init(
        _ facts: borrowing Inspected,
        operation: Exchange.Operation,
        bytes: Int,
        cap: Int?,
        target: Target
    ) throws(GatewayFailure) {
        let pricing = target.pricing
        self.isBilled = TargetPricing.isBilled(operation)
        self.pricing = pricing
        self.tier = facts.requestedTier
        self.textBytes = max(0, bytes - facts.inlineMediaBytes)
        let media = facts.mediaCount.multipliedReportingOverflow(by: Self.usualImage)
        let (input, overflow) = pricing.learned.inputTokens(bytes: self.textBytes)
            .addingReportingOverflow(media.overflow ? .max / 2 : media.partialValue)
        self.inputTokens = overflow ? .max / 2 : input
        guard self.isBilled else {
            self.demand = Demand(inputTokens: 0, outputTokens: 0, expectedNanoUSD: 0, upperNanoUSD: 0)
            return
        }
        if pricing.price == nil, pricing.unpriced == .deny { throw Self.unpriced(target) }
        self.demand = Self.demand(
            facts,
            hasOutput: operation != .embeddings,
            input: (self.inputTokens, self.textBytes),
            cap: cap,
            pricing
        )
    }

    /// Tokens of an image, usually.
    private static let usualImage = 1_500

    private static func demand(
        _ facts: borrowing Inspected,
        hasOutput: Bool,
        input: (tokens: Int, textBytes: Int),
        cap: Int?,
        _ pricing: TargetPricing
    ) -> Demand {
        let choices = max(1, facts.choiceCount)
        let expectedInput = Self.times(input.tokens, 6) / 5
        let expectedOutput = hasOutput ? Self.times(pricing.learned.expectedOutput(cap: cap), choices) : 0
        var demand = Demand(
            inputTokens: expectedInput,
            outputTokens: expectedOutput,
            expectedNanoUSD: 0,
            upperNanoUSD: 0
        )
        guard let price = pricing.price else { return demand }
        demand.expectedNanoUSD = price.expected(
            inputTokens: expectedInput,
            outputTokens: expectedOutput,
            tier: facts.requestedTier
        )
        switch Self.bounds(facts, hasOutput: hasOutput, textBytes: input.textBytes, cap: cap, pricing) {
        case .success(let bound):
            demand.upperNanoUSD = price.upperBound(
                inputTokens: bound.input,
                outputTokens: Self.times(bound.output, choices)
            )
        case .failure(let reason):
            demand.upperNanoUSD = nil
            demand.unboundedReason = reason.text
        }
        return demand
    }

    private struct Unbounded: Error {
        var text: String
    }

    /// The most tokens that a request can cost: a token is at least a byte.
    private static func bounds(
        _ facts: borrowing Inspected,
        hasOutput: Bool,
        textBytes: Int,
        cap: Int?,
        _ pricing: TargetPricing
    ) -> Result<(input: Int, output: Int), Unbounded> {
        if let reason = facts.unbounded { return .failure(Unbounded(text: reason)) }
        var input = Self.plus(textBytes, Self.overhead)
        if facts.mediaCount > 0 {
            guard let image = pricing.imageBound else {
                return .failure(Unbounded(text: "images at a vendor that does not say what they cost"))
            }
            input = Self.plus(input, Self.times(facts.mediaCount, image))
        }
        guard hasOutput else { return .success((input, 0)) }
        guard let output = cap else {
            return .failure(Unbounded(text: "an answer without a cap on its length (\(Self.capAdvice))"))
        }
        return .success((input, output))
    }

    private static let capAdvice = "send max_tokens, or give the key a max_output_tokens"

    private static func times(_ a: Int, _ b: Int) -> Int {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? .max / 2 : product
    }

    private static func plus(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max / 2 : sum
    }

    private static func unpriced(_ target: Target) -> GatewayFailure {
        let name = "\(target.provider.name)/\(target.upstreamModel)"
        return GatewayFailure(
            .invalidRequest,
            "This model has no price, so what it would cost cannot be accounted for. Your operator can set one: martlet price set \(name) --input USD_PER_MILLION --output USD_PER_MILLION",
            parameter: "model",
            code: "model_not_priced"
        )
    }
}
