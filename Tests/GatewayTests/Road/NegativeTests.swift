// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import NIOCore
import NIOEmbedded
import Policy
import Synchronization
import Testing
import Upstream
@testable import Gateway

@Suite("Bad input")
struct NegativeTests {
    @Test("is refused in the caller's own format, without an upstream call", arguments: NegativeCase.all)
    func refused(_ row: NegativeCase) throws {
        let road = try RoadHarness()
        let bytes = Array(row.request.replacing("KEY", with: road.key).utf8)
        // As a network would deliver it: in pieces.
        for start in stride(from: 0, to: bytes.count, by: 16_384) where road.client.isActive {
            try road.client.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + 16_384, bytes.count)]))
        }
        let text = try road.received()
        let answer = try #require(Answer(text))
        #expect(answer.status == row.status, "\(text.prefix(400))")
        #expect(text.contains(row.contains), "\(text.prefix(600))")
        #expect(answer.isWhole)
        #expect(answer.body.hasPrefix(#"{"error":"#) || answer.body.hasPrefix(#"{"type":"error""#))
        #expect(answer.headers["x-request-id"]?.isEmpty == false)
        #expect(!text.contains(road.key))
        #expect(road.vendors.channels.isEmpty)
        #expect((answer.headers["connection"] == "close") == row.closes || row.closes == false)
        road.advance(.seconds(3))
        #expect(road.client.isActive != row.closes)
    }

    @Test(
        "after a refusal that keeps the connection, the next request is served",
        arguments: NegativeCase.all.filter { !$0.closes }
    )
    func nextRequest(_ row: NegativeCase) throws {
        let road = try RoadHarness()
        try road.send(row.request.replacing("KEY", with: road.key))
        let refusal = try road.received()
        guard !refusal.contains("connection: close") else { return }
        try road.send("GET /livez HTTP/1.1\r\nHost: g\r\n\r\n")
        #expect(try road.answer().body == #"{"status":"ok"}"#)
    }

    @Test("two requests are never made of one ambiguous one")
    func smuggling() throws {
        let road = try RoadHarness()
        try road.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: g\r\n\r\n"
        )
        let text = try road.received()
        #expect(text.split(separator: "HTTP/1.1 ").count == 1)
    }

    @Test("a slow head is refused and closed at its deadline")
    func slowHead() throws {
        let road = try RoadHarness()
        try road.send("POST /v1/chat")
        road.advance(.seconds(11))
        #expect(try road.answer().status == 408)
        road.advance(.seconds(3))
        #expect(!road.client.isActive)
    }

    @Test("a slow body is refused and closed when it falls behind the least rate")
    func slowBody() throws {
        let road = try RoadHarness()
        try road.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: 1000\r\n\r\n{"
        )
        road.advance(.seconds(29))
        #expect(try road.received().isEmpty)
        road.advance(.seconds(2))
        #expect(try road.answer().status == 408)
        road.advance(.seconds(3))
        #expect(!road.client.isActive)
    }

    @Test("an idle kept-alive connection is closed after its deadline, a used one is not")
    func idle() throws {
        let road = try RoadHarness()
        try road.send("GET /livez HTTP/1.1\r\nHost: g\r\n\r\n")
        road.advance(.seconds(70))
        #expect(road.client.isActive)
        road.advance(.seconds(6))
        #expect(!road.client.isActive)
    }

    @Test("a client that closes inside its body starts nothing")
    func shortBody() throws {
        let road = try RoadHarness()
        try road.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: 1000\r\n\r\n{\"model\""
        )
        try road.client.close().wait()
        #expect(road.vendors.channels.isEmpty)
        #expect(road.shared.gate.count.bodyBytes == 0)
    }

    @Test("bodies beyond the process-wide budget are refused before they are read")
    func bodyBudget() throws {
        var options = GatewayOptions()
        options.limits.bodyByteBudget = 1000
        let road = try RoadHarness(options: options)
        try road.send(
            "POST /v1/messages HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: 2000\r\n\r\n"
        )
        let answer = try road.answer()
        #expect(answer.status == 529)
        #expect(answer.headers["retry-after"] != nil)
        #expect(road.shared.gate.count.bodyBytes == 0)
    }

    @Test("a key over its request limit is refused with a truthful retry-after, before its body is read")
    func rateLimit() throws {
        var world = TestWorld()
        world.limits.requestsPerMinute = 2
        let road = try RoadHarness(world: world)
        for _ in 0..<2 {
            try road.post("/v1/chat/completions", #"{"model":"fast","messages":[]}"#)
            try road.vendorAnswers(200, #"{"id":"c","choices":[]}"#)
            let answer = try road.answer()
            #expect(answer.status == 200)
            #expect(answer.headers["x-ratelimit-limit-requests"] == "2")
        }
        try road.post("/v1/chat/completions", #"{"model":"fast","messages":[]}"#)
        let refused = try road.answer()
        #expect(refused.status == 429)
        #expect(refused.body.contains("rate_limit_exceeded"))
        let wait = try #require(refused.headers["retry-after"].flatMap { Int($0) })
        #expect((1...30).contains(wait))
        road.advance(.seconds(Int64(wait)))
        try road.post("/v1/chat/completions", #"{"model":"fast","messages":[]}"#)
        try road.vendorAnswers(200, #"{"id":"c","choices":[]}"#)
        #expect(try road.answer().status == 200)
    }
}
