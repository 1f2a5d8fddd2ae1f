import Exchange
import Gateway
import MartletTesting
import Providers
import Telemetry
import Testing
import Upstream

@testable import martlet

@Suite("Record webhook", .timeLimit(.minutes(5)))
struct RecordWebhookTests {
    private static let secret = Secret("hunter2-hunter2")

    private func withSink(_ body: (OracleUpstream) async throws -> Void) async throws {
        let oracle = try await OracleUpstream.start()
        do { try await body(oracle) } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    private func outbox(
        _ url: String,
        _ registry: MetricRegistry,
        capacity: Int = 40,
        timeout: Duration = .milliseconds(100)
    ) throws -> Outbox {
        let box = PostBox(
            url: try CredentialURL(parsing: url, what: "sinks.webhook.url"),
            headers: [],
            timeout: timeout,
            transport: SocketCredentialTransport(environment: [:])
        )
        let webhook = RecordWebhook(box, secret: Self.secret)
        var rules = Outbox.Rules(capacity: capacity, batch: 10, interval: .milliseconds(1))
        rules.tries = 2
        rules.firstPause = .milliseconds(1)
        return Outbox("webhook", rules, registry: registry) { await webhook.send($0) }
    }

    private func requests(_ count: Int) -> [FinishedRequest] {
        (0..<count).map { FinishedSamples.retried("r\($0)") }
    }

    @Test("records are posted with a signature over the body that was sent")
    func signs() async throws {
        try await self.withSink { oracle in
            oracle.handle { _ in .json([:]) }
            let registry = MetricRegistry()
            // Far more than it takes: a busy machine is no sink that hangs.
            let outbox = try self.outbox("\(oracle.url)/records", registry, timeout: .seconds(30))
            outbox.put(self.requests(3))
            await outbox.deliver()
            #expect(outbox.sent.value == 3)
            let request = try #require(oracle.requests.first)
            #expect(request.method == "POST" && request.path == "/records")
            let signature = request.headers.first { $0.name.lowercased() == "x-martlet-signature" }?.value
            #expect(signature == WebhookSignature.header(of: request.body, Self.secret).value)
            #expect(signature?.hasPrefix("sha256=") == true && signature?.count == 71)
            let records = try #require(request.json?["records"]).elements
            #expect(records.map { $0["request_id"]?.string } == ["r0", "r1", "r2"])
            #expect(request.json?["event"]?.string == "requests")
        }
    }

    @Test(
        "a sink that hangs, resets, fails or refuses loses what the drop counter says, and no more",
        arguments: ["hang", "reset", "500", "400", "every other"]
    )
    func loses(_ fault: String) async throws {
        try await self.withSink { oracle in
            oracle.handle { request in
                switch fault {
                case "hang": .hang
                case "reset": .reset
                case "500": .json([:], status: 500)
                case "400": .json([:], status: 400)
                default: request.id % 2 == 0 ? .json([:]) : .json([:], status: 503)
                }
            }
            let registry = MetricRegistry()
            let outbox = try self.outbox("\(oracle.url)/records", registry)
            let clock = ContinuousClock()
            let begun = clock.now
            outbox.put(self.requests(55))
            #expect(clock.now - begun < .seconds(1), "whoever hands over does not wait")
            await outbox.deliver()
            #expect(outbox.count == 0)
            let taken = oracle.requests.filter { String(decoding: $0.sent, as: UTF8.self).contains(" 200 ") }
            let received = taken.reduce(0) { $0 + ($1.json?["records"]?.elements.count ?? 0) }
            // What was taken and answered too late counts as lost, never the other way round.
            #expect(outbox.sent.value <= received)
            #expect(outbox.dropped.value + outbox.sent.value == 55)
            #expect(fault == "every other" ? received > 0 : received == 0)
        }
    }

    @Test("a sink that is not there loses what the drop counter says")
    func absent() async throws {
        var port = 0
        try await self.withSink { port = $0.port }
        let outbox = try self.outbox("http://127.0.0.1:\(port)/records", MetricRegistry())
        outbox.put(self.requests(12))
        await outbox.deliver()
        #expect(outbox.dropped.value == 12)
        #expect(outbox.sent.value == 0)
    }

    @Test("answers say whether and when to try again")
    func deliveries() async throws {
        try await self.withSink { oracle in
            oracle.handle { request in
                let status = Int(request.path.dropFirst()) ?? 200
                return .json([:], status: status, headers: [OracleHeader("retry-after", "7")])
            }
            for (status, expected) in [
                (200, Delivery.taken), (204, .taken), (302, .refused), (401, .refused), (408, .later(.seconds(7))),
                (429, .later(.seconds(7))), (503, .later(.seconds(7))),
            ] {
                let box = PostBox(
                    url: try CredentialURL(parsing: "\(oracle.url)/\(status)", what: "url"),
                    headers: [],
                    timeout: .seconds(5),
                    transport: SocketCredentialTransport(environment: [:])
                )
                #expect(await box.post([]) == expected, "\(status)")
            }
        }
    }
}
