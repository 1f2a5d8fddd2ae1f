import Policy
import Telemetry
import Testing

@testable import Gateway

@Suite("Metrics of the road")
struct RoadMetricsTests {
    private static let good =
        #"{"id":"c","object":"chat.completion","model":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#

    private static func chat(_ model: String) -> String {
        #"{"model":"\#(model)","messages":[{"role":"user","content":"hi"}]}"#
    }

    private func lines(_ road: RoadHarness, _ start: String) -> [String] {
        String(decoding: road.registry.render(), as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(start) }
    }

    @Test("a request is counted with its project, and its attempt's duration apart from its own")
    func counted() throws {
        let road = try RoadHarness()
        try road.post("/v1/chat/completions", Self.chat("fast"))
        road.advance(.milliseconds(30))
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
        #expect(
            self.lines(road, "martlet_requests_total{") == [
                #"martlet_requests_total{model="fast",operation="chat",project="default",provider="openai",status="200"} 1"#
            ]
        )
        #expect(
            self.lines(road, "martlet_upstream_duration_seconds_count") == ["martlet_upstream_duration_seconds_count 1"]
        )
        #expect(
            self.lines(road, "martlet_upstream_duration_seconds_sum") == ["martlet_upstream_duration_seconds_sum 0.03"]
        )
        #expect(self.lines(road, "martlet_cost_usd_total") == ["martlet_cost_usd_total 0"])
        #expect(self.lines(road, "martlet_inter_token_seconds_count") == ["martlet_inter_token_seconds_count 0"])
    }

    @Test("the time between tokens is that of a stream after its first content")
    func interToken() throws {
        let road = try RoadHarness()
        let body = #"{"model":"fast","stream":true,"messages":[{"role":"user","content":"hi"}]}"#
        try road.post("/v1/chat/completions", body)
        try road.vendorStartsStream()
        try road.vendorStreams(#"data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}"# + "\n\n")
        road.advance(.milliseconds(20))
        try road.vendorStreams(
            #"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
                + #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":3,"total_tokens":6}}"#
                + "\n\ndata: [DONE]\n\n"
        )
        try road.vendorEndsStream()
        #expect(try road.answer().isWhole)
        #expect(self.lines(road, "martlet_inter_token_seconds_sum") == ["martlet_inter_token_seconds_sum 0.01"])
    }

    @Test("an attempt at another provider is counted as a fallback, with the reason")
    func fallback() throws {
        var world = TestWorld()
        world.retries = true
        let road = try RoadHarness(world: world)
        try road.post("/v1/chat/completions", Self.chat("safe"))
        try road.vendorAnswers(503, #"{"error":{"message":"no"}}"#)
        road.advance(.milliseconds(1))
        try road.vendorAnswers(200, Self.good)
        #expect(try road.answer().status == 200)
        #expect(
            self.lines(road, "martlet_fallbacks_total") == [
                #"martlet_fallbacks_total{from="openai",reason="sick_target",to="lab"} 1"#
            ]
        )
        #expect(
            self.lines(road, "martlet_upstream_duration_seconds_count") == ["martlet_upstream_duration_seconds_count 2"]
        )
    }

    @Test("N077: names from outside make no series: what is refused is counted by its reason")
    func bounded() throws {
        let road = try RoadHarness()
        for number in 0..<300 {
            try road.post("/v1/chat/completions", Self.chat("nobody-\(number)"))
            #expect(try road.answer().status == 404)
        }
        #expect(
            self.lines(road, "martlet_requests_total{") == [
                #"martlet_requests_total{model="unknown",operation="chat",project="default",provider="none",status="404"} 300"#
            ]
        )
        #expect(
            self.lines(road, "martlet_rejected_total{").contains(
                #"martlet_rejected_total{reason="model_not_found"} 300"#
            )
        )
    }
}
