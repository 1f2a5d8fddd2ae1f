import Telemetry
import Wire

/// All metrics of the process as an OTLP report, cumulative since its start.
///
/// Source: opentelemetry-proto 1.5, `metrics.proto`; OTLP/HTTP with JSON.
struct OTLPMetrics: Sendable {
    /// When counting began, and now: nanoseconds since 1970.
    struct Times: Sendable {
        var start: Int64
        var now: Int64
    }

    let resource: OTLPResource
    let registry: MetricRegistry
    let genAI: GenAIMetrics

    /// The body of a report: an `ExportMetricsServiceRequest`.
    func body(_ times: Times) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 << 10)
        writer.object { writer in
            writer.key("resourceMetrics")
            writer.array { writer in
                writer.object { writer in
                    self.resource.write(to: &writer)
                    writer.key("scopeMetrics")
                    writer.array { writer in
                        writer.object { writer in
                            OTLPResource.writeScope(to: &writer)
                            writer.key("metrics")
                            writer.array { writer in
                                for reading in self.registry.readings() { Self.write(reading, times, to: &writer) }
                                self.genAI.write(to: &writer, times)
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func write(_ reading: MetricReading, _ times: Times, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", reading.name)
            writer.member("description", reading.help)
            writer.member("unit", Self.unit(of: reading.name))
            let kind: StaticString
            switch reading.type {
            case .counter: kind = "sum"
            case .gauge: kind = "gauge"
            case .histogram: kind = "histogram"
            }
            Self.points(kind, isSum: reading.type == .counter, isGauge: reading.type == .gauge, to: &writer) { writer in
                for point in reading.points { Self.write(point, times, to: &writer) }
            }
        }
    }

    private static func write(_ point: MetricReading.Point, _ times: Times, to writer: inout JSONWriter) {
        func attributes(_ writer: inout JSONWriter) {
            for label in point.labels { writer.attribute(label.name, label.value) }
        }
        switch point.value {
        case .number(let number):
            writer.object { writer in
                Self.begin(times, to: &writer, attributes)
                writer.member("asDouble", number)
            }
        case .histogram(let bounds, let counts, let sum):
            Self.write(bounds: bounds, counts: counts, sum: sum, times, to: &writer, attributes)
        }
    }

    /// The unit that a name's ending tells, as UCUM writes it.
    private static func unit(of name: String) -> String {
        if name.hasSuffix("_seconds") || name.hasSuffix("_seconds_total") { return "s" }
        return name.hasSuffix("_bytes") || name.hasSuffix("_bytes_total") ? "By" : "1"
    }

    // MARK: Parts

    /// The data of one metric: its points, and how they are to be understood.
    static func points(
        _ kind: StaticString,
        isSum: Bool = false,
        isGauge: Bool = false,
        to writer: inout JSONWriter,
        _ content: (inout JSONWriter) -> Void
    ) {
        writer.key(kind)
        writer.object { writer in
            // 2: cumulative.
            if !isGauge { writer.member("aggregationTemporality", 2) }
            if isSum { writer.member("isMonotonic", true) }
            writer.key("dataPoints")
            writer.array { content(&$0) }
        }
    }

    /// One point of a histogram.
    static func write(
        bounds: [Double],
        counts: [Int],
        sum: Double,
        _ times: Times,
        to writer: inout JSONWriter,
        _ attributes: (inout JSONWriter) -> Void
    ) {
        writer.object { writer in
            Self.begin(times, to: &writer, attributes)
            writer.member("count", String(counts.reduce(0, &+)))
            writer.member("sum", sum)
            writer.key("bucketCounts")
            writer.array { writer in
                for count in counts { writer.string(String(count)) }
            }
            writer.key("explicitBounds")
            writer.array { writer in
                for bound in bounds { writer.double(bound) }
            }
        }
    }

    /// One point of a counter.
    static func write(
        _ count: Int,
        _ times: Times,
        to writer: inout JSONWriter,
        _ attributes: (inout JSONWriter) -> Void
    ) {
        writer.object { writer in
            Self.begin(times, to: &writer, attributes)
            writer.member("asInt", String(count))
        }
    }

    private static func begin(_ times: Times, to writer: inout JSONWriter, _ attributes: (inout JSONWriter) -> Void) {
        writer.key("attributes")
        writer.array { attributes(&$0) }
        writer.member("startTimeUnixNano", String(times.start))
        writer.member("timeUnixNano", String(times.now))
    }
}
