// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Exchange
import Logging
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Telemetry
import Testing

@testable import Gateway

@Suite("Bodies on the road")
struct KeptBodiesTests {
    private let store = MemoryBodies()
    private let vault: BodyVault

    init() throws {
        self.vault = try self.store.vault()
    }

    private func road(_ change: (inout BodyRules) -> Void = { _ in }, bodyBytes: Int = 64 << 20) throws -> RoadHarness {
        var world = TestWorld()
        var rules = BodyRules()
        rules.mode = .full
        change(&rules)
        world.bodies = rules.mode == .off ? nil : rules
        world.translations = TranslationTests.table
        return try RoadHarness(world: world, bodyBytes: bodyBytes)
    }

    /// What is kept of the one request so far.
    private func kept(_ road: RoadHarness) throws -> (kept: KeptBodies, request: BodyVault.OpenedPart, answer: BodyVault.OpenedPart?)? {
        let batch = road.bodies.take(limit: 10)
        _ = try self.vault.keep(self.vault.sealed(batch), maxBytes: nil)
        road.bodies.release(batch.reduce(0) { $0 + $1.request.count + $1.answer.count })
        guard let id = self.store.kept.last?.requestID else { return nil }
        return try self.vault.open(requestID: id, in: nil)
    }

    private static func text(_ registry: MetricRegistry) -> String { String(decoding: registry.render(), as: UTF8.self) }

    private static let chat = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#
    private static let chatAnswer = #"{"id":"c1","object":"chat.completion","created":1,"model":"gpt-real","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}}],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}"#
    private static let responsesAnswer = #"{"id":"r1","object":"response","status":"completed","model":"gpt-real","output":[{"type":"message","id":"m","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hi","annotations":[]}]}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}"#
    private static let messagesAnswer = #"{"id":"m1","type":"message","role":"assistant","model":"claude-real","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}"#

    @Test("whole answers are kept in every format, as the caller sent and was sent them", arguments: [
        ("/v1/chat/completions", chat, chatAnswer),
        ("/v1/responses", #"{"model":"fast","input":"Hi"}"#, responsesAnswer),
        ("/v1/messages", #"{"model":"claude","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#, messagesAnswer),
    ])
    func whole(_ path: String, _ body: String, _ reply: String) throws {
        let road = try self.road()
        try road.post(path, body)
        try road.vendorAnswers(200, reply)
        let answer = try road.answer()
        let found = try self.kept(road)
        let kept = try #require(found)
        #expect(kept.request.text == body && !kept.request.isCut && kept.request.bytes == body.utf8.count)
        #expect(kept.answer?.text == answer.body && kept.kept.projectID == "prj_1" && !kept.kept.isStream)
        let record = try #require(road.takeRecords().first)
        #expect(record.id == kept.kept.requestID)
        #expect(road.bodies.heldBytes == 0)
    }

    @Test("across formats the caller's own format is kept")
    func translated() throws {
        let road = try self.road()
        try road.post("/v1/messages", #"{"model":"local","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#)
        try road.vendorAnswers(200, Self.chatAnswer)
        let answer = try road.answer()
        let found = try self.kept(road)
        #expect(found?.answer?.text == answer.body && answer.body.contains(#""type":"message""#))
    }

    private static let delta = #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-real","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}"# + "\n\n"
    private static let end = #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-real","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"
    private static let stream = #"{"model":"fast","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#

    @Test("a stream is kept as it was relayed")
    func streamed() throws {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        for _ in 0..<3 { try road.vendorStreams(Self.delta) }
        try road.vendorStreams(Self.end)
        try road.vendorEndsStream()
        let answer = try road.answer()
        let found = try self.kept(road)
        #expect(found?.answer?.text == answer.body && answer.body.contains("[DONE]"))
        #expect(found?.answer?.isCut == false)
        #expect(found?.kept.isStream == true)
    }

    @Test("a stream is masked across its events, while the caller is sent it as it is")
    func maskedStream() throws {
        let road = try self.road { $0.redactions = [.email] }
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.delta.replacing(#""x""#, with: #""canary@mail""#))
        try road.vendorStreams(Self.delta.replacing(#""x""#, with: #"".example ok""#))
        try road.vendorStreams(Self.end)
        try road.vendorEndsStream()
        let answer = try road.answer()
        let found = try self.kept(road)
        #expect(answer.body.contains("canary@mail"))
        let text = try #require(found?.answer?.text)
        #expect(!text.contains("canary") && !text.contains(".example") && text.contains("[redacted]"))
    }

    private static let responsesStream = [
        #"{"type":"response.created","sequence_number":0,"response":{"id":"r1","object":"response","status":"in_progress","model":"gpt-real","output":[]}}"#,
        #"{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"m","role":"assistant","status":"in_progress","content":[]}}"#,
        #"{"type":"response.content_part.added","sequence_number":2,"item_id":"m","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#,
        #"{"type":"response.output_text.delta","sequence_number":3,"item_id":"m","output_index":0,"content_index":0,"delta":"canary@mail"}"#,
        #"{"type":"response.output_text.delta","sequence_number":4,"item_id":"m","output_index":0,"content_index":0,"delta":".example ok"}"#,
        #"{"type":"response.output_text.done","sequence_number":5,"item_id":"m","output_index":0,"content_index":0,"text":"canary@mail.example ok"}"#,
        #"{"type":"response.completed","sequence_number":6,"response":{"id":"r1","object":"response","status":"completed","model":"gpt-real","output":[{"type":"message","id":"m","role":"assistant","status":"completed","content":[{"type":"output_text","text":"canary@mail.example ok","annotations":[]}]}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}}"#,
    ]
    private static let messagesStream = [
        #"{"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"claude-real","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"canary@mail"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":".example ok"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}}"#,
        #"{"type":"message_stop"}"#,
    ]

    @Test("streams of Responses and Messages are kept and masked as those of Chat", arguments: [
        ("/v1/responses", #"{"model":"fast","stream":true,"input":"Hi"}"#, responsesStream, "response.completed"),
        ("/v1/messages", #"{"model":"claude","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#, messagesStream, "message_stop"),
    ])
    func otherStreams(_ path: String, _ body: String, _ events: [String], _ terminal: String) throws {
        let road = try self.road { $0.redactions = [.email] }
        try road.post(path, body)
        try road.vendorStartsStream()
        for event in events {
            let type = event.split(separator: "\"")[2]
            try road.vendorStreams("event: \(type)\ndata: \(event)\n\n")
        }
        try road.vendorEndsStream()
        let answer = try road.answer()
        let found = try self.kept(road)
        #expect(answer.body.contains("canary@mail") && answer.body.contains(terminal))
        let text = try #require(found?.answer?.text)
        #expect(text.contains(terminal) && text.contains("[redacted]"))
        #expect(!text.contains("canary") && !text.contains(".example"), "\(text)")
    }

    @Test("a stream translated from another format is kept in the caller's")
    func translatedStream() throws {
        let road = try self.road()
        try road.post("/v1/messages", #"{"model":"local","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.delta)
        try road.vendorStreams(Self.end)
        try road.vendorEndsStream()
        let answer = try road.answer()
        let found = try self.kept(road)
        #expect(found?.answer?.text == answer.body && answer.body.contains("message_stop"))
    }

    @Test("of a caller that leaves midway what it was sent is kept")
    func gone() throws {
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.delta)
        _ = try road.received()
        try road.client.close().wait()
        road.loop.run()
        road.advance(.seconds(30))
        let found = try self.kept(road)
        // Its last word may be half of one.
        #expect(found?.answer?.text == Self.delta.replacing(#""x""#, with: #""""#) && found?.answer?.isCut == true)
    }

    @Test("of a stream that breaks off the last word of each text goes, half a secret with it")
    func truncated() throws {
        let road = try self.road { $0.redactions = [.email] }
        try road.post("/v1/chat/completions", Self.stream)
        try road.vendorStartsStream()
        try road.vendorStreams(Self.delta.replacing(#""x""#, with: #""look: canary@ma""#))
        try road.vendorEndsStream()
        let answer = try road.answer()
        let found = try self.kept(road)
        #expect(answer.body.contains("canary@ma"))
        let text = try #require(found?.answer?.text)
        #expect(!text.contains("canary") && text.contains("look: ") && found?.answer?.isCut == true, "\(text)")
    }

    @Test("long bodies are cut, with their true length")
    func cut() throws {
        let road = try self.road { $0.maxBytes = 300 }
        let long = String(repeating: "word ", count: 200)
        let body = Self.chat.replacing("Hi", with: long)
        try road.post("/v1/chat/completions", body)
        try road.vendorAnswers(200, Self.chatAnswer.replacing(#""hi""#, with: #""\#(long)""#))
        let answer = try road.answer()
        let found = try self.kept(road)
        let kept = try #require(found)
        #expect(kept.request.isCut && kept.request.bytes == body.utf8.count)
        #expect(body.hasPrefix(kept.request.text) && (280...300).contains(kept.request.text.utf8.count))
        #expect(kept.answer?.isCut == true && kept.answer?.bytes == answer.body.utf8.count)
    }

    @Test("nothing is kept when the project does not ask, nor of a request that is refused")
    func off() throws {
        let off = try self.road { $0.mode = .off }
        try off.post("/v1/chat/completions", Self.chat)
        try off.vendorAnswers(200, Self.chatAnswer)
        _ = try off.answer()
        let road = try self.road()
        try road.post("/v1/chat/completions", Self.chat, authorization: "sk-mt-wrong")
        _ = try road.answer()
        #expect(off.bodies.take(limit: 9).isEmpty && road.bodies.take(limit: 9).isEmpty)
    }

    @Test("in the mode metadata no text is kept")
    func metadata() throws {
        let road = try self.road { $0.mode = .metadata }
        try road.post("/v1/chat/completions", Self.chat.replacing("Hi", with: "CANARY"))
        try road.vendorAnswers(200, Self.chatAnswer.replacing(#""hi""#, with: #""CANARY""#))
        _ = try road.answer()
        let found = try self.kept(road)
        let kept = try #require(found)
        #expect(!kept.request.text.contains("CANARY") && kept.request.text.contains(#""role":"user""#))
        #expect(kept.answer?.text.contains("CANARY") == false && kept.answer?.text.contains("stop") == true)
    }

    @Test("a full queue, or no room for bytes, costs bodies and nothing else", arguments: [64 << 20, 100])
    func full(_ bytes: Int) throws {
        let road = try self.road(bodyBytes: bytes)
        for _ in 0..<6 {
            try road.post("/v1/chat/completions", Self.chat)
            try road.vendorAnswers(200, Self.chatAnswer)
            let answer = try road.answer()
            #expect(answer.status == 200)
        }
        let kept = road.bodies.take(limit: 100).count
        #expect(road.takeRecords().count == 6)
        #expect(kept == (bytes == 100 ? 0 : 4))
        #expect(Self.text(road.registry).contains("martlet_bodies_dropped_total \(6 - kept)"))
    }

    private func writer(_ queue: BodyQueue, _ registry: MetricRegistry, maxStoreBytes: Int? = nil) -> BodyWriter {
        BodyWriter(queue: queue, vault: self.vault, thread: BodyThread(), retention: nil, maxStoreBytes: maxStoreBytes, registry: registry, clock: { 0 }, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func submit(_ id: String, to queue: BodyQueue, bytes: Int = 2) {
        var rules = BodyRules()
        rules.mode = .full
        let bodies = FinishedBodies(requestID: id, projectID: "p", at: 1, isStream: false, rules: rules)
        let body = Array("{}".utf8) + Array(repeating: 0x20, count: bytes - 2)
        let capture = body.withUnsafeBytes { BodyCapture(bodies, request: $0, queue: queue) }
        withExtendedLifetime(capture) {}
    }

    @Test("a store that fails is said and counted, and is tried again")
    func broken() async throws {
        let registry = MetricRegistry()
        let queue = BodyQueue(registry: registry)
        let writer = self.writer(queue, registry)
        self.store.setBroken(true)
        self.submit("a", to: queue)
        await writer.drain()
        #expect(Self.text(registry).contains("martlet_bodies_failed_total 1"))
        #expect(Self.text(registry).contains("martlet_bodies_store_up 0"))
        self.store.setBroken(false)
        self.submit("b", to: queue)
        await writer.drain()
        #expect(self.store.kept.map(\.requestID) == ["b"] && queue.heldBytes == 0)
        #expect(Self.text(registry).contains("martlet_bodies_store_up 1"))
    }

    @Test("a store over its size takes nothing before the oldest went; what finds no room even then is dropped and counted")
    func fullStore() async throws {
        let registry = MetricRegistry()
        let queue = BodyQueue(registry: registry)
        let writer = self.writer(queue, registry, maxStoreBytes: 1 << 20)
        self.store.setCapacity(3)
        for id in 1...3 { self.submit("\(id)", to: queue) }
        await writer.drain()
        self.submit("4", to: queue)
        await writer.drain()
        #expect(self.store.kept.map(\.requestID) == ["2", "3", "4"])
        self.store.setPrunable(false)
        self.submit("5", to: queue)
        await writer.drain()
        #expect(self.store.kept.map(\.requestID) == ["2", "3", "4"] && queue.heldBytes == 0)
        let text = Self.text(registry)
        #expect(text.contains("martlet_bodies_dropped_total 1") && text.contains("martlet_bodies_written_total 4"))
        #expect(text.contains("martlet_bodies_failed_total 0"))
    }

    @Test("a batch is bounded by its bytes as well as by its number, and holds one at least")
    func batches() {
        let queue = BodyQueue(registry: MetricRegistry())
        for id in 1...5 { self.submit("\(id)", to: queue, bytes: 1_000) }
        #expect(queue.take(limit: 9, maxBytes: 1).map(\.requestID) == ["1"])
        #expect(queue.take(limit: 9, maxBytes: 1_500).map(\.requestID) == ["2", "3"])
        #expect(queue.take(limit: 1).map(\.requestID) == ["4"] && queue.take(limit: 9).count == 1)
    }
}
