import Exchange
import Gateway
import Storage
import Synchronization
import Wire

/// Tokens spent, as the newest conventions count them: one counter for each kind of token, none of them a part of another's name.
final class GenAIUsage: Sendable {
    private enum Kind: String, CaseIterable {
        case input = "input_tokens"
        case cacheRead = "cache_read.input_tokens"
        case cacheWrite = "cache_write.input_tokens"
        case output = "output_tokens"
        case reasoning = "reasoning.output_tokens"

        func count(_ usage: TokenUsage) -> Int {
            switch self {
            case .input: usage.inputTokens
            case .cacheRead: usage.cacheReadTokens
            case .cacheWrite: usage.cacheWriteTokens
            case .output: usage.outputTokens
            case .reasoning: usage.reasoningTokens
            }
        }
    }

    private struct Labels: Hashable {
        var operation: String
        var kind: String?
        var provider: String
        var model: String
    }

    private let counts = Mutex<[Labels: [Kind: Int]]>([:])

    /// Counts finished requests.
    func put(_ requests: [FinishedRequest]) {
        self.counts.withLock { counts in
            for request in requests {
                let record = request.record
                guard !record.provider.isEmpty, let usage = record.usage else { continue }
                var labels = Labels(
                    operation: GenAINames.operation(record.operation),
                    kind: request.providerKind.map(GenAINames.provider),
                    provider: record.provider,
                    model: record.modelServed
                )
                if counts[labels] == nil, counts.count >= GenAIMetrics.maximumSeries {
                    labels = Labels(operation: labels.operation, kind: "other", provider: "other", model: "other")
                }
                for kind in Kind.allCases { counts[labels, default: [:]][kind, default: 0] &+= kind.count(usage) }
            }
        }
    }

    /// Writes each counter as an object of an array; nothing when nothing was counted.
    func write(to writer: inout JSONWriter, _ times: OTLPMetrics.Times) {
        let all = self.counts.withLock { $0 }
        guard !all.isEmpty else { return }
        for kind in Kind.allCases {
            writer.object { writer in
                writer.member("name", GenAINames.usageCounters + kind.rawValue)
                writer.member("description", "Tokens that requests took, by kind.")
                writer.member("unit", "{token}")
                OTLPMetrics.points("sum", isSum: true, to: &writer) { writer in
                    for (labels, counts) in all {
                        OTLPMetrics.write(counts[kind] ?? 0, times, to: &writer) { writer in
                            writer.attribute(GenAINames.operationName, labels.operation)
                            writer.attribute(GenAINames.providerName, labels.kind)
                            writer.attribute("martlet.provider", labels.provider)
                            writer.attribute(GenAINames.requestModel, labels.model)
                            // Vendors do not tell text from images; the conventions ask for this word then.
                            writer.attribute(GenAINames.tokenModality, "unknown")
                        }
                    }
                }
            }
        }
    }
}

extension TokenUsage {
    /// Tokens written to a vendor's caches, however long they are kept.
    var cacheWriteTokens: Int {
        let (sum, overflow) = self.cacheWrite5mTokens.addingReportingOverflow(self.cacheWrite1hTokens)
        return overflow ? .max : sum
    }
}
