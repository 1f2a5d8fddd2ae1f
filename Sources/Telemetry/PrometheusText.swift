/// Writes the Prometheus text exposition format 0.0.4.
///
/// Source: prometheus.io, "Exposition formats", text-based format.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    /// One family with its `HELP` and `TYPE` lines; nothing when it has no series.
    mutating func append(_ family: MetricFamily) {
        var values = family.collected()
        var histograms: [LabelSet: HistogramSnapshot] = [:]
        for (labels, series) in family.series {
            switch series {
            case .counter(let counter): values[labels, default: 0] += Double(counter.value)
            case .gauge(let gauge): values[labels, default: 0] += Double(gauge.value)
            case .histogram(let histogram): histograms[labels] = histogram.snapshot
            }
        }
        guard !values.isEmpty || !histograms.isEmpty else { return }
        self.header(family)
        for (labels, value) in values.sorted(by: { Self.precedes($0.key, $1.key) }) {
            self.sample(family.name, labels.pairs, Self.number(value))
        }
        for (labels, histogram) in histograms.sorted(by: { Self.precedes($0.key, $1.key) }) {
            self.append(histogram, named: family.name, labels: labels.pairs)
        }
    }

    private mutating func header(_ family: MetricFamily) {
        let help = Self.escaped(family.help, quotes: false)
        self.write("# HELP \(family.name) \(help)\n# TYPE \(family.name) \(family.type.rawValue)\n")
    }

    private mutating func append(_ histogram: HistogramSnapshot, named name: String, labels: [LabelSet.Pair]) {
        var cumulative = 0
        for (index, count) in histogram.counts.enumerated() {
            cumulative &+= count
            let bound = index < histogram.bounds.count ? histogram.bounds[index] : .infinity
            let le = LabelSet.Pair(name: "le", value: Self.number(bound))
            self.sample(name + "_bucket", labels + [le], String(cumulative))
        }
        self.sample(name + "_sum", labels, Self.number(histogram.sumSeconds))
        self.sample(name + "_count", labels, String(cumulative))
    }

    private mutating func sample(_ name: String, _ labels: [LabelSet.Pair], _ value: String) {
        self.write(name)
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            self.write("{" + pairs.joined(separator: ",") + "}")
        }
        self.write(" \(value)\n")
    }

    private mutating func write(_ text: String) {
        self.bytes.append(contentsOf: text.utf8)
    }

    /// Whole numbers without a fraction, and Go's words for what is not finite.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
        return String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    static func precedes(_ a: LabelSet, _ b: LabelSet) -> Bool {
        a.pairs.lexicographicallyPrecedes(b.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}
