import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("budget routes")
struct BudgetRoutesTests {
    private static let path = "/admin/v1/budgets"

    private func create(_ fixture: AdminFixture, _ more: String = "", amount: String = "500.00") async -> AdminAnswer {
        let json = #"{"scope":{"project":"default"},"amount_usd":"\#(amount)","period":"monthly"\#(more)}"#
        return await fixture.call("POST", Self.path, json: json)
    }

    @Test("a budget is created, listed, changed, reset and deleted")
    func lifecycle() async throws {
        let fixture = try await AdminFixture()
        let created = await self.create(fixture, #","time_zone":"Europe/Berlin","kind":"soft","bound":"upper""#)
        #expect(created.status == 201)
        let id = try #require(created.string("id"))
        #expect(id.wholeMatch(of: /bud_[0-9A-Za-z]{16}/) != nil)
        #expect(created.string("scope.name") == "default" && created.string("amount_usd") == "500")
        #expect(created.string("kind") == "soft" && created.string("bound") == "upper")
        #expect(created.string("spent_usd") == "0" && created.string("available_usd") == "500")
        #expect(created.string("period_starts_at") == "2027-01-01T00:00:00.000Z")
        #expect(created.string("resets_at") == "2027-02-01T00:00:00.000Z")
        #expect(await fixture.call("GET", Self.path).count("data") == 1)
        #expect(await fixture.call("GET", Self.path, query: "project=default").count("data") == 1)
        #expect(await fixture.call("GET", Self.path, query: "key=none").count("data") == 0)
        let changed = await fixture.call("PATCH", "\(Self.path)/\(id)", json: #"{"amount_usd":"0","kind":"hard"}"#)
        #expect(changed.string("amount_usd") == "0" && changed.string("kind") == "hard")
        #expect(changed.string("bound") == "upper" && changed.string("time_zone") == "Europe/Berlin")
        let reset = await fixture.call("POST", "\(Self.path)/\(id)/reset")
        #expect(reset.status == 200 && reset.string("period_starts_at") == "2027-01-15T08:00:00.000Z")
        #expect(await fixture.call("POST", "\(Self.path)/\(id)/reset").status == 409)
        #expect(await fixture.call("DELETE", "\(Self.path)/\(id)") == .noContent)
        #expect(await fixture.call("GET", "\(Self.path)/\(id)").status == 404)
    }

    @Test(
        "amounts that are no money are refused (N082)",
        arguments: [
            #""-1""#, #""-0.000000001""#, #""NaN""#, #""1e30""#, #""1000000000.01""#, #""99999999999999999999""#,
            #""""#,
            #""1.""#, #"".5""#, #""1.0000000001""#, #""+1""#, #"" 1""#, #""1,5""#, #""0x10""#, #""Infinity""#, "5",
            "1e3", "null",
            "[]", "true", #""１""#,
        ]
    )
    func amounts(_ amount: String) async throws {
        let fixture = try await AdminFixture()
        let json = #"{"scope":{"project":"default"},"amount_usd":\#(amount),"period":"daily"}"#
        let answer = await fixture.call("POST", Self.path, json: json)
        #expect(answer.status == 400 && answer.string("field") == "amount_usd")
        #expect(await fixture.call("GET", Self.path).count("data") == 0)
    }

    @Test(
        "amounts are kept to the nano-dollar",
        arguments: [("0", "0"), ("0.000000001", "0.000000001"), ("12.50", "12.5")]
    )
    func exact(_ given: String, _ shown: String) async throws {
        let fixture = try await AdminFixture()
        #expect(await self.create(fixture, amount: given).string("amount_usd") == shown)
    }

    @Test(
        "what does not fit is refused by name",
        arguments: [
            (#"{"scope":{},"amount_usd":"1","period":"daily"}"#, "scope"),
            (#"{"scope":{"key":"a","project":"default"},"amount_usd":"1","period":"daily"}"#, "scope"),
            (#"{"scope":{"key":"nobody"},"amount_usd":"1","period":"daily"}"#, "scope.key"),
            (#"{"scope":{"project":"nobody"},"amount_usd":"1","period":"daily"}"#, "scope.project"),
            (#"{"scope":{"team":"x"},"amount_usd":"1","period":"daily"}"#, "scope.team"),
            (#"{"scope":{"project":"default"},"amount_usd":"1","period":"yearly"}"#, "period"),
            (#"{"scope":{"project":"default"},"amount_usd":"1"}"#, "period"),
            (#"{"scope":{"project":"default"},"period":"daily"}"#, "amount_usd"),
            (
                #"{"scope":{"project":"default"},"amount_usd":"1","period":"daily","time_zone":"Mars/Base"}"#,
                "time_zone"
            ),
            (#"{"scope":{"project":"default"},"amount_usd":"1","period":"daily","time_zone":"../etc"}"#, "time_zone"),
            (#"{"scope":{"project":"default"},"amount_usd":"1","period":"daily","kind":"firm"}"#, "kind"),
            (#"{"scope":{"project":"default"},"amount_usd":"1","period":"daily","bound":"none"}"#, "bound"),
            (#"{"scope":{"project":"default"},"amount_usd":"1","period":"daily","spent_usd":"0"}"#, "spent_usd"),
        ]
    )
    func refusals(_ json: String, _ field: String) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", Self.path, json: json)
        #expect(answer.status == 400 && answer.string("field") == field)
    }

    @Test(
        "a scope has one budget of each period, and what spending counts in stays",
        arguments: ["scope", "period", "time_zone"]
    )
    func fixed(_ field: String) async throws {
        let fixture = try await AdminFixture()
        let id = try #require(await self.create(fixture).string("id"))
        #expect(await self.create(fixture).status == 409)
        let answer = await fixture.call("PATCH", "\(Self.path)/\(id)", json: #"{"\#(field)":"x"}"#)
        #expect(answer.status == 400 && answer.string("field") == field)
    }

    @Test("spending is told from the live balance, else from the ledger; keys and projects show it too")
    func standing() async throws {
        let fixture = try await AdminFixture()
        let budget = await self.create(fixture)
        let id = try #require(budget.string("id"))
        let start = try #require(Timestamp.parse("2027-01-01T00:00:00Z"))
        var entry = MoneySamples.settlement(1)
        entry.chargeNanoUSD = 500_250_000_000
        entry.budgets = [BudgetPeriodKey(budgetID: id, startsAt: start)]
        _ = try fixture.ledger.append([entry], watermark: nil)
        let stored = await fixture.call("GET", "\(Self.path)/\(id)")
        #expect(stored.string("spent_usd") == "500.25" && stored.string("available_usd") == "0")
        #expect(stored.string("overshoot_usd") == "0.25")
        fixture.ledger.setStanding(
            id,
            BudgetStanding(
                spentNanoUSD: 1,
                reservedNanoUSD: 2,
                availableNanoUSD: 3,
                overshootNanoUSD: 4,
                periodStartsAt: start,
                resetsAt: nil
            )
        )
        let project = try #require(budget.string("scope.project"))
        let live = await fixture.call("GET", "/admin/v1/projects/\(project)")
        #expect(live.string("budgets.0.spent_usd") == "0.000000001")
        #expect(live.string("budgets.0.reserved_usd") == "0.000000002")
        #expect(live.string("budgets.0.overshoot_usd") == "0.000000004")
        #expect(await fixture.call("GET", "/admin/v1/projects").string("data.0.budgets.0.id") == id)
        let key = try await fixture.key().record.id
        #expect(await fixture.call("GET", "/admin/v1/keys/\(key)").count("budgets") == 0)
    }

    @Test("periods begin at midnight, on Mondays and on firsts; a reset begins one, and total never ends")
    func periods() throws {
        let periods = BudgetPeriods(BudgetPeriods.utcOnly)
        let now = try #require(Timestamp.parse("2027-01-15T08:00:00Z"))
        func starts(_ period: BudgetPeriodKind, _ resetAt: UnixMilliseconds? = nil) -> [String] {
            let budget = BudgetRecord(
                id: "b",
                scope: .key("k"),
                amountNanoUSD: 1,
                period: period,
                resetAt: resetAt,
                createdAt: 0,
                updatedAt: 0
            )
            return periods.boundaries(of: budget, at: now, count: 3).map { String(Timestamp.text($0).prefix(16)) }
        }
        #expect(starts(.daily) == ["2027-01-15T00:00", "2027-01-16T00:00", "2027-01-17T00:00"])
        #expect(starts(.weekly) == ["2027-01-11T00:00", "2027-01-18T00:00", "2027-01-25T00:00"])
        #expect(starts(.monthly) == ["2027-01-01T00:00", "2027-02-01T00:00", "2027-03-01T00:00"])
        #expect(starts(.daily, now - 60_000) == ["2027-01-15T07:59", "2027-01-16T00:00", "2027-01-17T00:00"])
        #expect(starts(.daily, now - 86_400_000).first == "2027-01-15T00:00")
        #expect(starts(.total) == ["1970-01-01T00:00"] && starts(.total, now) == ["2027-01-15T08:00"])
    }
}
