import AdminAPI
import Exchange
import Logging
import MartletTesting
import NIOCore
import Policy
import Providers
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway
@testable import martlet

@Suite("Health checks", .timeLimit(.minutes(5)))
struct HealthChecksTests {
    /// A vendor, a provider that leads to it, and checks of it by a clock that is set by hand.
    private final class World: Sendable {
        static let secret = "hunter2-hunter2"
        let oracle: OracleUpstream
        let checked: CheckedProvider
        let checks: HealthChecks
        let registry = MetricRegistry()
        private let clock: ClockBox

        private final class ClockBox: Sendable {
            let now = Mutex<Int64>(0)
        }

        init(_ oracle: OracleUpstream, settings: [String: String]) throws {
            let clock = ClockBox()
            let provider = try Provider(
                configuration: .validate(
                    name: "v",
                    kind: .openAICompatible,
                    baseURL: "http://127.0.0.1:\(oracle.port)/v1",
                    settings: ["allow_private": "true"].merging(settings) { _, given in given },
                    hasSecret: true
                ),
                secret: Secret(Self.secret),
                environment: [:]
            )
            let table = HealthTable()
            let identity = ProviderIdentity(id: "v", generation: 0)
            _ = table.reload(targets: [TargetIdentity(provider: identity, model: "m")], providers: [identity])
            let checked = CheckedProvider(
                provider,
                try #require(provider.configuration.healthCheck),
                try #require(table.provider(identity)),
                table
            )
            self.oracle = oracle
            self.checked = checked
            self.clock = clock
            self.checks = HealthChecks(
                providers: { [checked] },
                model: { _ in "m" },
                trials: ProviderTrials(
                    connector: SocketConnector(connectTimeout: .seconds(20), unixSeconds: { 0 }),
                    unixMilliseconds: { 1_800_000_000_000 },
                    listTimeout: .seconds(20),
                    answerTimeout: .seconds(20)
                ),
                registry: self.registry,
                log: Logger(label: "t", factory: { _ in SwiftLogNoOpLogHandler() }),
                now: { MonotonicInstant(microseconds: clock.now.withLock { $0 }) }
            )
        }

        var now: MonotonicInstant { MonotonicInstant(microseconds: self.clock.now.withLock { $0 }) }

        func pass(seconds: Int64) { self.clock.now.withLock { $0 += seconds * 1_000_000 } }

        func check(_ times: Int) async {
            for _ in 0..<times { await self.checks.check(self.checked) }
        }
    }

    private func with(
        _ settings: [String: String] = [:],
        _ body: (World) async throws -> Void
    ) async throws {
        let oracle = try await OracleUpstream.start()
        do {
            try await body(World(oracle, settings: settings))
        } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    @Test("the list is asked for with the credential, and its answer is shown")
    func models() async throws {
        try await self.with { world in
            await world.check(1)
            let asked = try #require(world.oracle.requests.first)
            #expect(asked.method == "GET" && asked.target == "/v1/models")
            #expect(asked.headText.contains("authorization: Bearer \(World.secret)"))
            let standing = try #require(world.checks.standings.first)
            #expect(standing.provider == "v" && standing.kind == "models" && standing.isGood && standing.detail == nil)
            #expect(
                String(decoding: world.registry.render(), as: UTF8.self).contains(
                    #"martlet_health_checks_total{provider="v",result="good"} 1"#
                )
            )
        }
    }

    @Test("a vendor that does not answer is out after five checks, and back after three that are answered")
    func recovery() async throws {
        try await self.with { world in
            world.oracle.handle { _ in .close }
            await world.check(5)
            #expect(world.checked.health.obstacle(at: world.now) == .breakerOpen)
            #expect(world.checked.target("m").obstacle(at: world.now) == .breakerOpen, "no request goes there")
            let asked = world.oracle.requestCount
            await world.check(1)
            #expect(world.oracle.requestCount == asked, "an open breaker holds for checks too")
            world.oracle.reset()
            world.pass(seconds: 60)
            await world.check(3)
            #expect(world.checked.health.connection == .closed)
            #expect(world.checked.target("m").obstacle(at: world.now) == nil)
        }
    }

    @Test("one that is sick is due again as soon as its breaker lets an attempt through")
    func due() async throws {
        try await self.with { world in
            world.oracle.handle { _ in .close }
            #expect(world.checks.due().isEmpty, "the first one comes within the interval")
            await world.check(5)
            #expect(world.checks.due().isEmpty)
            world.pass(seconds: 5)
            #expect(world.checks.due().count == 1)
            #expect(world.checks.due().isEmpty, "one check at a time")
        }
    }

    @Test(
        "whose fault an answer to a list is",
        arguments: [
            (401, SkipReason.credential as SkipReason?, false), (403, nil, true), (404, nil, true), (429, nil, true),
            (500, nil, true), (503, .breakerOpen, false),
        ]
    )
    func faults(_ status: Int, _ obstacle: SkipReason?, _ isGood: Bool) async throws {
        try await self.with { world in
            world.oracle.handle { _ in .json([:], status: status) }
            await world.check(5)
            #expect(world.checked.health.obstacle(at: world.now) == obstacle)
            let standing = try #require(world.checks.standings.first)
            #expect(standing.isGood == isGood)
            #expect(standing.detail?.contains(World.secret) != true)
        }
    }

    @Test("a completion feeds the health of the model that it asks: a vendor whose list is well can be sick")
    func completion() async throws {
        try await self.with(["health_check": "completion", "health_model": "m"]) { world in
            world.oracle.setMood("status-500")
            await world.check(5)
            let post = try #require(world.oracle.requests.last)
            #expect(post.method == "POST" && post.bodyText.contains(#""max_tokens":1"#))
            #expect(world.checked.target("m").obstacle(at: world.now) == .breakerOpen)
            #expect(world.checked.target("other").obstacle(at: world.now) == nil)
            world.oracle.setMood("")
            world.pass(seconds: 60)
            await world.check(3)
            #expect(world.checked.target("m").isClosed)
            #expect(world.checks.standings.first?.isGood == true)
        }
    }

    @Test("a refused credential is taken out by a completion, and by 403 too")
    func credential() async throws {
        try await self.with(["health_check": "completion"]) { world in
            world.oracle.handle { _ in .json([:], status: 403) }
            await world.check(1)
            #expect(world.checked.health.obstacle(at: world.now) == .credential)
        }
    }
}
