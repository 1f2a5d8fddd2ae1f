import Foundation
import MartletTesting
import Storage
import Testing

@Suite("Telemetry of the built program", .serialized, .timeLimit(.minutes(2)), .enabled(if: MartletProgram.isBuilt))
struct TelemetryProgramTests {
    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

    /// A collector, a webhook and a vendor, by their paths.
    private static func world(_ body: (OracleUpstream) async throws -> Void) async throws {
        let oracle = try await OracleUpstream.start()
        do { try await body(oracle) } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    private static func ask(_ program: MartletProgram, _ model: String, stream: Bool = false) async throws -> Answer {
        try await program.ask(
            MartletProgram.request(
                "/v1/chat/completions",
                token: try program.firstKey(),
                headers: ["traceparent: 00-\(Self.traceID)-00f067aa0ba902b7-01"],
                body: MartletProgram.chat(model, stream: stream)
            )
        )
    }

    @Test("a collector receives a trace of a request that was tried twice: client, road and each attempt")
    func trace() async throws {
        try await Self.world { oracle in
            oracle.handle { request in
                request.path.hasPrefix("/vendor") ? .json(["error": ["message": "no"]], status: 503) : .json([:])
            }
            let environment = [
                "OTEL_EXPORTER_OTLP_ENDPOINT": oracle.url, "OTEL_EXPORTER_OTLP_HEADERS": "x-token=a%20b",
                "OTEL_SERVICE_NAME": "gate", "MARTLET_TELEMETRY_OTLP_INTERVAL": "100ms",
                "MARTLET_TELEMETRY_OTLP_METRICS_INTERVAL": "1s", "MARTLET_LOG_ACCESS": "json",
            ]
            try await MartletProgram.run(environment: environment) { program in
                try await program.administer(
                    "providers",
                    #"{"name":"sick","kind":"openai-compatible","base_url":"\#(oracle.url)/vendor/v1","secret":"sk-0123456789","settings":{"allow_private":"true","forward_traceparent":"true"}}"#
                )
                try await program.administer(
                    "models",
                    #"{"name":"safe","targets":[{"provider":"sick","upstream_model":"m","priority":0},{"provider":"sandbox","upstream_model":"echo","priority":1}]}"#
                )
                let answer = try await Self.ask(program, "safe")
                #expect(answer.status == 200, "\(answer.body)")
                try await Self.expectTrace(oracle)
                try await Self.expectStranger(program, oracle)
                try await Self.expectMetrics(oracle)
                try Self.expectLine(try #require(await Self.line(program)))
                try await Self.expectStored(program)
            }
        }
    }

    private static func expectTrace(_ oracle: OracleUpstream) async throws {
        let isTold = await oracle.wait { $0.requests.contains { $0.path == "/v1/traces" && $0.isOver } }
        try #require(isTold)
        let report = try #require(oracle.requests.first { $0.path == "/v1/traces" })
        #expect(report.headers.contains { $0.name == "x-token" && $0.value == "a b" })
        #expect(report.headers.contains { $0.name == "content-type" && $0.value == "application/json" })
        let spans = try #require(report.json?["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]).elements
        #expect(spans.map { $0["kind"]?.int } == [2, 1, 3, 3])
        #expect(spans.map { $0["name"]?.string } == ["POST /v1/chat/completions", "road", "chat m", "chat echo"])
        #expect(spans.allSatisfy { $0["traceId"]?.string == Self.traceID })
        #expect(spans.first?["parentSpanId"]?.string == "00f067aa0ba902b7")
        #expect(spans.dropFirst().allSatisfy { $0["parentSpanId"]?.string == spans[0]["spanId"]?.string })
        let served = try #require(spans.last)
        for name in ["id", "model", "finish_reasons"] {
            #expect(Self.has("gen_ai.response.\(name)", served), "\(name)")
        }
        for name in ["operation.name", "provider.name", "request.model", "usage.input_tokens", "usage.output_tokens"] {
            #expect(Self.has("gen_ai.\(name)", served), "\(name)")
        }
        #expect(
            Self.has("error.type", spans[2]) && Self.has("server.address", spans[2])
                && Self.has("server.port", spans[2])
        )
        let asked = try #require(oracle.requests.first { $0.path.hasPrefix("/vendor") })
        let told = asked.headers.first { $0.name == "traceparent" }?.value
        #expect(told == "00-\(Self.traceID)-\(spans[2]["spanId"]?.string ?? "")-01")
    }

    private static func has(_ attribute: String, _ span: PlainJSON) -> Bool {
        span["attributes"]?.elements.contains { $0["key"]?.string == attribute } ?? false
    }

    /// Whoever has no key has a span, too.
    private static func expectStranger(_ program: MartletProgram, _ oracle: OracleUpstream) async throws {
        let answer = try await program.ask(
            MartletProgram.request(
                "/v1/messages",
                token: "sk-mt-nobody",
                headers: ["traceparent: 00-\(Self.traceID)-00f067aa0ba902b7-01"],
                body: "{}"
            )
        )
        #expect(answer.status == 401)
        let isTold = await oracle.wait { oracle in
            oracle.requests.contains {
                $0.path == "/v1/traces" && $0.bodyText.contains("POST /v1/messages")
                    && $0.bodyText.contains("invalidKey")
            }
        }
        #expect(isTold)
    }

    /// The record tells its trace.
    private static func expectStored(_ program: MartletProgram) async throws {
        program.signal(SIGTERM)
        #expect(await program.exitCode(within: .seconds(20)) == 0, "\(program.obituary)")
        let stored = try program.storedRequests()
        #expect(stored.map(\.record.traceID) == [Self.traceID], "strangers have no record")
    }

    private static func expectMetrics(_ oracle: OracleUpstream) async throws {
        let isTold = await oracle.wait { oracle in
            oracle.requests.contains { $0.path == "/v1/metrics" && $0.bodyText.contains("gen_ai.client.token.usage") }
        }
        #expect(isTold)
    }

    private static func line(_ program: MartletProgram) async -> PlainJSON? {
        var line: PlainJSON?
        _ = await eventually {
            let found = program.outputText.split(separator: "\n").first { $0.contains("\"msg\":\"request\"") }
            line = found.flatMap { try? PlainJSON(parsing: Array($0.utf8)) }
            return line != nil
        }
        return line
    }

    private static func expectLine(_ line: PlainJSON) throws {
        #expect(line["trace_id"]?.string == Self.traceID)
        #expect(line["project"]?.string == "default")
        #expect(line["model"]?.string == "safe")
        #expect(line["attempts"]?.int == 2)
        #expect(line["status"]?.int == 200)
    }

    @Test(
        "sinks that hang, reset or answer 500 slow nothing, and the process ends in time",
        arguments: [("hang", false), ("hang", true), ("500", false), ("reset", true)]
    )
    func failingSinks(_ fault: String, _ stream: Bool) async throws {
        try await Self.world { oracle in
            oracle.handle { _ in
                switch fault {
                case "hang": .hang
                case "reset": .reset
                default: .json([:], status: 500)
                }
            }
            let environment = [
                "MARTLET_TELEMETRY_OTLP_ENDPOINT": oracle.url, "MARTLET_TELEMETRY_OTLP_INTERVAL": "100ms",
                "MARTLET_TELEMETRY_OTLP_TIMEOUT": "1s", "MARTLET_SINKS_WEBHOOK_URL": "\(oracle.url)/records",
                "MARTLET_SINKS_WEBHOOK_SECRET": "hunter2-hunter2", "MARTLET_SINKS_WEBHOOK_INTERVAL": "100ms",
                "MARTLET_SINKS_WEBHOOK_TIMEOUT": "1s",
            ]
            try await MartletProgram.run(environment: environment) { program in
                try await program.addModel("box", "echo")
                for number in 0..<20 {
                    let answer = try await Self.ask(program, "box", stream: stream)
                    #expect(answer.status == 200)
                    // The sinks fail by now: both were sent something.
                    if number == 5 {
                        let areAsked = await oracle.wait { oracle in
                            ["/records", "/v1/traces"].allSatisfy { path in
                                oracle.requests.contains { $0.path == path }
                            }
                        }
                        #expect(areAsked)
                    }
                }
                program.signal(SIGTERM)
                #expect(await program.exitCode(within: .seconds(20)) == 0, "\(program.obituary)")
                #expect(try program.storedRequests().count == 20)
            }
        }
    }

    @Test("the access log goes to a file, and what ends with the process is in it")
    func accessFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("access-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/access.log"
        let environment = ["MARTLET_LOG_ACCESS": "json", "MARTLET_LOG_ACCESS_FILE": path]
        try await MartletProgram.run(environment: environment) { program in
            try await program.addModel("box", "echo")
            for _ in 0..<3 { #expect(try await Self.ask(program, "box").status == 200) }
            program.signal(SIGTERM)
            #expect(await program.exitCode(within: .seconds(20)) == 0)
        }
        let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(!text.contains("one two three"), "no prompt is told")
        for line in lines { #expect(try PlainJSON(parsing: Array(line.utf8))["tokens_out"]?.int != nil) }
    }
}
