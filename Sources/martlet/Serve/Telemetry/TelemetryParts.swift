import Exchange
import Gateway
import Providers
import Telemetry

/// What the settings ask telemetry to do, made ready.
struct TelemetryParts: Sendable {
    /// Decides which traces are recorded; `nil` when requests have none.
    let sampler: TraceSampler?
    let service: TelemetryService

    /// Where finished requests are told; `nil` when nobody wants to know.
    var queue: TelemetryQueue? { self.service.queue }

    /// - Parameters:
    ///   - settings: What is asked for.
    ///   - registry: Where counters live, and what is reported.
    ///   - transport: Posts to places elsewhere.
    ///   - startedAt: When the process began, in milliseconds since 1970.
    ///   - unixMilliseconds: The wall clock.
    /// - Throws: `TelemetryMistake` for an address, a list or a file that cannot be used.
    init(
        _ settings: Settings,
        registry: MetricRegistry,
        transport: any CredentialTransport,
        startedAt: Int64,
        unixMilliseconds: @escaping @Sendable () -> Int64
    ) throws(TelemetryMistake) {
        var service = TelemetryService()
        service.accessLog = try AccessLog(settings.log, registry: registry)
        if let webhook = try RecordWebhook.outbox(settings.sinks.webhook, transport: transport, registry: registry) {
            service.outboxes.append(webhook)
        }
        let otlp = settings.telemetry.otlp
        var sendsTraces = false
        if let endpoint = otlp.endpoint {
            let collector = try OTLPCollector(otlp, endpoint: endpoint, transport: transport)
            let resource = try Self.resource(settings.telemetry)
            let convention = GenAIConvention(optIn: settings.telemetry.stabilityOptIn)
            sendsTraces = otlp.sendsTraces
            if otlp.sendsTraces {
                service.outboxes.append(
                    Self.traces(
                        otlp,
                        collector.traces,
                        OTLPTraces(resource: resource, convention: convention),
                        registry
                    )
                )
            }
            if otlp.sendsMetrics {
                let genAI = GenAIMetrics(convention)
                service.genAI = genAI
                service.reporter = MetricsReporter(
                    metrics: OTLPMetrics(resource: resource, registry: registry, genAI: genAI),
                    box: collector.metrics,
                    interval: otlp.metricsInterval,
                    startedAt: startedAt,
                    dropped: TelemetryQueue.dropped("metrics", in: registry),
                    unixMilliseconds: unixMilliseconds
                )
            }
        }
        let isWanted = service.accessLog != nil || service.genAI != nil || !service.outboxes.isEmpty
        if isWanted { service.queue = TelemetryQueue(registry: registry) }
        self.service = service
        // Without a collector a trace has an id, for the logs, and passes a caller's own decision on.
        self.sampler = isWanted ? Self.sampler(settings.telemetry.traces, records: sendsTraces) : nil
    }

    private static func traces(
        _ settings: Settings.OTLP,
        _ box: PostBox,
        _ traces: OTLPTraces,
        _ registry: MetricRegistry
    ) -> Outbox {
        let rules = Outbox.Rules(capacity: settings.queue, batch: 512, interval: settings.interval)
        return Outbox("traces", rules, registry: registry, admits: { $0.trace?.isSampled == true }) {
            await box.post(traces.body($0))
        }
    }

    private static func resource(_ settings: Settings.Telemetry) throws(TelemetryMistake) -> OTLPResource {
        guard let attributes = PercentList.parse(settings.resourceAttributes ?? "") else {
            throw TelemetryMistake(
                "telemetry.resource_attributes must be key=value by comma, values percent-encoded"
            )
        }
        return OTLPResource(serviceName: settings.serviceName, attributes: attributes)
    }

    /// The sampler by its OpenTelemetry name.
    static func sampler(_ settings: Settings.Traces, records: Bool) -> TraceSampler {
        let follows = settings.sampler.hasPrefix("parentbased_")
        guard records else { return TraceSampler(ratio: 0, recordsSpans: false) }
        switch settings.sampler {
        case "always_on", "parentbased_always_on": return TraceSampler(ratio: 1, followsParent: follows)
        case "always_off", "parentbased_always_off": return TraceSampler(ratio: 0, followsParent: follows)
        default: return TraceSampler(ratio: settings.sample, followsParent: follows)
        }
    }
}
