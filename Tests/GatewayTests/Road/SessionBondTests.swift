// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import AnthropicMessages
import Exchange
import NIOCore
import OpenAIChat
import OpenAIResponses
import Policy
import Providers
import Storage
import Testing
import Upstream

@testable import Gateway

/// What keeps a request at the target that served its conversation, beside a label.
@Suite("Conversations that are better not moved")
struct SessionBondTests {
    /// A road with one model, `extra`, that two accounts serve.
    private struct Road {
        let harness: RoadHarness
        let model: Model

        init(kind: String, sticky: Bool = true, targets: Int = 2) throws {
            let names = ["lab", "attic", "cellar"]
            let providers = names.map { name in
                ProviderRecord(id: "prv_\(name)", name: name, kind: kind, baseURL: "https://\(name).example/v1", createdAt: 1, updatedAt: 1)
            }
            let rows = (0..<targets).map { TargetRecord(provider: names[$0], upstreamModel: "x") }
            var record = ModelRecord(id: "mdl_fast", name: "fast", targets: rows, createdAt: 1, updatedAt: 1)
            record.routing.isSticky = sticky
            let builder = SnapshotBuilder(environment: [:], admissions: AdmissionTable(), credentials: { _ in Secret("vendor-secret") })
            let built = builder.build(StoredConfiguration(projects: [], keys: [], providers: providers, models: [record]), after: .empty, at: MonotonicInstant(microseconds: 0))
            try #require(built.problems.isEmpty, "\(built.problems)")
            var world = TestWorld()
            world.extraModels = [try #require(built.snapshot.model(named: "fast"))]
            self.harness = try RoadHarness(world: world)
            self.model = try #require(self.harness.snapshots.snapshot.model(named: "extra"))
        }

        /// Asks, has the vendor answer, and says who that was.
        func ask(_ path: String, _ body: String, answer: String, headers: [String] = []) throws -> String? {
            try self.harness.post(path, body, headers: headers)
            try self.harness.vendorAnswers(200, answer, headers: ["connection: close"])
            return try self.harness.answer().headers["x-martlet-provider"]
        }

        /// Asks for a stream.
        func askStream(_ path: String, _ body: String, events: [String]) throws -> String? {
            try self.harness.post(path, body)
            try self.harness.vendorStartsStream()
            for event in events { try self.harness.vendorStreams(event) }
            try self.harness.vendorEndsStream()
            return try self.harness.answer().headers["x-martlet-provider"]
        }

        func health(_ provider: String?) throws -> TargetHealth {
            let index = try #require(self.model.targets.firstIndex { $0.provider.name == provider })
            return self.model.chooser.targets[index].health
        }

        func occupy(_ provider: String?, _ count: Int) throws {
            let health = try self.health(provider)
            for _ in 0..<count { _ = health.begin(at: self.harness.state.monotonicNow) }
        }

        func breakDown(_ provider: String?) throws {
            let health = try self.health(provider)
            let now = self.harness.state.monotonicNow
            for _ in 0..<5 {
                let permit = try #require(health.begin(at: now))
                health.finish(permit, .sickTarget, at: now)
            }
        }

        var lastRoute: String { self.harness.takeRecords().last?.route ?? "" }
    }

    // MARK: Messages

    private static func messages(_ turns: String = "", stream: Bool = false) -> String {
        #"{"model":"extra","max_tokens":50,"stream":\#(stream),"messages":[{"role":"user","content":"a"}\#(turns)]}"#
    }

    private static func signed(_ signature: String) -> String {
        #",{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"\#(signature)"},{"type":"text","text":"b"}]},{"role":"user","content":"c"}"#
    }

    private static func message(_ content: String) -> String {
        #"{"id":"m","type":"message","role":"assistant","model":"x","content":[\#(content),{"type":"text","text":"b"}],"stop_reason":"end_turn","usage":{"input_tokens":3000,"output_tokens":2}}"#
    }

    private static func thought(_ signature: String) -> String { #"{"type":"thinking","thinking":"hm","signature":"\#(signature)"}"# }

    @Test("Messages: who signed a conversation's newest thoughts gets it again, whatever the turns are")
    func signature() throws {
        let road = try Road(kind: "anthropic")
        for talk in 0..<6 {
            let home = try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought("sig\(talk)a")))
            // Somebody else takes a turn, so that the balance alone would send the next one elsewhere.
            if talk % 2 == 0 { _ = try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought("other\(talk)"))) }
            let second = try road.ask("/v1/messages", Self.messages(Self.signed("sig\(talk)a")), answer: Self.message(Self.thought("sig\(talk)b")))
            #expect(second == home)
            #expect(road.lastRoute.contains(#""affinity":"kept""#))
            let third = try road.ask("/v1/messages", Self.messages(Self.signed("sig\(talk)a") + Self.signed("sig\(talk)b")), answer: Self.message(Self.thought("sig\(talk)c")))
            #expect(third == home)
        }
    }

    @Test("Messages: so do redacted thoughts, and signatures that came as a stream in pieces, with slashes escaped or not")
    func streamed() throws {
        let road = try Road(kind: "anthropic")
        let redacted = try road.ask("/v1/messages", Self.messages(), answer: Self.message(#"{"type":"redacted_thinking","data":"secret/1"}"#))
        _ = try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought("x")))
        let turns = #",{"role":"assistant","content":[{"type":"redacted_thinking","data":"secret\/1"}]},{"role":"user","content":"c"}"#
        #expect(try road.ask("/v1/messages", Self.messages(turns), answer: Self.message(Self.thought("y"))) == redacted)

        let events = [
            #"event: message_start\#ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}\#n\#n"#,
            #"event: content_block_start\#ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}\#n\#n"#,
            #"event: content_block_delta\#ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}\#n\#n"#,
            #"event: content_block_delta\#ndata: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"part1"}}\#n\#n"#,
            #"event: content_block_delta\#ndata: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"part2"}}\#n\#n"#,
            #"event: content_block_stop\#ndata: {"type":"content_block_stop","index":0}\#n\#n"#,
            #"event: content_block_start\#ndata: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":"b"}}\#n\#n"#,
            #"event: content_block_stop\#ndata: {"type":"content_block_stop","index":1}\#n\#n"#,
            #"event: message_delta\#ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\#n\#n"#,
            #"event: message_stop\#ndata: {"type":"message_stop"}\#n\#n"#,
        ]
        let home = try road.askStream("/v1/messages", Self.messages(stream: true), events: events)
        for _ in 0..<4 {
            let next = try road.ask("/v1/messages", Self.messages(Self.signed("part1part2")), answer: Self.message(Self.thought("part1part2")))
            #expect(next == home)
        }
    }

    @Test("long states are told apart by their ends, however their slashes are escaped")
    func long() throws {
        let road = try Road(kind: "anthropic")
        let common = String(repeating: "ab/c", count: 5_000)
        var homes: [String?] = []
        for end in 0..<3 { homes.append(try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought(common + "/\(end)")))) }
        #expect(Set(homes).count == 2 && road.harness.shared.homes.reasoning.count == 3)
        for end in 0..<3 {
            let back = (common + "/\(end)").replacing("/", with: "\\/")
            #expect(try road.ask("/v1/messages", Self.messages(Self.signed(back)), answer: Self.message(Self.thought(common + "/\(end)"))) == homes[end])
        }
    }

    @Test("a home that is sick is left for another, the record says so, and the conversation stays where it went")
    func sickHome() throws {
        let road = try Road(kind: "anthropic")
        let home = try #require(try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought("one"))))
        try road.breakDown(home)
        let next = try road.ask("/v1/messages", Self.messages(Self.signed("one")), answer: Self.message(Self.thought("two")))
        #expect(next != home && next != nil)
        #expect(road.lastRoute.contains(#""affinity":"moved: sick""#))
        let third = try road.ask("/v1/messages", Self.messages(Self.signed("one") + Self.signed("two")), answer: Self.message(Self.thought("three")))
        #expect(third == next)
    }

    @Test("reasoning pins what its label alone would let go: the balance does not count")
    func pinsLabel() throws {
        let road = try Road(kind: "anthropic", targets: 3)
        let text = #"{"type":"text","text":"x"}"#
        let plain = ["x-claude-code-session-id: plain"], thinking = ["x-claude-code-session-id: thinking"]
        let first = try road.ask("/v1/messages", Self.messages(), answer: Self.message(text), headers: plain)
        let home = try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought("one")), headers: thinking)
        // Far more in flight there than its share.
        try road.occupy(first, 60)
        _ = try road.ask("/v1/messages", Self.messages(), answer: Self.message(text), headers: plain)
        #expect(road.lastRoute.contains(#""affinity":"moved: imbalance""#))
        try road.occupy(home, 6_000)
        // The newest signature is none that was seen here: the label has to say it.
        #expect(try road.ask("/v1/messages", Self.messages(Self.signed("unknown")), answer: Self.message(Self.thought("two")), headers: thinking) == home)
    }

    @Test("a signature that nobody here was seen to make says nothing")
    func unknown() throws {
        let road = try Road(kind: "anthropic")
        _ = try road.ask("/v1/messages", Self.messages(), answer: Self.message(Self.thought("one")))
        #expect(road.harness.shared.homes.reasoning.count == 1)
        _ = try road.ask("/v1/messages", Self.messages(Self.signed("made up")), answer: Self.message(Self.thought("two")))
        #expect(road.lastRoute.contains(#""affinity":"placed""#))
    }

    @Test("without affinity, or with one target, nothing is remembered", arguments: [(false, 2), (true, 1)])
    func off(_ sticky: Bool, _ targets: Int) throws {
        let road = try Road(kind: "anthropic", sticky: sticky, targets: targets)
        _ = try road.ask("/v1/messages", Self.messages(Self.signed("one")), answer: Self.message(Self.thought("two")))
        #expect(road.harness.shared.homes.reasoning.count == 0)
        #expect(!road.lastRoute.contains("affinity"))
    }

    // MARK: Responses

    @Test("Responses: encrypted reasoning goes back to whoever encrypted it, whole or streamed")
    func encrypted() throws {
        let road = try Road(kind: "openai")
        func body(_ items: String, stream: Bool = false) -> String { #"{"model":"extra","store":false,"stream":\#(stream),"input":[{"role":"user","content":"a"}\#(items)]}"# }
        func item(_ state: String) -> String { #"{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"\#(state)"}"# }
        func answer(_ state: String) -> String { #"{"id":"r","object":"response","status":"completed","model":"x","output":[\#(item(state))],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}"# }
        let home = try road.ask("/v1/responses", body(""), answer: answer("gAAA1"))
        _ = try road.ask("/v1/responses", body(""), answer: answer("other"))
        #expect(try road.ask("/v1/responses", body("," + item("gAAA1")), answer: answer("gAAA2")) == home)
        let events = [
            #"event: response.created\#ndata: {"type":"response.created","response":{"id":"r","object":"response","status":"in_progress","model":"x","output":[]}}\#n\#n"#,
            #"event: response.output_item.done\#ndata: {"type":"response.output_item.done","output_index":0,"item":\#(item("gAAA3"))}\#n\#n"#,
            #"event: response.output_text.delta\#ndata: {"type":"response.output_text.delta","delta":"b"}\#n\#n"#,
            #"event: response.completed\#ndata: {"type":"response.completed","response":{"id":"r","object":"response","status":"completed","model":"x","output":[],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}}\#n\#n"#,
        ]
        let streamed = try road.askStream("/v1/responses", body("", stream: true), events: events)
        for _ in 0..<3 { #expect(try road.ask("/v1/responses", body("," + item("gAAA3")), answer: answer("gAAA3")) == streamed) }
    }

    // MARK: Prefixes

    private static let chatAnswer = #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3000,"completion_tokens":2,"total_tokens":3002}}"#

    private static func chat(system: Int, question: String) -> String {
        #"{"model":"extra","messages":[{"role":"system","content":"\#(String(repeating: "s", count: system))"},{"role":"user","content":"\#(question)"}]}"#
    }

    @Test("a long beginning that was served before is served there again; a short one keeps the exact balance")
    func prefix() throws {
        let road = try Road(kind: "openai-compatible")
        let home = try road.ask("/v1/chat/completions", Self.chat(system: 9_000, question: "0"), answer: Self.chatAnswer)
        for question in 1..<6 {
            #expect(try road.ask("/v1/chat/completions", Self.chat(system: 9_000, question: "\(question)"), answer: Self.chatAnswer) == home)
        }
        var counts: [String: Int] = [:]
        for question in 0..<10 {
            let served = try road.ask("/v1/chat/completions", Self.chat(system: 500, question: "\(question)"), answer: Self.chatAnswer)
            counts[served ?? "", default: 0] += 1
        }
        #expect(counts.values.sorted() == [5, 5])
        #expect(road.harness.shared.homes.prefixes.count == 1)
    }

    @Test("a beginning that is everybody's holds its target to no more than a fair share")
    func sharedPrefix() throws {
        let road = try Road(kind: "openai-compatible")
        let home = try road.ask("/v1/chat/completions", Self.chat(system: 9_000, question: "0"), answer: Self.chatAnswer)
        try road.occupy(home, 6)
        var counts: [String: Int] = [:]
        for question in 1..<9 {
            let served = try road.ask("/v1/chat/completions", Self.chat(system: 9_000, question: "\(question)"), answer: Self.chatAnswer)
            counts[served ?? "", default: 0] += 1
        }
        #expect(counts[home ?? "", default: 0] < 8)
    }

    @Test("tools and system of Messages, tools and instructions of Responses are beginnings too", arguments: [
        ("anthropic", "/v1/messages", #"{"model":"extra","max_tokens":5,"system":"S","tools":[],"messages":[{"role":"user","content":"Q"}]}"#),
        ("openai", "/v1/responses", #"{"model":"extra","instructions":"S","tools":[],"input":"Q"}"#),
    ])
    func otherPrefixes(_ kind: String, _ path: String, _ pattern: String) throws {
        let road = try Road(kind: kind)
        let answer = kind == "anthropic" ? Self.message(#"{"type":"text","text":"x"}"#) : #"{"id":"r","object":"response","status":"completed","model":"x","output":[],"usage":{"input_tokens":3000,"output_tokens":2,"total_tokens":3002}}"#
        var homes: Set<String> = []
        for question in 0..<5 {
            let body = pattern.replacing(#""S""#, with: "\"" + String(repeating: "s", count: 9_000) + "\"").replacing(#""Q""#, with: "\"q\(question)\"")
            homes.insert(try road.ask(path, body, answer: answer) ?? "")
        }
        #expect(homes.count == 1)
    }
}
