import Exchange

extension Settings {
    /// Traces and metrics by OTLP.
    struct Telemetry: Sendable, Equatable {
        var traces = Traces()
        var otlp = OTLP()
        var serviceName = "martlet"
        /// `key=value` by comma, values percent-encoded.
        var resourceAttributes: String?
        /// Words by comma, as `OTEL_SEMCONV_STABILITY_OPT_IN` has them.
        var stabilityOptIn: String?
    }

    struct Traces: Sendable, Equatable {
        var sample = 1.0
        var sampler = "parentbased_traceidratio"
    }

    struct OTLP: Sendable, Equatable {
        /// Where everything is sent, without `/v1/traces`; `nil` sends nothing.
        var endpoint: String?
        /// `name=value` by comma, values percent-encoded.
        var headers: Secret?
        var interval = Duration.seconds(5)
        var metricsInterval = Duration.seconds(60)
        var timeout = Duration.seconds(10)
        var queue = 8_192
        var sendsTraces = true
        var sendsMetrics = true
    }

    /// Where request records go beside the store.
    struct Sinks: Sendable, Equatable {
        var webhook = RecordWebhook()
    }

    struct RecordWebhook: Sendable, Equatable {
        var url: String?
        var secret: Secret?
        var interval = Duration.seconds(1)
        var timeout = Duration.seconds(5)
        var queue = 8_192
    }

    /// What telemetry's settings get wrong together.
    func telemetryContradictions() -> [(path: String, message: String)] {
        var found: [(path: String, message: String)] = []
        if self.sinks.webhook.url != nil, self.sinks.webhook.secret == nil {
            found.append(("sinks.webhook.secret", "must be given too: records are only sent signed"))
        }
        if self.sinks.webhook.url == nil, self.sinks.webhook.secret != nil {
            found.append(("sinks.webhook.url", "must be given too: there is a secret, and nothing to sign"))
        }
        if self.log.access == "off", self.log.accessFile != nil {
            found.append(("log.access", "must be json when log.access_file is given"))
        }
        return found
    }
}

extension SettingSchema {
    static let telemetry: [SettingRow] = [
        SettingRow("log.access", .choice(\.log.access, ["off", "json"]))
            .about("one JSON line for each finished request, without its content"),
        SettingRow("log.access_file", .optionalText(\.log.accessFile))
            .about("where these lines go; to standard output when not given"),
        SettingRow("log.access_file_size", .size(\.log.accessFileBytes, 64 << 10...1 << 40))
            .about("the file is put aside, and a new one begun, before it grows larger"),
        SettingRow("log.access_file_count", .integer(\.log.accessFileCount, 0...1_000))
            .about("how many files put aside are kept (`.1` is the newest)"),
        SettingRow("sinks.webhook.url", .optionalText(\.sinks.webhook.url))
            .about("address that request records are posted to"),
        SettingRow("sinks.webhook.secret", .secret(\.sinks.webhook.secret))
            .about("signs them, with HMAC-SHA-256"),
        SettingRow("sinks.webhook.interval", .duration(\.sinks.webhook.interval, Self.pace))
            .about("longest time that records are gathered before they are posted"),
        SettingRow("sinks.webhook.timeout", .duration(\.sinks.webhook.timeout, Self.patience))
            .about("how long one post may take"),
        SettingRow("sinks.webhook.queue", .integer(\.sinks.webhook.queue, 100...1_000_000))
            .about("records that may wait; more are dropped and counted"),
        SettingRow("telemetry.otlp.endpoint", .optionalText(\.telemetry.otlp.endpoint))
            .or("OTEL_EXPORTER_OTLP_ENDPOINT")
            .about("OpenTelemetry collector, OTLP over HTTP with JSON: `http://127.0.0.1:4318`"),
        SettingRow("telemetry.otlp.headers", .secret(\.telemetry.otlp.headers))
            .or("OTEL_EXPORTER_OTLP_HEADERS")
            .about("headers for the collector: `name=value` by comma, values percent-encoded"),
        SettingRow("telemetry.otlp.interval", .duration(\.telemetry.otlp.interval, Self.pace))
            .about("longest time that spans are gathered before they are sent"),
        SettingRow("telemetry.otlp.metrics_interval", .duration(\.telemetry.otlp.metricsInterval, Self.metricsPace))
            .about("time between two reports of metrics"),
        SettingRow("telemetry.otlp.timeout", .duration(\.telemetry.otlp.timeout, Self.patience))
            .about("how long one report may take"),
        SettingRow("telemetry.otlp.queue", .integer(\.telemetry.otlp.queue, 100...1_000_000))
            .about("requests whose spans may wait; more are dropped and counted"),
        SettingRow("telemetry.otlp.traces", .flag(\.telemetry.otlp.sendsTraces))
            .about("send spans"),
        SettingRow("telemetry.otlp.metrics", .flag(\.telemetry.otlp.sendsMetrics))
            .about("send metrics"),
        SettingRow("telemetry.traces.sample", .ratio(\.telemetry.traces.sample))
            .or("OTEL_TRACES_SAMPLER_ARG")
            .about("share of the traces beginning here that is recorded"),
        SettingRow("telemetry.traces.sampler", .choice(\.telemetry.traces.sampler, Self.samplers))
            .or("OTEL_TRACES_SAMPLER")
            .about("who decides what is recorded; `parentbased_…` follows a caller that has decided"),
        SettingRow("telemetry.service_name", .text(\.telemetry.serviceName))
            .or("OTEL_SERVICE_NAME")
            .about("`service.name` of everything sent"),
        SettingRow("telemetry.resource_attributes", .optionalText(\.telemetry.resourceAttributes))
            .or("OTEL_RESOURCE_ATTRIBUTES")
            .about("further attributes of everything sent: `key=value` by comma, values percent-encoded"),
        SettingRow("telemetry.stability_opt_in", .optionalText(\.telemetry.stabilityOptIn))
            .or("OTEL_SEMCONV_STABILITY_OPT_IN")
            .about("`gen_ai_latest_experimental` for OpenTelemetry's newest names, which still change"),
    ]

    private static let samplers = [
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
        "parentbased_traceidratio",
    ]
    private static let pace: ClosedRange<Duration> = .milliseconds(100) ... .seconds(300)
    private static let metricsPace: ClosedRange<Duration> = .seconds(1) ... .seconds(3_600)
    private static let patience: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)
}
