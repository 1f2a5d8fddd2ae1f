import MartletTesting
import Storage
import Testing

@testable import Gateway

@Suite("Stopping with answers on their way (N118)", .timeLimit(.minutes(5)))
struct StoppingTests {
    private static let path = "/v1/chat/completions"

    /// An answer far larger than what the kernel buffers, asked for by a client that does not read.
    private func unread(
        _ gateway: LiveGateway,
        _ oracle: OracleUpstream,
        _ headers: [String] = []
    ) async throws -> (client: RawClient, body: String) {
        let body = #"{"id":"c1","choices":[],"padding":""# + String(repeating: "x", count: 24 << 20) + #""}"#
        oracle.enqueue(Live.json(body))
        let client = try await gateway.connect()
        try await client.setReading(false)
        let head = gateway.head(Self.path, headers + ["Content-Length: \(Live.chat.utf8.count)"], id: "big-1")
        try await client.send(head + Live.chat)
        #expect(try await gateway.record("big-1").outcome == .completed)
        return (client, body)
    }

    private func expectWhole(_ client: RawClient, _ body: String) async throws {
        let (_, bytes) = try await client.receiveToEnd(within: .seconds(30))
        let end = Array("\r\n\r\n".utf8)
        let split = try #require((0..<2000).first { bytes.count > $0 + 4 && bytes[$0..<$0 + 4].elementsEqual(end) })
        #expect(bytes.count - split - 4 == body.utf8.count)
    }

    @Test("an answer that its client has not taken yet is not cut off by a stop")
    func slowClient() async throws {
        try await LiveGateway.run(configure: { $0.options.drain.limit = .seconds(30) }) { gateway, oracle in
            let (client, body) = try await self.unread(gateway, oracle)
            async let drained: Void = gateway.dataPlane.drain()
            #expect(await eventually { await self.isClosed(gateway) })
            #expect(gateway.dataPlane.openConnections == 1)
            try await client.setReading(true)
            try await self.expectWhole(client, body)
            await drained
        }
    }

    private func isClosed(_ gateway: LiveGateway) async -> Bool {
        guard let late = try? await gateway.connect() else { return true }
        await late.close()
        return false
    }

    @Test("a last answer on a connection is not cut off because its client is slow")
    func slowLastAnswer() async throws {
        try await LiveGateway.run { gateway, oracle in
            let (client, body) = try await self.unread(gateway, oracle, ["Connection: close"])
            // Longer than a connection lingers once everything has been sent.
            try await Task.sleep(for: .milliseconds(2500))
            try await client.setReading(true)
            try await self.expectWhole(client, body)
        }
    }

    @Test("a hurried stop tells the stream, records it, and waits for nothing", arguments: [false, true])
    func hurried(_ isEarly: Bool) async throws {
        let configure: (inout LiveGateway.Setup) -> Void = { setup in
            setup.options.drain.delay = .seconds(600)
            setup.options.drain.limit = .seconds(600)
        }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            let whole = OracleScript(OracleAnswer(events: [Live.chunk("a"), Live.done]))
            oracle.enqueue(whole.cut(afterBytes: whole.byteCount - 20, then: .hang))
            let client = try await gateway.connect()
            try await client.send(gateway.post(Self.path, Live.chatStream, id: "cut-1"))
            try await client.receive(#""content":"a""#)
            if isEarly { gateway.dataPlane.hurry() }
            async let drained: Void = gateway.dataPlane.drain()
            #expect(await eventually { !gateway.dataPlane.isReady })
            gateway.dataPlane.hurry()
            await drained
            let (_, bytes) = try await client.receiveToEnd()
            let answer = try #require(Answer(String(decoding: bytes, as: UTF8.self)))
            #expect(answer.isWhole)
            #expect(answer.body.contains(#"data: {"error":{"#))
            #expect(try await gateway.record("cut-1").outcome == .interrupted)
        }
    }
}
