// swift-format-ignore-file
// Bytes of the wire are read best on one line.

import Exchange
import NIOCore
import NIOEmbedded
import Storage
import Testing
import Upstream

@testable import Gateway

@Suite("Vendors at fault")
struct VendorFaultTests {
    private static let chat = #"{"model":"fast","messages":[]}"#
    private static let messages = #"{"model":"claude","max_tokens":5,"messages":[]}"#

    @Test("our dead credential is a 502, never the caller's 401, and its body does not leak", arguments: [401, 403])
    func credential(_ status: Int) throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(
            status,
            #"{"error":{"message":"Incorrect API key provided: vendor-secret","code":"invalid_api_key"}}"#
        )
        let answer = try road.answer()
        #expect(answer.status == 502)
        #expect(!answer.body.contains("vendor-secret"))
        #expect(road.takeRecords().first?.failure == GatewayFailure.Kind.upstreamCredential.rawValue)
    }

    @Test("the caller's fault comes back verbatim", arguments: [400, 404, 409, 413, 422])
    func callersFault(_ status: Int) throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat)
        let body = #"{"error": {"message":"bad thing", "type":"invalid_request_error"}}"#
        try road.vendorAnswers(status, body)
        let answer = try road.answer()
        #expect(answer.status == status)
        #expect(answer.body == body)
    }

    @Test(
        "throttling and overload are told as ours to wait for, never as the caller's limit",
        arguments: [429, 500, 502, 503, 529]
    )
    func overload(_ status: Int) throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(status, #"{"error":{"message":"slow down"}}"#, headers: ["retry-after: 7"])
        let chat = try road.answer()
        #expect(chat.status == 503)
        #expect(chat.headers["retry-after"] == "7")
        try road.post("/v1/messages", Self.messages)
        try road.vendorAnswers(status, #"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#)
        #expect(try road.answer().status == 529)
    }

    @Test(
        "what is not an acceptable answer is a 502 and closes the vendor's connection",
        arguments: [
            "HTTP/1.1 301 Moved\r\nlocation: http://evil.example/\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{\"a\":",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 O\u{0}K\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx-a: b\u{0}c\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "nonsense\r\n\r\n",
        ]
    )
    func unacceptable(_ bytes: String) throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorSends(bytes)
        let answer = try road.answer()
        #expect(answer.status == 502)
        #expect(answer.headers["location"] == nil)
        #expect(road.client.isActive)
    }

    @Test("N132 an answer over the cap is a 502, and reading stops")
    func hugeAnswer() throws {
        var options = GatewayOptions()
        options.limits.maxAnswerBytes = 1000
        let road = try RoadHarness(options: options)
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorSends("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n")
        try road.vendorSends(String(repeating: " ", count: 1001))
        #expect(try road.answer().status == 502)
        #expect(try #require(road.vendors.last).isActive == false)
    }

    @Test("an event over the cap ends the stream with a failure")
    func hugeEvent() throws {
        var options = GatewayOptions()
        options.limits.maxEventBytes = 1000
        let road = try RoadHarness(options: options)
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"}}]}"# + "\n\n")
        try road.vendorStreams("data: " + String(repeating: "y", count: 2000))
        let answer = try road.answer()
        #expect(answer.body.contains(#"data: {"error":"#))
        #expect(!answer.body.contains("yyy"))
        #expect(answer.isWhole)
    }

    @Test("invalid UTF-8 in an event is replaced by an error, never passed on")
    func invalidUTF8() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[]}"#)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"}}]}"# + "\n\n")
        let bad = Array("data: {\"a\":\"".utf8) + [0xFF, 0xFE] + Array("\"}\n\n".utf8)
        let vendor = try #require(road.vendors.last)
        try vendor.writeInbound(
            ByteBuffer(bytes: Array("\(String(bad.count, radix: 16))\r\n".utf8) + bad + Array("\r\n".utf8))
        )
        let answer = try road.answer()
        #expect(answer.body.contains(#"data: {"error":"#))
        #expect(answer.isWhole)
    }

    @Test("a vendor that cannot be reached is told so", arguments: UpstreamError.Code.allCases)
    func unreachable(_ code: UpstreamError.Code) throws {
        let road = try RoadHarness()
        road.vendors.failure = UpstreamError(code, "test")
        try road.post("/v1/chat/completions", Self.chat)
        let answer = try road.answer()
        #expect([502, 503].contains(answer.status))
        let record = try #require(road.takeRecords().first)
        #expect(record.outcome == .upstreamError)
        #expect(record.attempts == 0)
    }

    @Test("a vendor that hangs before its head is timed out and closed")
    func hangs() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat)
        road.advance(.seconds(601))
        let answer = try road.answer()
        #expect(answer.status == 504)
        #expect(try #require(road.vendors.last).isActive == false)
        #expect(road.takeRecords().first?.outcome == .timedOut)
    }

    @Test("an idle connection that the vendor closed is replaced without the caller noticing")
    func idleClosed() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, #"{"id":"c"}"#)
        _ = try road.received()
        try #require(road.vendors.last).close().wait()
        try road.post("/v1/chat/completions", Self.chat)
        try road.vendorAnswers(200, #"{"id":"d"}"#)
        #expect(try road.answer().body == #"{"id":"d"}"#)
        #expect(road.vendors.channels.count == 2)
    }

    @Test("two callers' bytes never mix, whatever is reused between them")
    func isolation() throws {
        let road = try RoadHarness()
        let other = EmbeddedChannel(handler: ClientConnection(loop: road.state), loop: road.loop)
        try other.connect(to: SocketAddress(ipAddress: "192.0.2.10", port: 40_001)).wait()
        for round in 0..<20 {
            try road.post("/v1/chat/completions", #"{"model":"fast","stream":true,"messages":[],"user":"a\#(round)"}"#)
            let body = #"{"model":"fast","stream":true,"messages":[],"user":"b\#(round)"}"#
            try other.writeInbound(
                ByteBuffer(
                    string:
                        "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(road.key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            )
            for vendor in road.vendors.channels {
                var asked = ""
                while let part = try vendor.readOutbound(as: ByteBuffer.self) { asked += String(buffer: part) }
                guard asked.contains("POST") else { continue }
                let mark = asked.contains("\"a\(round)\"") ? "CANARY-A" : "CANARY-B"
                let event =
                    #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"\#(mark)"},"finish_reason":"stop"}]}"#
                    + "\n\ndata: [DONE]\n\n"
                try vendor.writeInbound(
                    ByteBuffer(
                        string:
                            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n0\r\n\r\n"
                    )
                )
            }
            let first = try road.received()
            var second = ""
            while let part = try other.readOutbound(as: ByteBuffer.self) { second += String(buffer: part) }
            #expect(first.contains("CANARY-A") && !first.contains("CANARY-B"))
            #expect(second.contains("CANARY-B") && !second.contains("CANARY-A"))
        }
        #expect(road.vendors.channels.count == 2)
    }
}
