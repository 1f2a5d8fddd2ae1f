import Catalogue
import Exchange
import Storage
import Wire

extension ModelPrice {
    /// Writes tiers, steps and rates: US dollars for a million tokens, as decimal text; kinds that are not priced apart are
    /// left out.
    func write(to writer: inout JSONWriter) {
        writer.member(
            "tiers",
            object: { writer in
                for (tier, steps) in self.tiers.sorted(by: { Self.rank($0.key) < Self.rank($1.key) }) {
                    writer.key(tier.rawValue)
                    writer.array { writer in
                        for step in steps { writer.object { Self.write(step, to: &$0) } }
                    }
                }
            }
        )
        writer.member("web_search", nanoUSD: self.webSearchNanoUSD)
        writer.member("effective_from", time: self.effectiveFrom)
    }

    private static func write(_ step: Step, to writer: inout JSONWriter) {
        writer.member("above_input_tokens", step.aboveInputTokens)
        for kind in RateKind.allCases {
            guard let rate = step.rates[kind] else { continue }
            writer.key(kind.rawValue)
            writer.string(NanoUSD.text(rate))
        }
    }

    private static func rank(_ tier: PriceTier) -> Int { PriceTier.allCases.firstIndex(of: tier) ?? 0 }
}

extension PriceDocument.Scope {
    /// Writes `provider` or `vendor`.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .provider(let name): writer.member("provider", name)
        case .vendor(let name): writer.member("vendor", name)
        }
    }
}

extension PriceChange {
    /// Writes what changes: the price before and after, `null` where there is none.
    func write(to writer: inout JSONWriter) {
        writer.member("name", self.name)
        writer.member("drastic", self.isDrastic)
        writer.key("old")
        if let old { writer.object { old.write(to: &$0) } } else { writer.null() }
        writer.key("new")
        if let new { writer.object { new.write(to: &$0) } } else { writer.null() }
    }
}
