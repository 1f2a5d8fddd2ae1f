import Exchange
import Gateway
import Providers
import Telemetry
import Testing
import Upstream

@testable import martlet

@Suite("Telemetry settings")
struct TelemetrySettingsTests {
    private func load(_ environment: [String: String]) throws -> Settings {
        try SettingsLoader(
            flags: [],
            environment: environment,
            readFile: { _ in throw SettingMistake("missing") },
            fileExists: { _ in false }
        ).load().settings
    }

    private func problems(_ environment: [String: String]) -> [String] {
        let error = #expect(throws: SettingsError.self) { try self.load(environment) }
        return error?.problems ?? []
    }

    private func parts(_ environment: [String: String]) throws -> TelemetryParts {
        try TelemetryParts(
            try self.load(environment),
            registry: MetricRegistry(),
            transport: SocketCredentialTransport(environment: [:]),
            startedAt: 0,
            unixMilliseconds: { 0 }
        )
    }

    @Test("nothing is told by default, and nothing is made for it")
    func off() throws {
        let parts = try self.parts([:])
        #expect(parts.sampler == nil)
        #expect(parts.queue == nil)
        #expect(parts.service.outboxes.isEmpty)
    }

    @Test("OpenTelemetry's own variables count where ours say nothing")
    func standardVariables() throws {
        let standard = [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/", "OTEL_SERVICE_NAME": "gate",
            "OTEL_RESOURCE_ATTRIBUTES": "zone=a%20b,deployment.environment=test", "OTEL_TRACES_SAMPLER": "traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0.25", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20x",
            "OTEL_SEMCONV_STABILITY_OPT_IN": "http,gen_ai_latest_experimental",
        ]
        let settings = try self.load(standard)
        #expect(settings.telemetry.otlp.endpoint == "http://collector:4318/")
        #expect(settings.telemetry.serviceName == "gate")
        #expect(settings.telemetry.traces.sample == 0.25)
        #expect(settings.telemetry.otlp.headers == Secret("authorization=Bearer%20x"))
        #expect(GenAIConvention(optIn: settings.telemetry.stabilityOptIn) == .latest)
        let parts = try self.parts(standard)
        #expect(parts.sampler == TraceSampler(ratio: 0.25, followsParent: false))
        #expect(parts.queue != nil)
        #expect(parts.service.reporter?.box.url.target == "/v1/metrics")
        #expect(parts.service.reporter?.box.headers.first?.value == "Bearer x")
        #expect(parts.service.reporter?.metrics.resource.attributes.contains { $0.value == "a b" } == true)
        let ours = standard.merging(["MARTLET_TELEMETRY_SERVICE_NAME": "mine"]) { _, new in new }
        #expect(try self.load(ours).telemetry.serviceName == "mine")
        #expect(try self.load(["OTEL_SERVICE_NAME": ""]).telemetry.serviceName == "martlet")
    }

    @Test("without a collector a trace has an id and no spans")
    func idsOnly() throws {
        let parts = try self.parts(["MARTLET_LOG_ACCESS": "json"])
        #expect(parts.sampler?.recordsSpans == false)
        #expect(parts.service.accessLog != nil)
        let silent = try self.parts([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "MARTLET_TELEMETRY_OTLP_TRACES": "false",
            "MARTLET_TELEMETRY_OTLP_METRICS": "false",
        ])
        #expect(silent.queue == nil && silent.sampler == nil)
    }

    @Test(
        "samplers go by their OpenTelemetry names",
        arguments: [
            ("always_on", 1.0, false), ("always_off", 0, false), ("traceidratio", 0.5, false),
            ("parentbased_always_on", 1, true), ("parentbased_always_off", 0, true),
            ("parentbased_traceidratio", 0.5, true),
        ]
    )
    func samplers(_ name: String, _ ratio: Double, _ follows: Bool) {
        let settings = Settings.Traces(sample: 0.5, sampler: name)
        #expect(TelemetryParts.sampler(settings, records: true) == TraceSampler(ratio: ratio, followsParent: follows))
    }

    @Test("N016: a webhook without a secret, or with an empty one, is refused at the start")
    func unsigned() {
        let url = ["MARTLET_SINKS_WEBHOOK_URL": "https://sink.example"]
        #expect(self.problems(url).contains { $0.contains("sinks.webhook.secret") && $0.contains("signed") })
        let empty = url.merging(["MARTLET_SINKS_WEBHOOK_SECRET": ""]) { _, new in new }
        #expect(self.problems(empty).contains { $0.contains("sinks.webhook.secret must not be empty") })
        #expect(self.problems(["MARTLET_SINKS_WEBHOOK_SECRET": "x"]).contains { $0.contains("sinks.webhook.url") })
        #expect(self.problems(["MARTLET_LOG_ACCESS_FILE": "/tmp/a.log"]).contains { $0.contains("log.access") })
    }

    @Test("a share is a number from 0 to 1", arguments: ["-1", "1.1", "nan", "inf", "0x1", "1e-1", "", ".", "0.5 "])
    func badShares(_ text: String) {
        #expect(!self.problems(["MARTLET_TELEMETRY_TRACES_SAMPLE": text]).isEmpty)
    }

    @Test("shares are read and shown alike", arguments: ["0", "1", "0.25", "0.001"])
    func shares(_ text: String) throws {
        let settings = try self.load(["MARTLET_TELEMETRY_TRACES_SAMPLE": text])
        let row = try #require(SettingSchema.rows.first { $0.path == "telemetry.traces.sample" })
        #expect(row.kind.text(in: settings) == text)
    }

    @Test(
        "an address, a list or a file that cannot be used is refused, and no secret is told",
        arguments: [
            ["MARTLET_TELEMETRY_OTLP_ENDPOINT": "collector:4318"],
            ["MARTLET_TELEMETRY_OTLP_ENDPOINT": "http://collector:4318/?a=b"],
            ["MARTLET_TELEMETRY_OTLP_ENDPOINT": "http://c:1", "MARTLET_TELEMETRY_OTLP_HEADERS": "hunter2"],
            ["MARTLET_TELEMETRY_OTLP_ENDPOINT": "http://c:1", "MARTLET_TELEMETRY_OTLP_HEADERS": "host=hunter2"],
            ["MARTLET_TELEMETRY_OTLP_ENDPOINT": "http://c:1", "MARTLET_TELEMETRY_OTLP_HEADERS": "a=hunter2%0d%0ab"],
            ["MARTLET_TELEMETRY_OTLP_ENDPOINT": "http://c:1", "MARTLET_TELEMETRY_RESOURCE_ATTRIBUTES": "zone"],
            ["MARTLET_SINKS_WEBHOOK_URL": "nowhere", "MARTLET_SINKS_WEBHOOK_SECRET": "hunter2"],
            ["MARTLET_LOG_ACCESS": "json", "MARTLET_LOG_ACCESS_FILE": "/nowhere/at/all.log"],
        ]
    )
    func refused(_ environment: [String: String]) {
        let error = #expect(throws: TelemetryMistake.self) { try self.parts(environment) }
        #expect(error.map { !"\($0)".contains("hunter2") } == true)
    }
}

@Suite("Percent list")
struct PercentListTests {
    @Test("members are taken apart and decoded")
    func parses() throws {
        let pairs = try #require(PercentList.parse(" a = b%2Cc , d=e=f,, g="))
        #expect(pairs.map(\.name) == ["a", "d", "g"])
        #expect(pairs.map(\.value) == ["b,c", "e=f", ""])
        #expect(PercentList.parse("")?.isEmpty == true)
    }

    @Test("what is no list is none", arguments: ["a", "=b", "a=%", "a=%2", "a=%zz", "a=%ff", "a=b,c"])
    func refuses(_ text: String) {
        #expect(PercentList.parse(text) == nil)
    }
}
