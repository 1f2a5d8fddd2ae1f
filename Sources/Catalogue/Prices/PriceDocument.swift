import Exchange

/// The operator's own prices. docs/prices.md describes the JSON that they are written in.
public struct PriceDocument: Sendable, Equatable {
    /// Whose models an entry prices.
    public enum Scope: Sendable, Hashable, Comparable {
        /// One provider of this gateway, by its name.
        case provider(String)
        /// Every provider that is billed by this vendor's list.
        case vendor(String)

        /// The name in it.
        public var name: String {
            switch self {
            case .provider(let name), .vendor(let name): name
            }
        }

        /// Orders providers before vendors, then by name.
        public static func < (a: Scope, b: Scope) -> Bool {
            switch (a, b) {
            case (.provider, .vendor): true
            case (.vendor, .provider): false
            case (.provider(let a), .provider(let b)), (.vendor(let a), .vendor(let b)): a < b
            }
        }
    }

    /// What an entry says.
    public enum Terms: Sendable, Equatable {
        /// A price.
        case price(ModelPrice)
        /// The built-in price times so many millionths. Only for all models of a provider.
        case markup(millionths: Int64)
    }

    /// The price of one model, or of all models of a provider that have none of their own.
    public struct Entry: Sendable, Equatable {
        /// Whose model.
        public var scope: Scope
        /// The model's name at the vendor; `*` for all others of a provider.
        public var model: String
        /// When it comes into force, in milliseconds of Unix time, whole seconds; `nil` for ever.
        public var effectiveFrom: Int64?
        /// What it says.
        public var terms: Terms

        /// Makes an entry.
        public init(scope: Scope, model: String, effectiveFrom: Int64? = nil, terms: Terms) {
            self.scope = scope
            self.model = model
            self.effectiveFrom = effectiveFrom
            self.terms = terms
        }

        /// What the entry is called in messages: `openai/gpt-5.5`.
        public var name: String { "\(self.scope.name)/\(self.model)" }

        /// The price, with its moment in it; `nil` for a markup.
        var price: ModelPrice? {
            guard case .price(var price) = self.terms else { return nil }
            price.effectiveFrom = self.effectiveFrom
            return price
        }
    }

    /// The most entries that a document may have.
    public static let maximumEntries = 20_000

    /// The entries, in order: providers before vendors, by name, by model, by moment.
    public private(set) var entries: [Entry] = []

    /// No entries: the built-in prices count.
    public init() {}

    /// A document of these entries.
    ///
    /// - Parameter entries: In any order.
    /// - Throws: `PriceFileError` for the first entry that is wrong, a repeat, or too many of them.
    public init(_ entries: [Entry]) throws(PriceFileError) {
        guard entries.count <= Self.maximumEntries else {
            throw PriceFileError(.tooLarge, "a price document has at most \(Self.maximumEntries) entries")
        }
        for entry in entries { try entry.check() }
        self.entries = entries.sorted { $0.key < $1.key }
        for (entry, next) in zip(self.entries, self.entries.dropFirst()) where entry.key == next.key {
            throw PriceFileError(.duplicate, entry: entry.name, "the model is there twice")
        }
    }

    /// Adds an entry, in place of the one with the same scope, model and moment if there is one.
    ///
    /// - Throws: `PriceFileError` when it is wrong, or one too many.
    public mutating func set(_ entry: Entry) throws(PriceFileError) {
        self = try PriceDocument(self.entries.filter { $0.key != entry.key } + [entry])
    }

    /// These entries and another document's; where both have one of the same scope, model and moment, the other's.
    ///
    /// - Parameter other: The other document.
    /// - Returns: Both.
    /// - Throws: `PriceFileError` when they are too many together.
    public func merging(_ other: PriceDocument) throws(PriceFileError) -> PriceDocument {
        let keys = Set(other.entries.map(\.key))
        return try PriceDocument(self.entries.filter { !keys.contains($0.key) } + other.entries)
    }

    /// Takes out all entries of a model, whatever their moment.
    ///
    /// - Returns: Whether there was one.
    public mutating func remove(_ scope: Scope, _ model: String) -> Bool {
        let count = self.entries.count
        let key = model.lowercased()
        self.entries.removeAll { $0.scope == scope && $0.model.lowercased() == key }
        return self.entries.count < count
    }
}

extension PriceDocument.Entry {
    /// What makes two entries the same one.
    struct Key: Hashable, Comparable {
        let scope: PriceDocument.Scope
        let model: String
        let effectiveFrom: Int64

        static func < (a: Key, b: Key) -> Bool {
            (a.scope, a.model, a.effectiveFrom) < (b.scope, b.model, b.effectiveFrom)
        }
    }

    var key: Key {
        Key(scope: self.scope, model: self.model.lowercased(), effectiveFrom: self.effectiveFrom ?? .min)
    }

    /// Refuses what no document could be read with.
    func check() throws(PriceFileError) {
        try self.check(self.scope.name, "scope")
        try self.check(self.model, "model")
        if let moment = self.effectiveFrom, moment < 0 || moment % 1_000 != 0 || moment >= 253_402_300_800_000 {
            throw self.wrong("effective_from", "must be a whole second of the years 1970 to 9999")
        }
        switch self.terms {
        case .price(let price):
            if self.model == "*", case .vendor = self.scope {
                throw self.wrong("model", "* is for providers only: a vendor has a list")
            }
            try self.check(price)
        case .markup(let millionths):
            guard case .provider = self.scope, self.model == "*" else {
                throw self.wrong("markup", "goes only with a provider and the model *")
            }
            guard (0...100_000_000).contains(millionths) else { throw self.wrong("markup", "must be from 0 to 100") }
        }
    }

    private func check(_ name: String, _ field: String) throws(PriceFileError) {
        guard (1...512).contains(name.utf8.count), name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw self.wrong(field, "must be a name of 1 to 512 bytes without white space")
        }
    }

    private func check(_ price: ModelPrice) throws(PriceFileError) {
        if let search = price.webSearchNanoUSD, !(0...PriceDocument.maximumWebSearch).contains(search) {
            throw self.wrong("web_search", "must be from 0 to 100 dollars")
        }
        for (tier, steps) in price.tiers {
            for (step, next) in zip(steps, steps.dropFirst()) where step.aboveInputTokens >= next.aboveInputTokens {
                throw self.wrong("above_input_tokens", "\(tier.rawValue) has a size twice")
            }
            for step in steps {
                for kind in RateKind.allCases {
                    guard let rate = step.rates[kind], !(0...TokenRates.maximum).contains(rate) else { continue }
                    throw self.wrong(kind.rawValue, "must be from 0 to 10,000 dollars a million tokens")
                }
            }
        }
    }

    func wrong(_ field: String, _ what: String) -> PriceFileError {
        PriceFileError(.badValue, entry: self.name, field: field, "\(field) \(what)")
    }
}

extension PriceDocument {
    /// The most that a web search may cost: 100 dollars.
    static let maximumWebSearch: Int64 = 100_000_000_000
}
