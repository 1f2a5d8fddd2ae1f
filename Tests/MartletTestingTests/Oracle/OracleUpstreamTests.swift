import Glibc
import MartletTesting
import NIOCore
import NIOPosix
import Testing

/// The oracle over real sockets, seen by a client that shows raw bytes.
@Suite(.timeLimit(.minutes(5))) struct OracleUpstreamTests {
    private func withOracle(
        _ options: OracleUpstream.Options = .init(),
        _ body: (OracleUpstream) async throws -> Void
    ) async throws {
        let oracle = try await OracleUpstream.start(options)
        do {
            try await body(oracle)
        } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    private let post = "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"

    @Test("an enqueued script is served once, byte for byte, and both directions are logged")
    func serves() async throws {
        try await self.withOracle { oracle in
            oracle.enqueue(.raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"))
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send(self.post)
            let text = try await client.receive("hi")
            #expect(text == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
            let request = try await oracle.request(1)
            #expect(request.headText == "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
            #expect(request.bodyText == "body")
            #expect(request.bodyByteCount == 4)
            #expect(request.sent == Array(text.utf8))
            #expect(request.sentByteCount == text.utf8.count)
            #expect(request.outcome == .finished)
            #expect(oracle.connections.first?.received == Array(self.post.utf8))
            await client.close()
            #expect(await oracle.wait { $0.openConnections == 0 })
            #expect(oracle.connections.first?.closedByOracle == false)
        }
    }

    @Test("pipelined requests are answered in order on one connection")
    func pipelining() async throws {
        try await self.withOracle { oracle in
            oracle.enqueue(.json(["n": 1]), .json(["n": 2]))
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send(self.post + self.post)
            let text = try await client.receive("{\"n\":2}")
            #expect(text.contains("{\"n\":1}HTTP/1.1 200"))
            #expect(oracle.requestCount == 2)
            #expect(oracle.connectionCount == 1)
            await client.close()
        }
    }

    @Test("a script enqueued for a path waits for that path")
    func paths() async throws {
        try await self.withOracle { oracle in
            oracle.enqueue(.json(["for": "y"]), path: "/y")
            oracle.enqueue(.json(["for": "any"]))
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send("GET /x HTTP/1.1\r\n\r\nGET /y?q HTTP/1.1\r\n\r\n")
            let text = try await client.receive("\"y\"")
            #expect(text.contains("\"any\""))
            await client.close()
        }
    }

    @Test("functions answer what no script does, and unknown paths get a 404")
    func handlers() async throws {
        try await self.withOracle { oracle in
            oracle.handle { $0.path == "/known" ? .json(["method": .string($0.method)]) : nil }
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send("PUT /known HTTP/1.1\r\n\r\n")
            try await client.receive("\"PUT\"")
            try await client.send("GET /unknown HTTP/1.1\r\n\r\n")
            try await client.receive("HTTP/1.1 404")
            await client.close()
        }
    }

    @Test("a gate holds an answer back until it is opened")
    func gates() async throws {
        try await self.withOracle { oracle in
            let gate = OracleGate()
            oracle.enqueue(OracleScript([.text("first "), .pass(gate), .text("second")]))
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send(self.post)
            try await client.receive("first ")
            #expect(await oracle.wait { _ in gate.arrivals == 1 })
            #expect(client.receivedText == "first ")
            gate.open()
            try await client.receive("second")
            await client.close()
        }
    }

    @Test("a script may answer before the body has come")
    func early() async throws {
        try await self.withOracle { oracle in
            oracle.enqueue(OracleScript(OracleAnswer(status: 413, json: [:]), startsAtHead: true))
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send("POST / HTTP/1.1\r\ncontent-length: 1000\r\n\r\nonly this")
            try await client.receive("HTTP/1.1 413")
            await client.close()
            let request = try await oracle.request(1)
            #expect(request.bodyReceivedAt == nil)
            #expect(request.bodyByteCount == 9)
        }
    }

    @Test("the ways a connection ends are told apart")
    func endings() async throws {
        try await self.withOracle { oracle in
            oracle.enqueue(.close, .reset, .raw("cut").then(.reset), .raw("half").then(.halfClose).then(.hang))
            let expected: [(RawClient.Ending, String)] = [
                (.closed, ""), (.reset, ""), (.reset, "cut"), (.closed, "half"),
            ]
            for (ending, text) in expected {
                let client = try await RawClient.connect(port: oracle.port)
                try await client.send(self.post)
                let (seen, bytes) = try await client.receiveToEnd()
                #expect(seen == ending)
                #expect(String(decoding: bytes, as: UTF8.self) == text)
            }
            #expect(try await oracle.request(2).outcome == .closed)
        }
    }

    @Test("a peer that leaves a hanging answer is seen to leave")
    func peerLeaves() async throws {
        try await self.withOracle { oracle in
            oracle.enqueue(.hang, .hang)
            for id in 1...2 {
                let client = try await RawClient.connect(port: oracle.port)
                try await client.send(self.post)
                _ = try await oracle.request(id) { $0.outcome == .answering }
                if id == 1 { await client.close() } else { await client.reset() }
                let request = try await oracle.request(id)
                #expect(request.outcome == .peerClosed)
                #expect(request.sentByteCount == 0)
            }
        }
    }

    /// How a connection ends that the oracle ends by itself; an RST may come before the client has seen that it is connected.
    private func endingOfNextConnection(to oracle: OracleUpstream) async throws -> RawClient.Ending {
        do {
            return try await RawClient.connect(port: oracle.port).receiveToEnd().0
        } catch let error as NIOConnectionError {
            guard let cause = error.connectionErrors.first?.error as? IOError, cause.errnoCode == ECONNRESET else {
                throw error
            }
            return .reset
        }
    }

    @Test("a connection can be refused, reset or ignored as soon as it is accepted")
    func connections() async throws {
        try await self.withOracle { oracle in
            oracle.enqueueConnection(.close)
            oracle.enqueueConnection(.reset)
            oracle.enqueueConnection(.ignore)
            #expect(try await self.endingOfNextConnection(to: oracle) == .closed)
            #expect(try await self.endingOfNextConnection(to: oracle) == .reset)
            let ignored = try await RawClient.connect(port: oracle.port)
            try await ignored.send(self.post)
            #expect(await oracle.wait { $0.connectionCount == 3 })
            let served = try await RawClient.connect(port: oracle.port)
            oracle.enqueue(.json([:]))
            try await served.send(self.post)
            try await served.receive("{}")
            #expect(oracle.requestCount == 1)
            await ignored.close()
            await served.close()
        }
    }

    @Test("a body far larger than memory allows is sent as fast as the peer takes it, and no faster")
    func backPressure() async throws {
        try await self.withOracle { oracle in
            let count = 32 << 20
            oracle.enqueue(OracleScript([.fill(byte: 0x78, count: count), .close]))
            let client = try await RawClient.connect(port: oracle.port)
            try await client.setReading(false)
            try await client.send(self.post)
            _ = try await oracle.request(1) { $0.sentByteCount > 0 }
            let stalled = try await oracle.request(1) { !$0.isOver }
            #expect(stalled.sentByteCount < count)
            try await client.setReading(true)
            let (_, bytes) = try await client.receiveToEnd(within: .seconds(40))
            #expect(bytes.count == count)
            #expect(try await oracle.request(1).sentByteCount == count)
        }
    }

    @Test("waits take their time, and many of them share a tick")
    func waits() async throws {
        try await self.withOracle { oracle in
            oracle.handle { _ in OracleScript([.wait(.milliseconds(30)), .text("done")]) }
            var clients: [RawClient] = []
            for _ in 0..<50 {
                let client = try await RawClient.connect(port: oracle.port)
                try await client.send(self.post)
                clients.append(client)
            }
            for client in clients {
                try await client.receive("done")
                await client.close()
            }
            for request in oracle.requests {
                let body = try #require(request.bodyReceivedAt)
                #expect(try #require(request.firstByteSentAt) - body >= 30_000_000)
            }
        }
    }

    @Test("the log is bounded: the oldest requests go, and long bodies are cut but counted")
    func bounds() async throws {
        var options = OracleUpstream.Options()
        options.log.requests = 10
        options.log.bodyBytes = 3
        options.log.sentBytes = 5
        options.log.receivedBytes = 6
        try await self.withOracle(options) { oracle in
            oracle.handle { _ in .json([:]) }
            let client = try await RawClient.connect(port: oracle.port)
            for _ in 0..<25 { try await client.send(self.post) }
            #expect(await oracle.wait { $0.requestCount == 25 && $0.requests.last?.isOver == true })
            #expect(oracle.requests.count <= 10)
            #expect(oracle.requests.last?.id == 25)
            #expect(oracle.requests.last?.bodyText == "bod")
            #expect(oracle.requests.last?.bodyByteCount == 4)
            #expect(oracle.requests.last?.sent.count == 5)
            #expect(oracle.connections.first?.received.count == 6)
            oracle.forget()
            #expect(oracle.requests.isEmpty)
            await client.close()
        }
    }

    @Test("nonsense is noted and not answered")
    func nonsense() async throws {
        try await self.withOracle { oracle in
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send("nonsense\r\n\r\n")
            #expect(await oracle.wait { $0.connections.first?.nonsense != nil })
            #expect(oracle.requestCount == 0)
            await client.close()
        }
    }

    @Test("waiting in vain ends at its limit")
    func inVain() async throws {
        try await self.withOracle { oracle in
            #expect(await oracle.wait(within: .milliseconds(20)) { $0.requestCount > 0 } == false)
            await #expect(throws: OracleUpstream.Failure.self) {
                try await oracle.request(1, within: .milliseconds(20))
            }
        }
    }

    @Test("the control paths show the log and forget it")
    func control() async throws {
        try await self.withOracle { oracle in
            oracle.serveControl()
            let client = try await RawClient.connect(port: oracle.port)
            try await client.send(
                "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 16\r\n\r\n{\"model\":\"echo\"}"
            )
            try await client.receive("chat.completion")
            try await client.send("GET /oracle/log HTTP/1.1\r\n\r\n")
            let text = try await client.receive("\"outcome\"")
            #expect(text.contains("\"target\":\"/v1/chat/completions\""))
            #expect(!text.contains("/oracle/log"))
            try await client.send("POST /oracle/reset HTTP/1.1\r\n\r\n")
            try await client.receive("\"reset\":true")
            #expect(!oracle.requests.contains { $0.path == "/v1/chat/completions" })
            try await client.send("GET /oracle/stats HTTP/1.1\r\n\r\n")
            try await client.receive("\"open_connections\":1")
            await client.close()
        }
    }

    @Test("a mood stands in for every model's name until it ends, also where the answer was made before")
    func mood() async throws {
        try await self.withOracle { oracle in
            oracle.serveControl()
            func post(_ path: String, _ body: String, expecting text: String) async throws {
                let client = try await RawClient.connect(port: oracle.port)
                try await client.send("POST \(path) HTTP/1.1\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
                try await client.receive(text)
                await client.close()
            }
            let (chat, ask) = ("/v1/chat/completions", "{\"model\":\"plain-10\"}")
            try await post(chat, ask, expecting: "HTTP/1.1 200")
            try await post("/oracle/mood", "status-529", expecting: "\"mood\":\"status-529\"")
            try await post(chat, ask, expecting: "HTTP/1.1 529")
            try await post("/v1/messages", "{\"model\":\"echo\"}", expecting: "HTTP/1.1 529")
            try await post("/oracle/mood", "", expecting: "\"mood\":\"\"")
            try await post(chat, ask, expecting: "HTTP/1.1 200")
        }
    }
}
