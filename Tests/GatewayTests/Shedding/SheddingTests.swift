import NIOCore
import NIOEmbedded
import Policy
import Testing

@testable import Gateway

@Suite("Load shedding on the road")
struct SheddingTests {
    @Test("no more than the bound are in flight, streams and bodies that still arrive included")
    func bound() throws {
        let road = try CrowdedRoad(places: 2)
        let stream = try road.send(
            try road.request(.blue, body: #"{"model":"fast","stream":true,"messages":[]}"#)
        )
        let arriving = try road.send(try road.request(.blue, body: "{", length: 100))
        let third = try road.ask(.blue)
        let fourth = try road.ask(.red)
        #expect(road.arrivals == 1)
        #expect(road.shared.gate.count.requests == 2 && road.shared.gate.waiting == 2)
        for client in [stream, arriving, third, fourth] { #expect(try client.received().isEmpty) }
        #expect(road.metric("martlet_places_taken 2") && road.metric("martlet_places 2"))
        #expect(road.metric("martlet_waiting_requests 2"))
    }

    @Test("a place that becomes free goes to the project with fewer in flight, then to who has waited longest")
    func order() throws {
        let road = try CrowdedRoad(places: 2)
        let first = try road.ask(.blue)
        _ = try road.ask(.blue)
        let blue = try road.ask(.blue)
        let red = try road.ask(.red)
        let late = try road.ask(.red)
        try road.vendorAnswers(0)
        #expect(try first.answer().status == 200)
        #expect(road.shared.gate.count.project("red").requests == 1)
        try road.vendorAnswers(1)
        #expect(road.shared.gate.count.project("blue").requests == 1)
        try road.vendorAnswers(0)
        #expect(try red.answer().status == 200)
        try road.vendorAnswers(1)
        #expect(try blue.answer().status == 200)
        try road.vendorAnswers(0)
        #expect(try late.answer().status == 200)
        #expect(road.isEmpty)
    }

    @Test("nobody waits longer than deadlines.queue; then it is told in its own format when to come back")
    func patience() throws {
        let road = try CrowdedRoad(places: 1) { $0.deadlines.queue = .milliseconds(700) }
        _ = try road.ask(.blue)
        let waiting = try CrowdedRoad.paths.map { try road.ask(.red, path: $0) }
        road.advance(.milliseconds(699))
        for client in waiting { #expect(try client.received().isEmpty) }
        road.advance(.milliseconds(1))
        let answers = try waiting.map { try $0.answer() }
        #expect(answers.map(\.status) == [503, 503, 529])
        #expect(
            answers[0].body.contains(#""type":"server_error""#) && answers[0].body.contains(#""code":"overloaded""#)
        )
        #expect(
            answers[1].body.contains(#""type":"server_error""#) && answers[1].body.contains(#""code":"overloaded""#)
        )
        #expect(answers[2].body.contains(#""type":"overloaded_error""#))
        for answer in answers {
            let seconds = try #require(answer.headers["retry-after"].flatMap { Int($0) })
            #expect((1...4).contains(seconds))
            // Waiting helps, and nothing says otherwise.
            #expect(answer.headers["x-should-retry"] == nil)
            #expect(answer.headers["connection"] == nil)
        }
        #expect(road.metric(#"martlet_shed_requests_total{reason="queue_timeout"} 3"#))
        #expect(road.shared.gate.count.requests == 1 && road.shared.gate.waiting == 0)
    }

    @Test("a connection whose request was turned away serves the next one")
    func nextRequest() throws {
        let road = try CrowdedRoad(places: 1)
        let first = try road.ask(.blue)
        let second = try road.ask(.red)
        road.advance(.seconds(1))
        #expect(try second.answer().status == 503)
        try road.vendorAnswers(0)
        #expect(try first.answer().status == 200)
        try second.channel.writeInbound(ByteBuffer(string: try road.request(.red)))
        try road.vendorAnswers(0)
        #expect(try second.answer().status == 200)
        #expect(road.isEmpty)
    }

    @Test("more than a hundred do not wait: the oldest of who has most waiting is turned away")
    func fullQueue() throws {
        let road = try CrowdedRoad(places: 1)
        _ = try road.ask(.blue)
        let waiting = try (0..<100).map { _ in try road.ask(.blue) }
        let late = try road.ask(.red)
        road.loop.run()
        #expect(try waiting[0].answer().status == 503)
        #expect(try late.received().isEmpty)
        #expect(road.shared.gate.waiting == 100)
        #expect(road.metric(#"martlet_shed_requests_total{reason="queue_full"} 1"#))
    }

    @Test("a waiting caller that leaves is forgotten, and one that leaves with a place gives it back")
    func leaving() throws {
        let road = try CrowdedRoad(places: 1)
        let first = try road.ask(.blue)
        let second = try road.ask(.blue)
        let third = try road.ask(.blue)
        try second.channel.close().wait()
        #expect(road.shared.gate.waiting == 1)
        try first.channel.close().wait()
        road.loop.run()
        #expect(road.shared.gate.count.requests == 1 && road.shared.gate.waiting == 0)
        #expect(road.arrivals == 2)
        try road.vendorAnswers(1)
        #expect(try third.answer().status == 200)
        #expect(road.isEmpty)
    }

    @Test("a place that is on its way to a caller that leaves goes to the next")
    func leavingAtTheLastMoment() throws {
        let road = try CrowdedRoad(places: 1)
        let first = try road.ask(.blue)
        let second = try road.ask(.blue)
        let third = try road.ask(.blue)
        // The place is given when the first one leaves, and told in the loop's next round.
        first.channel.pipeline.fireChannelInactive()
        #expect(road.shared.gate.count.requests == 1 && road.shared.gate.waiting == 1)
        second.channel.pipeline.fireChannelInactive()
        road.loop.run()
        #expect(road.shared.gate.waiting == 0 && road.arrivals == 2)
        try road.vendorAnswers(1)
        #expect(try third.answer().status == 200)
        #expect(road.isEmpty)
    }

    @Test("a key revoked while its request waits is refused, and its place goes on")
    func revoked() throws {
        let road = try CrowdedRoad(places: 1)
        _ = try road.ask(.blue)
        let waiting = try road.ask(.red)
        let behind = try road.ask(.blue)
        road.publish(withoutKeyOf: .red)
        try road.vendorAnswers(0)
        #expect(try waiting.answer().status == 401)
        try road.vendorAnswers(0)
        #expect(try behind.answer().status == 200)
        #expect(road.isEmpty)
    }

    @Test("a stranger gets no place and does not wait")
    func stranger() throws {
        let road = try CrowdedRoad(places: 1)
        _ = try road.ask(.blue)
        let stranger = try road.send(
            "POST /v1/messages HTTP/1.1\r\nHost: g\r\nx-api-key: nonsense\r\nContent-Length: 2\r\n\r\n{}"
        )
        #expect(try stranger.answer().status == 401)
        #expect(road.shared.gate.waiting == 0)
    }

    @Test("bodies wait for room among the bytes too, and go on when there is some")
    func bodyBytes() throws {
        let road = try CrowdedRoad(places: 10) { $0.limits.bodyByteBudget = 1_000 }
        let large = try road.send(try road.request(.blue, body: "{", length: 800))
        let waiting = try road.send(try road.request(.blue, body: "{", length: 300))
        #expect(road.shared.gate.count.bodyBytes == 800 && road.shared.gate.waiting == 1)
        try large.channel.close().wait()
        road.loop.run()
        #expect(road.shared.gate.count.bodyBytes == 300 && road.shared.gate.waiting == 0)
        try waiting.channel.close().wait()
        #expect(road.isEmpty)
    }

    @Test("a body of unknown length is refused when there is no room for more of it")
    func chunkedBody() throws {
        let road = try CrowdedRoad(places: 10) { $0.limits.bodyByteBudget = 1_000 }
        let head = try road.request(.blue, body: "").replacing("Content-Length: 0", with: "Transfer-Encoding: chunked")
        let client = try road.send(head + "3e8\r\n" + String(repeating: " ", count: 1_000) + "\r\n")
        #expect(road.shared.gate.count.bodyBytes == 1_000)
        try client.channel.writeInbound(ByteBuffer(string: "1\r\n \r\n"))
        let answer = try client.answer()
        #expect(answer.status == 503 && answer.headers["connection"] == "close")
        #expect(road.metric(#"martlet_shed_requests_total{reason="body_budget"} 1"#))
        #expect(road.isEmpty)
    }

    @Test("health and models answer while the house is full and memory has run out")
    func health() throws {
        let road = try CrowdedRoad(places: 1)
        _ = try road.ask(.blue)
        for _ in 0..<100 { _ = try road.ask(.blue) }
        road.shared.gate.note([MemoryFigures(used: 99, limit: 100)])
        for path in ["/livez", "/readyz", "/health"] {
            let probe = try road.send("GET \(path) HTTP/1.1\r\nHost: g\r\n\r\n")
            #expect(try probe.answer().status == 200)
        }
    }

    @Test("a pipelined request behind one that waits is served after it")
    func pipelining() throws {
        let road = try CrowdedRoad(places: 1)
        _ = try road.ask(.blue)
        let client = try road.ask(.red)
        let padded = CrowdedRoad.chat + String(repeating: " ", count: 70_000)
        try client.channel.writeInbound(ByteBuffer(string: try road.request(.red, body: padded)))
        try road.vendorAnswers(0)
        try road.vendorAnswers(0)
        #expect(try client.answer().status == 200)
        try road.vendorAnswers(0)
        #expect(try client.answer().status == 200)
        #expect(road.isEmpty)
    }
}

@Suite("Memory on the road")
struct RoadMemoryTests {
    private static func used(_ percent: Int) -> [MemoryFigures] { [MemoryFigures(used: percent, limit: 100)] }

    @Test("from 85 percent on nobody waits")
    func noWaiting() throws {
        let road = try CrowdedRoad(places: 1)
        let first = try road.ask(.blue)
        road.shared.gate.note(Self.used(85))
        let second = try road.ask(.red)
        let refused = try second.answer()
        #expect(refused.status == 503 && refused.headers["connection"] == nil)
        #expect(road.metric(#"martlet_shed_requests_total{reason="memory"} 1"#))
        #expect(road.metric("martlet_memory_pressure 1"))
        try road.vendorAnswers(0)
        #expect(try first.answer().status == 200)
    }

    @Test("from 92 percent on connections end with their answer")
    func noKeepAlive() throws {
        let road = try CrowdedRoad(places: 1)
        road.shared.gate.note(Self.used(92))
        let client = try road.ask(.blue)
        try road.vendorAnswers(0)
        let answer = try client.answer()
        #expect(answer.status == 200 && answer.headers["connection"] == "close")
    }

    @Test("from 95 percent on nothing new is let in, and all is well again when there is memory")
    func refusing() throws {
        let road = try CrowdedRoad(places: 10)
        let early = try road.ask(.blue)
        road.shared.gate.note(Self.used(95))
        let late = try road.ask(.blue)
        let refused = try late.answer()
        #expect(refused.status == 503 && refused.headers["retry-after"] != nil)
        try road.vendorAnswers(0)
        #expect(try early.answer().status == 200)
        road.shared.gate.note(Self.used(20))
        let again = try road.ask(.blue)
        try road.vendorAnswers(0)
        #expect(try again.answer().status == 200)
        #expect(road.isEmpty)
    }

    @Test("who waits when memory runs out is let in when a place is free")
    func whoWaits() throws {
        let road = try CrowdedRoad(places: 1)
        _ = try road.ask(.blue)
        let waiting = try road.ask(.red)
        road.shared.gate.note(Self.used(86))
        try road.vendorAnswers(0)
        try road.vendorAnswers(0)
        #expect(try waiting.answer().status == 200)
        #expect(road.isEmpty)
    }
}
