/// The prices in force: the operator's document on top of a built-in list.
///
/// Meant to be asked when a target is configured, not for every request.
public struct PriceBook: Sendable {
    /// Counts up with every change of the operator's; ledger rows name it.
    public let version: Int64
    /// SHA-256 of the document's JSON, in hexadecimal.
    public let checksum: String
    /// The name of the built-in list that counts for what the document does not say.
    public let builtIn: String
    /// The operator's own prices.
    public let document: PriceDocument

    /// Entries by scope and model in lower case, the latest moment first.
    private let index: [PriceDocument.Scope: [String: [PriceDocument.Entry]]]

    /// The program's own prices, before an operator says anything.
    public static let builtIn = PriceBook(version: 1, document: PriceDocument())

    /// A version of the prices, on this program's built-in list.
    ///
    /// - Parameters:
    ///   - version: Its number.
    ///   - document: The operator's own prices.
    public init(version: Int64, document: PriceDocument) {
        self.version = version
        self.checksum = Self.checksum(of: document.json)
        self.builtIn = BuiltInPrices.name
        self.document = document
        var index: [PriceDocument.Scope: [String: [PriceDocument.Entry]]] = [:]
        for entry in document.entries.reversed() {
            index[entry.scope, default: [:]][entry.model.lowercased(), default: []].append(entry)
        }
        self.index = index
    }

    /// The checksum of a document's JSON, by which damage to a stored one is found.
    public static func checksum(of json: [UInt8]) -> String { SHA256.hexadecimal(json) }

    /// What a model costs.
    ///
    /// The first of these that names the model, by its own name before any shorter one: the document's entry for the
    /// provider, the document's for the vendor, the document's for all models of the provider, the built-in list.
    ///
    /// - Parameters:
    ///   - vendor: Whose list counts, as `vendor(kind:baseURL:)` tells; `nil` for a server that is nobody's here.
    ///   - provider: The provider's name in this gateway.
    ///   - model: The vendor's name for the model, in any of its spellings.
    ///   - moment: Milliseconds of Unix time: entries that come into force later do not count.
    /// - Returns: The price; `nil` when nobody said one. A model newer than the list has none.
    public func price(
        vendor: String?,
        provider: String,
        model: String,
        at moment: Int64
    ) -> ModelPrice? {
        let names = PriceSpelling.names(model, vendor: vendor)
        if let price = self.entry(.provider(provider), names, moment)?.price { return price }
        if let vendor, let price = self.entry(.vendor(vendor), names, moment)?.price { return price }
        let listed = Self.listed(vendor, names)
        guard let all = self.entry(.provider(provider), ["*"], moment) else { return listed }
        if case .markup(let millionths) = all.terms { return listed?.scaled(byMillionths: millionths) }
        return all.price
    }

    /// The next moment after `moment` at which an entry of the document comes into force, in milliseconds of Unix time.
    public func nextChange(after moment: Int64) -> Int64? {
        self.document.entries.compactMap(\.effectiveFrom).filter { $0 > moment }.min()
    }

    /// The entry in force for the first of these names that has one.
    func entry(_ scope: PriceDocument.Scope, _ names: [String], _ moment: Int64) -> PriceDocument.Entry? {
        guard let models = self.index[scope] else { return nil }
        for name in names {
            guard let entries = models[name] else { continue }
            if let entry = entries.first(where: { $0.effectiveFrom ?? .min <= moment }) { return entry }
        }
        return nil
    }

    private static func listed(_ vendor: String?, _ names: [String]) -> ModelPrice? {
        guard let vendor else { return nil }
        if vendor == "sandbox" { return .sandbox }
        let list = BuiltInPrices.list(vendor)
        for name in names {
            if let row = list[name] { return row.price }
        }
        return nil
    }
}
