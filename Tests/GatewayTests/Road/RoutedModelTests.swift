// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Exchange
import NIOCore
import OpenAIChat
import Policy
import Providers
import Storage
import Testing
import Upstream

@testable import Gateway

@Suite("Models with rows, patterns and overrides")
struct RoutedModelTests {
    private static func configuration(_ models: [ModelRecord]) -> StoredConfiguration {
        let provider = { (name: String) in
            ProviderRecord(id: "prv_\(name)", name: name, kind: "openai-compatible", baseURL: "https://\(name).example/v1", createdAt: 1, updatedAt: 1)
        }
        return StoredConfiguration(projects: [], keys: [], providers: [provider("lab"), provider("attic")], models: models)
    }

    private static func snapshot(_ builder: SnapshotBuilder, _ models: [ModelRecord], after previous: Snapshot = .empty) -> Snapshot {
        builder.build(Self.configuration(models), after: previous, at: MonotonicInstant(microseconds: 0)).snapshot
    }

    private static func builder() -> SnapshotBuilder {
        SnapshotBuilder(environment: [:], admissions: AdmissionTable(), credentials: { _ in nil })
    }

    private static func row(_ name: String, _ targets: [TargetRecord]) -> ModelRecord {
        ModelRecord(id: "mdl_\(name)", name: name, targets: targets, createdAt: 1, updatedAt: 1)
    }

    @Test("a name with a star stands for all names of its kind, the longest one first; listings do not show it")
    func patterns() throws {
        let snapshot = Self.snapshot(Self.builder(), [
            Self.row("team/*", [TargetRecord(provider: "lab", upstreamModel: "*")]),
            Self.row("team/fast-*", [TargetRecord(provider: "attic", upstreamModel: "quick-*")]),
        ])
        #expect(snapshot.models.isEmpty)
        let plain = try #require(snapshot.model(named: "team/llama"))
        #expect(plain.targets.map(\.key) == ["lab/llama"])
        let fast = try #require(snapshot.model(named: "team/fast-9"))
        #expect(fast.name == "team/fast-9")
        #expect(fast.targets.map(\.key) == ["attic/quick-9"])
        #expect(snapshot.model(named: "other/llama") == nil)
        #expect(snapshot.model(named: "team/") == nil)
    }

    @Test("a provider's own model is addressed by its name, and nothing climbs out of the provider", arguments: ["lab/../secret", "lab//x", "lab/", "nobody/x", "lab/a b"])
    func direct(_ bad: String) throws {
        let snapshot = Self.snapshot(Self.builder(), [])
        #expect(try #require(snapshot.model(named: "lab/deep/llama")).targets.map(\.key) == ["lab/deep/llama"])
        #expect(snapshot.model(named: bad) == nil)
    }

    @Test("an alias wins over what its name would address")
    func shadows() throws {
        let snapshot = Self.snapshot(Self.builder(), [Self.row("lab/llama", [TargetRecord(provider: "attic", upstreamModel: "old")])])
        #expect(try #require(snapshot.model(named: "lab/llama")).targets.map(\.key) == ["attic/old"])
    }

    @Test("ten thousand requests are spread exactly, also when the weights change midway")
    func balance() throws {
        let builder = Self.builder()
        func model(_ a: Int, _ b: Int) -> ModelRecord {
            Self.row("fast", [TargetRecord(provider: "lab", upstreamModel: "x", weight: a), TargetRecord(provider: "attic", upstreamModel: "x", weight: b)])
        }
        func serve(_ snapshot: Snapshot, _ count: Int) throws -> [Int] {
            let model = try #require(snapshot.model(named: "fast"))
            var served = [0, 0]
            for _ in 0..<count {
                var cursor = RouteCursor()
                let now = MonotonicInstant(microseconds: 0)
                guard let choice = cursor.next(model.chooser, at: now) else { break }
                served[choice.index] += 1
                model.chooser.targets[choice.index].health.finish(choice.permit, .cancelled, at: now)
            }
            return served
        }
        let before = Self.snapshot(builder, [model(3, 2)])
        #expect(try serve(before, 5_000) == [3_000, 2_000])
        let after = Self.snapshot(builder, [model(1, 4)], after: before)
        #expect(try serve(after, 5_000) == [1_000, 4_000])
    }

    @Test("a target's overrides cap the answer, set the effort and add headers, in the body's own place")
    func overrides() throws {
        var target = TargetRecord(provider: "lab", upstreamModel: "llama")
        target.overrides = TargetOverrides(maxOutputTokens: 50, reasoningEffort: "low", headers: ["x-team": "birds"])
        let model = try #require(Self.snapshot(Self.builder(), [Self.row("fast", [target])]).model(named: "fast"))
        var world = TestWorld()
        world.extraModels = [model]
        let road = try RoadHarness(world: world)
        road.snapshots.publish(try world.snapshot(after: .empty, road.admissions))
        try road.post("/v1/chat/completions", #"{"model":"extra","reasoning_effort":"high","max_tokens":900,"messages":[]}"#, headers: ["X-Team: cats"])
        let sent = try road.vendorReceived()
        #expect(sent.contains(#""reasoning_effort":"low""#))
        #expect(sent.contains(#""max_tokens":50"#))
        #expect(sent.contains("x-team: birds"))
        #expect(!sent.contains("cats"))
        #expect(sent.contains(#""model":"llama""#))
    }

    @Test("a conversation stays with its target, and others keep the exact balance")
    func affinity() throws {
        let two = [TargetRecord(provider: "lab", upstreamModel: "x"), TargetRecord(provider: "attic", upstreamModel: "x")]
        let model = try #require(Self.snapshot(Self.builder(), [Self.row("fast", two)]).model(named: "fast"))
        var world = TestWorld()
        world.extraModels = [model]
        let road = try RoadHarness(world: world)
        road.snapshots.publish(try world.snapshot(after: .empty, road.admissions))
        let good = #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
        func ask(_ more: String) throws -> String? {
            try road.post("/v1/chat/completions", #"{"model":"extra",\#(more)"messages":[]}"#)
            try road.vendorAnswers(200, good, headers: ["connection: close"])
            return try road.answer().headers["x-martlet-provider"]
        }
        let first = try ask(#""prompt_cache_key":"talk-1","#)
        for _ in 0..<5 { #expect(try ask(#""prompt_cache_key":"talk-1","#) == first) }
        var counts: [String: Int] = [:]
        for _ in 0..<10 { counts[try ask("") ?? "", default: 0] += 1 }
        #expect(counts == ["lab": 5, "attic": 5])
        let routes = road.takeRecords().compactMap(\.route)
        #expect(routes.first?.contains(#""affinity":"placed""#) == true)
        #expect(routes.dropFirst().allSatisfy { $0.contains(#""affinity":"kept""#) })
    }

    @Test("the dry run names the order, what is passed over and why, and takes no turn")
    func explained() throws {
        var off = TargetRecord(provider: "attic", upstreamModel: "x", weight: 0)
        off.priority = 1
        let targets = [TargetRecord(provider: "lab", upstreamModel: "x", weight: 2), TargetRecord(provider: "attic", upstreamModel: "y"), off]
        let snapshot = Self.snapshot(Self.builder(), [Self.row("fast", targets)])
        let explainer = RouteExplainer(snapshots: SnapshotHolder(snapshot), formats: [OpenAIChatFormat()], now: { MonotonicInstant(microseconds: 5) })
        let ask = { try explainer.explain(model: "fast", operation: .chat, keyID: nil, body: Array(#"{"messages":[]}"#.utf8)) }
        let text = String(decoding: try ask(), as: UTF8.self)
        #expect(text.contains(#"{"target":"lab/x","priority":0,"weight":2,"translated":false,"decision":"first"}"#))
        #expect(text.contains(#""target":"attic/y","priority":0,"weight":1,"translated":false,"decision":"next""#))
        #expect(text.contains(#""decision":"skipped","reason":"weight_0""#))
        #expect(try ask() == ask())
        #expect(explainer.standings().map(\.model) == ["x", "y", "x"])
    }
}
