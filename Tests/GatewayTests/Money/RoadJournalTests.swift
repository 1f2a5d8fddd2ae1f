import Catalogue
import Exchange
import MartletTesting
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Synchronization
import Telemetry
import Testing

@testable import Gateway
@testable import Ledger

/// The road with a journal on a simulated disk, stepped by hand.
@Suite("The journal on the road")
struct RoadJournalTests {
    private let disk = SimulatedDisk()
    private let store = MemoryLedgerStore()

    private func open(_ sync: JournalSync = .group) throws -> OpenedJournal {
        var options = JournalOptions()
        options.segmentBytes = 1 << 20
        options.hasThread = false
        options.sync = sync
        return try Journal.open(disk: self.disk.mount(), options: options, store: self.store, now: 9_000)
    }

    private func road(_ journal: Journal, drains: Bool = false) throws -> RoadHarness {
        var world = TestWorld()
        world.pricing = TargetPricing(price: .sandbox, version: 3, learned: ModelUsage())
        if drains { world.openAISettings = ["on_disconnect": "drain"] }
        return try RoadHarness(world: world, journal: journal)
    }

    private static let chat = #"{"model":"fast","messages":[{"role":"user","content":"hi"}]}"#
    private static let stream = #"{"model":"fast","messages":[{"role":"user","content":"hi"}],"stream":true}"#
    private static let usage = #""usage":{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200}"#
    private static let answer =
        #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],\#(usage)}"#

    private func chunk(_ text: String) -> String { "data: " + text + "\n\n" }

    @Test("a process that dies before the answer leaves one settlement at the estimate (N091)")
    func died() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.chat, headers: ["X-Request-Id: mine"])
        #expect(try road.vendorReceived().contains("hi"))
        _ = try self.open()
        let entry = try #require(self.store.allEntries.first)
        #expect(self.store.allEntries.count == 1)
        #expect(entry.requestID == "mine" && entry.isEstimated && entry.outcome == .interrupted)
        #expect(entry.usage.inputTokens > 0 && entry.usage.outputTokens == 0 && entry.chargeNanoUSD > 0)
        #expect(entry.priceVersion == 3)
    }

    @Test("a process that dies after the last byte leaves the exact settlement, once (N091)")
    func answered() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.answer)
        #expect(try road.answer().status == 200)
        _ = try self.open()
        _ = try self.open()
        let entry = try #require(self.store.allEntries.first)
        #expect(self.store.allEntries.count == 1)
        #expect(!entry.isEstimated && entry.outcome == .completed && entry.chargeNanoUSD == 2_000_000)
        #expect(entry.usage.inputTokens == 1_000 && entry.usage.outputTokens == 200)
    }

    @Test("a conversation that must leave its cache says what that cost; one that stays lost nothing")
    func lostCache() throws {
        let opened = try self.open()
        var rates = TokenRates(input: 1_000_000_000, output: 5_000_000_000)
        rates.cacheRead = 100_000_000
        var world = TestWorld()
        world.pricing = TargetPricing(price: ModelPrice(rates), version: 3, learned: ModelUsage())
        let road = try RoadHarness(world: world, journal: opened.journal)
        func ask(cached: Int) throws -> String? {
            try road.post("/v1/chat/completions", #"{"model":"safe","prompt_cache_key":"talk","messages":[]}"#)
            let usage =
                #""usage":{"prompt_tokens":10000,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":\#(cached)}}"#
            try road.vendorAnswers(200, #"{"id":"c","choices":[],\#(usage)}"#, headers: ["connection: close"])
            return try road.answer().headers["x-martlet-provider"]
        }
        let homes = [try ask(cached: 8_000), try ask(cached: 8_000)]
        #expect(homes == ["openai", "openai"])
        let model = try #require(road.snapshots.snapshot.model(named: "safe"))
        for _ in 0..<5 {
            let permit = try #require(model.chooser.targets[0].health.begin(at: road.state.monotonicNow))
            model.chooser.targets[0].health.finish(permit, .sickTarget, at: road.state.monotonicNow)
        }
        #expect(try ask(cached: 1_000) == "lab")
        #expect(try ask(cached: 9_000) == "lab")
        _ = try self.open()
        let lost = self.store.allEntries.filter { $0.lostCacheNanoUSD != 0 }
        // Seven thousand tokens that cost a dollar a million instead of ten cents.
        #expect(self.store.allEntries.count == 4 && lost.map(\.lostCacheNanoUSD) == [6_300_000])
        #expect(lost.first?.subject.provider == "lab" && lost.first?.usage.cacheReadTokens == 1_000)
        #expect(try self.store.usage(.init(from: 0, to: .max)).first?.lostCacheNanoUSD == 6_300_000)
    }

    @Test("nothing leaves before the entries of the loop's round are written, all of them in one go")
    func together() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.chat, endsRound: false)
        #expect(try road.vendorReceived().isEmpty)
        #expect(opened.journal.core.state.withLock { $0.unwritten > 0 })
        road.loop.run()
        #expect(try road.vendorReceived().contains("hi"))
        #expect(opened.journal.core.state.withLock { $0.unwritten == 0 })
    }

    @Test("a running stream's checkpoint is what a death leaves")
    func checkpoint() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        let text = String(repeating: "word ", count: 800)
        try road.vendorStreams(self.chunk(#"{"id":"c","choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"#))
        road.advance(.milliseconds(1_500))
        _ = try self.open()
        let entry = try #require(self.store.allEntries.first)
        #expect(entry.isEstimated && entry.usage.outputTokens == 1_000)
    }

    @Test("where every entry waits for the disk, nothing leaves and no answer ends before its sync")
    func each() throws {
        let opened = try self.open(.each)
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.chat)
        road.loop.run()
        #expect(try road.vendorReceived().isEmpty)
        opened.journal.commitNow()
        road.loop.run()
        #expect(try road.vendorReceived().contains("hi"))
        try road.vendorAnswers(200, Self.answer)
        road.loop.run()
        #expect(try road.received().isEmpty)
        opened.journal.commitNow()
        road.loop.run()
        #expect(try road.answer().status == 200)
    }

    @Test("the same for a stream: content passes, the last event waits")
    func eachStream() throws {
        let opened = try self.open(.each)
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.stream)
        opened.journal.commitNow()
        road.loop.run()
        try road.vendorStartsStream()
        try road.vendorStreams(self.chunk(#"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"#))
        #expect(try road.received().contains("hello"))
        try road.vendorStreams(
            self.chunk(#"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
                + self.chunk(#"{"id":"c","choices":[],\#(Self.usage)}"#) + "data: [DONE]\n\n"
        )
        try road.vendorEndsStream()
        road.loop.run()
        #expect(try !road.received().contains("[DONE]"))
        opened.journal.commitNow()
        road.loop.run()
        #expect(try road.received().contains("[DONE]"))
    }

    @Test("a caller that leaves while its reservation is written sends nothing and owes nothing (N095)")
    func leftWhileWaiting() throws {
        let opened = try self.open(.each)
        let road = try self.road(opened.journal)
        try road.post("/v1/chat/completions", Self.chat)
        try road.client.close().wait()
        opened.journal.commitNow()
        road.loop.run()
        #expect(try road.vendorReceived().isEmpty)
        _ = try self.open()
        #expect(self.store.allEntries.isEmpty)
    }

    @Test("a journal that cannot be written refuses what costs, and takes it again by itself (N121)")
    func full() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal)
        self.disk.inject(.write)
        try road.post("/v1/chat/completions", Self.chat)
        let refused = try road.answer()
        #expect(refused.status == 503)
        #expect(refused.headers["retry-after"] != nil)
        #expect(road.vendors.channels.allSatisfy { (try? $0.readOutbound(as: ByteBuffer.self)) == .some(nil) })
        opened.journal.commitNow()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.answer)
        #expect(try road.answer().status == 200)
    }

    @Test("with on_disconnect: drain, the vendor's final count is waited for after the caller has left")
    func drained() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal, drains: true)
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        try road.vendorStreams(self.chunk(#"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"#))
        try road.client.close().wait()
        #expect(try #require(road.vendors.last).isActive)
        try road.vendorStreams(
            self.chunk(#"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
                + self.chunk(#"{"id":"c","choices":[],\#(Self.usage)}"#) + "data: [DONE]\n\n"
        )
        try road.vendorEndsStream()
        let record = try #require(road.takeRecords().last)
        #expect(record.outcome == .clientGone && !record.isEstimated && record.costNanoUSD == 2_000_000)
        #expect(road.shared.draining.load(ordering: .relaxed) == 0)
        #expect(road.shared.exchanges.value == 0)
    }

    @Test("the wait ends after ten seconds, settled by what came")
    func drainedInVain() throws {
        let opened = try self.open()
        let road = try self.road(opened.journal, drains: true)
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        try road.vendorStreams(self.chunk(#"{"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}"#))
        try road.client.close().wait()
        road.advance(.seconds(11))
        #expect(try !#require(road.vendors.last).isActive)
        let record = try #require(road.takeRecords().last)
        #expect(record.isEstimated && (record.costNanoUSD ?? 0) > 0)
        #expect(road.shared.draining.load(ordering: .relaxed) == 0)
    }
}
