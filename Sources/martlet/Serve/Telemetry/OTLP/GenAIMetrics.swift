import Exchange
import Gateway
import Storage
import Synchronization
import Wire

/// Durations and tokens of finished requests under OpenTelemetry's names, gathered where nobody waits. Series are bounded:
/// models beyond the bound share one that is called `other`.
final class GenAIMetrics: Sendable {
    /// Series of one metric before new ones are folded into `other`.
    static let maximumSeries = 1_000

    private enum Metric: CaseIterable {
        case tokens, duration, firstToken

        func name(_ convention: GenAIConvention) -> String {
            switch self {
            case .tokens: GenAINames.tokenUsage
            case .duration: GenAINames.duration(convention)
            case .firstToken: GenAINames.firstToken(convention)
            }
        }
        var unit: String { self == .tokens ? "{token}" : "s" }
        var bounds: [Double] { self == .tokens ? OTLPHistogram.tokens : OTLPHistogram.seconds }
        var help: String {
            switch self {
            case .tokens: "Tokens of one request, by type."
            case .duration: "From a request's head to its end."
            case .firstToken: "From a request's head to the first content of its answer."
            }
        }
    }

    private struct Labels: Hashable {
        var operation: String
        var kind: String?
        var provider: String
        var model: String
        var error: String?
        var tokenType: String?
    }

    private let convention: GenAIConvention
    private let series = Mutex<[Metric: [Labels: OTLPHistogram]]>([:])
    private let spent = GenAIUsage()

    init(_ convention: GenAIConvention = .settled) {
        self.convention = convention
    }

    /// Counts finished requests.
    func put(_ requests: [FinishedRequest]) {
        self.series.withLock { series in
            for request in requests { self.count(request, in: &series) }
        }
        if self.convention == .latest { self.spent.put(requests) }
    }

    private func count(_ request: FinishedRequest, in series: inout [Metric: [Labels: OTLPHistogram]]) {
        let record = request.record
        // Refused requests asked nobody: their models may be any text.
        guard !record.provider.isEmpty else { return }
        var labels = Labels(
            operation: GenAINames.operation(record.operation),
            kind: request.providerKind.map(GenAINames.provider),
            provider: record.provider,
            model: record.modelServed,
            error: OTLPTraces.error(of: record)
        )
        Self.observe(OTLPTraces.seconds(record.totalMicroseconds), .duration, labels, in: &series)
        labels.error = nil
        if let first = record.firstContentMicroseconds {
            Self.observe(OTLPTraces.seconds(first), .firstToken, labels, in: &series)
        }
        // The newest conventions count tokens apart.
        guard self.convention == .settled, let usage = record.usage else { return }
        labels.tokenType = "input"
        Self.observe(Double(usage.inputTokens), .tokens, labels, in: &series)
        labels.tokenType = "output"
        Self.observe(Double(usage.outputTokens), .tokens, labels, in: &series)
    }

    private static func observe(
        _ value: Double,
        _ metric: Metric,
        _ labels: Labels,
        in series: inout [Metric: [Labels: OTLPHistogram]]
    ) {
        var labels = labels
        let known = series[metric, default: [:]]
        if known[labels] == nil, known.count >= Self.maximumSeries {
            labels.kind = labels.kind.map { _ in "other" }
            labels.provider = "other"
            labels.model = "other"
            labels.error = labels.error.map { _ in "other" }
        }
        series[metric, default: [:]][labels, default: OTLPHistogram(bounds: metric.bounds)].observe(value)
    }

    /// Writes each metric as an object of an array.
    func write(to writer: inout JSONWriter, _ times: OTLPMetrics.Times) {
        let all = self.series.withLock { $0 }
        for metric in Metric.allCases {
            guard let known = all[metric], !known.isEmpty else { continue }
            writer.object { writer in
                writer.member("name", metric.name(self.convention))
                writer.member("description", metric.help)
                writer.member("unit", metric.unit)
                OTLPMetrics.points("histogram", to: &writer) { writer in
                    for (labels, histogram) in known {
                        OTLPMetrics.write(
                            bounds: histogram.bounds,
                            counts: histogram.counts,
                            sum: histogram.sum,
                            times,
                            to: &writer
                        ) { Self.write(labels, to: &$0) }
                    }
                }
            }
        }
        self.spent.write(to: &writer, times)
    }

    private static func write(_ labels: Labels, to writer: inout JSONWriter) {
        writer.attribute(GenAINames.operationName, labels.operation)
        writer.attribute(GenAINames.providerName, labels.kind)
        writer.attribute("martlet.provider", labels.provider)
        writer.attribute(GenAINames.requestModel, labels.model)
        writer.attribute(GenAINames.errorType, labels.error)
        writer.attribute(GenAINames.tokenType, labels.tokenType)
    }
}
