import Catalogue
import Exchange
import Policy
import Storage

extension Repriced {
    /// What an attempt costs by a price list: its provider's own prices, else the list of the vendor behind the provider.
    public static let byPriceList: Reprice = { entry, book, configuration in
        let provider = configuration.providers.first { $0.name == entry.subject.provider }
        let price = book.price(
            of: entry.subject.upstreamModel,
            at: entry.startedAt,
            provider: provider,
            named: entry.subject.provider
        )
        guard let charge = price?.charge(entry.usage, requestedTier: entry.usage.serviceTier) else { return nil }
        return Repriced(chargeNanoUSD: charge.nanoUSD, cacheSavingsNanoUSD: charge.cacheSavingsNanoUSD)
    }
}

extension PriceBook {
    /// The price of a provider's model, by its own name, else by that of the model it stands for.
    func price(
        of model: String,
        at instant: UnixMilliseconds,
        provider: ProviderRecord?,
        named name: String
    ) -> ModelPrice? {
        let vendor = provider.flatMap { PriceBook.vendor(kind: $0.kind, baseURL: $0.baseURL) } ?? ""
        // Settings were checked before they were stored; what cannot be read names no models.
        let settings = provider.flatMap { try? ConfiguredCapabilities(settings: $0.settings) }
        let own = self.price(vendor: vendor, provider: name, model: model, at: instant)
        guard own == nil, let base = settings?.baseModel(of: model), base != model else { return own }
        return self.price(vendor: vendor, provider: name, model: base, at: instant)
    }
}
