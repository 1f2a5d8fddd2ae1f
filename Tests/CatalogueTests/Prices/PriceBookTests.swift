import Exchange
import Testing

@testable import Catalogue

@Suite("The price book")
struct PriceBookTests {
    private static func entry(
        _ scope: PriceDocument.Scope,
        _ model: String,
        _ input: Int64,
        from moment: Int64? = nil
    ) -> PriceDocument.Entry {
        let price = ModelPrice(TokenRates(input: input, output: input))
        return PriceDocument.Entry(scope: scope, model: model, effectiveFrom: moment, terms: .price(price))
    }

    private func input(
        _ entries: [PriceDocument.Entry],
        _ model: String,
        vendor: String? = "openai",
        at moment: Int64 = 0
    ) throws -> Int64? {
        let book = PriceBook(version: 2, document: try PriceDocument(entries))
        let price = book.price(vendor: vendor, provider: "mine", model: model, at: moment)
        return price?.rates(tier: nil, inputTokens: 1).input
    }

    @Test("a provider's price counts before the vendor's, that before all of the provider's, that before the list")
    func order() throws {
        let provider = Self.entry(.provider("mine"), "gpt-5.5", 1)
        let vendor = Self.entry(.vendor("openai"), "gpt-5.5", 2)
        let all = Self.entry(.provider("mine"), "*", 3)
        #expect(try self.input([provider, vendor, all], "gpt-5.5") == 1)
        #expect(try self.input([vendor, all], "gpt-5.5") == 2)
        #expect(try self.input([all], "gpt-5.5") == 3)
        #expect(try self.input([], "gpt-5.5") == 5_000_000_000)
        #expect(try self.input([all], "nobody-knows", vendor: nil) == 3)
        #expect(try self.input([], "nobody-knows") == nil)
        let others = [Self.entry(.provider("other"), "gpt-5.5", 1), Self.entry(.vendor("azure"), "gpt-5.5", 2)]
        #expect(try self.input(others, "gpt-5.5") == 5_000_000_000)
    }

    @Test("an entry counts for snapshots of its model, and an exact one before it")
    func families() throws {
        let family = Self.entry(.vendor("openai"), "gpt-5.5", 1)
        let snapshot = Self.entry(.vendor("openai"), "GPT-5.5-2026-04-23", 2)
        #expect(try self.input([family], "gpt-5.5-2026-04-23") == 1)
        #expect(try self.input([family, snapshot], "gpt-5.5-2026-04-23") == 2)
        #expect(try self.input([snapshot], "gpt-5.5") == 5_000_000_000)
        #expect(try self.input([family], "gpt-5.5-pro") == 30_000_000_000)
    }

    @Test("a markup multiplies the built-in price, rounded up")
    func markup() throws {
        func all(_ millionths: Int64) -> PriceDocument.Entry {
            PriceDocument.Entry(scope: .provider("mine"), model: "*", terms: .markup(millionths: millionths))
        }
        #expect(try self.input([all(1_100_000)], "gpt-5.5") == 5_500_000_000)
        #expect(try self.input([all(333_333)], "gpt-5.5-2026-04-23") == 1_666_665_000)
        #expect(try self.input([all(1)], "gpt-5-nano") == 50)
        #expect(try self.input([all(0)], "gpt-5.5") == 0)
        #expect(try self.input([all(1_100_000)], "nobody-knows") == nil)
        let book = PriceBook(version: 2, document: try PriceDocument([all(2_000_000)]))
        let price = try #require(book.price(vendor: "openai", provider: "mine", model: "gpt-6.1-sol", at: 0))
        #expect(price.rates(tier: .flex, inputTokens: 272_001).cacheWrite5m == 5_000_000_000)
        #expect(price.webSearchNanoUSD == 20_000_000)
    }

    @Test("an entry counts from its moment on, the latest first")
    func moments() throws {
        let scope = PriceDocument.Scope.vendor("openai")
        let entries = [
            Self.entry(scope, "gpt-5.5", 1, from: 2_000), Self.entry(scope, "gpt-5.5", 2, from: 5_000),
            Self.entry(scope, "gpt-5", 3, from: 9_000),
        ]
        #expect(try self.input(entries, "gpt-5.5", at: 1_999) == 5_000_000_000)
        #expect(try self.input(entries, "gpt-5.5", at: 2_000) == 1)
        #expect(try self.input(entries, "gpt-5.5", at: 4_999) == 1)
        #expect(try self.input(entries, "gpt-5.5", at: 5_000) == 2)
        let book = PriceBook(version: 2, document: try PriceDocument(entries))
        #expect(book.nextChange(after: 0) == 2_000 && book.nextChange(after: 2_000) == 5_000)
        #expect(book.nextChange(after: 5_000) == 9_000 && book.nextChange(after: 9_000) == nil)
        let price = book.price(vendor: "openai", provider: "", model: "gpt-5.5", at: 6_000)
        #expect(price?.effectiveFrom == 5_000)
    }

    @Test("the listing has the operator's prices and the built-in ones that they do not override")
    func listing() throws {
        let entries = [Self.entry(.vendor("xai"), "Grok-4.7", 1), Self.entry(.provider("mine"), "gpt-5.5", 2)]
        let book = PriceBook(version: 2, document: try PriceDocument(entries))
        let rows = book.all()
        #expect(rows.count == 1_618 && rows.filter { !$0.isBuiltIn }.map(\.model) == ["gpt-5.5", "Grok-4.7"])
        #expect(rows.filter { $0.model.lowercased() == "grok-4.7" && $0.scope == .vendor("xai") }.count == 1)
        let xai = book.all(vendor: "xai")
        #expect(xai.count == 43 && xai.filter(\.isBuiltIn).count == 42)
        #expect(book.all(vendor: "nobody").isEmpty)
    }
}

@Suite("Changes of prices")
struct PriceChangeTests {
    private static let openai = PriceDocument.Scope.vendor("openai")

    private static func document(_ model: String, _ price: ModelPrice) throws -> PriceDocument {
        try PriceDocument([.init(scope: self.openai, model: model, terms: .price(price))])
    }

    private static func flat(_ input: Int64, _ output: Int64) -> ModelPrice {
        ModelPrice(TokenRates(input: input, output: output))
    }

    @Test(
        "more than threefold either way is drastic, a thousandfold is absurd",
        arguments: [
            (100, 300, false, false), (100, 301, true, false), (300, 100, false, false), (301, 100, true, false),
            (0, 1, true, false), (1, 0, true, false), (100, 100_000, true, true), (100, 99_999, true, false),
            (100_000, 100, true, true), (TokenRates.maximum, 1, true, true),
        ] as [(Int64, Int64, Bool, Bool)]
    )
    func drastic(_ old: Int64, _ new: Int64, _ isDrastic: Bool, _ isAbsurd: Bool) throws {
        let changes = PriceDocument.diff(
            try Self.document("own", Self.flat(old, 7)),
            try Self.document("own", Self.flat(new, 7))
        )
        #expect(changes.count == 1 && changes[0].name == "openai/own")
        #expect(changes[0].isDrastic == isDrastic && changes[0].isAbsurd == isAbsurd)
        #expect(changes[0].fields.map(\.name) == ["input"])
        #expect(changes[0].fields.first?.old == old && changes[0].fields.first?.new == new)
    }

    @Test("an entry is compared with the built-in price that it overrides, and back")
    func builtIn() throws {
        let mistaken = try Self.document("gpt-5.5", Self.flat(5_000_000, 30_000_000))
        let changes = PriceDocument.diff(PriceDocument(), mistaken)
        #expect(changes.count == 1 && changes[0].isDrastic && changes[0].isAbsurd)
        #expect(changes[0].old?.rates(tier: nil, inputTokens: 1).input == 5_000_000_000)
        let back = PriceDocument.diff(mistaken, PriceDocument())
        #expect(back.count == 1 && back[0].isDrastic)
        #expect(back[0].new?.rates(tier: nil, inputTokens: 1).input == 5_000_000_000)
        let own = PriceDocument.diff(PriceDocument(), try Self.document("own", Self.flat(1, 1)))
        #expect(own.count == 1 && own[0].old == nil && !own[0].isDrastic)
        #expect(PriceDocument.diff(mistaken, mistaken).isEmpty)
        let known = try #require(PriceBook.builtIn.price(vendor: "openai", provider: "", model: "gpt-5.5", at: 0))
        #expect(PriceDocument.diff(PriceDocument(), try Self.document("gpt-5.5", known)).isEmpty)
    }

    @Test("a provider's first price is compared with its vendor's list, where that is known")
    func providers() throws {
        let document = try PriceDocument([
            .init(scope: .provider("mine"), model: "gpt-5.5", terms: .price(Self.flat(50_000_000_000, 30_000_000_000)))
        ])
        #expect(PriceDocument.diff(PriceDocument(), document).first?.isDrastic == false)
        #expect(PriceDocument.diff(PriceDocument(), document, vendors: ["mine": "openai"]).first?.isDrastic == true)
    }

    @Test("tiers, steps, kinds and searches are compared each")
    func fields() throws {
        var cached = TokenRates(input: 100, output: 200)
        cached.cacheRead = 10
        let old = ModelPrice(cached)
        let dear = ModelPrice.Step(aboveInputTokens: 1_000, rates: TokenRates(input: 500, output: 200))
        let steps = [ModelPrice.Step(rates: cached), dear]
        var new = try #require(
            ModelPrice(tiers: [.standard: steps, .flex: [.init(rates: .init(input: 50, output: 200))]])
        )
        new.webSearchNanoUSD = 5
        let changes = PriceDocument.diff(try Self.document("own", old), try Self.document("own", new))
        let said = try #require(changes.first).fields.map { field in
            "\(field.tier?.rawValue ?? "") \(field.aboveInputTokens) \(field.name)"
        }
        #expect(
            said == [
                "standard 1000 input", "standard 1000 cache_read", "flex 0 input", "flex 0 cache_read", " 0 web_search",
            ]
        )
    }

    @Test("a markup is compared with none")
    func markup() throws {
        func document(_ millionths: Int64) throws -> PriceDocument {
            try PriceDocument([.init(scope: .provider("a"), model: "*", terms: .markup(millionths: millionths))])
        }
        let first = PriceDocument.diff(PriceDocument(), try document(1_200_000))
        #expect(first.map(\.name) == ["a/*"] && first[0].isDrastic == false)
        #expect(PriceDocument.diff(try document(1_200_000), try document(5_000_000)).first?.isDrastic == true)
    }
}
