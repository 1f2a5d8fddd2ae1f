/// One instrument of a family.
enum MetricSeries: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
}

/// All series under one name. A value: the registry copies it out of its lock to render it.
struct MetricFamily: Sendable {
    typealias Source = @Sendable () -> [(labels: [(String, String)], value: Double)]

    let name: String
    let help: String
    let type: MetricType
    private(set) var series: [LabelSet: MetricSeries] = [:]
    private(set) var sources: [Source] = []

    init(_ name: String, _ help: String, _ type: MetricType) {
        precondition(MetricName.isValid(name), "\(name) is not a metric name")
        self.name = name
        self.help = help
        self.type = type
    }

    /// The series with these labels, made when it is new, or the one for everything beyond the bound.
    mutating func series(_ labels: LabelSet, _ make: () -> MetricSeries) -> MetricSeries {
        if let known = self.series[labels] { return known }
        let isFull = self.series.count >= MetricRegistry.maximumSeries
        let key = isFull ? labels.overflow : labels
        if let known = self.series[key] { return known }
        let new = make()
        self.series[key] = new
        return new
    }

    mutating func addSource(_ source: @escaping Source, type: MetricType) {
        precondition(type == self.type, "\(self.name) is already a \(self.type.rawValue)")
        self.sources.append(source)
    }

    /// What the sources say now, repeats summed, bounded like the series.
    func collected() -> [LabelSet: Double] {
        var values: [LabelSet: Double] = [:]
        for source in self.sources {
            for (labels, value) in source() {
                let labels = LabelSet(labels)
                let fits = values[labels] != nil || values.count < MetricRegistry.maximumSeries
                values[fits ? labels : labels.overflow, default: 0] += value
            }
        }
        return values
    }
}
