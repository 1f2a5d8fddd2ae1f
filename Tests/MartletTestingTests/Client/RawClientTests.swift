import MartletTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct RawClientTests {
    @Test("what arrives in pieces is waited for as a whole")
    func receives() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(OracleScript.raw("one two three").dribbled(2, every: .milliseconds(1)))
        let client = try await RawClient.connect(port: oracle.port)
        try await client.send("GET / HTTP/1.1\r\n\r\n")
        #expect(try await client.receive("three") == "one two three")
        #expect(client.ending == nil)
        await client.close()
        #expect(client.ending == .closed)
        await oracle.shutdown()
    }

    @Test("waiting for what does not come fails when the connection ends, and at the limit")
    func inVain() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.raw("short").then(.close), .hang)
        let client = try await RawClient.connect(port: oracle.port)
        try await client.send("GET / HTTP/1.1\r\n\r\n")
        await #expect(throws: RawClient.Failure.self) { try await client.receive("long") }
        let second = try await RawClient.connect(port: oracle.port)
        try await second.send("GET / HTTP/1.1\r\n\r\n")
        await #expect(throws: RawClient.Failure.self) { try await second.receive("x", within: .milliseconds(20)) }
        await #expect(throws: RawClient.Failure.self) { try await second.receiveToEnd(within: .milliseconds(20)) }
        await second.close()
        await oracle.shutdown()
    }

    @Test("a client that stops reading gets the rest when it reads on")
    func pausing() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.raw("answer"))
        let client = try await RawClient.connect(port: oracle.port)
        try await client.setReading(false)
        try await client.send("GET / HTTP/1.1\r\n\r\n")
        _ = try await oracle.request(1)
        #expect(client.received.isEmpty)
        try await client.setReading(true)
        try await client.receive("answer")
        await client.close()
        await oracle.shutdown()
    }
}
