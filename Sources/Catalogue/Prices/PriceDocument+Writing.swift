import Exchange
import Wire

extension PriceDocument {
    /// The document as JSON: the same entries always give the same bytes, and `parse` gives the same entries again.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 256 + self.entries.count * 160)
        writer.object { writer in
            writer.member("schema", Self.schema)
            writer.member("unit", Self.unit)
            writer.member(
                "prices",
                array: { writer in
                    for entry in self.entries { entry.write(to: &writer) }
                }
            )
        }
        return writer.bytes
    }
}

extension PriceDocument.Entry {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self.scope {
            case .provider(let name): writer.member("provider", name)
            case .vendor(let name): writer.member("vendor", name)
            }
            writer.member("model", self.model)
            if let moment = self.effectiveFrom { writer.member("effective_from", PriceDate.text(moment)) }
            switch self.terms {
            case .markup(let millionths):
                writer.key("markup")
                writer.raw(PriceDecimal.text(millionths, places: 6))
            case .price(let price): price.write(to: &writer)
            }
        }
    }
}

extension ModelPrice {
    /// Writes `rates`, and `web_search` where it has a price, as members of an entry.
    fileprivate func write(to writer: inout JSONWriter) {
        if let search = self.webSearchNanoUSD {
            writer.key("web_search")
            writer.raw(PriceDecimal.text(search, places: 9))
        }
        writer.member(
            "rates",
            array: { writer in
                let tiers = self.tiers
                for tier in PriceTier.allCases {
                    for step in tiers[tier] ?? [] { writer.object { step.write(tier, to: &$0) } }
                }
            }
        )
    }
}

extension ModelPrice.Step {
    fileprivate func write(_ tier: PriceTier, to writer: inout JSONWriter) {
        if tier != .standard { writer.member("tier", tier.rawValue) }
        if self.aboveInputTokens > 0 { writer.member("above_input_tokens", self.aboveInputTokens) }
        for kind in RateKind.allCases {
            guard let rate = self.rates[kind] else { continue }
            writer.key(kind.rawValue)
            writer.raw(PriceDecimal.text(rate, places: 9))
        }
    }
}
