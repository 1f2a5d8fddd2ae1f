import Exchange
import MartletTesting
import Storage
import Testing

@testable import Gateway

@Suite("Clients that leave", .timeLimit(.minutes(5)))
struct ClientGoneTests {
    /// How a client leaves.
    enum Leaving: String, CaseIterable, Sendable {
        case close, reset
    }

    private func leave(_ client: RawClient, _ leaving: Leaving) async {
        switch leaving {
        case .close: await client.close()
        case .reset: await client.reset()
        }
    }

    /// The vendor's side must be given up at once; what is asserted is far looser than the 250 ms of N095.
    private func expectGivenUp(
        _ gateway: LiveGateway,
        _ oracle: OracleUpstream,
        _ id: String
    ) async throws -> RequestRecord {
        let request = try await oracle.request(1, within: .seconds(2))
        #expect(request.outcome == .peerClosed)
        #expect(await gateway.isAtRest())
        #expect(await eventually { oracle.openConnections == 0 && gateway.dataPlane.openConnections == 0 })
        let record = try await gateway.record(id)
        #expect(record.outcome == .clientGone)
        #expect(record.attempts == 1)
        #expect(gateway.metric("martlet_clients_gone_total") == 1)
        return record
    }

    @Test(
        "while the vendor has not answered, its connection is closed and the record says who left",
        arguments: Leaving.allCases,
        [Live.chat, Live.chatStream]
    )
    func beforeHead(_ leaving: Leaving, _ body: String) async throws {
        try await LiveGateway.run { gateway, oracle in
            oracle.enqueue(.hang)
            let client = try await gateway.connect()
            try await client.send(gateway.post("/v1/chat/completions", body, id: "gone-1"))
            #expect(await oracle.wait { $0.requests.first?.outcome == .answering })
            #expect(gateway.dataPlane.exchangesUnderWay == 1)
            await self.leave(client, leaving)
            let record = try await self.expectGivenUp(gateway, oracle, "gone-1")
            #expect(record.status == 0)
        }
    }

    @Test("between the head and the first content", arguments: Leaving.allCases)
    func beforeContent(_ leaving: Leaving) async throws {
        try await LiveGateway.run { gateway, oracle in
            let head = OracleAnswer(events: []).head
            oracle.enqueue(OracleScript([.text(head), .text("e\r\n: still here\n\n\r\n"), .hang]))
            let client = try await gateway.connect()
            try await client.send(gateway.post("/v1/chat/completions", Live.chatStream, id: "gone-1"))
            #expect(await oracle.wait { ($0.requests.first?.sentByteCount ?? 0) > head.utf8.count })
            await self.leave(client, leaving)
            _ = try await self.expectGivenUp(gateway, oracle, "gone-1")
        }
    }

    @Test(
        "in the middle of a stream, in every format",
        arguments: [
            ("/v1/chat/completions", Live.chatStream),
            ("/v1/responses", #"{"model":"fast","stream":true,"input":"Hi"}"#),
            (
                "/v1/messages",
                #"{"model":"claude","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#
            ),
        ],
        Leaving.allCases
    )
    func inStream(_ request: (path: String, body: String), _ leaving: Leaving) async throws {
        let configure: (inout LiveGateway.Setup) -> Void = { setup in
            // The oracle's own vendor: six events, then silence for ever.
            setup.models = [("fast", "openai", "hang-6"), ("claude", "anthropic", "hang-6")]
        }
        try await LiveGateway.run(configure: configure) { gateway, oracle in
            let client = try await gateway.connect()
            try await client.send(gateway.post(request.path, request.body, id: "gone-1"))
            try await client.receive("data: ")
            await self.leave(client, leaving)
            let record = try await self.expectGivenUp(gateway, oracle, "gone-1")
            #expect(record.status == 200)
            #expect(record.isStream)
        }
    }

    @Test("in the middle of a whole answer that is still arriving", arguments: Leaving.allCases)
    func inAnswer(_ leaving: Leaving) async throws {
        try await LiveGateway.run { gateway, oracle in
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
            oracle.enqueue(OracleScript([.text(head), .text(#"{"id":"#), .hang]))
            let client = try await gateway.connect()
            try await client.send(gateway.post("/v1/chat/completions", Live.chat, id: "gone-1"))
            #expect(await oracle.wait { ($0.requests.first?.sentByteCount ?? 0) > head.utf8.count })
            await self.leave(client, leaving)
            _ = try await self.expectGivenUp(gateway, oracle, "gone-1")
        }
    }

    @Test("one of many leaves, and the others' streams end in good order")
    func oneOfMany() async throws {
        try await LiveGateway.run { gateway, oracle in
            let gate = OracleGate()
            let events = [Live.chunk("a"), Live.chunk("b", finish: #""stop""#), Live.done]
            var steps = OracleAnswer(events: events).steps
            steps.insert(.pass(gate), at: 1)
            for _ in 0..<10 { oracle.enqueue(OracleScript(steps)) }
            var clients: [RawClient] = []
            for _ in 0..<10 {
                let client = try await gateway.connect()
                try await client.send(gateway.post("/v1/chat/completions", Live.chatStream))
                try await client.receive(#""content":"a""#)
                clients.append(client)
            }
            for client in clients.prefix(5) { await client.reset() }
            #expect(await eventually { gateway.dataPlane.exchangesUnderWay == 5 })
            #expect(await oracle.wait { $0.openConnections == 5 })
            gate.open()
            for client in clients.suffix(5) {
                #expect(try await client.answer().body == events.joined())
                await client.close()
            }
            #expect(await gateway.isAtRest())
            #expect(gateway.metric("martlet_clients_gone_total") == 5)
        }
    }

    @Test("after the last byte of an answer, leaving is not an event")
    func afterAnswer() async throws {
        try await LiveGateway.run { gateway, oracle in
            oracle.enqueue(Live.json(Live.chatAnswer))
            let answer = try await gateway.ask("/v1/chat/completions", Live.chat, id: "whole-1")
            #expect(answer.status == 200)
            let record = try await gateway.record("whole-1")
            #expect(record.outcome == .completed)
            #expect(gateway.metric("martlet_clients_gone_total") == 0)
            // The vendor's connection is not the client's: it is kept for the next.
            #expect(oracle.openConnections == 1)
        }
    }
}
