import Exchange
import Testing

@testable import Catalogue

@Suite("Price documents")
struct PriceDocumentTests {
    private static func document(_ prices: String) -> [UInt8] {
        Array(#"{"schema":1,"unit":"usd_per_million_tokens","prices":[\#(prices)]}"#.utf8)
    }

    private static let entry = #"{"vendor":"openai","model":"gpt-5.5","rates":[{"input":5,"output":30}]}"#

    @Test("a document says prices by provider and by vendor, tier and size")
    func reading() throws {
        let document = try PriceDocument.parse(
            Self.document(
                #"""
                {"vendor":"openai","model":"gpt-5.5","web_search":0.01,"effective_from":"2026-12-01","rates":[
                  {"input":4.5,"output":27,"cache_read":0.45},
                  {"above_input_tokens":272000,"input":9,"output":40.5},
                  {"tier":"flex","input":2.25,"output":13.5}]},
                {"provider":"lab","model":"*","rates":[{"input":0,"output":0}]},
                {"provider":"azure-eu","model":"*","markup":1.1}
                """#
            )
        )
        #expect(document.entries.map(\.name) == ["azure-eu/*", "lab/*", "openai/gpt-5.5"])
        #expect(document.entries[0].terms == .markup(millionths: 1_100_000))
        let price = try #require(document.entries[2].price)
        #expect(price.effectiveFrom == 1_796_083_200_000 && price.webSearchNanoUSD == 10_000_000)
        #expect(price.rates(tier: nil, inputTokens: 1).cacheRead == 450_000_000)
        #expect(price.rates(tier: nil, inputTokens: 272_001).cacheRead == 900_000_000)
        #expect(price.rates(tier: .flex, inputTokens: 272_001).input == 4_500_000_000)
        #expect(price.rates(tier: .priority, inputTokens: 1).input == 4_500_000_000)
    }

    @Test("writing is deterministic, and reads back as the same")
    func writing() throws {
        let empty = try PriceDocument.parse(Self.document(""))
        #expect(empty == PriceDocument())
        #expect(
            String(decoding: empty.json, as: UTF8.self) == #"{"schema":1,"unit":"usd_per_million_tokens","prices":[]}"#
        )
        let one = try PriceDocument.parse(Self.document(Self.entry))
        #expect(one.json == Self.document(Self.entry))
        // All built-in prices, as if an operator had written them.
        let all = try PriceDocument(
            PriceBook.builtIn.all().map { .init(scope: $0.scope, model: $0.model, terms: .price($0.price)) }
        )
        let again = try PriceDocument.parse(all.json)
        #expect(again == all)
        #expect(again.json == all.json)
        #expect(try PriceDocument(all.entries.shuffled()).json == all.json)
    }

    @Test(
        "a document with any mistake is refused whole, and the entry and field are named (N079)",
        arguments: [
            ("negative", #""input":-1,"output":2"#, "input", PriceFileError.Code.badValue),
            ("text", #""input":"5","output":2"#, "input", .badValue),
            ("null", #""input":null,"output":2"#, "input", .badValue),
            ("absurd", #""input":10000.01,"output":2"#, "input", .badValue),
            ("too fine", #""input":0.00000000001,"output":2"#, "input", .badValue),
            ("no output", #""input":5"#, "output", .missingField), ("no input", #""output":5"#, "input", .missingField),
            ("unknown kind", #""input":5,"output":2,"cached":1"#, "cached", .unknownField),
            ("unknown tier", #""tier":"scale","input":5,"output":2"#, "tier", .badValue),
            ("no standard", #""tier":"flex","input":5,"output":2"#, "rates", .missingField),
            ("no base", #""above_input_tokens":5,"input":5,"output":2"#, "rates", .missingField),
            ("fractional size", #""above_input_tokens":0.5,"input":5,"output":2"#, "above_input_tokens", .badValue),
            ("negative size", #""above_input_tokens":-1,"input":5,"output":2"#, "above_input_tokens", .badValue),
        ]
    )
    func badRates(_ name: String, _ rates: String, _ field: String, _ code: PriceFileError.Code) throws {
        let bad = #"{"vendor":"openai","model":"bad-one","rates":[{\#(rates)}]}"#
        let error = #expect(throws: PriceFileError.self) {
            try PriceDocument.parse(Self.document("\(Self.entry),\(bad)"))
        }
        #expect(error?.code == code && error?.field == field && error?.entry == "openai/bad-one")
        #expect(error?.message.contains("openai/bad-one") == true && error?.message.contains(field) == true)
    }

    @Test(
        "a wrong entry is refused",
        arguments: [
            (#"{"model":"a","rates":[{"input":1,"output":1}]}"#, "provider"),
            (#"{"vendor":"a","provider":"b","model":"a","rates":[{"input":1,"output":1}]}"#, "provider"),
            (#"{"vendor":"a","rates":[{"input":1,"output":1}]}"#, "model"),
            (#"{"vendor":"a","model":"","rates":[{"input":1,"output":1}]}"#, "model"),
            (#"{"vendor":"a","model":"a b","rates":[{"input":1,"output":1}]}"#, "model"),
            (#"{"vendor":"a","model":7,"rates":[{"input":1,"output":1}]}"#, "model"),
            (#"{"vendor":"a","model":"b"}"#, "rates"), (#"{"vendor":"a","model":"b","rates":[]}"#, "rates"),
            (#"{"vendor":"a","model":"b","rates":{}}"#, "rates"), (#"{"vendor":"a","model":"b","rates":[1]}"#, "rates"),
            (#"{"vendor":"a","model":"b","markup":1.1}"#, "markup"),
            (#"{"vendor":"a","model":"*","rates":[{"input":1,"output":1}]}"#, "model"),
            (#"{"provider":"a","model":"*","markup":1.1,"rates":[{"input":1,"output":1}]}"#, "rates"),
            (#"{"provider":"a","model":"*","markup":101}"#, "markup"),
            (#"{"provider":"a","model":"*","markup":-1}"#, "markup"),
            (#"{"provider":"a","model":"*","markup":1.1,"web_search":1}"#, "web_search"),
            (#"{"vendor":"a","model":"b","web_search":101,"rates":[{"input":1,"output":1}]}"#, "web_search"),
            (#"{"vendor":"a","model":"b","effective_from":"soon","rates":[{"input":1,"output":1}]}"#, "effective_from"),
            (#"{"vendor":"a","model":"b","effective_from":5,"rates":[{"input":1,"output":1}]}"#, "effective_from"),
            (#"{"vendor":"a","model":"b","rates":[{"input":1,"output":1},{"input":1,"output":1}]}"#, "rates"),
            (#"{"vendor":"a","model":"b","rates":[{"input":1,"output":1},{"tier":"flex","output":1}]}"#, "input"),
            (#"{"vendor":"a","model":"b","cost":1,"rates":[{"input":1,"output":1}]}"#, "cost"),
        ]
    )
    func badEntries(_ entry: String, _ field: String) {
        let error = #expect(throws: PriceFileError.self) { try PriceDocument.parse(Self.document(entry)) }
        #expect(error?.field == field, "\(error?.message ?? "")")
    }

    @Test(
        "what is not JSON, not this schema or not in this unit is refused (N079)",
        arguments: [
            ("", PriceFileError.Code.notJSON), ("[]", .notJSON), ("{", .notJSON), ("nonsense", .notJSON),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":[{"vendor":"openai","mod"#, .notJSON),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":[1e400]}"#, .notJSON),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":[NaN]}"#, .notJSON),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":[],"prices":[]}"#, .duplicate),
            (#"{"unit":"usd_per_million_tokens","prices":[]}"#, .wrongSchema),
            (#"{"schema":2,"unit":"usd_per_million_tokens","prices":[]}"#, .wrongSchema),
            (#"{"schema":1,"prices":[]}"#, .wrongSchema), (#"{"schema":1,"unit":"usd","prices":[]}"#, .wrongSchema),
            (#"{"schema":1,"unit":"usd_per_million_tokens"}"#, .missingField),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":{}}"#, .missingField),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":[],"note":1}"#, .unknownField),
            (#"{"schema":1,"unit":"usd_per_million_tokens","prices":[7]}"#, .badValue),
        ]
    )
    func notADocument(_ text: String, _ code: PriceFileError.Code) {
        let error = #expect(throws: PriceFileError.self) { try PriceDocument.parse(Array(text.utf8)) }
        #expect(error?.code == code)
    }

    @Test("a document cut anywhere is refused (N079)")
    func halfWritten() {
        let whole = Self.document(Self.entry)
        for count in 0..<whole.count {
            #expect(throws: PriceFileError.self) { try PriceDocument.parse(Array(whole.prefix(count))) }
        }
    }

    @Test("the same model twice is refused, unless from different moments (N079)")
    func duplicates() throws {
        let upper = Self.entry.replacing("gpt-5.5", with: "GPT-5.5")
        for second in [Self.entry, upper] {
            let error = #expect(throws: PriceFileError.self) {
                try PriceDocument.parse(Self.document("\(Self.entry),\(second)"))
            }
            #expect(error?.code == .duplicate)
            #expect(error?.entry.lowercased() == "openai/gpt-5.5")
        }
        let later = Self.entry.replacing(#""rates""#, with: #""effective_from":"2027-01-01","rates""#)
        #expect(try PriceDocument.parse(Self.document("\(Self.entry),\(later)")).entries.count == 2)
    }

    @Test("a hundred thousand entries are refused (N079)")
    func tooMany() {
        let entries = (0..<100_000).map { #"{"vendor":"a","model":"m\#($0)","rates":[{"input":1,"output":1}]}"# }
        let error = #expect(throws: PriceFileError.self) {
            try PriceDocument.parse(Self.document(entries.joined(separator: ",")))
        }
        #expect(error?.code == .tooLarge)
        let large = [UInt8](repeating: 0x20, count: (16 << 20) + 1)
        #expect(throws: PriceFileError.self) { try PriceDocument.parse(large) }
    }

    @Test("entries are set, taken out and merged")
    func editing() throws {
        var document = PriceDocument()
        let scope = PriceDocument.Scope.vendor("openai")
        let cheap = ModelPrice(TokenRates(input: 1, output: 2))
        let dear = ModelPrice(TokenRates(input: 3, output: 4))
        try document.set(.init(scope: scope, model: "a", terms: .price(cheap)))
        try document.set(.init(scope: scope, model: "A", terms: .price(dear)))
        #expect(document.entries.map(\.terms) == [.price(dear)])
        try document.set(.init(scope: scope, model: "a", effectiveFrom: 1_000, terms: .price(cheap)))
        #expect(document.entries.count == 2)
        let other = try PriceDocument([
            .init(scope: scope, model: "a", terms: .price(cheap)), .init(scope: scope, model: "b", terms: .price(dear)),
        ])
        let merged = try document.merging(other)
        #expect(merged.entries.map(\.model) == ["a", "a", "b"] && merged.entries[0].terms == .price(cheap))
        let removed = document.remove(scope, "A")
        let removedAgain = document.remove(scope, "a")
        #expect(removed && !removedAgain && document == PriceDocument())
        #expect(throws: PriceFileError.self) {
            try document.set(.init(scope: scope, model: "a", effectiveFrom: 1, terms: .price(cheap)))
        }
        #expect(throws: PriceFileError.self) {
            let negative = ModelPrice(TokenRates(input: -1, output: 0))
            try document.set(.init(scope: scope, model: "a", terms: .price(negative)))
        }
    }
}
