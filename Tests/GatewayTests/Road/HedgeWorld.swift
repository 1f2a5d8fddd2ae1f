import Catalogue
import Exchange
import Ledger
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway

/// A model of two accounts at two vendors that asks for hedges. The first account usually answers within 200 ms.
struct HedgeWorld {
    static let answer =
        #"{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200}}"#
    static let budget = "bud_1"

    let road: RoadHarness
    let model: Model

    /// The road with the model `extra`.
    ///
    /// - Parameters:
    ///   - credit: How many hedges are saved up.
    ///   - drains: Both vendors' counts are waited for when the caller leaves.
    ///   - others: The accounts and models there, where it is not those.
    ///   - journal: Where attempts are written.
    ///   - change: What else is different.
    /// - Throws: When the world cannot be made.
    init(
        credit: Int = 5,
        drains: Bool = false,
        others: [(provider: Provider, model: String)]? = nil,
        journal: Journal? = nil,
        _ change: (inout TestWorld) -> Void = { _ in }
    ) throws {
        var world = TestWorld()
        world.retries = true
        world.pricing = TargetPricing(price: .sandbox, version: 3, learned: ModelUsage())
        world.budgets = [
            BudgetFacts(
                id: Self.budget,
                scopeLabel: "the key",
                amountNanoUSD: 1_000_000_000,
                periodName: "total",
                isHard: true,
                isUpperBound: false,
                schedule: .total
            )
        ]
        if drains { world.openAISettings = ["on_disconnect": "drain"] }
        world.rules.hedging = HedgePolicy(isEnabled: true)
        change(&world)
        let known = try world.snapshot()
        let first = try #require(known.model(named: "fast")?.targets.first)
        let second = try #require(known.model(named: drains ? "thinker" : "local")?.targets.first)
        let accounts = others ?? [first, second].map { ($0.provider, $0.upstreamModel) }
        let targets = accounts.enumerated().map { index, account in
            Target(
                provider: account.provider,
                upstreamModel: account.model,
                model: "extra",
                priority: index,
                translations: world.translations,
                pricing: world.pricing
            )
        }
        world.extraModels = [Model(name: "x", createdAt: 1, owner: "x", targets: targets, rules: world.rules)]
        self.road = try RoadHarness(world: world, journal: journal)
        self.model = try #require(self.road.snapshots.snapshot.model(named: "extra"))
        self.teach(0, .milliseconds(200))
        for _ in 0..<credit * 50 { self.model.chooser.balance.hedges.noteRequest() }
    }

    /// A target has answered a hundred requests within so much.
    func teach(_ index: Int, _ delay: Duration) {
        let health = self.model.chooser.targets[index].health
        let now = self.road.state.monotonicNow
        for _ in 0..<100 {
            let permit = health.beginAnyway(at: now)
            health.finish(permit, .succeeded(firstContent: delay, total: delay), at: now)
        }
    }

    // MARK: The caller

    /// Asks, and waits until the first attempt is slow.
    func askSlowly(stream: Bool = false, path: String = "/v1/chat/completions") throws {
        try self.ask(stream: stream, path: path)
        self.road.advance(.milliseconds(300))
    }

    func ask(stream: Bool = false, path: String = "/v1/chat/completions") throws {
        let isStream = stream ? #""stream":true,"# : ""
        let body = #"{"model":"extra",\#(isStream)"max_tokens":10,"messages":[{"role":"user","content":"hi"}]}"#
        try self.road.post(path, body)
    }

    /// Lets what was put off for a moment happen.
    func settle() { self.road.advance(.milliseconds(1)) }

    // MARK: The vendors

    /// How many attempts were sent.
    var attempts: Int { self.road.vendors.channels.count }

    func isOpen(_ attempt: Int) -> Bool { self.road.vendors.channels[attempt].isActive }

    func sends(_ attempt: Int, _ text: String) throws {
        try self.road.vendors.channels[attempt].writeInbound(ByteBuffer(string: text))
    }

    /// A whole answer of one of the attempts.
    func answers(_ attempt: Int, _ status: Int = 200, _ body: String = Self.answer) throws {
        try self.sends(
            attempt,
            "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                + body
        )
    }

    func startsStream(_ attempt: Int) throws {
        try self.sends(
            attempt,
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
    }

    /// One event of a Chat stream.
    func streams(_ attempt: Int, _ event: String) throws {
        let text = "data: \(event)\n\n"
        try self.sends(attempt, String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
    }

    func content(_ attempt: Int, _ text: String) throws {
        try self.streams(attempt, #"{"id":"c","choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"#)
    }

    func role(_ attempt: Int) throws {
        try self.streams(attempt, #"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#)
    }

    func endsStream(_ attempt: Int) throws {
        try self.streams(attempt, #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
        try self.streams(
            attempt,
            #"{"id":"c","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200}}"#
        )
        try self.streams(attempt, "[DONE]")
        try self.sends(attempt, "0\r\n\r\n")
    }

    // MARK: What is left

    func budget() throws -> BudgetView {
        try #require(self.road.admissions.view(Self.budget, wall: self.road.shared.budgetTime.unixMilliseconds))
    }

    /// The one record of the one request, when nothing of it is left anywhere.
    func record(_ location: SourceLocation = #_sourceLocation) throws -> RequestRecord {
        let records = self.road.takeRecords()
        #expect(records.count == 1, sourceLocation: location)
        #expect(self.road.shared.exchanges.value == 0, sourceLocation: location)
        #expect(self.road.shared.draining.load(ordering: .relaxed) == 0, sourceLocation: location)
        #expect(self.model.chooser.targets.map(\.health.inFlight) == [0, 0], sourceLocation: location)
        #expect(self.road.admissions.abandonedCount == 0, sourceLocation: location)
        let budget = try self.budget()
        #expect(budget.reserved == 0, sourceLocation: location)
        let record = try #require(records.first, sourceLocation: location)
        #expect(budget.spent == record.costNanoUSD ?? 0, sourceLocation: location)
        return record
    }

    /// Hedges counted by how they ended: won, lost, failed.
    var counted: [Int] {
        let metrics = self.road.shared.metrics
        return [metrics.hedgesWon, metrics.hedgesLost, metrics.hedgesFailed].map(\.value)
    }
}
