import Exchange
import NIOCore
import NIOEmbedded
import Policy
import Providers
import Storage
import Testing
import Upstream

@testable import Gateway

/// The second target's credential has to be fetched first, and is not there in time.
@Suite("While a second attempt is being prepared")
struct HedgePreparationTests {
    private static let answer =
        #"{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1000,"output_tokens":200}}"#
    private static let path = "/v1/messages"

    private let transport = SilentTransport()

    private func world() throws -> HedgeWorld {
        let first = try #require(try TestWorld().snapshot().model(named: "claude")?.targets.first)
        let configuration = try ProviderConfiguration.validate(
            name: "cloud",
            kind: .vertex,
            baseURL: "https://vertex.example",
            settings: ["google_project": "p", "location": "us-east5"],
            hasSecret: false
        )
        let second = try Provider(
            configuration: configuration,
            secret: nil,
            environment: [:],
            services: CredentialServices(transport: self.transport)
        )
        let accounts = [(first.provider, first.upstreamModel), (second, "claude-sonnet-4-5@20250929")]
        return try HedgeWorld(others: accounts) { $0.translations = CloudClaudeTests.table }
    }

    private func inFlight(_ world: HedgeWorld) -> [Int] { world.model.chooser.targets.map(\.health.inFlight) }

    /// Whether all that was saved up for hedges is there again.
    private func isGivenBack(_ world: HedgeWorld) -> Bool {
        (0..<5).allSatisfy { _ in world.model.chooser.balance.hedges.take() }
    }

    @Test("when it cannot be prepared, the first goes on as if nothing had been tried")
    func fails() throws {
        defer { self.transport.end() }
        let world = try self.world()
        try world.askSlowly(path: Self.path)
        #expect(self.inFlight(world) == [1, 1])
        world.road.advance(.seconds(6))
        #expect(self.inFlight(world) == [1, 0])
        #expect(try world.road.received().isEmpty)
        try world.answers(0, 200, Self.answer)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-attempts"] == "1")
        let record = try world.record()
        #expect(record.attempts == 1)
        #expect(try #require(record.route).contains(#""reason":"credential""#))
        #expect(world.counted == [0, 0, 0])
        #expect(self.isGivenBack(world))
    }

    @Test("when the first is quicker, it is not made")
    func outrun() throws {
        defer { self.transport.end() }
        let world = try self.world()
        try world.askSlowly(stream: true, path: Self.path)
        #expect(self.inFlight(world) == [1, 1])
        try world.startsStream(0)
        let start =
            #"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#
        let block = #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
        let delta = #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}"#
        for event in [start, block, delta] { try world.streams(0, event) }
        #expect(self.inFlight(world) == [1, 0])
        // The wait for the credential would end now.
        world.road.advance(.seconds(6))
        #expect(world.attempts == 1)
        #expect(try world.road.received().contains("hello"))
        try world.streams(0, #"{"type":"content_block_stop","index":0}"#)
        let end = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#
        try world.streams(0, end)
        try world.streams(0, #"{"type":"message_stop"}"#)
        try world.sends(0, "0\r\n\r\n")
        #expect(try world.record().outcome == .completed)
        #expect(self.isGivenBack(world))
    }

    @Test("when the first fails meanwhile, what is being prepared is the next attempt")
    func firstFails() throws {
        defer { self.transport.end() }
        let world = try self.world()
        try world.askSlowly(path: Self.path)
        let body = #"{"type":"error","error":{"type":"api_error","message":"down"}}"#
        try world.answers(0, 500, body)
        world.settle()
        #expect(self.inFlight(world) == [0, 1])
        #expect(try world.road.received().isEmpty)
        world.road.advance(.seconds(6))
        #expect(try world.road.answer().status == 529)
        let record = try world.record()
        #expect(record.attempts == 1 && record.outcome == .upstreamError)
    }

    @Test("when the caller leaves, nothing is left of it")
    func clientGone() throws {
        defer { self.transport.end() }
        let world = try self.world()
        try world.askSlowly(path: Self.path)
        try world.road.client.close().wait()
        world.road.advance(.seconds(6))
        #expect(try world.record().outcome == .clientGone)
    }
}

/// A service for credentials that does not answer before it is told to fail.
private final class SilentTransport: CredentialTransport {
    private let (stream, continuation) = AsyncStream<Void>.makeStream()

    func end() { self.continuation.finish() }

    func fetch(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse {
        for await _ in self.stream {}
        throw CredentialError(.unreachable, "the test is over")
    }

    func readFile(_ path: String) async throws(CredentialError) -> [UInt8] {
        for await _ in self.stream {}
        throw CredentialError(.absent, "the test is over")
    }
}
