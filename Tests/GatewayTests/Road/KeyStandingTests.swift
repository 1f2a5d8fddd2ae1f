import Catalogue
import Exchange
import MartletTesting
import Policy
import Testing

@testable import Gateway

/// `GET /v1/key`.
@Suite("A key's own standing")
struct KeyStandingTests {
    private static func get(_ key: String, method: String = "GET", path: String = "/v1/key") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(key)\r\n\r\n"
    }

    private static func budget(_ id: String, _ label: String, amount: Int64) -> BudgetFacts {
        BudgetFacts(
            id: id,
            scopeLabel: label,
            amountNanoUSD: amount,
            periodName: "total",
            isHard: true,
            isUpperBound: false,
            schedule: .total
        )
    }

    @Test("a key without restrictions is told so")
    func unlimited() throws {
        var world = TestWorld()
        world.allowedModels = nil
        let road = try RoadHarness(world: world)
        try road.send(Self.get(road.key))
        let answer = try road.answer()
        #expect(answer.status == 200)
        let wanted = [
            #""object":"key","id":"\#(world.key.id)","name":"test""#, #""project":"default""#,
            #""allowed_models":null"#, #""expires_at":null"#,
            #""limits":{"requests_per_minute":null,"tokens_per_minute":null,"concurrent_requests":null}"#,
            #""model_limits":{}"#, #""budgets":[]"#,
        ]
        for part in wanted { #expect(answer.body.contains(part), "\(part)") }
        #expect(!answer.body.contains(road.key))
    }

    @Test("limits and budgets are told as they stand, a request in flight included; asking takes nothing")
    func standing() throws {
        var world = TestWorld()
        world.allowedModels = ["fast", "team/*"]
        world.limits = KeyLimits(requestsPerMinute: 10, tokensPerMinute: 50_000, concurrentRequests: 3)
        world.maxOutputTokens = 100
        world.pricing = TargetPricing(
            price: .sandbox,
            version: 3,
            learned: ModelUsage(),
            largestOutput: 8_000,
            imageBound: 1_000
        )
        world.budgets = [Self.budget("bud_1", "the key", amount: 1_000_000_000)]
        world.projectBudgets = [Self.budget("bud_2", "the project default", amount: 2_000_000_000)]
        let road = try RoadHarness(world: world)
        for _ in 0..<3 {
            try road.send(Self.get(road.key))
            let body = try road.answer().body
            #expect(body.contains(#""requests_per_minute":{"limit":10,"remaining":10,"reset_seconds":0}"#), "\(body)")
            #expect(body.contains(#""concurrent_requests":{"limit":3,"remaining":3}"#))
            #expect(body.contains(#""allowed_models":["fast","team/*"],"max_output_tokens":100"#))
            #expect(body.contains(#""amount_usd":"1","spent_usd":"0","reserved_usd":"0","available_usd":"1""#))
            #expect(body.contains(#""scope":"the project default""#))
        }
        try road.post(
            "/v1/chat/completions",
            #"{"model":"fast","messages":[{"role":"user","content":"hi"}],"max_tokens":10}"#
        )
        let standing = road.admissions.standing(
            try #require(road.snapshots.snapshot.keys.entry(id: world.key.id)).limits,
            at: road.state.monotonicNow,
            wall: road.shared.budgetTime.unixMilliseconds
        )
        #expect(standing.rates.requests?.remaining == 9 && standing.places?.remaining == 2)
        #expect(standing.budgets.map(\.id) == ["bud_1", "bud_2"])
        #expect(standing.budgets.allSatisfy { $0.reserved > 0 && $0.spent == 0 })
        try road.vendorAnswers(200, Self.answer)
        _ = try road.answer()
        try road.send(Self.get(road.key))
        let body = try road.answer().body
        #expect(body.contains(#""spent_usd":"0.002","reserved_usd":"0","available_usd":"0.998""#), "\(body)")
        #expect(body.contains(#""remaining":9,"#) && body.contains(#""concurrent_requests":{"limit":3,"remaining":3}"#))
    }

    @Test("a model with limits of its own is told with the tightest of all that its requests meet")
    func modelLimits() throws {
        var world = TestWorld()
        world.allowedModels = ["fast", "slow"]
        world.limits = KeyLimits(
            requestsPerMinute: 10,
            concurrentRequests: 5,
            models: [
                "fast": KeyLimits.ModelLimits(requestsPerMinute: 4, tokensPerMinute: 900),
                "slow": KeyLimits.ModelLimits(requestsPerMinute: 60, concurrentRequests: 1),
                "hidden": KeyLimits.ModelLimits(requestsPerMinute: 1),
            ]
        )
        let road = try RoadHarness(world: world)
        try road.send(Self.get(road.key))
        let body = try road.answer().body
        let fast = [
            #""fast":{"requests_per_minute":{"limit":4,"remaining":4,"reset_seconds":0}"#,
            #""tokens_per_minute":{"limit":900,"remaining":900,"reset_seconds":0}"#,
            #""concurrent_requests":{"limit":5,"remaining":5}}"#,
        ]
        let slow = [
            #""slow":{"requests_per_minute":{"limit":10,"remaining":10,"reset_seconds":0}"#,
            #""tokens_per_minute":null"#, #""concurrent_requests":{"limit":1,"remaining":1}}"#,
        ]
        #expect(body.contains(#""model_limits":{"# + (fast + slow).joined(separator: ",") + "}"), "\(body)")
        #expect(!body.contains("hidden"), "a model that the key may not use")
    }

    private static let answer =
        #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200}}"#

    @Test("who is not let in learns nothing")
    func refused() throws {
        for key in ["", "sk-mt-nothing", VirtualKey.generate().text] {
            let road = try RoadHarness(world: TestWorld())
            try road.send(Self.get(key))
            let answer = try road.answer()
            #expect(answer.status == 401 && !answer.body.contains("budgets"))
        }
        var world = TestWorld()
        world.isKeyEnabled = false
        let road = try RoadHarness(world: world)
        try road.send(Self.get(road.key))
        #expect(try road.answer().status == 401)
    }

    @Test("other methods are answered as on the other routes that read")
    func methods() throws {
        for (method, status) in [("POST", 405), ("DELETE", 405), ("OPTIONS", 204)] {
            let road = try RoadHarness(world: TestWorld())
            try road.send(Self.get(road.key, method: method))
            let answer = try road.answer()
            #expect(answer.status == status && answer.headers["allow"] == "GET, HEAD, OPTIONS", "\(method)")
        }
        let road = try RoadHarness(world: TestWorld())
        try road.send(Self.get(road.key, method: "HEAD"))
        let text = try road.received()
        #expect(text.hasPrefix("HTTP/1.1 200") && text.hasSuffix("\r\n\r\n"))
    }

    @Test("a running gateway answers it without asking a vendor")
    func live() async throws {
        try await LiveGateway.run { gateway, oracle in
            let client = try await gateway.connect()
            try await client.send(Self.get(gateway.key.text))
            let answer = try await client.answer()
            await client.close()
            #expect(answer.status == 200)
            #expect(answer.body.contains(#""prefix":"sk-mt-\#(gateway.key.id)"#))
            #expect(oracle.requestCount == 0)
        }
    }
}
