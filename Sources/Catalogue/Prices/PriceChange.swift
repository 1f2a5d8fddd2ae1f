public import Exchange

/// What a new version of the prices changes about a model.
public struct PriceChange: Sendable, Equatable {
    /// One rate that changes.
    public struct Field: Sendable, Equatable {
        /// The tier; `nil` for what is no rate of tokens.
        public let tier: PriceTier?
        /// The size of input that the rate is for.
        public let aboveInputTokens: Int
        /// The field, as price documents name it: `input`, `web_search`, `markup`.
        public let name: String
        /// Before, in nano-dollars a million tokens, nano-dollars a search, or millionths; `nil` when there was none.
        public let old: Int64?
        /// After; `nil` when there is none any more.
        public let new: Int64?

        /// More than three times as much, or less than a third, or to or from nothing.
        public var isDrastic: Bool {
            guard let old, let new, old != new else { return false }
            guard old > 0, new > 0 else { return true }
            return Int128(max(old, new)) > Int128(min(old, new)) * 3
        }

        /// A thousand times as much or more, or a thousandth or less: a mistaken unit, hardly a price.
        public var isAbsurd: Bool {
            guard let old, let new, old > 0, new > 0 else { return false }
            return Int128(max(old, new)) >= Int128(min(old, new)) * 1_000
        }
    }

    /// Whose model.
    public let scope: PriceDocument.Scope
    /// The model; `*` for all others of a provider.
    public let model: String
    /// When it changes, in milliseconds of Unix time; `nil` at once.
    public let effectiveFrom: Int64?
    /// What counted before: an entry's price, or the built-in one; `nil` when there was none, and for a markup.
    public let old: ModelPrice?
    /// What counts after; `nil` when there is none, and for a markup.
    public let new: ModelPrice?
    /// The rates that differ.
    public let fields: [Field]

    /// What is changed, for people: `openai/gpt-5.5`.
    public var name: String { "\(self.scope.name)/\(self.model)" }
    /// A rate is more than three times what it was, or less than a third, or comes from or goes to nothing: to be
    /// confirmed by a person.
    public var isDrastic: Bool { self.fields.contains(where: \.isDrastic) }
    /// A rate is a thousand times what it was, or a thousandth: a mistaken unit, to be refused.
    public var isAbsurd: Bool { self.fields.contains(where: \.isAbsurd) }
}

extension PriceDocument {
    /// What is different in effect: every entry whose model costs something else by the new document than by the old one,
    /// the built-in price counting where a document says nothing. Entries that say what counted anyway change nothing.
    ///
    /// - Parameters:
    ///   - old: The operator's prices before.
    ///   - new: The operator's prices after.
    ///   - vendors: Whose list counts for each provider, by the provider's name, so that a provider's first own price is
    ///     compared with the list.
    ///   - base: The model that a provider's model stands for, by the names of both, where the list does not know it.
    /// - Returns: The changes, in the documents' order.
    public static func diff(
        _ old: PriceDocument,
        _ new: PriceDocument,
        vendors: [String: String] = [:],
        base: (_ provider: String, _ model: String) -> String? = { _, _ in nil }
    ) -> [PriceChange] {
        let before = Dictionary(old.entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let books = (PriceBook(version: 0, document: old), PriceBook(version: 0, document: new))
        var changes: [PriceChange] = []
        for key in Set(before.keys).union(after.keys).sorted() {
            guard before[key]?.terms != after[key]?.terms, let entry = after[key] ?? before[key] else { continue }
            if key.model == "*" {
                changes.append(PriceChange(entry, before[key]?.terms, after[key]?.terms))
            } else {
                let prices = (books.0.price(of: entry, vendors, base), books.1.price(of: entry, vendors, base))
                changes.append(PriceChange(entry, prices.0, prices.1, PriceChange.fields(prices.0, prices.1)))
            }
        }
        return changes.filter { !$0.fields.isEmpty }
    }
}

extension PriceBook {
    /// What counts for an entry's model at the entry's moment.
    fileprivate func price(
        of entry: PriceDocument.Entry,
        _ vendors: [String: String],
        _ base: (String, String) -> String?
    ) -> ModelPrice? {
        let moment = entry.effectiveFrom ?? .min
        switch entry.scope {
        case .vendor(let vendor): return self.price(vendor: vendor, provider: "", model: entry.model, at: moment)
        case .provider(let name):
            let own = self.price(vendor: vendors[name], provider: name, model: entry.model, at: moment)
            guard own == nil, let model = base(name, entry.model) else { return own }
            return self.price(vendor: vendors[name], provider: name, model: model, at: moment)
        }
    }
}

extension PriceChange {
    fileprivate init(_ entry: PriceDocument.Entry, _ old: ModelPrice?, _ new: ModelPrice?, _ fields: [Field]) {
        self.init(
            scope: entry.scope,
            model: entry.model,
            effectiveFrom: entry.effectiveFrom,
            old: old,
            new: new,
            fields: fields
        )
    }

    /// An entry for all models is compared with one like it, and a markup with none at all.
    fileprivate init(_ entry: PriceDocument.Entry, _ old: PriceDocument.Terms?, _ new: PriceDocument.Terms?) {
        let prices = (Self.price(old), Self.price(new))
        var fields = Self.fields(prices.0, prices.1)
        let markups = (Self.markup(old), Self.markup(new))
        if markups.0 != markups.1 {
            let (before, after) = (markups.0 ?? 1_000_000, markups.1 ?? 1_000_000)
            fields.append(Field(tier: nil, aboveInputTokens: 0, name: "markup", old: before, new: after))
        }
        self.init(entry, prices.0, prices.1, fields)
    }

    private static func price(_ terms: PriceDocument.Terms?) -> ModelPrice? {
        if case .price(let price)? = terms { price } else { nil }
    }

    private static func markup(_ terms: PriceDocument.Terms?) -> Int64? {
        if case .markup(let millionths)? = terms { millionths } else { nil }
    }

    fileprivate static func fields(_ old: ModelPrice?, _ new: ModelPrice?) -> [Field] {
        var fields: [Field] = []
        for tier in PriceTier.allCases {
            let steps = (old?.tiers[tier] ?? []) + (new?.tiers[tier] ?? [])
            for above in Set(steps.map(\.aboveInputTokens)).sorted() {
                let tokens = above == .max ? above : above + 1
                let before = old?.rates(tier: tier, inputTokens: tokens)
                let after = new?.rates(tier: tier, inputTokens: tokens)
                for kind in RateKind.allCases where before?[kind] != nil || after?[kind] != nil {
                    let (was, now) = (before?.rate(kind), after?.rate(kind))
                    guard was != now else { continue }
                    fields.append(
                        Field(tier: tier, aboveInputTokens: above, name: kind.rawValue, old: was, new: now)
                    )
                }
            }
        }
        if old?.webSearchNanoUSD != new?.webSearchNanoUSD {
            let (was, now) = (old?.webSearchNanoUSD, new?.webSearchNanoUSD)
            fields.append(Field(tier: nil, aboveInputTokens: 0, name: "web_search", old: was, new: now))
        }
        return fields
    }
}
