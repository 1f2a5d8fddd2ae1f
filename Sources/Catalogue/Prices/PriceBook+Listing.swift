extension PriceBook {
    /// A model's price in the book.
    public struct Row: Sendable, Equatable {
        /// Whose model.
        public let scope: PriceDocument.Scope
        /// The model; `*` for all others of a provider.
        public let model: String
        /// What it costs.
        public let price: ModelPrice
        /// From the program's own list, not the operator's document.
        public let isBuiltIn: Bool
    }

    /// The vendors that have a built-in list, in order.
    public static var vendors: [String] { BuiltInPrices.vendors }

    /// All prices: the document's in its order, then the built-in ones by vendor and model. Markups are no prices: they
    /// are in the document's entries. Built-in prices that an entry for the vendor's model overrides are left out.
    ///
    /// - Parameter vendor: Only this vendor's, and none of a provider's; `nil` for all.
    /// - Returns: The prices.
    public func all(vendor: String? = nil) -> [Row] {
        var rows: [Row] = []
        for entry in self.document.entries where vendor == nil || entry.scope == vendor.map({ .vendor($0) }) {
            guard let price = entry.price else { continue }
            rows.append(Row(scope: entry.scope, model: entry.model, price: price, isBuiltIn: false))
        }
        for listed in BuiltInPrices.vendors where vendor == nil || vendor == listed {
            rows += self.listed(listed)
        }
        return rows
    }

    private func listed(_ vendor: String) -> [Row] {
        BuiltInPrices.list(vendor).sorted { $0.key < $1.key }.compactMap { key, row in
            guard self.entry(.vendor(vendor), [key], .min) == nil else { return nil }
            return Row(scope: .vendor(vendor), model: row.model, price: row.price, isBuiltIn: true)
        }
    }
}
