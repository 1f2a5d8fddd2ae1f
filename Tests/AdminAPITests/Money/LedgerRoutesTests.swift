import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("ledger routes")
struct LedgerRoutesTests {
    private static let path = "/admin/v1/ledger"

    private func fixture(_ count: UInt64) async throws -> AdminFixture {
        let fixture = try await AdminFixture()
        _ = try fixture.ledger.append((1...count).map { MoneySamples.settlement($0) }, watermark: nil)
        return fixture
    }

    private func id(_ number: UInt64) -> String { AttemptText.text(MoneySamples.settlement(number).attempt) }

    @Test(
        "ids of attempts are read back as they were written",
        arguments: [(0, 0), (UInt64.max, UInt64.max), (1, 2), (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)]
    )
    func ids(_ high: UInt64, _ low: UInt64) {
        let id = AttemptID(high: high, low: low)
        #expect(AttemptText.parse(AttemptText.text(id)) == id)
        #expect(AttemptText.text(id).utf8.count == 30)
    }

    @Test(
        "what is no id of an attempt is none",
        arguments: [
            "", "att_", "att_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "att_0000000000000000000000000",
            "att_0000000000000000000000000U",
            "req_00000000000000000000000000",
        ]
    )
    func noIDs(_ text: String) { #expect(AttemptText.parse(text) == nil) }

    @Test("pages follow one another and never part an attempt", arguments: [1, 2, 3, 5, 200])
    func pages(_ limit: Int) async throws {
        let fixture = try await self.fixture(9)
        let corrected = #"{"amount_usd":"0.01","note":"x"}"#
        for _ in 0..<3 {
            #expect(await fixture.call("POST", "\(Self.path)/\(self.id(5))/corrections", json: corrected).status == 201)
        }
        var seen: [String] = []
        var query = "limit=\(limit)"
        for _ in 0..<30 {
            let page = await fixture.call("GET", Self.path, query: query)
            for index in 0..<(try #require(page.count("data"))) {
                seen.append(try #require(page.string("data.\(index).attempt")))
            }
            guard let next = page.string("next") else { break }
            query = "limit=\(limit)&after=\(next)"
        }
        #expect(seen.count == 12 && seen == seen.sorted(by: >))
    }

    @Test("a correction is a row of its own, counts in the settlement's periods and moves the live balance")
    func correction() async throws {
        let fixture = try await self.fixture(1)
        let path = "\(Self.path)/\(self.id(1))"
        let answer = await fixture.call(
            "POST",
            "\(path)/corrections",
            json: #"{"amount_usd":"-0.04","note":"ann: refunded"}"#
        )
        #expect(answer.status == 201 && answer.string("charge_usd") == "0.06" && answer.count("entries") == 2)
        #expect(answer.string("entries.1.kind") == "correction" && answer.string("entries.1.note") == "ann: refunded")
        #expect(answer.raw("entries.1.usage.input_tokens") == "0" && answer.raw("entries.1.number") == "1")
        #expect(fixture.ledger.moves == [-40_000_000])
        #expect(
            fixture.ledger.all.map(\.budgets) == [
                MoneySamples.settlement(1).budgets, MoneySamples.settlement(1).budgets,
            ]
        )
        let below = await fixture.call("POST", "\(path)/corrections", json: #"{"amount_usd":"-0.07","note":"n"}"#)
        #expect(below.status == 400 && below.string("field") == "amount_usd")
        let second = await fixture.call("POST", "\(path)/corrections", json: #"{"amount_usd":"-0.06","note":"n"}"#)
        #expect(second.string("charge_usd") == "0")
        #expect(await fixture.call("GET", path).count("entries") == 3)
    }

    @Test(
        "corrections that say nothing or too much are refused",
        arguments: [
            (#"{"amount_usd":"0","note":"n"}"#, "amount_usd"), (#"{"note":"n"}"#, "amount_usd"),
            (#"{"amount_usd":"1"}"#, "note"), (#"{"amount_usd":"1","note":""}"#, "note"),
            (#"{"amount_usd":"1","note":"a\nb"}"#, "note"), (#"{"amount_usd":1,"note":"n"}"#, "amount_usd"),
            (#"{"amount_usd":"1","note":"n","kind":"settlement"}"#, "kind"),
        ]
    )
    func wrongCorrections(_ json: String, _ field: String) async throws {
        let fixture = try await self.fixture(1)
        let answer = await fixture.call("POST", "\(Self.path)/\(self.id(1))/corrections", json: json)
        #expect(answer.status == 400 && answer.string("field") == field)
        #expect(fixture.ledger.all.count == 1 && fixture.ledger.moves.isEmpty)
    }

    @Test("an attempt that is not there is not found", arguments: ["att_00000000000000000000000009", "nonsense"])
    func unknown(_ id: String) async throws {
        let fixture = try await self.fixture(1)
        #expect(await fixture.call("GET", "\(Self.path)/\(id)").status == 404)
        let json = #"{"amount_usd":"1","note":"n"}"#
        #expect(await fixture.call("POST", "\(Self.path)/\(id)/corrections", json: json).status == 404)
    }

    @Test("rerating adds the difference once, leaves corrections on top, and edits nothing")
    func rerating() async throws {
        let fixture = try await self.fixture(3)
        _ = try fixture.ledger.append([MoneySamples.settlement(4, model: "other")], watermark: nil)
        let desk = fixture.services.ledger
        _ = try await desk.correct(MoneySamples.settlement(2).attempt, by: 7, note: "n")
        let before = fixture.ledger.all
        var request = RerateRequest(from: 0, to: AdminFixture.now, model: "fast", isDryRun: true)
        let price: @Sendable (LedgerEntry) -> Repriced? = { entry in
            entry.attempt.low == 3 ? nil : Repriced(chargeNanoUSD: 150_000_000, cacheSavingsNanoUSD: 0)
        }
        let dry = try await desk.rerate(request, version: 9, price: price)
        #expect(dry == RerateResult(attempts: 3, changed: 2, unpriced: 1, differenceNanoUSD: 100_000_000))
        #expect(fixture.ledger.all == before)
        request.isDryRun = false
        #expect(try await desk.rerate(request, version: 9, price: price) == dry)
        let added = fixture.ledger.all.filter { $0.kind == .rerating }
        #expect(added.map(\.chargeNanoUSD) == [50_000_000, 50_000_000] && added.allSatisfy { $0.priceVersion == 9 })
        #expect(Array(fixture.ledger.all.prefix(before.count)) == before)
        #expect(try await desk.rerate(request, version: 9, price: price).changed == 0)
        let cheaper = try await desk.rerate(request, version: 10) { _ in
            Repriced(chargeNanoUSD: 0, cacheSavingsNanoUSD: 0)
        }
        #expect(cheaper.changed == 3 && cheaper.differenceNanoUSD == -400_000_000)
        #expect(fixture.ledger.all.filter { $0.kind == .rerating && $0.attempt.low == 1 }.map(\.number) == [1, 2])
    }

    @Test("a store that fails is told as such")
    func broken() async throws {
        let fixture = try await self.fixture(1)
        fixture.ledger.setBroken()
        for path in [Self.path, "/admin/v1/usage", "\(Self.path)/\(self.id(1))"] {
            #expect(await fixture.call("GET", path).status == 503)
        }
    }
}
