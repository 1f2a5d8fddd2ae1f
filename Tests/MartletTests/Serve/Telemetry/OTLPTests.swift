import Exchange
import Gateway
import MartletTesting
import Storage
import Telemetry
import Testing

@testable import martlet

extension PlainJSON {
    /// An OTLP attribute's value, as text.
    func attribute(_ key: String) -> String? {
        let value = self["attributes"]?.elements.first { $0["key"]?.string == key }?["value"]
        if let text = value?["stringValue"]?.string ?? value?["intValue"]?.string { return text }
        if let flag = value?["boolValue"]?.bool { return "\(flag)" }
        return value?["arrayValue"]?["values"]?.elements.compactMap { $0["stringValue"]?.string }.joined(separator: " ")
    }
}

@Suite("OTLP traces")
struct OTLPTracesTests {
    private let resource = OTLPResource(serviceName: "gate", attributes: [("zone", "a"), ("service.name", "no")])

    private func spans(_ requests: [FinishedRequest]) throws -> [PlainJSON] {
        let report = try PlainJSON(parsing: OTLPTraces(resource: self.resource).body(requests))
        let spans = report["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]
        return try #require(spans).elements
    }

    @Test("a request that was tried twice has spans of the caller's side, of the road and of each attempt")
    func retried() throws {
        let spans = try self.spans([FinishedSamples.retried()])
        #expect(spans.map { $0["kind"]?.int } == [2, 1, 3, 3])
        #expect(
            spans.map { $0["name"]?.string } == ["POST /v1/chat/completions", "road", "chat gpt-real", "chat llama"]
        )
        #expect(Set(spans.map { $0["traceId"]?.string }) == ["4bf92f3577b34da6a3ce929d0e0e4736"])
        #expect(spans[0]["parentSpanId"]?.string == "00f067aa0ba902b7")
        let server = try #require(spans[0]["spanId"]?.string)
        #expect(spans.dropFirst().allSatisfy { $0["parentSpanId"]?.string == server })
        #expect(Set(spans.map { $0["spanId"]?.string }).count == 4)
    }

    @Test("times are nanoseconds since 1970, from the request's head on")
    func times() throws {
        let spans = try self.spans([FinishedSamples.retried()])
        #expect(spans[0]["startTimeUnixNano"]?.string == "1795550400000000000")
        #expect(spans[0]["endTimeUnixNano"]?.string == "1795550400900000000")
        #expect(spans[1]["endTimeUnixNano"]?.string == "1795550400001200000")
        #expect(spans[2]["startTimeUnixNano"]?.string == "1795550400001200000")
        #expect(spans[3]["startTimeUnixNano"]?.string == "1795550400450000000")
    }

    @Test("attempts carry the conventions' attributes, the answer's only where it came from")
    func attributes() throws {
        let spans = try self.spans([FinishedSamples.retried()])
        let (failed, served) = (spans[2], spans[3])
        #expect(failed.attribute("gen_ai.provider.name") == "azure.ai.openai")
        #expect(failed.attribute("gen_ai.request.model") == "gpt-real")
        #expect(failed.attribute("error.type") == "503")
        #expect(failed["status"]?["code"]?.int == 2)
        #expect(failed.attribute("server.address") == "openai.example")
        #expect(failed.attribute("server.port") == "443")
        #expect(failed.attribute("gen_ai.usage.input_tokens") == nil)
        #expect(served.attribute("gen_ai.operation.name") == "chat")
        #expect(served.attribute("gen_ai.request.max_tokens") == "64")
        #expect(served.attribute("gen_ai.request.stream") == "true")
        #expect(served.attribute("gen_ai.usage.input_tokens") == "11")
        #expect(served.attribute("gen_ai.usage.output_tokens") == "3")
        #expect(served.attribute("gen_ai.response.finish_reasons") == "stop")
        #expect(served.attribute("gen_ai.response.id") == "chatcmpl-1")
        #expect(served.attribute("gen_ai.response.model") == "llama-4-0901")
        #expect(failed.attribute("gen_ai.response.id") == nil)
        #expect(served.attribute("error.type") == nil)
        #expect(served.attribute("martlet.upstream.request_id") == "up_2")
        #expect(served["status"]?["code"] == nil)
        let server = spans[0]
        #expect(server.attribute("http.response.status_code") == "200")
        #expect(server.attribute("martlet.project") == "shop")
        #expect(server.attribute("martlet.request_id") == "req_1")
        #expect(server.attribute("martlet.cost.usd") == "0.00125")
        #expect(server.attribute("error.type") == nil)
    }

    @Test("a request without attempts has two spans, and one without a trace none")
    func refused() throws {
        var record = FinishedSamples.record(outcome: .refused)
        record.status = 429
        record.failure = "rate_limited"
        let refused = FinishedRequest(
            record: record,
            project: "shop",
            trace: FinishedSamples.trace,
            bodyMicroseconds: nil,
            roadMicroseconds: 80
        )
        let spans = try self.spans([refused, FinishedSamples.retried(trace: nil)])
        #expect(spans.map { $0["kind"]?.int } == [2, 1])
        #expect(spans[0].attribute("error.type") == "rate_limited")
        #expect(spans[0]["status"]?["code"] == nil, "a refusal is no error of the server")
        #expect(spans[1].attribute("error.type") == "rate_limited")
    }

    @Test("the resource tells the service's name once, whatever else it is told")
    func resourceAttributes() throws {
        let report = try PlainJSON(parsing: OTLPTraces(resource: self.resource).body([]))
        let resource = try #require(report["resourceSpans"]?[0]?["resource"])
        #expect(resource.attribute("service.name") == "gate")
        #expect(resource.attribute("zone") == "a")
        #expect(resource["attributes"]?.elements.count == 3)
    }

    @Test("every vendor has its name in the conventions")
    func providers() {
        let names = ["openai", "anthropic", "azure-openai", "gemini", "vertex", "bedrock", "sandbox"].map {
            GenAINames.provider(kind: $0)
        }
        #expect(
            names == [
                "openai", "anthropic", "azure.ai.openai", "gcp.gemini", "gcp.vertex_ai", "aws.bedrock", "sandbox",
            ]
        )
        #expect(GenAINames.operation(.messages) == "chat")
        #expect(GenAINames.operation(.completions) == "text_completion")
        #expect(Set(Exchange.Operation.allCases.map(GenAINames.route)).count == Exchange.Operation.allCases.count)
    }
}

@Suite("OTLP metrics")
struct OTLPMetricsTests {
    private func metrics(_ genAI: GenAIMetrics, _ registry: MetricRegistry) throws -> [PlainJSON] {
        let resource = OTLPResource(serviceName: "gate", attributes: [])
        let body = OTLPMetrics(resource: resource, registry: registry, genAI: genAI).body(.init(start: 5, now: 9))
        let report = try PlainJSON(parsing: body)
        let metrics = report["resourceMetrics"]?[0]?["scopeMetrics"]?[0]?["metrics"]
        return try #require(metrics).elements
    }

    private func metric(_ name: String, _ metrics: [PlainJSON]) throws -> PlainJSON {
        try #require(metrics.first { $0["name"]?.string == name })
    }

    @Test("tokens and durations of requests are told under the conventions' names")
    func genAI() throws {
        let genAI = GenAIMetrics()
        genAI.put([FinishedSamples.retried("a"), FinishedSamples.retried("b")])
        let metrics = try self.metrics(genAI, MetricRegistry())
        let tokens = try self.metric("gen_ai.client.token.usage", metrics)
        #expect(tokens["unit"]?.string == "{token}")
        #expect(tokens["histogram"]?["aggregationTemporality"]?.int == 2)
        let points = try #require(tokens["histogram"]?["dataPoints"]).elements
        let input = try #require(points.first { $0.attribute("gen_ai.token.type") == "input" })
        #expect(input["count"]?.string == "2")
        #expect(input["sum"]?.int == 22)
        #expect(input["bucketCounts"]?.elements.count == 15)
        #expect(input["bucketCounts"]?[2]?.string == "2")
        #expect(input.attribute("gen_ai.request.model") == "llama")
        #expect(input.attribute("gen_ai.provider.name") == "gcp.gemini")
        let duration = try self.metric("gen_ai.client.operation.duration", metrics)
        #expect(duration["unit"]?.string == "s")
        #expect(duration["histogram"]?["dataPoints"]?[0]?["explicitBounds"]?.elements.count == 17)
    }

    @Test("models beyond the bound share a series")
    func bounded() throws {
        let genAI = GenAIMetrics()
        let requests = (0..<GenAIMetrics.maximumSeries + 50).map { number in
            var record = FinishedSamples.record()
            record.modelServed = "model-\(number)"
            return FinishedRequest(record: record, project: "p", trace: nil, bodyMicroseconds: 0, roadMicroseconds: 0)
        }
        genAI.put(requests)
        let duration = try self.metric("gen_ai.client.operation.duration", try self.metrics(genAI, MetricRegistry()))
        let points = try #require(duration["histogram"]?["dataPoints"]).elements
        #expect(points.count == GenAIMetrics.maximumSeries + 1)
        let other = try #require(points.first { $0.attribute("gen_ai.request.model") == "other" })
        #expect(other["count"]?.string == "50")
    }

    @Test("what asked nobody is not counted: its model may be any text")
    func refused() throws {
        let genAI = GenAIMetrics()
        var record = FinishedSamples.record(outcome: .refused)
        record.provider = ""
        genAI.put([FinishedRequest(record: record, project: "p", trace: nil, bodyMicroseconds: 0, roadMicroseconds: 0)])
        #expect(try self.metrics(genAI, MetricRegistry()).isEmpty)
    }

    @Test("the registry's own metrics are told with their kind, unit, labels and times")
    func registry() throws {
        let registry = MetricRegistry()
        registry.counter("martlet_x_total", help: "X.", labels: [("a", "b")]).add(3)
        registry.gauge("martlet_y_bytes", help: "Y.").set(7)
        registry.histogram("martlet_z_seconds", help: "Z.", buckets: [1, 2]).observe(seconds: 1.5)
        let metrics = try self.metrics(GenAIMetrics(), registry)
        let counter = try self.metric("martlet_x_total", metrics)
        #expect(counter["sum"]?["isMonotonic"]?.bool == true)
        let point = try #require(counter["sum"]?["dataPoints"]?[0])
        #expect(point["asDouble"]?.int == 3)
        #expect(point.attribute("a") == "b")
        #expect(point["startTimeUnixNano"]?.string == "5" && point["timeUnixNano"]?.string == "9")
        let gauge = try self.metric("martlet_y_bytes", metrics)
        #expect(gauge["gauge"]?["aggregationTemporality"] == nil)
        #expect(gauge["gauge"]?["dataPoints"]?[0]?["asDouble"]?.int == 7)
        #expect(gauge["unit"]?.string == "By")
        let histogram = try self.metric("martlet_z_seconds", metrics)["histogram"]?["dataPoints"]?[0]
        #expect(histogram?["bucketCounts"]?.elements.map(\.string) == ["0", "1", "0"])
    }
}
