/// One family of metrics at one moment, for whoever writes it in another form than Prometheus's.
public struct MetricReading: Sendable, Equatable {
    /// One series.
    public struct Point: Sendable, Equatable {
        /// Names and values, by name.
        public var labels: [Label]
        /// What it says.
        public var value: Value
    }

    /// A label.
    public struct Label: Sendable, Equatable {
        /// The label's name.
        public var name: String
        /// Its value.
        public var value: String
    }

    /// What a series says.
    public enum Value: Sendable, Equatable {
        /// Of a counter or a gauge.
        case number(Double)
        /// Of a histogram: upper bounds in seconds, observations of each bucket (one more than the bounds, not cumulative),
        /// and the sum of all.
        case histogram(bounds: [Double], counts: [Int], sum: Double)
    }

    /// The metric's name.
    public var name: String
    /// One line for people.
    public var help: String
    /// What kind it is.
    public var type: MetricType
    /// Its series, by their labels; never empty.
    public var points: [Point]
}

extension MetricRegistry {
    /// All families that have a series, by name.
    public func readings() -> [MetricReading] {
        self.snapshot().compactMap { family in
            var values = family.collected().mapValues { MetricReading.Value.number($0) }
            for (labels, series) in family.series {
                switch series {
                case .counter(let counter): values.add(Double(counter.value), to: labels)
                case .gauge(let gauge): values.add(Double(gauge.value), to: labels)
                case .histogram(let histogram):
                    let reading = histogram.snapshot
                    values[labels] = .histogram(
                        bounds: reading.bounds,
                        counts: reading.counts,
                        sum: reading.sumSeconds
                    )
                }
            }
            guard !values.isEmpty else { return nil }
            let points = values.sorted { PrometheusText.precedes($0.key, $1.key) }.map { labels, value in
                MetricReading.Point(labels: labels.pairs.map { .init(name: $0.name, value: $0.value) }, value: value)
            }
            return MetricReading(name: family.name, help: family.help, type: family.type, points: points)
        }
    }
}

extension [LabelSet: MetricReading.Value] {
    fileprivate mutating func add(_ number: Double, to labels: LabelSet) {
        guard case .number(let known) = self[labels] else { return self[labels] = .number(number) }
        self[labels] = .number(known + number)
    }
}
