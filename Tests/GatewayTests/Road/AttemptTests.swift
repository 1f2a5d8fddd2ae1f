// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import AnthropicMessages
import Catalogue
import Exchange
import GeminiContent
import NIOCore
import NIOEmbedded
import OpenAIChat
import OpenAIResponses
import Policy
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway

@Suite("Attempts at one target after another")
struct AttemptTests {
    private static let chat = #"{"model":"safe","messages":[{"role":"user","content":"hi"}]}"#
    private static let streamed = #"{"model":"safe","stream":true,"messages":[{"role":"user","content":"hi"}]}"#
    private static let good = #"{"id":"c","object":"chat.completion","model":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#

    private static func road(_ change: (inout TestWorld) -> Void = { _ in }) throws -> RoadHarness {
        var world = TestWorld()
        world.retries = true
        change(&world)
        return try RoadHarness(world: world)
    }

    /// Lets what was put off for a moment happen.
    private func settle(_ road: RoadHarness) { road.advance(.milliseconds(1)) }

    @Test("what a vendor fails with before an answer is tried at the next target", arguments: [429, 500, 502, 503, 529, 401, 403])
    func fallsBack(_ status: Int) throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.chat)
        #expect(try road.vendorReceived().contains(#""model":"gpt-real""#))
        try road.vendorAnswers(status, #"{"error":{"message":"no"}}"#)
        self.settle(road)
        #expect(road.vendors.channels.count == 2)
        #expect(try road.vendorReceived().contains(#""model":"llama""#))
        try road.vendorAnswers(200, Self.good)
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.body == Self.good)
        #expect(answer.headers["x-martlet-provider"] == "lab")
        #expect(answer.headers["x-martlet-attempts"] == "2")
        let record = try #require(road.takeRecords().first)
        #expect(record.attempts == 2)
        #expect(record.provider == "lab")
        let route = try #require(record.route)
        #expect(route.contains(#""target":"openai/gpt-real","status":\#(status)"#))
        #expect(route.contains(#""outcome":"served""#))
    }

    @Test("the caller's own fault is not tried again")
    func callersFault() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(400, #"{"error":{"message":"bad","type":"invalid_request_error"}}"#)
        #expect(try road.answer().status == 400)
        #expect(road.vendors.channels.count == 1)
        #expect(road.takeRecords().count == 1)
    }

    @Test("an error event before any content is tried elsewhere, and nothing of it is told")
    func errorBeforeContent() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.streamed)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"# + "\n\n")
        try road.vendorStreams(#"data: {"error":{"message":"down","type":"server_error"}}"# + "\n\n")
        self.settle(road)
        #expect(try road.received().isEmpty)
        #expect(road.vendors.channels.count == 2)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"d","choices":[{"index":0,"delta":{"content":"yes"}}]}"# + "\n\n")
        try road.vendorStreams(#"data: {"id":"d","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n")
        try road.vendorEndsStream()
        let answer = try road.answer()
        #expect(answer.isWhole)
        #expect(answer.body.contains("yes"))
        #expect(!answer.body.contains(#""id":"c""#))
        #expect(!answer.body.contains("error"))
    }

    @Test("after content a failure is told in the stream, and nobody else is asked")
    func failureAfterContent() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.streamed)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"}}]}"# + "\n\n")
        try #require(road.vendors.last).close().wait()
        self.settle(road)
        let answer = try road.answer()
        #expect(answer.body.contains(#"data: {"error":"#))
        #expect(road.vendors.channels.count == 1)
        #expect(road.takeRecords().first?.outcome == .truncated)
    }

    @Test("a stream whose head had to be sent still falls back while there was no content")
    func fallsBackAfterHead() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.streamed)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"# + "\n\n")
        for _ in 0..<110 { road.advance(.milliseconds(100)) }
        let head = try road.received()
        #expect(head.hasPrefix("HTTP/1.1 200"))
        #expect(!head.contains(#""id":"c""#))
        try #require(road.vendors.last).close().wait()
        self.settle(road)
        #expect(road.vendors.channels.count == 2)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"d","choices":[{"index":0,"delta":{"content":"yes"}}]}"# + "\n\n")
        try road.vendorStreams(#"data: {"id":"d","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n")
        try road.vendorEndsStream()
        let rest = try road.received()
        #expect(!rest.contains("HTTP/1.1"))
        #expect(rest.contains("yes"))
        #expect(rest.hasSuffix("0\r\n\r\n"))
    }

    @Test("a request that a vendor may have accepted is not sent twice unless the model allows it", arguments: [false, true])
    func possiblyAccepted(_ allowed: Bool) throws {
        let road = try Self.road { $0.rules.mayBillTwice = allowed }
        try road.post("/v1/chat/completions", Self.chat)
        try #require(road.vendors.last).close().wait()
        self.settle(road)
        #expect(road.vendors.channels.count == (allowed ? 2 : 1))
        guard allowed else {
            #expect(try road.answer().status == 502)
            return
        }
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
    }

    @Test("a target that cannot be reached costs no attempt")
    func notSent() throws {
        let road = try Self.road()
        road.vendors.failure = UpstreamError(.connectFailed, "test")
        try road.post("/v1/chat/completions", Self.chat)
        road.vendors.failure = nil
        self.settle(road)
        try road.vendorAnswers(200, Self.good)
        let answer = try road.answer()
        #expect(answer.status == 200)
        #expect(answer.headers["x-martlet-attempts"] == "1")
    }

    @Test("a target that failed five times in a row is passed over, and the record says why")
    func breaker() throws {
        let road = try Self.road()
        for _ in 0..<5 {
            try road.post("/v1/chat/completions", Self.chat)
            _ = try road.vendorReceived()
            try road.vendorAnswers(500, #"{"error":{"message":"no"}}"#, headers: ["connection: close"])
            self.settle(road)
            try road.vendorAnswers(200, Self.good, headers: ["connection: close"])
            #expect(try road.answer().status == 200)
        }
        _ = road.takeRecords()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, Self.good)
        let answer = try road.answer()
        #expect(answer.headers["x-martlet-provider"] == "lab")
        #expect(answer.headers["x-martlet-attempts"] == "1")
        #expect(try #require(road.takeRecords().first?.route).contains(#"{"target":"openai/gpt-real","reason":"breaker_open"}"#))
    }

    @Test("when the only target that is well cannot be reached twice, one whose breaker is open is asked rather than none")
    func unreachable() throws {
        let road = try Self.road()
        let chooser = try #require(road.snapshots.snapshot.model(named: "safe")).chooser
        for target in chooser.targets.dropFirst() {
            for _ in 0..<5 {
                let permit = target.health.beginAnyway(at: road.state.monotonicNow)
                target.health.finish(permit, .sickTarget, at: road.state.monotonicNow)
            }
        }
        road.vendors.failure = UpstreamError(.connectFailed, "test")
        road.vendors.failures = 2
        try road.post("/v1/chat/completions", Self.chat)
        for _ in 0..<20 where road.vendors.channels.isEmpty { road.advance(.milliseconds(50)) }
        #expect(try road.vendorReceived().contains(#""model":"llama""#))
        try road.vendorAnswers(200, Self.good)
        let answer = try road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-provider"] == "lab")
        let route = try #require(road.takeRecords().first?.route)
        #expect(route.contains(#""reason":"breaker_open""#) && route.contains(#""outcome":"served""#))
    }

    @Test("a provider that is bound to another project is passed over, and alone it is as if it were not there")
    func boundToAnother() throws {
        let road = try Self.road { $0.openAISettings = ["project": "others"] }
        try road.post("/v1/chat/completions", Self.chat)
        #expect(try road.vendorReceived().contains(#""model":"llama""#))
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().headers["x-martlet-provider"] == "lab")
        #expect(road.takeRecords().first?.route?.contains(#""reason":"not_allowed""#) == true)
        try road.post("/v1/chat/completions", #"{"model":"fast","messages":[]}"#)
        let alone = try road.answer()
        #expect(alone.status == 404 && alone.body.contains("model_not_found"))
        let own = try Self.road { $0.openAISettings = ["project": "default"] }
        try own.post("/v1/chat/completions", Self.chat)
        #expect(try own.vendorReceived().contains(#""model":"gpt-real""#))
    }

    @Test("a model's own deadline for connecting goes before the gateway's")
    func connectDeadline() throws {
        let road = try Self.road { $0.rules.connect = .seconds(1) }
        road.vendors.hangs = true
        try road.post("/v1/chat/completions", #"{"model":"fast","messages":[]}"#)
        for _ in 0..<8 { road.advance(.milliseconds(100)) }
        #expect(try road.received().isEmpty)
        // The one target is tried once more, for nothing was sent.
        for _ in 0..<20 { road.advance(.milliseconds(100)) }
        let answer = try road.answer()
        #expect(answer.status == 503)
        #expect(road.takeRecords().first?.attempts == 0)
    }

    @Test("a caller is answered once, when one target cannot serve and the other cannot be reached")
    func answeredOnce() throws {
        let vendor = try #require(try TestWorld().snapshot().model(named: "fast")?.targets.first?.provider)
        let unpriced = TargetPricing(price: nil, version: 0, unpriced: .deny, learned: ModelUsage())
        let road = try Self.road { world in
            world.extraModels = [
                Model(name: "x", createdAt: 1, owner: "x", targets: [
                    Target(provider: vendor, upstreamModel: "a", model: "x", priority: 0, pricing: unpriced),
                    Target(provider: vendor, upstreamModel: "b", model: "x", priority: 1),
                ])
            ]
        }
        road.vendors.failure = UpstreamError(.addressRefused, "test")
        try road.post("/v1/chat/completions", #"{"model":"extra","messages":[]}"#)
        var text = ""
        for _ in 0..<100 {
            road.advance(.milliseconds(100))
            text += try road.received()
        }
        #expect(text.components("HTTP/1.1 ") == 1, "\(text)")
        let records = road.takeRecords()
        #expect(records.count == 1)
        #expect(try #require(records.first?.route).contains(#""reason":"unpriced""#))
    }

    @Test("a caller who leaves between two attempts ends the request, with one record")
    func leavesBetween() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(500, #"{"error":{"message":"no"}}"#)
        try road.client.close().wait()
        self.settle(road)
        #expect(road.vendors.channels.count == 1)
        let records = road.takeRecords()
        #expect(records.count == 1)
        #expect(records.first?.outcome == .clientGone)
        #expect(road.shared.exchanges.value == 0)
    }

    @Test("when everything fails the caller is told once, and not to try again")
    func allFail() throws {
        let road = try Self.road()
        try road.post("/v1/chat/completions", Self.chat)
        for _ in 0..<3 {
            try road.vendorAnswers(503, #"{"error":{"message":"no"}}"#)
            road.advance(.milliseconds(300))
        }
        let answer = try road.answer()
        #expect(answer.status == 503)
        #expect(answer.headers["x-should-retry"] == "false")
        #expect(road.takeRecords().count == 1)
        #expect(road.shared.exchanges.value == 0)
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
