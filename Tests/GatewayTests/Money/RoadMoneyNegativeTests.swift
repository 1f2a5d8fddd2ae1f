import Catalogue
import Exchange
import NIOCore
import Policy
import Storage
import Testing

@testable import Gateway

@Suite("Money on the road when things go wrong")
struct RoadMoneyNegativeTests {
    private static let chat = #"{"model":"fast","messages":[{"role":"user","content":"hi"}],"max_tokens":10}"#

    /// One dollar a million tokens of input, five of output; budgets of key and project.
    private static func world(version: Int64 = 3, factor: Int64 = 1) -> TestWorld {
        var world = TestWorld()
        world.pricing = TargetPricing(
            price: ModelPrice(TokenRates(input: 1_000_000_000 * factor, output: 5_000_000_000 * factor)),
            version: version,
            learned: ModelUsage(),
            largestOutput: 8_000,
            imageBound: 1_000
        )
        func budget(_ id: String) -> BudgetFacts {
            BudgetFacts(
                id: id,
                scopeLabel: "the key",
                amountNanoUSD: .max,
                periodName: "total",
                isHard: true,
                isUpperBound: false,
                schedule: .total
            )
        }
        world.budgets = [budget("bud_key")]
        world.projectBudgets = [budget("bud_project")]
        return world
    }

    private static func answer(_ usage: String) -> String {
        #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]"#
            + (usage.isEmpty ? "}" : #","usage":\#(usage)}"#)
    }

    private func views(_ road: RoadHarness) throws -> [BudgetView] {
        try ["bud_key", "bud_project"].map { id in
            try #require(road.admissions.view(id, wall: road.shared.budgetTime.unixMilliseconds))
        }
    }

    /// Counts that are none, and whether what is charged is then our own estimate.
    private static let hostile: [(usage: String, isEstimated: Bool)] = [
        (#"{"prompt_tokens":-5,"completion_tokens":-7}"#, false),
        (#"{"prompt_tokens":1e308,"completion_tokens":1e308}"#, false),
        (#"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}"#, false),
        (#"{"prompt_tokens":99999999999999999999,"completion_tokens":1}"#, false),
        (#"{"prompt_tokens":"12","completion_tokens":"x"}"#, false),
        (#"{"prompt_tokens":1.5,"completion_tokens":0.1}"#, false),
        (#"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":11}}"#, false),
        (
            #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":-9223372036854775808}}"#,
            false
        ),
        (#"{"prompt_tokens":10,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":3}}"#, false),
        ("null", true), ("", true), ("[]", true), ("7", true),
    ]

    @Test(
        "counts that cannot be never trap and never credit; they are clamped or estimated, and flagged (N080)",
        arguments: Self.hostile
    )
    func usage(_ usage: String, _ isEstimated: Bool) throws {
        let road = try RoadHarness(world: Self.world())
        try road.post("/v1/chat/completions", Self.chat)
        let body = Self.answer(usage)
        try road.vendorAnswers(200, body)
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.body == body)
        let record = try #require(road.takeRecords().first)
        #expect(record.isEstimated == isEstimated)
        #expect(isEstimated || record.usage?.isAnomalous == true, "\(record)")
        let charge = try #require(record.costNanoUSD)
        #expect(charge >= 0)
        for view in try self.views(road) { #expect(view.spent == charge && view.reserved == 0) }
        #expect(road.admissions.abandonedCount == 0)
    }

    @Test(
        "a caller may ask for a stream's usage or not: it is metered the same, and told as asked (N083)",
        arguments: [true, false, nil]
    )
    func includeUsage(_ isAsked: Bool?) throws {
        let road = try RoadHarness(world: Self.world())
        let options = isAsked.map { #","stream_options":{"include_usage":\#($0)}"# } ?? ""
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]\#(options)}"#)
        #expect(try road.vendorReceived().contains(#""include_usage":true"#))
        try road.vendorStartsStream()
        try road.vendorStreams(
            #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":"stop"}]}"# + "\n\n"
                + #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":200}}"#
                + "\n\ndata: [DONE]\n\n"
        )
        try road.vendorEndsStream()
        let answer = try road.answer()
        #expect(answer.body.contains("prompt_tokens") == (isAsked == true))
        #expect(answer.body.contains("hello") && answer.body.hasSuffix("data: [DONE]\n\n"))
        #expect(try #require(road.takeRecords().first).costNanoUSD == 2_000_000)
        for view in try self.views(road) { #expect(view.spent == 2_000_000 && view.reserved == 0) }
    }

    @Test("a price changed while a request runs counts for the next one (N138)")
    func priceChanged() throws {
        let road = try RoadHarness(world: Self.world())
        try road.post("/v1/chat/completions", Self.chat)
        let dearer = Self.world(version: 4, factor: 10)
        road.snapshots.publish(try dearer.snapshot(after: road.snapshots.snapshot, road.admissions))
        let answer = Self.answer(#"{"prompt_tokens":1000,"completion_tokens":200}"#)
        try road.vendorAnswers(200, answer)
        #expect(try road.answer().headers["x-martlet-cost-usd"] == "0.002")
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, answer)
        #expect(try road.answer().headers["x-martlet-cost-usd"] == "0.02")
        for view in try self.views(road) { #expect(view.spent == 22_000_000 && view.reserved == 0) }
    }

    @Test("a budget lowered below what was spent, with a request in flight: that is settled, the next refused (N138)")
    func budgetLowered() throws {
        var world = Self.world()
        let road = try RoadHarness(world: world)
        try road.post("/v1/chat/completions", Self.chat)
        world.budgets[0].amountNanoUSD = 1_000
        road.snapshots.publish(try world.snapshot(after: road.snapshots.snapshot, road.admissions))
        try road.vendorAnswers(200, Self.answer(#"{"prompt_tokens":1000,"completion_tokens":200}"#))
        #expect(try road.answer().status == 200)
        let views = try self.views(road)
        #expect(views.allSatisfy { $0.spent == 2_000_000 && $0.reserved == 0 } && views[0].available == 0)
        try road.post("/v1/chat/completions", Self.chat)
        let refused = try road.answer()
        #expect(refused.status == 429 && refused.body.contains("insufficient_quota"))
        #expect(try self.views(road).allSatisfy { $0.spent == 2_000_000 && $0.reserved == 0 })
    }

    @Test("a vendor that answers nothing, and a caller that leaves, give back what was held (N096)")
    func givenBack() throws {
        let road = try RoadHarness(world: Self.world())
        try road.post("/v1/chat/completions", Self.chat)
        #expect(try self.views(road).allSatisfy { $0.reserved > 0 })
        try #require(road.vendors.last).close().wait()
        #expect(try road.answer().status >= 500)
        for view in try self.views(road) { #expect(view.spent == 0 && view.reserved == 0) }
        try road.post("/v1/chat/completions", Self.chat)
        try road.client.close().wait()
        let charge = road.takeRecords().last?.costNanoUSD ?? 0
        for view in try self.views(road) { #expect(view.spent == charge && view.reserved == 0) }
    }
}
