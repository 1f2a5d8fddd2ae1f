import Catalogue
import Storage
import Testing

@testable import AdminAPI

@Suite("price routes")
struct PriceRoutesTests {
    private static let path = "/admin/v1/prices"

    /// With a provider `lab` whose server is nobody's here: it has no list.
    private func fixture() async throws -> AdminFixture {
        let fixture = try await AdminFixture()
        let created = await fixture.call(
            "POST",
            "/admin/v1/providers",
            json: #"{"name":"lab","kind":"openai-compatible","base_url":"https://lab.example/v1"}"#
        )
        try #require(created.status == 201, "\(created.text)")
        return fixture
    }

    private func set(_ fixture: AdminFixture, _ json: String) async -> AdminAnswer {
        await fixture.call("PUT", Self.path, json: json)
    }

    private func document(_ prices: String...) -> String {
        #"{"schema":1,"unit":"usd_per_million_tokens","prices":[\#(prices.joined(separator: ","))]}"#
    }

    private func importing(_ fixture: AdminFixture, _ document: String, _ more: String = "") async -> AdminAnswer {
        await fixture.call("POST", "\(Self.path)/import", json: #"{"document":\#(document)\#(more)}"#)
    }

    private func effective(_ fixture: AdminFixture, _ provider: String, _ model: String) async -> AdminAnswer {
        await fixture.call("GET", "\(Self.path)/effective", query: "provider=\(provider)&model=\(model)")
    }

    private func newest(_ fixture: AdminFixture) async throws -> Int64 {
        try await fixture.services.prices.bookInForce().version
    }

    // MARK: Looking

    @Test("the list holds built-in prices and the operator's own, by page and by filter")
    func list() async throws {
        let fixture = try await self.fixture()
        let built = await fixture.call("GET", Self.path, query: "vendor=openai&model=gpt-5.5")
        #expect(built.status == 200 && built.count("data") == 1)
        #expect(built.string("data.0.origin") == "built_in" && built.string("data.0.vendor") == "openai")
        #expect(built.string("data.0.tiers.standard.0.input") == "5")
        #expect(built.string("data.0.tiers.standard.1.output") == "45")
        #expect(built.raw("data.0.tiers.standard.1.above_input_tokens") == "272000")
        #expect(built.string("data.0.web_search") == "0.01")
        _ = await self.set(
            fixture,
            #"{"vendor":"openai","model":"gpt-5.5-cyber","input":"12","output":"70","cache_read":"1.2"}"#
        )
        _ = await self.set(fixture, #"{"provider":"openai","model":"own","input":"1","output":"2"}"#)
        let own = await fixture.call("GET", Self.path, query: "origin=own")
        #expect(own.count("data") == 2 && own.string("data.0.provider") == "openai")
        #expect(own.string("data.1.tiers.standard.0.input") == "12")
        // The operator's entry stands in place of the built-in one.
        #expect(await fixture.call("GET", Self.path, query: "model=gpt-5.5-cyber&vendor=openai").count("data") == 1)
        #expect(await fixture.call("GET", Self.path, query: "provider=openai").count("data") == 1)
        var seen = 0
        var after: String?
        repeat {
            let page = await fixture.call("GET", Self.path, query: "limit=200" + (after.map { "&after=\($0)" } ?? ""))
            seen += page.count("data") ?? 0
            after = page.string("next").map(Self.encoded)
        } while after != nil
        #expect(seen == PriceBook.builtIn.all().count + 1)
        #expect(await fixture.call("GET", Self.path, query: "colour=red").status == 400)
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("what a model costs now is told by the price that counts; one without is told how to get one (N078)")
    func shown() async throws {
        let fixture = try await self.fixture()
        let price = await self.effective(fixture, "openai", "gpt-5.5-2026-04-23")
        #expect(price.status == 200 && price.string("tiers.standard.0.output") == "30")
        #expect(price.raw("version") == "1")
        let none = await self.effective(fixture, "openai", "gpt-99")
        #expect(none.status == 404)
        #expect(none.string("detail")?.contains("martlet price set openai/gpt-99 --input") == true)
        #expect(await self.effective(fixture, "nobody", "gpt-5.5").status == 404)
        #expect(await fixture.call("GET", "\(Self.path)/effective", query: "provider=openai").status == 400)
    }

    // MARK: Setting

    @Test("a price is set with every kind of rate, counts at once, and goes again")
    func lifecycle() async throws {
        let fixture = try await self.fixture()
        let rates = """
            "input":"1","output":"2","cache_read":"0.1","cache_write":"1.25","cache_write_1h":"2.5",
            "reasoning_output":"3","audio_input":"4","audio_output":"5","image_input":"6","image_output":"7",
            "web_search":"0.025"
            """
        let answer = await self.set(fixture, #"{"provider":"lab","model":"m",\#(rates)}"#)
        #expect(answer.status == 200 && answer.raw("applied") == "true" && answer.raw("version") == "2")
        #expect(answer.raw("changes.0.old") == "null" && answer.string("changes.0.name") == "lab/m")
        let price = await self.effective(fixture, "lab", "m")
        for (name, rate) in [
            ("input", "1"), ("output", "2"), ("cache_read", "0.1"), ("cache_write", "1.25"), ("cache_write_1h", "2.5"),
            ("reasoning_output", "3"), ("audio_input", "4"), ("audio_output", "5"), ("image_input", "6"),
            ("image_output", "7"),
        ] {
            #expect(price.string("tiers.standard.0.\(name)") == rate, "\(name)")
        }
        #expect(price.string("web_search") == "0.025")
        let again = await self.set(fixture, #"{"provider":"lab","model":"m",\#(rates)}"#)
        #expect(again.raw("applied") == "false" && again.count("changes") == 0)
        #expect(try await self.newest(fixture) == 2)
        let gone = await fixture.call("DELETE", Self.path, query: "provider=lab&model=m")
        #expect(gone.raw("applied") == "true" && gone.raw("changes.0.new") == "null")
        #expect(await self.effective(fixture, "lab", "m").status == 404)
        #expect(await fixture.call("DELETE", Self.path, query: "provider=lab&model=m").status == 404)
        #expect(await fixture.call("DELETE", Self.path, query: "provider=a&vendor=b&model=m").status == 400)
    }

    @Test("a price with a date counts from then on, and the one before until then")
    func dated() async throws {
        let fixture = try await self.fixture()
        _ = await self.set(fixture, #"{"provider":"lab","model":"m","input":"1","output":"2"}"#)
        let later = await self.set(
            fixture,
            #"{"provider":"lab","model":"m","input":"2","output":"4","effective_from":"2030-01-01T00:00:00Z"}"#
        )
        #expect(later.raw("applied") == "true")
        #expect(await self.effective(fixture, "lab", "m").string("tiers.standard.0.input") == "1")
        #expect(try await fixture.services.prices.bookInForce().nextChange(after: AdminFixture.now) != nil)
    }

    @Test("free and a markup stand alone; a markup is for all models of a provider")
    func otherTerms() async throws {
        let fixture = try await self.fixture()
        #expect(await self.set(fixture, #"{"provider":"lab","model":"m","free":true}"#).raw("applied") == "true")
        #expect(await self.effective(fixture, "lab", "m").string("tiers.standard.0.input") == "0")
        let markup = await self.set(fixture, #"{"provider":"openai","model":"*","markup":"1.1"}"#)
        #expect(markup.raw("applied") == "true")
        #expect(await self.effective(fixture, "openai", "gpt-5.5").string("tiers.standard.0.input") == "5.5")
        for (json, field) in [
            (#"{"provider":"lab","model":"m","free":true,"input":"1"}"#, "free"),
            (#"{"provider":"openai","model":"*","markup":"1.1","web_search":"1"}"#, "markup"),
            (#"{"provider":"openai","model":"gpt-5.5","markup":"1.1"}"#, "markup"),
            (#"{"provider":"openai","model":"*","markup":"101"}"#, "markup"),
            (#"{"provider":"openai","model":"*","markup":"1.0000001"}"#, "markup"),
        ] {
            let answer = await self.set(fixture, json)
            #expect(answer.status == 400 && answer.string("field") == field, "\(json)")
        }
    }

    @Test(
        "a rate that is no price is refused by name, and nothing is changed (N079)",
        arguments: [
            #""-1""#, #""-0.000000001""#, #""NaN""#, #""1e400""#, #""Infinity""#, "1", "1e400", "-1", "null", "[]",
            #""""#, #""10000.01""#, #""0.0000000001""#, #""99999999999999999999""#, #""5 USD""#,
        ]
    )
    func wrongRates(_ rate: String) async throws {
        let fixture = try await self.fixture()
        let answer = await self.set(fixture, #"{"provider":"lab","model":"m","input":\#(rate),"output":"1"}"#)
        #expect(answer.status == 400)
        #expect(["input", nil].contains(answer.string("field")), "\(answer.text)")
        #expect(try await self.newest(fixture) == 1)
    }

    @Test(
        "what does not fit is refused by name",
        arguments: [
            (#"{"model":"m","input":"1","output":"1"}"#, "provider"),
            (#"{"provider":"openai","vendor":"openai","model":"m","input":"1","output":"1"}"#, "provider"),
            (#"{"provider":"nobody","model":"m","input":"1","output":"1"}"#, "provider"),
            (#"{"provider":"openai","input":"1","output":"1"}"#, "model"),
            (#"{"provider":"openai","model":"m","input":"1"}"#, "output"),
            (#"{"provider":"openai","model":"m","output":"1"}"#, "input"),
            (#"{"vendor":"openai","model":"*","input":"1","output":"1"}"#, "model"),
            (#"{"provider":"openai","model":"m","input":"1","output":"1","web_search":"101"}"#, "web_search"),
            (#"{"provider":"openai","model":"m","input":"1","output":"1","price":"1"}"#, "price"),
            (
                #"{"provider":"openai","model":"m","input":"1","output":"1","effective_from":"soon"}"#,
                "effective_from"
            ),
        ]
    )
    func refusals(_ json: String, _ field: String) async throws {
        let fixture = try await self.fixture()
        let answer = await self.set(fixture, json)
        #expect(answer.status == 400 && answer.string("field") == field, "\(answer.text)")
        #expect(try await self.newest(fixture) == 1)
    }

    // MARK: Confirming

    @Test(
        "a change of more than threefold is confirmed or refused; the built-in price is what it is held against (N079)"
    )
    func confirmation() async throws {
        let fixture = try await self.fixture()
        func set(_ scope: String, _ input: String, _ more: String = "") async -> AdminAnswer {
            let rates = #""input":"\#(input)","output":"75","cache_read":"1.25""#
            return await self.set(fixture, #"{\#(scope),"model":"gpt-5.5-cyber",\#(rates)\#(more)}"#)
        }
        // The first own price of a vendor's model, and of a provider's that the vendor's list counts for: 12.50 for input.
        for scope in [#""vendor":"openai""#, #""provider":"openai""#] {
            for input in ["37.6", "4.1", "0"] {
                let refused = await set(scope, input)
                #expect(refused.status == 409 && refused.string("field") == "confirm", "\(scope) \(input)")
            }
            let dry = await set(scope, "37.6", #","dry_run":true"#)
            #expect(dry.status == 200 && dry.raw("drastic") == "1" && dry.raw("applied") == "false")
            #expect(dry.string("changes.0.old.tiers.standard.0.input") == "12.5")
        }
        #expect(try await self.newest(fixture) == 1)
        #expect(await set(#""provider":"openai""#, "37.5").raw("applied") == "true")
        #expect(await set(#""provider":"openai""#, "112.6").status == 409)
        #expect(await set(#""provider":"openai""#, "112.6", #","confirm":true"#).raw("applied") == "true")
        let price = await self.effective(fixture, "openai", "gpt-5.5-cyber")
        #expect(price.string("tiers.standard.0.input") == "112.6")
        #expect(try await self.newest(fixture) == 3)
    }

    @Test("a kind that an own price leaves out costs as input: a cached read so forgotten has to be confirmed")
    func forgottenKind() async throws {
        let fixture = try await self.fixture()
        let json = #"{"provider":"openai","model":"gpt-5.5-cyber","input":"12.5","output":"75"}"#
        #expect(await self.set(fixture, json).status == 409)
    }

    @Test("a deployment's first own price is held against that of the model it stands for")
    func deployment() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call(
            "POST",
            "/admin/v1/providers",
            json: """
                {"name":"azure-eu","kind":"azure-openai","base_url":"https://x.openai.azure.com","secret":"s",
                "settings":{"base_models":"prod=gpt-4o-mini"}}
                """
        )
        try #require(created.status == 201, "\(created.text)")
        let shown = await self.effective(fixture, "azure-eu", "prod")
        let input = try #require(shown.string("tiers.standard.0.input"))
        let dear = await self.set(fixture, #"{"provider":"azure-eu","model":"prod","input":"90","output":"90"}"#)
        #expect(dear.status == 409, "\(dear.text)")
        let dry = await self.set(
            fixture,
            #"{"provider":"azure-eu","model":"prod","input":"90","output":"90","dry_run":true}"#
        )
        #expect(dry.string("changes.0.old.tiers.standard.0.input") == input)
    }

    @Test("a server that is nobody's has no list to be held against")
    func nobodys() async throws {
        let fixture = try await self.fixture()
        let answer = await self.set(fixture, #"{"provider":"lab","model":"gpt-5.5","input":"5000","output":"9000"}"#)
        #expect(answer.raw("applied") == "true" && answer.raw("changes.0.old") == "null")
    }

    // MARK: Importing

    private let good =
        #"{"vendor":"openai","model":"gpt-5.5-cyber","rates":[{"input":12,"output":70,"cache_read":1.2}]}"#

    @Test("a document is imported whole, beside what is there or in its place, or only looked at")
    func imported() async throws {
        let fixture = try await self.fixture()
        _ = await self.set(fixture, #"{"provider":"lab","model":"m","input":"1","output":"2"}"#)
        let dry = await self.importing(fixture, self.document(self.good), #","dry_run":true"#)
        #expect(dry.status == 200 && dry.count("changes") == 1 && dry.raw("applied") == "false")
        #expect(dry.string("changes.0.old.tiers.standard.0.input") == "12.5")
        #expect(dry.string("changes.0.new.tiers.standard.0.input") == "12")
        #expect(try await self.newest(fixture) == 2)
        let merged = await self.importing(fixture, self.document(self.good), #","source":"prices.json""#)
        #expect(merged.raw("applied") == "true" && merged.raw("version") == "3")
        #expect(await fixture.call("GET", Self.path, query: "origin=own").count("data") == 2)
        let replaced = await self.importing(fixture, self.document(self.good), #","replace":true"#)
        #expect(replaced.raw("applied") == "true" && replaced.count("changes") == 1)
        #expect(await fixture.call("GET", Self.path, query: "origin=own").count("data") == 1)
        let versions = await fixture.call("GET", "\(Self.path)/versions")
        #expect(versions.count("data") == 4 && versions.string("data.1.source") == "import prices.json")
    }

    @Test("a table of costs per token is taken by its format alone")
    func perToken() async throws {
        let fixture = try await self.fixture()
        let table = """
            {"gpt-5.5-cyber":{"litellm_provider":"openai","input_cost_per_token":1.2e-05,"output_cost_per_token":7e-05,
            "cache_read_input_token_cost":1.2e-06}}
            """
        #expect(await self.importing(fixture, table).status == 400)
        let answer = await self.importing(fixture, table, #","format":"per_token""#)
        #expect(answer.raw("applied") == "true" && answer.string("changes.0.name") == "openai/gpt-5.5-cyber")
        let wrong = table.replacing("7e-05", with: "-7e-05")
        #expect(await self.importing(fixture, wrong, #","format":"per_token""#).status == 400)
        #expect(try await self.newest(fixture) == 2)
    }

    @Test(
        "one wrong entry refuses the whole document, and the prices in force stay (N079)",
        arguments: [
            #"{"vendor":"openai","model":"bad","rates":[{"input":-1,"output":1}]}"#,
            #"{"vendor":"openai","model":"bad","rates":[{"input":"1","output":1}]}"#,
            #"{"vendor":"openai","model":"bad","rates":[{"input":1e400,"output":1}]}"#,
            #"{"vendor":"openai","model":"bad","rates":[{"input":NaN,"output":1}]}"#,
            #"{"vendor":"openai","model":"bad","rates":[{"input":10001,"output":1}]}"#,
            #"{"vendor":"openai","model":"bad","rates":[{"input":1}]}"#,
            #"{"vendor":"openai","model":"bad","unit":"usd","rates":[{"input":1,"output":1}]}"#,
            #"{"vendor":"openai","model":"GPT-5.5-cyber","rates":[{"input":11,"output":70}]}"#,
            #"{"vendor":"openai","model":"bad","rates":[{"inp"#,
        ]
    )
    func wrongDocuments(_ bad: String) async throws {
        let fixture = try await self.fixture()
        for more in ["", #","replace":true,"confirm":true"#, #","dry_run":true"#] {
            let answer = await self.importing(fixture, self.document(self.good, bad), more)
            #expect(answer.status == 400, "\(answer.text)")
        }
        #expect(await self.effective(fixture, "openai", "gpt-5.5-cyber").string("tiers.standard.0.input") == "12.5")
        #expect(try await self.newest(fixture) == 1)
    }

    @Test("a document without schema or unit, with too many entries or too many bytes is refused (N079)")
    func notADocument() async throws {
        let fixture = try await self.fixture()
        let entries = (0..<20_001).map { #"{"vendor":"a","model":"m\#($0)","rates":[{"input":1,"output":1}]}"# }
        for document in [
            "{}", "[]", #""text""#, #"{"unit":"usd_per_million_tokens","prices":[]}"#, #"{"schema":1,"prices":[]}"#,
            #"{"schema":1,"unit":"usd_per_token","prices":[]}"#, self.document(entries.joined(separator: ",")),
        ] {
            #expect(await self.importing(fixture, document).status == 400, "\(document.prefix(60))")
        }
        #expect(try await self.newest(fixture) == 1)
        let route = try #require(PriceRoutes.all(fixture.services).first { $0.path.hasSuffix("/import") })
        #expect(route.maxBodyBytes == 16 << 20)
    }

    @Test("a thousandfold change in a file is a mistaken unit, confirmed or not; by itself it can be meant (N079)")
    func mistakenUnit() async throws {
        let fixture = try await self.fixture()
        for rate in ["0.005", "5000"] {
            let bad = #"{"vendor":"openai","model":"gpt-5.5","rates":[{"input":\#(rate),"output":27}]}"#
            for scope in [bad, bad.replacing(#""vendor":"openai""#, with: #""provider":"openai""#)] {
                let answer = await self.importing(fixture, self.document(scope), #","confirm":true"#)
                #expect(answer.status == 400 && answer.string("detail")?.contains("unit") == true, "\(scope)")
            }
        }
        #expect(try await self.newest(fixture) == 1)
        let meant = await self.set(
            fixture,
            #"{"vendor":"openai","model":"gpt-5.5","input":"0.005","output":"30","confirm":true}"#
        )
        #expect(meant.raw("applied") == "true")
    }

    // MARK: Versions

    @Test("every change is a version with its document, and old ones stay")
    func versions() async throws {
        let fixture = try await self.fixture()
        _ = await self.set(fixture, #"{"provider":"lab","model":"m","input":"1","output":"2"}"#)
        _ = await fixture.call("DELETE", Self.path, query: "provider=lab&model=m")
        let list = await fixture.call("GET", "\(Self.path)/versions")
        #expect(list.count("data") == 3 && list.raw("data.0.version") == "3")
        #expect(list.string("data.0.source") == "unset lab/m" && list.string("data.1.source") == "set lab/m")
        #expect(list.string("data.2.source")?.hasPrefix("built-in") == true)
        let second = await fixture.call("GET", "\(Self.path)/versions/2")
        #expect(second.string("document.prices.0.model") == "m")
        #expect(second.string("checksum")?.utf8.count == 64)
        #expect(await fixture.call("GET", "\(Self.path)/versions/3").count("document.prices") == 0)
        for id in ["4", "0", "-1", "x", "99999999999999999999"] {
            #expect(await fixture.call("GET", "\(Self.path)/versions/\(id)").status == 404, "\(id)")
        }
    }

    @Test("a store that fails changes nothing in force, and says so")
    func broken() async throws {
        let fixture = try await self.fixture()
        fixture.ledger.setBroken()
        let answer = await self.set(fixture, #"{"provider":"lab","model":"m","input":"1","output":"2"}"#)
        #expect(answer.status == 503)
        #expect(try await self.newest(fixture) == 1)
        #expect(await self.effective(fixture, "lab", "m").status == 404)
    }
}
