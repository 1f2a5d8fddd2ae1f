public import Catalogue
public import Exchange

extension ModelPrice {
    /// What a request will probably cost: plain text in, plain text out, nothing cached.
    ///
    /// - Parameters:
    ///   - inputTokens: Its input.
    ///   - outputTokens: Its output.
    ///   - tier: The tier that is asked for; `nil` is standard.
    /// - Returns: Nano-dollars, rounded up; the largest number when they do not fit.
    public func expected(inputTokens: Int, outputTokens: Int, tier: PriceTier?) -> Int64 {
        let rates = self.rates(tier: tier, inputTokens: inputTokens)
        var sum = NanoUSDSum()
        sum.add(inputTokens, at: rates.input)
        sum.add(outputTokens, at: rates.output)
        return sum.roundedUp
    }

    /// Which writes to the vendor's cache a request can cause.
    public enum CacheWrites: Sendable, Equatable {
        /// None: the vendor writes only what is marked, and nothing is.
        case none
        /// For five minutes, or for a time without a name.
        case fiveMinutes
        /// Any.
        case any
    }

    /// What a request costs at most: `charge` is never more, for any usage within these counts and without searches,
    /// whatever its kinds of tokens are and whichever tier the vendor says that it served at.
    ///
    /// The tier that was asked for lowers nothing: a vendor may serve at another one, and what it says is what it bills.
    ///
    /// - Parameters:
    ///   - inputTokens: The most input it can have, of all kinds together.
    ///   - outputTokens: The most output it can have, of all kinds together.
    ///   - cacheWrites: The writes to count on.
    /// - Returns: Nano-dollars, rounded up; the largest number when they do not fit, or a count is as large as can be and
    ///   so bounds nothing.
    public func upperBound(inputTokens: Int, outputTokens: Int, cacheWrites: CacheWrites = .any) -> Int64 {
        guard inputTokens < .max, outputTokens < .max else { return .max }
        var most = NanoUSDSum()
        self.forEachTier { steps in
            for (index, step) in steps.enumerated() where index == 0 || inputTokens > step.aboveInputTokens {
                // Below the next step there are no more tokens than that.
                let isLast = index + 1 == steps.count
                let input = isLast ? inputTokens : min(inputTokens, max(steps[index + 1].aboveInputTokens, 0))
                var sum = NanoUSDSum()
                sum.add(input, at: Self.dearestInput(step.rates, cacheWrites))
                sum.add(outputTokens, at: Self.dearestOutput(step.rates))
                most = max(most, sum)
            }
        }
        return most.roundedUp
    }

    private static func dearestInput(_ rates: TokenRates, _ writes: CacheWrites) -> Int64 {
        let plain = max(rates.input, rates.rate(.cacheRead), rates.rate(.audioInput), rates.rate(.imageInput))
        return switch writes {
        case .none: plain
        case .fiveMinutes: max(plain, rates.rate(.cacheWrite5m))
        case .any: max(plain, rates.rate(.cacheWrite5m), rates.rate(.cacheWrite1h))
        }
    }

    private static func dearestOutput(_ rates: TokenRates) -> Int64 {
        max(rates.output, rates.rate(.reasoning), rates.rate(.audioOutput), rates.rate(.imageOutput))
    }
}
