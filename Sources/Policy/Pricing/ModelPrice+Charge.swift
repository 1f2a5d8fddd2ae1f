public import Catalogue
public import Exchange

extension ModelPrice {
    /// What was used costs.
    ///
    /// All of a request is priced by its tier and by the step that all of its input, of whatever kind, is above. The sum
    /// is exact and rounded up once. Negative counts and rates are nothing: a vendor's mistake never credits anyone.
    ///
    /// - Parameters:
    ///   - usage: What was used; its own tier, where the vendor named one, counts before the requested one.
    ///   - requestedTier: The tier that was asked for; `nil` is standard.
    /// - Returns: The charge.
    public func charge(_ usage: TokenUsage, requestedTier: PriceTier?) -> Charge {
        let rates = self.rates(tier: usage.serviceTier ?? requestedTier, inputTokens: usage.inputTokens)
        var sum = NanoUSDSum()
        // Most requests have tokens of two kinds: the rates of the others are not even looked for.
        func add(_ tokens: Int, _ kind: RateKind) {
            if tokens > 0 { sum.add(tokens, at: rates.rate(kind)) }
        }
        add(usage.uncachedInputTokens, .input)
        add(usage.cacheReadTokens, .cacheRead)
        add(usage.cacheWrite5mTokens, .cacheWrite5m)
        add(usage.cacheWrite1hTokens, .cacheWrite1h)
        add(usage.audioInputTokens, .audioInput)
        add(usage.imageInputTokens, .imageInput)
        add(usage.visibleOutputTokens, .output)
        add(usage.reasoningTokens, .reasoning)
        add(usage.audioOutputTokens, .audioOutput)
        add(usage.imageOutputTokens, .imageOutput)
        sum.add(usage.webSearchRequests, each: self.webSearchNanoUSD ?? 0)
        var charge = Charge()
        charge.nanoUSD = sum.roundedUp
        charge.isClamped = sum.isClamped
        charge.lacksSearchPrice = usage.webSearchRequests > 0 && self.webSearchNanoUSD == nil
        charge.cacheSavingsNanoUSD = Self.savings(usage.cacheReadTokens, rates)
        return charge
    }

    /// What a request cost more because it was served away from a cache: the tokens that are in the cache elsewhere, as far as
    /// they were read in full here. Part of its charge.
    ///
    /// - Parameters:
    ///   - usage: What was used.
    ///   - cached: Tokens of the conversation that were in the cache of another target.
    ///   - requestedTier: The tier that was asked for; `nil` is standard.
    /// - Returns: Nano-dollars, rounded down.
    public func lostCache(_ usage: TokenUsage, cachedElsewhere cached: Int, requestedTier: PriceTier?) -> Int64 {
        let (lost, isOver) = min(cached, usage.inputTokens).subtractingReportingOverflow(max(0, usage.cacheReadTokens))
        guard cached > 0, !isOver, lost > 0 else { return 0 }
        return Self.savings(lost, self.rates(tier: usage.serviceTier ?? requestedTier, inputTokens: usage.inputTokens))
    }

    private static func savings(_ tokens: Int, _ rates: TokenRates) -> Int64 {
        guard tokens > 0 else { return 0 }
        let (full, read) = (max(rates.input, 0), max(rates.rate(.cacheRead), 0))
        guard full > read else { return 0 }
        var saved = NanoUSDSum()
        saved.add(tokens, at: full - read)
        return saved.roundedDown
    }

    /// The same charge line by line, for explaining it: only what was used.
    ///
    /// - Parameters:
    ///   - usage: What was used.
    ///   - requestedTier: The tier that was asked for; `nil` is standard.
    /// - Returns: Lines whose parts add up to the charge.
    public func lines(_ usage: TokenUsage, requestedTier: PriceTier?) -> [ChargeLine] {
        let rates = self.rates(tier: usage.serviceTier ?? requestedTier, inputTokens: usage.inputTokens)
        var lines: [ChargeLine] = []
        var sum = NanoUSDSum()
        for kind in RateKind.allCases {
            let count = usage.count(kind)
            guard count > 0 else { continue }
            let before = sum.roundedUp
            sum.add(count, at: rates.rate(kind))
            let part = sum.roundedUp - before
            lines.append(ChargeLine(subject: .tokens(kind), count: count, rate: rates.rate(kind), nanoUSD: part))
        }
        if usage.webSearchRequests > 0 {
            let before = sum.roundedUp
            let price = self.webSearchNanoUSD ?? 0
            sum.add(usage.webSearchRequests, each: price)
            let part = sum.roundedUp - before
            lines.append(
                ChargeLine(subject: .webSearches, count: usage.webSearchRequests, rate: price, nanoUSD: part)
            )
        }
        return lines
    }
}

extension TokenUsage {
    /// The tokens of a kind.
    fileprivate func count(_ kind: RateKind) -> Int {
        switch kind {
        case .input: self.uncachedInputTokens
        case .output: self.visibleOutputTokens
        case .cacheRead: self.cacheReadTokens
        case .cacheWrite5m: self.cacheWrite5mTokens
        case .cacheWrite1h: self.cacheWrite1hTokens
        case .reasoning: self.reasoningTokens
        case .audioInput: self.audioInputTokens
        case .audioOutput: self.audioOutputTokens
        case .imageInput: self.imageInputTokens
        case .imageOutput: self.imageOutputTokens
        }
    }
}
