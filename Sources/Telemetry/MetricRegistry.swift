import Synchronization

/// What kind of metric a family is; the words are Prometheus's.
public enum MetricType: String, Sendable {
    /// Only goes up.
    case counter
    /// Goes up and down.
    case gauge
    /// Observations in buckets.
    case histogram
}

/// All metrics of the process.
///
/// Ask once for a counter, gauge or histogram and keep it: asking takes a lock, using it does not. The same name and
/// labels give the same object. A family holds at most `maximumSeries` label sets; whatever comes after shares one
/// series whose label values are all `other`, so that no outside name can grow the process.
public final class MetricRegistry: Sendable {
    /// The media type of what `render` returns.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// Label sets in one family before new ones are folded into `other`.
    public static let maximumSeries = 1_000

    private let families = Mutex<[String: MetricFamily]>([:])

    /// An empty registry.
    public init() {}

    /// A counter; its name should end in `_total`.
    ///
    /// - Parameters:
    ///   - name: Metric name; a family of another type under it is a programming mistake.
    ///   - help: One line for people.
    ///   - labels: Names and values; the values may come from outside.
    /// - Returns: The one counter of this name and these labels.
    public func counter(_ name: String, help: String, labels: [(String, String)] = []) -> Counter {
        let series = self.series(name, help, .counter, labels) { .counter(Counter()) }
        guard case .counter(let counter) = series else { preconditionFailure("\(name) is not a counter") }
        return counter
    }

    /// A gauge; see `counter` for the parameters.
    public func gauge(_ name: String, help: String, labels: [(String, String)] = []) -> Gauge {
        let series = self.series(name, help, .gauge, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = series else { preconditionFailure("\(name) is not a gauge") }
        return gauge
    }

    /// A histogram of durations; its name should end in `_seconds`.
    ///
    /// - Parameters:
    ///   - name: Metric name.
    ///   - help: One line for people.
    ///   - buckets: Rising upper bounds in seconds, at most `Histogram.maximumBuckets`; the first caller's stay.
    ///   - labels: Names and values.
    /// - Returns: The one histogram of this name and these labels.
    public func histogram(
        _ name: String,
        help: String,
        buckets: [Double],
        labels: [(String, String)] = []
    ) -> Histogram {
        let series = self.series(name, help, .histogram, labels) { .histogram(Histogram(buckets: buckets)) }
        guard case .histogram(let histogram) = series else { preconditionFailure("\(name) is not a histogram") }
        return histogram
    }

    /// Adds a source whose values are read whenever the metrics are rendered.
    ///
    /// - Parameters:
    ///   - name: Metric name.
    ///   - help: One line for people.
    ///   - type: `.counter` or `.gauge`.
    ///   - read: Called on the rendering thread; must not block for long. Label sets that repeat are summed.
    public func collect(
        _ name: String,
        help: String,
        type: MetricType,
        _ read: @escaping @Sendable () -> [(labels: [(String, String)], value: Double)]
    ) {
        precondition(type != .histogram, "a histogram cannot be collected")
        self.families.withLock { $0[name, default: MetricFamily(name, help, type)].addSource(read, type: type) }
    }

    /// The current values in Prometheus text format 0.0.4, families by name.
    public func render() -> [UInt8] {
        var text = PrometheusText()
        for family in self.snapshot() { text.append(family) }
        return text.bytes
    }

    /// All families, by name.
    func snapshot() -> [MetricFamily] {
        self.families.withLock { Array($0.values) }.sorted { $0.name < $1.name }
    }

    private func series(
        _ name: String,
        _ help: String,
        _ type: MetricType,
        _ labels: [(String, String)],
        _ make: () -> MetricSeries
    ) -> MetricSeries {
        let labels = LabelSet(labels)
        return self.families.withLock { families in
            families[name, default: MetricFamily(name, help, type)].series(labels, make)
        }
    }
}
