public import Exchange

/// What a model costs: rates by service tier and by size of the input, and what a web search costs.
public struct ModelPrice: Sendable, Equatable {
    /// Rates from a size of input on. The whole request is priced at them, as vendors bill, not only what is beyond.
    public struct Step: Sendable, Equatable {
        /// In force for requests with more input tokens than this, of all kinds together; the first step is at 0.
        public var aboveInputTokens: Int
        /// The rates.
        public var rates: TokenRates

        /// Makes a step.
        public init(aboveInputTokens: Int = 0, rates: TokenRates) {
            self.aboveInputTokens = aboveInputTokens
            self.rates = rates
        }
    }

    /// Of each tier, by its place; standard's are never empty. A charge looks here for every request, so it is no dictionary, and
    /// prices are handed around, so it is one array.
    private var stepsByTier: [[Step]]
    /// What one search of the vendor's web search tool costs, in nano-dollars, where it is known.
    public var webSearchNanoUSD: Int64?
    /// When it came into force, in milliseconds of Unix time; `nil` for ever.
    public var effectiveFrom: Int64?

    /// A price of plain input and output at any size and in any tier.
    public init(_ rates: TokenRates) {
        self.stepsByTier = [[Step(rates: rates)], [], [], []]
    }

    /// A price by tier and size; `nil` without standard.
    ///
    /// - Parameters:
    ///   - tiers: Steps in any order; the lowest one of a tier counts from 0 on.
    ///   - webSearchNanoUSD: What a search costs.
    ///   - effectiveFrom: When it comes into force.
    public init?(tiers: [PriceTier: [Step]], webSearchNanoUSD: Int64? = nil, effectiveFrom: Int64? = nil) {
        guard let standard = tiers[.standard], !standard.isEmpty else { return nil }
        self.stepsByTier = [standard, tiers[.batch] ?? [], tiers[.flex] ?? [], tiers[.priority] ?? []].map(Self.ordered)
        self.webSearchNanoUSD = webSearchNanoUSD
        self.effectiveFrom = effectiveFrom
    }

    private static func ordered(_ steps: [Step]) -> [Step] {
        var steps = steps.sorted { $0.aboveInputTokens < $1.aboveInputTokens }
        if !steps.isEmpty { steps[0].aboveInputTokens = 0 }
        return steps
    }

    /// The tiers that have prices of their own, each ascending from 0; standard is always there.
    public var tiers: [PriceTier: [Step]] {
        var tiers: [PriceTier: [Step]] = [:]
        for tier in PriceTier.allCases {
            let steps = self.ownSteps(tier)
            if !steps.isEmpty { tiers[tier] = steps }
        }
        return tiers
    }

    /// The steps that a tier is priced by: its own, or standard's where it has none.
    public func steps(_ tier: PriceTier?) -> [Step] {
        let own = self.ownSteps(tier ?? .standard)
        return own.isEmpty ? self.ownSteps(.standard) : own
    }

    /// Visits the steps of standard, and of each tier that has prices of its own.
    public func forEachTier(_ visit: (_ steps: [Step]) -> Void) {
        for tier in PriceTier.allCases {
            let steps = self.ownSteps(tier)
            if !steps.isEmpty { visit(steps) }
        }
    }

    private func ownSteps(_ tier: PriceTier) -> [Step] {
        switch tier {
        case .standard: self.stepsByTier[0]
        case .batch: self.stepsByTier[1]
        case .flex: self.stepsByTier[2]
        case .priority: self.stepsByTier[3]
        }
    }

    /// The rates of a request.
    ///
    /// - Parameters:
    ///   - tier: The tier that served it; `nil` is standard, and so is a tier that has no prices.
    ///   - inputTokens: All its input, cached or not.
    /// - Returns: The rates of the last step that the input is above.
    public func rates(tier: PriceTier?, inputTokens: Int) -> TokenRates {
        let steps = self.steps(tier)
        var found = steps[0].rates
        for step in steps.dropFirst() where inputTokens > step.aboveInputTokens { found = step.rates }
        return found
    }

    /// The same price times `millionths` / 1,000,000, rates rounded up.
    func scaled(byMillionths millionths: Int64) -> ModelPrice {
        var scaled = self
        scaled.stepsByTier = self.stepsByTier.map { Self.scaled($0, millionths) }
        scaled.webSearchNanoUSD = self.webSearchNanoUSD.map { TokenRates.proportion($0, millionths, to: 1_000_000) }
        return scaled
    }

    private static func scaled(_ steps: [Step], _ millionths: Int64) -> [Step] {
        steps.map {
            Step(aboveInputTokens: $0.aboveInputTokens, rates: $0.rates.scaled(byMillionths: millionths))
        }
    }

    /// The sandbox's models: one dollar a million tokens in, five out. Nobody is billed; it makes limits, budgets and views
    /// of spending real before there is an account at any vendor.
    public static let sandbox = ModelPrice(TokenRates(input: 1_000_000_000, output: 5_000_000_000))
}
