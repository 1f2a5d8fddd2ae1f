import Exchange
import MartletTesting
import NIOCore
import Storage
import Testing

@testable import Gateway

/// The deadlines of docs/operations.md, made short; nothing here measures time, the limits of the waits are generous.
@Suite("Slow clients (N068, N074)", .timeLimit(.minutes(5)))
struct SlowClientTests {
    private static func short(_ setup: inout LiveGateway.Setup) {
        setup.options.deadlines.header = .seconds(1)
        setup.options.deadlines.body = .seconds(1)
        setup.options.deadlines.bodyBytesPerSecond = 1 << 20
        setup.options.deadlines.writeStall = .seconds(1)
        setup.options.deadlines.keepAlive = .seconds(1)
    }

    /// Sends one byte after another until the peer ends the connection, all are sent, or 30 s have passed.
    private func dribble(_ bytes: [UInt8], to client: RawClient) async {
        let deadline = ContinuousClock.now.advanced(by: .seconds(30))
        for byte in bytes where client.ending == nil && ContinuousClock.now < deadline {
            guard (try? await client.send([byte])) != nil else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether others are served, for as long as the slow one is at work.
    private func expectServed(_ gateway: LiveGateway, _ oracle: OracleUpstream) async throws {
        for _ in 0..<5 {
            oracle.enqueue(Live.json(Live.chatAnswer))
            let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
            #expect(answer.status == 200)
        }
    }

    @Test("a head that dribbles in is a 408, and the connection is closed")
    func head() async throws {
        try await LiveGateway.run(configure: Self.short) { gateway, oracle in
            let client = try await gateway.connect()
            let head = gateway.head("/v1/chat/completions", ["X-Padding: " + String(repeating: "a", count: 2000)])
            async let sent: Void = self.dribble(Array(head.utf8), to: client)
            try await self.expectServed(gateway, oracle)
            let (_, bytes) = try await client.receiveToEnd()
            await sent
            let answer = try #require(Answer(String(decoding: bytes, as: UTF8.self)))
            #expect(answer.status == 408)
            #expect(answer.headers["connection"] == "close")
            #expect(await eventually { gateway.dataPlane.openConnections == 0 })
        }
    }

    @Test("a connection that says nothing, or nothing more, is closed without a word")
    func silence() async throws {
        try await LiveGateway.run(configure: Self.short) { gateway, oracle in
            let silent = try await gateway.connect()
            #expect(try await silent.receiveToEnd().1.isEmpty)
            oracle.enqueue(Live.json(Live.chatAnswer))
            let kept = try await gateway.connect()
            try await kept.send(gateway.post("/v1/chat/completions", Live.chat))
            let whole = try await kept.answer()
            let (_, bytes) = try await kept.receiveToEnd()
            #expect(Answer(String(decoding: bytes, as: UTF8.self))?.body == whole.body)
        }
    }

    @Test(
        "a body that dribbles in is a 408 in its format, recorded, and nothing of it is kept",
        arguments: [false, true]
    )
    func body(_ isChunked: Bool) async throws {
        try await LiveGateway.run(configure: Self.short) { gateway, oracle in
            let client = try await gateway.connect()
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 100000"
            try await client.send(gateway.head("/v1/messages", [framing], id: "slow-1"))
            let piece = isChunked ? "1\r\n \r\n" : "      "
            let bytes = Array(String(repeating: piece, count: 1000).utf8)
            async let sent: Void = self.dribble(bytes, to: client)
            try await self.expectServed(gateway, oracle)
            let (_, received) = try await client.receiveToEnd()
            await sent
            let answer = try #require(Answer(String(decoding: received, as: UTF8.self)))
            #expect(answer.status == 408)
            #expect(answer.body.contains(#""type":"error""#))
            #expect(await gateway.isAtRest())
            #expect(try await gateway.record("slow-1").outcome == .timedOut)
            #expect(oracle.requests.allSatisfy { $0.path == "/v1/chat/completions" })
        }
    }

    @Test("a body that keeps up the minimum rate may take longer than the deadline")
    func steadyBody() async throws {
        let configure: (inout LiveGateway.Setup) -> Void = { setup in
            Self.short(&setup)
            setup.options.deadlines.bodyBytesPerSecond = 10
        }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            oracle.enqueue(Live.json(Live.chatAnswer))
            let client = try await gateway.connect()
            let body = #"{"model":"fast","messages":[],"user":""# + String(repeating: "a", count: 200) + #""}"#
            let request = gateway.post("/v1/chat/completions", body)
            let split = request.utf8.count - 100
            try await client.send(Array(request.utf8.prefix(split)))
            await self.dribble(Array(request.utf8.dropFirst(split)), to: client)
            #expect(try await client.answer(within: .seconds(30)).status == 200)
            await client.close()
        }
    }

    @Test("many half-open connections are all closed, and others are served")
    func halfOpen() async throws {
        try await LiveGateway.run(configure: Self.short) { gateway, oracle in
            var clients: [RawClient] = []
            for _ in 0..<200 {
                let client = try await gateway.connect()
                try await client.send("POST /v1/chat/completions HTTP/1.1\r\nHo")
                clients.append(client)
            }
            try await self.expectServed(gateway, oracle)
            for client in clients { try await client.receiveToEnd() }
            #expect(await eventually { gateway.dataPlane.openConnections == 0 })
        }
    }

    /// 64 MiB of events, one buffer sent again and again.
    private static func flood() -> OracleScript {
        let event = Live.chunk(String(repeating: "x", count: 16 << 10))
        let chunk = ByteBuffer(string: String(event.utf8.count, radix: 16) + "\r\n" + event + "\r\n")
        let head = OracleStep.text(OracleAnswer(events: []).head)
        return OracleScript([head] + Array(repeating: .send(chunk), count: 4096) + [.text("0\r\n\r\n")])
    }

    @Test("a client that does not read stops its vendor, and is dropped after the stall")
    func stall() async throws {
        try await LiveGateway.run(configure: Self.short) { gateway, oracle in
            let script = Self.flood()
            oracle.enqueue(script)
            let client = try await gateway.connect()
            try await client.setReading(false)
            try await client.send(gateway.post("/v1/chat/completions", Live.chatStream, id: "stall-1"))
            let request = try await oracle.request(1)
            #expect(request.outcome == .peerClosed)
            // Whatever the kernel's buffers hold, the gateway did not take it all.
            #expect(request.sentByteCount < script.byteCount)
            #expect(await gateway.isAtRest())
            try await self.expectServed(gateway, oracle)
            let record = try await gateway.record("stall-1")
            #expect(record.outcome == .timedOut)
            await client.close()
        }
    }

    @Test("a client that reads again before the stall's end gets everything")
    func pause() async throws {
        let configure: (inout LiveGateway.Setup) -> Void = { $0.options.deadlines.writeStall = .seconds(20) }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            let event = Live.chunk(String(repeating: "x", count: 16 << 10))
            let events = Array(repeating: event, count: 1024) + [Live.chunk("", finish: #""stop""#), Live.done]
            oracle.enqueue(.events(events))
            let client = try await gateway.connect()
            try await client.setReading(false)
            try await client.send(gateway.post("/v1/chat/completions", Live.chatStream, id: "pause-1"))
            // The vendor's bytes stand still once every buffer on the way is full.
            var last = -1
            _ = await eventually(within: .seconds(5)) {
                let sent = oracle.requests.first?.sentByteCount ?? 0
                defer { last = sent }
                try? await Task.sleep(for: .milliseconds(100))
                return sent > 0 && sent == last
            }
            try await client.setReading(true)
            let bytes = try await client.receive(within: .seconds(30)) { bytes in
                bytes.suffix(5).elementsEqual(Array("0\r\n\r\n".utf8))
            }
            await client.close()
            let answer = try #require(Answer(String(decoding: bytes, as: UTF8.self)))
            #expect(answer.isWhole)
            #expect(answer.body == events.joined())
            #expect(try await gateway.record("pause-1").outcome == .completed)
        }
    }

    @Test("a client that does not read a whole answer is dropped after the stall")
    func stalledAnswer() async throws {
        try await LiveGateway.run(configure: Self.short) { gateway, oracle in
            let body = #"{"id":"c1","choices":[],"padding":""# + String(repeating: "x", count: 24 << 20) + #""}"#
            oracle.enqueue(Live.json(body))
            let client = try await gateway.connect()
            try await client.setReading(false)
            try await client.send(gateway.post("/v1/chat/completions", Live.chat, id: "stall-1"))
            _ = try await oracle.request(1, within: .seconds(20))
            #expect(await eventually { gateway.dataPlane.openConnections == 0 })
            #expect(await gateway.isAtRest())
            await client.close()
        }
    }
}
