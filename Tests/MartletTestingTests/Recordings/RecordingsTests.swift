@testable import MartletTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct RecordingsTests {
    private let file = """
        {
        "id": "0123", "provider": "openai", "api": "chat", "model": "m", "stream": true, "fidelity": "text",
        "features": ["tools"],
        "request": {"method":"POST","path":"/v1/chat/completions?x=1","headers":{"accept":"*/*"},"body":{"model" : "m","n":1.0}},
        "response": {"status":200,"headers":{"content-type":"text/event-stream"},"body":"data: {\\"a\\":1}\\n\\ndata: [DONE]\\n\\n"}
        }
        """

    @Test("a recording's request keeps its spelling, and its text answer is decoded")
    func parsing() throws {
        let exchange = try RecordedExchange(parsing: Array(self.file.utf8))
        #expect(exchange.id == "0123")
        #expect(exchange.isStream)
        #expect(exchange.features == ["tools"])
        #expect(exchange.target == "/v1/chat/completions?x=1")
        #expect(String(decoding: exchange.requestBody, as: UTF8.self) == "{\"model\" : \"m\",\"n\":1.0}")
        #expect(exchange.requestHeaders == [OracleHeader("accept", "*/*")])
        #expect(exchange.status == 200)
        #expect(exchange.isEventStream)
        #expect(String(decoding: exchange.responseBody, as: UTF8.self) == "data: {\"a\":1}\n\ndata: [DONE]\n\n")
        #expect(exchange.description == "openai-chat/0123")
    }

    @Test("binary answers are decoded from base64, and missing bodies are empty")
    func bodies() throws {
        let text = """
            {"request":{"body":null},"response":{"status":1,"headers":{},"body_b64":"AAEC/w=="}}
            """
        let exchange = try RecordedExchange(parsing: Array(text.utf8))
        #expect(exchange.responseBody == [0, 1, 2, 255])
        #expect(exchange.requestBody.isEmpty)
        #expect(throws: PlainJSON.ParseError.self) { try RecordedExchange(parsing: Array("{}".utf8)) }
    }

    @Test("a replaying oracle serves the answer recorded for the same body, in pieces")
    func replay() async throws {
        let exchange = try RecordedExchange(parsing: Array(self.file.utf8))
        let oracle = try await OracleUpstream.start()
        oracle.replay([exchange], pieceBytes: 5)
        let client = try await RawClient.connect(port: oracle.port)
        let head = "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: \(exchange.requestBody.count)\r\n\r\n"
        try await client.send(Array(head.utf8) + exchange.requestBody)
        let text = try await client.receive("0\r\n\r\n")
        #expect(text.contains("transfer-encoding: chunked\r\n"))
        #expect(text.contains("5\r\ndata:\r\n"))
        let other = "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"
        try await client.send(other)
        try await client.receive("chat.completion")
        await client.close()
        await oracle.shutdown()
    }

    @Test("the folder beside the project is read, where it is there", .enabled(if: Recordings.find() != nil))
    func folder() throws {
        let recordings = try #require(Recordings.find())
        #expect(recordings.folders.contains("openai-chat"))
        let exchanges = recordings.load("openai-chat", limit: 5)
        #expect(exchanges.count == 5)
        for exchange in exchanges {
            #expect(exchange.api == "chat")
            #expect(try PlainJSON(parsing: exchange.requestBody)["messages"] != nil)
        }
        #expect(recordings.load("no-such-folder").isEmpty)
    }
}
