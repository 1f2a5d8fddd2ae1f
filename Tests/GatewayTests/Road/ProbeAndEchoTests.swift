import Exchange
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Testing

@testable import Gateway

@Suite("What a failure says about a target")
struct ProbeAndEchoTests {
    private static let chat = #"{"model":"safe","messages":[{"role":"user","content":"hi"}]}"#
    private static let down = #"{"error":{"message":"no"}}"#
    private static let close = ["connection: close"]

    private static func road(retries: Bool = true) throws -> (RoadHarness, Model) {
        var world = TestWorld()
        world.retries = retries
        let road = try RoadHarness(world: world)
        return (road, try #require(road.snapshots.snapshot.model(named: "safe")))
    }

    private static func breakDown(_ target: Int, of model: Model, at now: MonotonicInstant) {
        let health = model.chooser.targets[target].health
        for _ in 0..<5 { health.finish(health.beginAnyway(at: now), .sickTarget, at: now) }
    }

    @Test("a probe that fails costs the caller nothing, even when all retries are spent")
    func probe() throws {
        let (road, model) = try Self.road(retries: false)
        Self.breakDown(0, of: model, at: road.state.monotonicNow)
        road.advance(.seconds(6))
        let tokens = model.chooser.balance.retries.tokens
        try road.post("/v1/chat/completions", Self.chat)
        #expect(try road.vendorReceived().contains("gpt-real"))
        try road.vendorAnswers(500, Self.down, headers: Self.close)
        road.advance(.milliseconds(1))
        #expect(try road.vendorReceived().contains("llama"))
        #expect(model.chooser.balance.retries.tokens == tokens)
        try road.vendorAnswers(200, HedgeWorld.answer)
        #expect(try road.answer().status == 200)
    }

    /// Requests at two targets, at which the first attempts fail.
    private func fail(_ road: RoadHarness, _ answers: [(status: Int, body: String)], times: Int) throws {
        for _ in 0..<times {
            try road.post("/v1/chat/completions", Self.chat)
            for answer in answers {
                try road.vendorAnswers(answer.status, answer.body, headers: Self.close)
                road.advance(.milliseconds(1))
            }
            // What is tried for the third time is the caller's own fault.
            road.advance(.milliseconds(300))
            try road.vendorAnswers(400, Self.down, headers: Self.close)
            #expect(try road.answer().status == 400)
            // So long that the retries of before are forgotten.
            road.advance(.seconds(11))
        }
    }

    /// Whether a target's breaker opens at one more failure.
    private func isOpen(afterOneMoreOf index: Int, _ model: Model, _ road: RoadHarness) -> Bool {
        let (health, now) = (model.chooser.targets[index].health, road.state.monotonicNow)
        health.finish(health.beginAnyway(at: now), .sickTarget, at: now)
        return health.obstacle(at: now) == .breakerOpen
    }

    @Test("a request that fails in the same way at two targets counts against the first alone")
    func echo() throws {
        let (road, model) = try Self.road()
        try self.fail(road, [(500, Self.down), (503, Self.down)], times: 4)
        let failures = model.chooser.targets.prefix(2).map { $0.health.view(at: road.state.monotonicNow).failures }
        #expect(failures == [4, 4])
        #expect(self.isOpen(afterOneMoreOf: 0, model, road))
        #expect(!self.isOpen(afterOneMoreOf: 1, model, road))
    }

    @Test("one that fails in different ways counts against both")
    func different() throws {
        let (road, model) = try Self.road()
        try self.fail(road, [(500, Self.down), (200, "not JSON at all")], times: 4)
        #expect(self.isOpen(afterOneMoreOf: 0, model, road))
        #expect(self.isOpen(afterOneMoreOf: 1, model, road))
    }
}
