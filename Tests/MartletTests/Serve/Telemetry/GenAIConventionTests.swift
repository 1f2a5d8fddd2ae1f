import Exchange
import Gateway
import MartletTesting
import Storage
import Telemetry
import Testing
import Wire

@testable import martlet

@Suite("OpenTelemetry's names, settled and latest")
struct GenAIConventionTests {
    private static let resource = OTLPResource(serviceName: "gate", attributes: [])

    private static func metrics(_ genAI: GenAIMetrics) throws -> [PlainJSON] {
        let metrics = OTLPMetrics(resource: Self.resource, registry: MetricRegistry(), genAI: genAI)
        let report = try PlainJSON(parsing: metrics.body(.init(start: 5, now: 9)))
        return report["resourceMetrics"]?[0]?["scopeMetrics"]?[0]?["metrics"]?.elements ?? []
    }

    @Test(
        "the latest names are told to those who ask for them by the conventions' own word",
        arguments: [
            (nil, .settled), ("", .settled), ("http", .settled), ("gen_ai_latest", .settled),
            ("gen_ai_latest_experimental", .latest), ("http/dup, gen_ai_latest_experimental", .latest),
        ] as [(String?, GenAIConvention)]
    )
    func optIn(_ words: String?, _ convention: GenAIConvention) {
        #expect(GenAIConvention(optIn: words) == convention)
    }

    @Test("metrics have the names of one convention, never of both")
    func names() throws {
        let settled = GenAIMetrics()
        settled.put([FinishedSamples.retried()])
        #expect(
            try Self.metrics(settled).map { $0["name"]?.string } == [
                "gen_ai.client.token.usage", "gen_ai.client.operation.duration", "gen_ai.server.time_to_first_token",
            ]
        )
        let latest = GenAIMetrics(.latest)
        latest.put([FinishedSamples.retried()])
        #expect(
            try Self.metrics(latest).map { $0["name"]?.string } == [
                "gen_ai.client.inference.duration", "gen_ai.client.inference.time_to_first_chunk",
                "gen_ai.client.inference.usage.input_tokens", "gen_ai.client.inference.usage.cache_read.input_tokens",
                "gen_ai.client.inference.usage.cache_write.input_tokens", "gen_ai.client.inference.usage.output_tokens",
                "gen_ai.client.inference.usage.reasoning.output_tokens",
            ]
        )
    }

    @Test("the latest names count tokens up, by kind")
    func counters() throws {
        let genAI = GenAIMetrics(.latest)
        var record = FinishedSamples.record()
        record.usage?.cacheReadTokens = 5
        record.usage?.cacheWrite5mTokens = .max
        record.usage?.cacheWrite1hTokens = 1
        let request = FinishedRequest(
            record: record,
            project: "p",
            trace: nil,
            bodyMicroseconds: 0,
            roadMicroseconds: 0,
            providerKind: "bedrock"
        )
        genAI.put([FinishedSamples.retried("a"), FinishedSamples.retried("b"), request])
        let metrics = try Self.metrics(genAI)
        let output = try #require(
            metrics.first { $0["name"]?.string == "gen_ai.client.inference.usage.output_tokens" }
        )
        #expect(output["sum"]?["isMonotonic"]?.bool == true && output["unit"]?.string == "{token}")
        let points = try #require(output["sum"]?["dataPoints"]).elements
        let gemini = try #require(points.first { $0.attribute("gen_ai.provider.name") == "gcp.gemini" })
        #expect(gemini["asInt"]?.string == "6" && gemini.attribute("gen_ai.token.modality") == "unknown")
        let written = try #require(
            metrics.first { $0["name"]?.string == "gen_ai.client.inference.usage.cache_write.input_tokens" }
        )
        let bedrock = written["sum"]?["dataPoints"]?.elements.first {
            $0.attribute("gen_ai.provider.name") == "aws.bedrock"
        }
        #expect(bedrock?["asInt"]?.string == String(Int.max))
    }

    @Test("models beyond the bound share a counter")
    func bounded() throws {
        let usage = GenAIUsage()
        usage.put(
            (0..<GenAIMetrics.maximumSeries + 50).map { number in
                var record = FinishedSamples.record()
                record.modelServed = "model-\(number)"
                return FinishedRequest(
                    record: record,
                    project: "p",
                    trace: nil,
                    bodyMicroseconds: 0,
                    roadMicroseconds: 0
                )
            }
        )
        var writer = JSONWriter(capacity: 64)
        writer.object { writer in
            writer.key("metrics")
            writer.array { usage.write(to: &$0, .init(start: 1, now: 2)) }
        }
        let points = try #require(try PlainJSON(parsing: writer.bytes)["metrics"]?[0]?["sum"]?["dataPoints"]).elements
        #expect(points.count == GenAIMetrics.maximumSeries + 1)
        let other = try #require(points.first { $0.attribute("gen_ai.request.model") == "other" })
        #expect(other["asInt"]?.string == String(50 * 11))
    }

    @Test("spans name what was written to caches as their convention does")
    func spans() throws {
        for (convention, name) in [
            (.settled, "gen_ai.usage.cache_creation.input_tokens"), (.latest, "gen_ai.usage.cache_write.input_tokens"),
        ] as [(GenAIConvention, String)] {
            let body = OTLPTraces(resource: Self.resource, convention: convention).body([FinishedSamples.retried()])
            let spans = try PlainJSON(parsing: body)["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]?.elements ?? []
            #expect(spans.last?.attribute(name) == "0")
            #expect(String(decoding: body, as: UTF8.self).contains("cache_creation") == (convention == .settled))
        }
    }

    @Test("a stranger's request has two spans that say how it was asked, and of no key or project")
    func stranger() throws {
        var record = RequestRecord(id: "req_9", startedAt: 1, keyID: "", projectID: "", operation: .messages)
        record.status = 405
        record.outcome = .refused
        record.failure = "methodNotAllowed"
        let request = FinishedRequest(
            record: record,
            project: "",
            trace: FinishedSamples.trace,
            bodyMicroseconds: nil,
            roadMicroseconds: 3,
            method: "PUT"
        )
        let body = OTLPTraces(resource: Self.resource).body([request])
        let spans = try PlainJSON(parsing: body)["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]?.elements ?? []
        #expect(spans.map { $0["name"]?.string } == ["PUT /v1/messages", "road"])
        #expect(spans[0].attribute("http.request.method") == "PUT")
        #expect(spans[0].attribute("error.type") == "methodNotAllowed")
        for name in ["martlet.key_prefix", "martlet.project", "martlet.model"] {
            #expect(spans[0].attribute(name) == nil, "\(name)")
        }
    }
}
