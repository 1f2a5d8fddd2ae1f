import Catalogue
import Exchange
import Storage
import Wire

/// Bodies of the price routes.
enum PriceFields {
    /// How a document is written.
    enum Format: String, CaseIterable {
        /// In the project's own schema.
        case martlet
        /// As the widely used table of costs per token.
        case perToken = "per_token"
    }

    /// A document to be imported.
    struct Order {
        var format = Format.martlet
        var document: [UInt8]
        /// Where it comes from, for people.
        var source: String?
        /// It stands in place of all the operator's prices, rather than beside them.
        var isReplacing = false
        var terms = PriceChangeTerms()
    }

    private static let scopes = ["provider", "vendor", "model"]
    private static let extras = ["web_search", "effective_from", "markup", "free", "dry_run", "confirm"]

    /// The price of one model: flat rates. Tiers and steps come by import.
    static func entry(_ bytes: [UInt8]) throws(AdminProblem) -> (PriceDocument.Entry, PriceChangeTerms) {
        let fields = self.scopes + RateKind.allCases.map(\.rawValue) + self.extras
        return try AdminBody.read(bytes, fields) { body throws(AdminProblem) in
            var entry = PriceDocument.Entry(
                scope: try self.scope(body),
                model: try NameRules.modelName(try body.requiredString("model"), field: "model"),
                terms: try self.terms(body)
            )
            entry.effectiveFrom = try body.optional("effective_from", body.instant)
            return (entry, try self.changeTerms(body))
        }
    }

    /// A document to be imported.
    static func order(_ bytes: [UInt8]) throws(AdminProblem) -> Order {
        let fields = ["format", "document", "source", "replace", "dry_run", "confirm"]
        return try AdminBody.read(bytes, fields) { body throws(AdminProblem) in
            guard let document = try body.document("document") else { throw body.wrong("document", "is needed") }
            var order = Order(document: document)
            order.format = try body.choice("format") ?? .martlet
            order.source = try body.optional("source", body.string).map { text throws(AdminProblem) in
                try NameRules.label(text, field: "source")
            }
            order.isReplacing = try body.bool("replace") ?? false
            order.terms = try self.changeTerms(body)
            return order
        }
    }

    private static func changeTerms(_ body: AdminBody) throws(AdminProblem) -> PriceChangeTerms {
        PriceChangeTerms(isDryRun: try body.bool("dry_run") ?? false, isConfirmed: try body.bool("confirm") ?? false)
    }

    private static func scope(_ body: AdminBody) throws(AdminProblem) -> PriceDocument.Scope {
        switch (try body.string("provider"), try body.string("vendor")) {
        case (let name?, nil): return .provider(try NameRules.slug(name, field: "provider"))
        case (nil, let name?): return .vendor(try NameRules.slug(name, field: "vendor"))
        case (nil, nil), (.some, .some):
            throw AdminProblem(.invalidField, "either provider or vendor is needed", field: "provider")
        }
    }

    private static func terms(_ body: AdminBody) throws(AdminProblem) -> PriceDocument.Terms {
        let rates = RateKind.allCases.map(\.rawValue)
        let given = (rates + ["web_search"]).filter { body.root.member($0) != nil && !body.isNull($0) }
        if let markup = try body.optional("markup", body.dollars) {
            guard given.isEmpty else { throw body.wrong("markup", "stands alone: leave \(given[0]) out") }
            guard markup >= 0, markup % 1_000 == 0 else {
                throw body.wrong("markup", "must be a factor such as \"1.1\", with at most 6 places")
            }
            return .markup(millionths: markup / 1_000)
        }
        if try body.bool("free") ?? false {
            guard given.isEmpty else { throw body.wrong("free", "stands alone: leave \(given[0]) out") }
            return .price(ModelPrice(TokenRates(input: 0, output: 0)))
        }
        guard let input = try body.dollars("input") else { throw body.wrong("input", "is needed") }
        guard let output = try body.dollars("output") else { throw body.wrong("output", "is needed") }
        var tokens = TokenRates(input: input, output: output)
        for kind in RateKind.allCases {
            let rate = try body.optional(kind.rawValue, body.dollars)
            guard let rate else { continue }
            guard (0...TokenRates.maximum).contains(rate) else {
                throw body.wrong(kind.rawValue, "must be 0 to 10000 dollars a million tokens")
            }
            tokens[kind] = rate
        }
        var price = ModelPrice(tokens)
        price.webSearchNanoUSD = try body.optional("web_search", body.dollars)
        return .price(price)
    }
}
