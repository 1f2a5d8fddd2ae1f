import NIOCore
import Catalogue
import Exchange
import Policy
import Storage
import Testing

@testable import Gateway

@Suite("Money on the road")
struct RoadMoneyTests {
    /// One dollar a million tokens of input, five of output.
    private static func world(
        amount: Int64 = 1_000_000_000,
        isHard: Bool = true,
        isUpper: Bool = false,
        ofProject: Bool = false
    ) -> TestWorld {
        var world = TestWorld()
        world.pricing = TargetPricing(
            price: .sandbox,
            version: 3,
            learned: ModelUsage(),
            largestOutput: 8_000,
            imageBound: 1_000
        )
        let budget = BudgetFacts(
            id: "bud_1",
            scopeLabel: ofProject ? "the project default" : "the key",
            amountNanoUSD: amount,
            periodName: "total",
            isHard: isHard,
            isUpperBound: isUpper,
            schedule: .total
        )
        if ofProject { world.projectBudgets = [budget] } else { world.budgets = [budget] }
        return world
    }

    private static let chat = #"{"model":"fast","messages":[{"role":"user","content":"hi"}],"max_tokens":10}"#
    private static let answer =
        #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200}}"#

    private func view(_ road: RoadHarness) throws -> BudgetView {
        try #require(road.admissions.view("bud_1", wall: road.shared.budgetTime.unixMilliseconds))
    }

    @Test("an answer is charged by the vendor's counts, told in a header, and kept in the record")
    func settled() throws {
        let road = try RoadHarness(world: Self.world())
        try road.post("/v1/chat/completions", Self.chat)
        #expect(try self.view(road).reserved > 0)
        try road.vendorAnswers(200, Self.answer)
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.headers["x-martlet-cost-usd"] == "0.002")
        let view = try self.view(road)
        #expect(view.spent == 2_000_000 && view.reserved == 0)
        let record = try #require(road.takeRecords().first)
        #expect(record.costNanoUSD == 2_000_000 && !record.isEstimated)
        #expect(record.usage?.inputTokens == 1_000 && record.usage?.outputTokens == 200)
    }

    @Test("a budget that was deleted is gone a second later, whoever met it before")
    func deleted() throws {
        let road = try RoadHarness(world: Self.world())
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.answer)
        #expect(try road.answer().status == 200)
        var without = Self.world()
        without.budgets = []
        road.snapshots.publish(try without.snapshot(after: road.snapshots.snapshot, road.admissions))
        // The connection looks its caller up again.
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.answer)
        #expect(try road.answer().status == 200)
        road.advance(.seconds(2))
        #expect(road.admissions.view("bud_1", wall: road.shared.budgetTime.unixMilliseconds) == nil)
    }

    @Test("a vendor's refusal costs nothing and gives back what was held")
    func refusedByVendor() throws {
        let road = try RoadHarness(world: Self.world())
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(400, #"{"error":{"message":"no","type":"invalid_request_error"}}"#)
        #expect(try road.answer().status == 400)
        let view = try self.view(road)
        #expect(view.spent == 0 && view.reserved == 0)
    }

    @Test("an exhausted budget is told in the caller's format, with what is left and when it is renewed")
    func exhausted() throws {
        let road = try RoadHarness(world: Self.world(amount: 1_000, ofProject: true))
        try road.post("/v1/chat/completions", Self.chat)
        let openAI = try road.answer()
        #expect(openAI.status == 429)
        #expect(openAI.body.contains("insufficient_quota"))
        #expect(openAI.body.contains("the project default"))
        #expect(openAI.body.contains("$0.000001"))
        #expect(openAI.headers["x-should-retry"] == "false")
        try road.post(
            "/v1/messages",
            #"{"model":"claude","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}"#
        )
        let messages = try road.answer()
        #expect(messages.status == 402)
        #expect(messages.body.contains("billing_error"))
        #expect(messages.headers["x-should-retry"] == "false")
        #expect(road.vendors.channels.isEmpty)
    }

    @Test("a soft budget lets pass and alerts")
    func soft() throws {
        let road = try RoadHarness(world: Self.world(amount: 1_000, isHard: false))
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.answer)
        #expect(try road.answer().status == 200)
        #expect(road.admissions.takeAlerts().map(\.thresholdPercent).contains(100))
    }

    @Test("a model without a price is refused with the line that sets one; flagged or free it is served (N078)")
    func unpriced() throws {
        var world = Self.world()
        world.pricing = TargetPricing(price: nil, version: 0, learned: ModelUsage())
        let refused = try RoadHarness(world: world)
        try refused.post("/v1/chat/completions", Self.chat)
        let answer = try refused.answer()
        #expect(answer.status == 400)
        #expect(answer.body.contains("model_not_priced"))
        #expect(
            answer.body.contains("martlet price set openai/gpt-real --input USD_PER_MILLION --output USD_PER_MILLION")
        )
        for policy in [UnpricedPolicy.free, .flag] {
            world.pricing = TargetPricing(price: nil, version: 0, unpriced: policy, learned: ModelUsage())
            let served = try RoadHarness(world: world)
            try served.post("/v1/chat/completions", Self.chat)
            try served.vendorAnswers(200, Self.answer)
            #expect(try served.answer().status == 200)
            #expect(try self.view(served).spent == 0)
        }
    }

    @Test("a budget of upper bounds caps what has no cap, and refuses what has no bound (N082)")
    func upper() throws {
        let road = try RoadHarness(world: Self.world(isUpper: true))
        try road.post("/v1/chat/completions", #"{"model":"fast","messages":[{"role":"user","content":"hi"}]}"#)
        #expect(try road.vendorReceived().contains(#""max_completion_tokens":8000"#))
        try road.vendorAnswers(200, Self.answer)
        #expect(try road.answer().status == 200)
        try road.post(
            "/v1/responses",
            #"{"model":"fast","input":"hi","max_output_tokens":10,"tools":[{"type":"web_search"}]}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 400)
        #expect(answer.body.contains("no_cost_bound"))
    }

    @Test("a key's cap lowers a larger one and stands in for a missing one; a smaller one stays")
    func keyCap() throws {
        var world = Self.world()
        world.maxOutputTokens = 50
        let road = try RoadHarness(world: world)
        let bodies = [
            (#"{"model":"fast","messages":[],"max_tokens":9000}"#, #""max_tokens":50"#),
            (#"{"model":"fast","messages":[]}"#, #""max_completion_tokens":50"#),
            (#"{"model":"fast","messages":[],"max_completion_tokens":7}"#, #""max_completion_tokens":7"#),
        ]
        for (body, sent) in bodies {
            try road.post("/v1/chat/completions", body)
            #expect(try road.vendorReceived().contains(sent), "\(body)")
            try road.vendorAnswers(200, Self.answer)
            #expect(try road.answer().status == 200)
        }
    }

    @Test("a stream is settled by its usage before its last event; a cut one by what came (N096)")
    func streams() throws {
        let road = try RoadHarness(world: Self.world())
        let body =
            #"{"model":"fast","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}"#
        try road.post("/v1/chat/completions", body)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"# + "\n\n")
        #expect(try self.view(road).spent == 0)
        try road.vendorStreams(
            #"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
                + #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":200}}"#
                + "\n\ndata: [DONE]\n\n"
        )
        #expect(try self.view(road).spent == 2_000_000)
        try road.vendorEndsStream()
        #expect(try road.received().contains("[DONE]"))
        #expect(try self.view(road).spent == 2_000_000)

        try road.post("/v1/chat/completions", body)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"# + "\n\n")
        _ = try road.received()
        try road.client.close().wait()
        let record = try #require(road.takeRecords().last)
        #expect(record.outcome == .clientGone && record.isEstimated)
        #expect((record.costNanoUSD ?? 0) > 0)
        let view = try self.view(road)
        #expect(view.spent == 2_000_000 + (record.costNanoUSD ?? 0) && view.reserved == 0)
    }

    @Test("tokens a minute are limited, corrected by what was used, and told in headers")
    func tokenLimit() throws {
        var world = Self.world()
        world.limits.tokensPerMinute = 10_000
        let road = try RoadHarness(world: world)
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.answer)
        let answer = try road.answer()
        #expect(answer.headers["x-ratelimit-limit-tokens"] == "10000")
        #expect(road.admissions.reading(try self.limits(road), at: road.state.monotonicNow).tokens?.remaining == 8_800)
    }

    private func limits(_ road: RoadHarness) throws -> LimitSet {
        let digest = TestWorld.digester.digest(VirtualKey.testing)
        return try #require(road.snapshots.snapshot.keys.lookup(digest)).limits
    }

    @Test("counting tokens costs nothing, even with a budget that is used up")
    func counting() throws {
        let road = try RoadHarness(world: Self.world(amount: 0))
        try road.post(
            "/v1/messages/count_tokens",
            #"{"model":"claude","messages":[{"role":"user","content":"hi"}]}"#
        )
        try road.vendorAnswers(200, #"{"input_tokens":7}"#)
        #expect(try road.answer().status == 200)
    }
}
